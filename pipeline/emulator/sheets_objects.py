"""Requests about what hangs on worksheets: protections, banding, rules, charts, names.

Everything with an id is one row of `THINGS`: where it is kept, under which id, which fields it has.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from typing import Any, NamedTuple

from . import a1, conditions, patches, schema
from .book import Book, Worksheet
from .calls import Json
from .refusal import Refusal, invalid
from .sheets_cells import area_in
from .sheets_tabs import fresh_id

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
    _, area = area_in(book, thing["range"])
    for other in sheet.things("bandedRanges"):
        if other is not old:
            _, theirs = area_in(book, other["range"])
            if area.meets(theirs):
                raise invalid(
                    "You cannot add alternating background colors to a range that already has alternating "
                    "background colors."
                )


def _check_chart(book: Book, sheet: Worksheet, thing: Json, old: Json | None) -> None:
    if not thing.get("spec"):
        raise invalid("A chart must have a spec.")


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


def _tidy(node: Any) -> Any:
    """A document as Google gives it back: colours settled, a sheetId of 0 left out of ranges."""
    if isinstance(node, list):
        return [_tidy(item) for item in node]
    if not isinstance(node, dict):
        return node
    if node.get("sheetId") == 0:
        node = {name: value for name, value in node.items() if name != "sheetId"}
    return {name: _tidy(value) for name, value in node.items() if value is not False or name in _TOLD_WHEN_FALSE}


def _add(thing: Thing, home: Callable[[Json], int], book: Book, given: Json) -> Json:
    item: Json = patches.settle(_tidy(copy.deepcopy(given)))
    sheet = book.worksheet(home(item))
    taken = {other[thing.id] for items, _ in _lists(book, thing) for other in items}
    number = item.get(thing.id)
    if number in (None, "", 0):
        number = fresh_id(taken)
        number = str(number) if thing.kept == "namedRanges" else number
    if number in taken:
        raise invalid(f"{thing.id} {number} already exists.")
    item = {thing.id: number, **{name: value for name, value in item.items() if name != thing.id}}
    if "range" in item:
        area_in(book, item["range"])
    thing.check(book, sheet, item, None)
    (book.named_ranges if thing.kept == "namedRanges" else sheet.things(thing.kept)).append(item)
    return item


def _update(thing: Thing, book: Book, given: Json, mask_text: str | None) -> None:
    mask = patches.required(mask_text)
    items, item, sheet = _find(book, thing, given.get(thing.id))
    changed = copy.deepcopy(item)
    fields, fixed = schema.fields("sheets", thing.schema), (thing.id, "requestingUserCanEdit")
    patches.patch(changed, _tidy(copy.deepcopy(given)), mask, fields, fixed=fixed)
    patches.settle(changed)
    if "range" in changed:
        area_in(book, changed["range"])
    thing.check(book, sheet, changed, item)
    items[items.index(item)] = changed


def _delete(thing: Thing, book: Book, number: Any) -> None:
    items, item, _ = _find(book, thing, number)
    items.remove(item)


def _of_range(item: Json) -> int:
    return int(item.get("range", {}).get("sheetId", 0))


def _of_anchor(item: Json) -> int:
    position = item.get("position", {})
    if position.get("newSheet") or "sheetId" in position:
        raise Refusal(501, "The local workspace does not claim charts on a sheet of their own.")
    return int(position.get("overlayPosition", {}).get("anchorCell", {}).get("sheetId", 0))


def add_chart(book: Book, request: Json) -> Json:
    given = request.get("chart", {})
    overlay = {"widthPixels": 600, "heightPixels": 371, **given.get("position", {}).get("overlayPosition", {})}
    overlay.setdefault("anchorCell", {})
    position = {**given.get("position", {}), "overlayPosition": overlay}
    return {"chart": _add(CHART, _of_anchor, book, {**given, "position": position})}


def update_chart_spec(book: Book, request: Json) -> None:
    items, item, _ = _find(book, CHART, request.get("chartId"))
    if not request.get("spec"):
        raise invalid("A chart must have a spec.")
    items[items.index(item)] = {**item, "spec": patches.settle(_tidy(copy.deepcopy(request["spec"])))}


def update_position(book: Book, request: Json) -> Json:
    _, item, _ = _find(book, CHART, request.get("objectId"))
    _of_anchor({"position": request.get("newPosition", {})})
    mask = patches.required(request.get("fields"))
    overlay = item["position"]["overlayPosition"]
    patches.patch(overlay, _tidy(request.get("newPosition", {}).get("overlayPosition", {})), mask)
    return {"position": item["position"]}


# -- conditional formats


def _rules(book: Book, sheet_id: int) -> list[Json]:
    return book.worksheet(sheet_id).things("conditionalFormats")


def _rule(book: Book, given: Json) -> tuple[Json, int]:
    rule = patches.settle(_tidy(copy.deepcopy(given)))
    ranges = rule.get("ranges", [])
    homes = {grid.get("sheetId", 0) for grid in ranges}
    if len(homes) != 1:
        raise invalid("A conditional format rule must have ranges, all on one sheet.")
    if ("booleanRule" in rule) == ("gradientRule" in rule):
        raise invalid("Exactly one of booleanRule and gradientRule must be set.")
    for grid in ranges:
        area_in(book, grid)
    if "gradientRule" in rule and not {"minpoint", "maxpoint"} <= rule["gradientRule"].keys():
        raise invalid("A gradient rule must have a minpoint and a maxpoint.")
    home = homes.pop()
    if "booleanRule" in rule:
        conditions.check(book, book.worksheet(home), rule["booleanRule"].get("condition", {}), conditions.FORMAT)
    return rule, home


def _at(rules: list[Json], index: int) -> int:
    if not 0 <= index < len(rules):
        raise invalid(f"No conditional format on sheet at index: {index}")
    return index


def add_rule(book: Book, request: Json) -> None:
    rule, home = _rule(book, request.get("rule", {}))
    rules = _rules(book, home)
    index = request.get("index", len(rules))  # without one it comes last
    if not 0 <= index <= len(rules):
        raise invalid(f"No conditional format on sheet at index: {index}")
    rules.insert(index, rule)


def update_rule(book: Book, request: Json) -> Json:
    index = request.get("index", 0)
    if "newIndex" in request:
        rules = _rules(book, request.get("sheetId", 0))
        rule = rules.pop(_at(rules, index))
        rules.insert(min(request["newIndex"], len(rules)), rule)
        return {"newIndex": request["newIndex"], "oldIndex": index, "oldRule": rule, "newRule": rule}
    rule, home = _rule(book, request.get("rule", {}))
    rules = _rules(book, home)
    old, rules[index] = rules[_at(rules, index)], rule
    return {"newRule": rule, "newIndex": index, "oldRule": old, "oldIndex": index}


def delete_rule(book: Book, request: Json) -> Json:
    rules = _rules(book, request.get("sheetId", 0))
    return {"rule": rules.pop(_at(rules, request.get("index", 0)))}


def _requests(word: str, thing: Thing) -> dict[str, Callable[[Book, Json], Json | None]]:
    """Adding, updating and deleting one kind of thing."""
    name = thing.kept.removesuffix("s")
    return {
        f"add{word}": lambda b, r: {name: _add(thing, _of_range, b, r.get(name, {}))},
        f"update{word}": lambda b, r: _update(thing, b, r.get(name, {}), r.get("fields")),
        f"delete{word}": lambda b, r: _delete(thing, b, r.get(thing.id)),
    }


REQUESTS: dict[str, Callable[[Book, Json], Json | None]] = {
    **{kind: run for word, thing in THINGS.items() for kind, run in _requests(word, thing).items()},
    "addChart": add_chart,
    "updateChartSpec": update_chart_spec,
    "updateEmbeddedObjectPosition": update_position,
    "deleteEmbeddedObject": lambda b, r: _delete(CHART, b, r.get("objectId")),
    "addConditionalFormatRule": add_rule,
    "updateConditionalFormatRule": update_rule,
    "deleteConditionalFormatRule": delete_rule,
}
