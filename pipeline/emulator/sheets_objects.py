"""Requests about what hangs on worksheets: protections, banding, rules, charts, names.

Everything with an id is one row of `THINGS`: where it is kept, under which id, which fields it has.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from typing import Any, NamedTuple

from . import a1, conditions, patches, schema
from .book import Book, Worksheet, free_id
from .calls import Json
from .masks import Tree
from .refusal import Refusal, invalid

# -- things with an id


class Thing(NamedTuple):
    kept: str  # the list it is kept in
    id: str
    schema: str  # whose fields it has, by Google's document
    check: Callable[[Book, Worksheet, Json, Json | None], None]


def _check_protected(book: Book, sheet: Worksheet, thing: Json, old: Json | None) -> None:
    if ("range" in thing) == ("namedRangeId" in thing):
        raise invalid("Exactly one of range and namedRangeId must be set.")
    if thing.get("warningOnly"):
        thing.pop("editors", None)
    thing["requestingUserCanEdit"] = True


def _check_banded(book: Book, sheet: Worksheet, thing: Json, old: Json | None) -> None:
    if "range" not in thing:
        raise invalid("The banded range must have a range.")
    if not ("rowProperties" in thing or "columnProperties" in thing):
        raise invalid("At least one of rowProperties and columnProperties must be set.")
    area = a1.from_grid(thing["range"])
    if any(area.meets(a1.from_grid(other["range"])) for other in sheet.things("bandedRanges") if other is not old):
        raise invalid(
            "You cannot add alternating background colors to a range that already has alternating background colors."
        )


def _check_chart(book: Book, sheet: Worksheet, thing: Json, old: Json | None) -> None:
    if not thing.get("spec"):
        raise invalid("A chart must have a spec.")
    overlay = thing.get("position", {}).get("overlayPosition", {})
    overlay = {"anchorCell": {}, "widthPixels": 600, "heightPixels": 371, **overlay}
    thing["position"] = {**thing.get("position", {}), "overlayPosition": overlay}


_RANGE_NAME = re.compile(r"[^\W\d]\w{0,249}")


def _check_named(book: Book, sheet: Worksheet, thing: Json, old: Json | None) -> None:
    name = thing.get("name", "")
    if "range" not in thing:
        raise invalid("A named range must have a range.")
    if not _RANGE_NAME.fullmatch(name) or a1.corners(name) or name.upper() in ("TRUE", "FALSE"):
        raise invalid(f"The name '{name}' is not a valid range name.")
    if any(other["name"].casefold() == name.casefold() for other in book.named_ranges if other is not old):
        raise invalid(f"A named range with the name '{name}' already exists.")


CHART = Thing("charts", "chartId", "EmbeddedChart", _check_chart)
THINGS = {
    "ProtectedRange": Thing("protectedRanges", "protectedRangeId", "ProtectedRange", _check_protected),
    "Banding": Thing("bandedRanges", "bandedRangeId", "BandedRange", _check_banded),
    "NamedRange": Thing("namedRanges", "namedRangeId", "NamedRange", _check_named),
}


def _lists(book: Book, thing: Thing) -> list[tuple[list[Json], Worksheet]]:
    """Where things of the kind are kept: names by the spreadsheet, all others by their worksheet."""
    if thing.kept == "namedRanges":
        return [(book.named_ranges, book.worksheets[0])]
    return [(sheet.doc.get(thing.kept, []), sheet) for sheet in book.worksheets]


def _find(book: Book, thing: Thing, number: Any) -> tuple[list[Json], Json, Worksheet]:
    for items, sheet in _lists(book, thing):
        for item in items:
            if item[thing.id] == number:
                return items, item, sheet
    word = re.sub(r"(?=[A-Z])", " ", thing.id.removesuffix("Id")).lower()
    raise invalid(f"No {word} with id: {number}")


_TOLD_WHEN_FALSE = {"bold", "italic", "strikethrough", "underline"}


def _tidy(given: Json) -> Json:
    """A document as Google gives it back: colours in both spellings, a sheetId of 0 left out of ranges."""
    tidied: Json = patches.settle(_without_zeros(given))
    return tidied


def _without_zeros(node: Any) -> Any:
    if isinstance(node, list):
        return [_without_zeros(item) for item in node]
    if not isinstance(node, dict):
        return node
    return {
        name: _without_zeros(value)
        for name, value in node.items()
        if not (name == "sheetId" and value == 0) and (value is not False or name in _TOLD_WHEN_FALSE)
    }


def _home(item: Json) -> int:
    """The worksheet that a thing is on: by its range or, for a chart, by the cell that it is anchored to."""
    position = item.get("position", {})
    if position.get("newSheet") or "sheetId" in position:
        raise Refusal(501, "The local workspace does not claim charts on a sheet of their own.")
    place = item.get("range") or position.get("overlayPosition", {}).get("anchorCell", {})
    return int(place.get("sheetId", 0))


def _check(thing: Thing, book: Book, sheet: Worksheet, item: Json, old: Json | None) -> None:
    if "range" in item:
        book.area(item["range"])
    thing.check(book, sheet, item, old)


def _add(thing: Thing, book: Book, given: Json) -> Json:
    item = _tidy(given)
    sheet = book.worksheet(_home(item))
    is_name = thing.kept == "namedRanges"
    number = free_id(item.pop(thing.id, None) or None, _taken(book, thing), thing.id)
    item = {thing.id: str(number) if is_name else number, **item}
    _check(thing, book, sheet, item, None)
    (book.named_ranges if is_name else sheet.things(thing.kept)).append(item)
    return item


def _taken(book: Book, thing: Thing) -> set[Any]:
    return {other[thing.id] for items, _ in _lists(book, thing) for other in items}


def _update(thing: Thing, book: Book, given: Json, mask: Tree) -> Json:
    items, item, sheet = _find(book, thing, given.get(thing.id))
    changed = copy.deepcopy(item)
    fields, fixed = schema.fields("sheets", thing.schema), (thing.id, "requestingUserCanEdit")
    patches.patch(changed, _tidy(given), mask, fields, fixed=fixed)
    patches.settle(changed)
    _check(thing, book, sheet, changed, item)
    items[items.index(item)] = changed
    return changed


def _delete(thing: Thing, book: Book, number: Any) -> None:
    items, item, _ = _find(book, thing, number)
    items.remove(item)


def update_chart_spec(book: Book, request: Json) -> None:
    _update(CHART, book, request, {"spec": {}})


def update_position(book: Book, request: Json) -> Json:
    given = {"chartId": request.get("objectId"), "position": request.get("newPosition", {})}
    _home(given)
    mask = {"position": {"overlayPosition": patches.required(request.get("fields"))}}
    return {"position": _update(CHART, book, given, mask)["position"]}


# -- conditional formats


def _rule(book: Book, given: Json) -> tuple[Json, list[Json]]:
    """A rule that may stand, and the rules among which it will."""
    rule = _tidy(given)
    ranges = rule.get("ranges", [])
    homes = {grid.get("sheetId", 0) for grid in ranges}
    if len(homes) != 1:
        raise invalid("A conditional format rule must have ranges, all on one sheet.")
    if ("booleanRule" in rule) == ("gradientRule" in rule):
        raise invalid("Exactly one of booleanRule and gradientRule must be set.")
    for grid in ranges:
        book.area(grid)
    if "gradientRule" in rule and not {"minpoint", "maxpoint"} <= rule["gradientRule"].keys():
        raise invalid("A gradient rule must have a minpoint and a maxpoint.")
    home = homes.pop()
    if "booleanRule" in rule:
        conditions.check(book, book.worksheet(home), rule["booleanRule"].get("condition", {}), conditions.FORMAT)
    return rule, _rules(book, home)


def _rules(book: Book, sheet_id: int) -> list[Json]:
    return book.worksheet(sheet_id).things("conditionalFormats")


def _check_index(index: int, count: int) -> None:
    if not 0 <= index < count:
        raise invalid(f"No conditional format on sheet at index: {index}")


def add_rule(book: Book, request: Json) -> None:
    rule, rules = _rule(book, request.get("rule", {}))
    index = request.get("index", len(rules))  # without one it comes last
    _check_index(index, len(rules) + 1)
    rules.insert(index, rule)


def update_rule(book: Book, request: Json) -> Json:
    index = request.get("index", 0)
    if "newIndex" in request:
        rules = _rules(book, request.get("sheetId", 0))
        _check_index(index, len(rules))
        old = rule = rules.pop(index)
        rules.insert(min(request["newIndex"], len(rules)), rule)
    else:
        rule, rules = _rule(book, request.get("rule", {}))
        _check_index(index, len(rules))
        old, rules[index] = rules[index], rule
    return {"newRule": rule, "newIndex": request.get("newIndex", index), "oldRule": old, "oldIndex": index}


def delete_rule(book: Book, request: Json) -> Json:
    rules, index = _rules(book, request.get("sheetId", 0)), request.get("index", 0)
    _check_index(index, len(rules))
    return {"rule": rules.pop(index)}


def _requests(word: str, thing: Thing) -> dict[str, Callable[[Book, Json], Json | None]]:
    """Adding, updating and deleting one kind of thing."""
    name = thing.kept.removesuffix("s")

    def update(book: Book, request: Json) -> None:
        _update(thing, book, request.get(name, {}), patches.required(request.get("fields")))

    return {
        f"add{word}": lambda book, request: {name: _add(thing, book, request.get(name, {}))},
        f"update{word}": update,
        f"delete{word}": lambda book, request: _delete(thing, book, request.get(thing.id)),
    }


REQUESTS: dict[str, Callable[[Book, Json], Json | None]] = {
    **{kind: run for word, thing in THINGS.items() for kind, run in _requests(word, thing).items()},
    "addChart": lambda book, request: {"chart": _add(CHART, book, request.get("chart", {}))},
    "updateChartSpec": update_chart_spec,
    "updateEmbeddedObjectPosition": update_position,
    "deleteEmbeddedObject": lambda book, request: _delete(CHART, book, request.get("objectId")),
    "addConditionalFormatRule": add_rule,
    "updateConditionalFormatRule": update_rule,
    "deleteConditionalFormatRule": delete_rule,
}
