"""Requests about worksheets and about what hangs on them: protections, banding, rules, filters, charts, names.

Everything with an id is one row of `THINGS`: where it is kept, under which id, which fields it has.
"""

from __future__ import annotations

import copy
import re
import secrets
from collections.abc import Callable
from typing import Any, NamedTuple

from . import a1, patches, references
from .book import Book, Worksheet, copied, new_worksheet
from .calls import Json
from .refusal import invalid
from .sheets_cells import area_in
from .sheets_dimensions import resize_to
from .sheets_render import sheet_properties
from .typed import Formula

MAX_ID = 2**31 - 1


def fresh_id(taken: set[int]) -> int:
    while (number := secrets.randbelow(MAX_ID) + 1) in taken:
        pass
    return number


# -- the spreadsheet and its worksheets

_PROPERTIES = (
    "title",
    "index",
    "hidden",
    "tabColor",
    "tabColorStyle",
    "rightToLeft",
    "gridProperties",
    "sheetId",
    "sheetType",
)
_SPREADSHEET = (
    "title",
    "locale",
    "timeZone",
    "autoRecalc",
    "defaultFormat",
    "iterativeCalculationSettings",
    "spreadsheetTheme",
)


def update_spreadsheet_properties(book: Book, request: Json) -> None:
    mask = patches.required(request.get("fields"))
    properties = {"title": book.title, **book.doc["properties"]}
    patches.patch(properties, request.get("properties", {}), mask, _SPREADSHEET)
    if not properties.get("title"):
        raise invalid("The title must not be empty.")
    for name in ("locale", "timeZone"):
        if not properties.get(name):
            raise invalid(f"Invalid {name}.")
    book.title = properties.pop("title")
    book.doc["properties"] = patches.settle(properties)


def _check_title(book: Book, title: str, own: Worksheet | None = None) -> None:
    if not title:
        raise invalid("The sheet title must not be empty.")
    if len(title) > 100:
        raise invalid("The sheet title must not be longer than 100 characters.")
    other = book.by_title(title)
    if other is not None and other is not own:
        raise invalid(f'A sheet with the name "{title}" already exists. Please enter another name.')


def _check_frozen(sheet: Worksheet) -> None:
    grid = sheet.properties["gridProperties"]
    for name, size, word in (
        ("frozenRowCount", sheet.row_count, "rows"),
        ("frozenColumnCount", sheet.column_count, "columns"),
    ):
        if grid.get(name, 0) >= size:
            raise invalid(f"You can't freeze all visible {word} on the sheet.")
        if not grid.get(name):
            grid.pop(name, None)


def add_worksheet(book: Book, properties: Json) -> Worksheet:
    """A new worksheet from the properties that are given; the others are Google's defaults."""
    taken = {sheet.id for sheet in book.worksheets}
    number = properties.get("sheetId")
    if number is None:
        number = fresh_id(taken)
    if number in taken:
        raise invalid(f"Sheet with id {number} already exists.")
    if number < 0:
        raise invalid(f"Invalid sheet id: {number}.")
    if properties.get("sheetType", "GRID") != "GRID":
        raise invalid("Only sheets of type GRID can be added.")
    title = properties.get("title")
    if title is None:
        title = next(name for n in range(1, 10_000) if not book.by_title(name := f"Sheet{n + len(book.worksheets)}"))
    _check_title(book, title)
    size = properties.get("gridProperties", {})
    if size.get("rowCount", 1) < 1 or size.get("columnCount", 1) < 1:
        raise invalid("The grid must have at least one row and one column.")
    sheet = new_worksheet(number, patches.settle({**properties, "title": title}))
    _check_frozen(sheet)
    book.worksheets.insert(properties.get("index", len(book.worksheets)), sheet)
    book.check_size()
    return sheet


def add_sheet(book: Book, request: Json) -> Json:
    return {"properties": sheet_properties(book, add_worksheet(book, request.get("properties", {})))}


def update_sheet_properties(book: Book, request: Json) -> None:
    given = request.get("properties", {})
    sheet = book.worksheet(given.get("sheetId", 0))
    mask = patches.required(request.get("fields"))
    wanted = copy.deepcopy(sheet.properties)
    rows, columns, old_title = sheet.row_count, sheet.column_count, sheet.title
    fixed = ("sheetId", "sheetType", "index")
    patches.patch(wanted, given, mask, _PROPERTIES, fixed=fixed)
    _check_title(book, wanted.get("title", ""), sheet)
    if not wanted.get("hidden"):
        wanted.pop("hidden", None)
    elif all(other.hidden for other in book.worksheets if other is not sheet):
        raise invalid("You can't hide all the sheets in a document.")
    size = wanted.setdefault("gridProperties", {})
    new_rows, new_columns = size.get("rowCount", 0), size.get("columnCount", 0)
    size |= {"rowCount": rows, "columnCount": columns}
    sheet.doc["properties"] = patches.settle(wanted)
    frozen = {name: size.pop(name) for name in ("frozenRowCount", "frozenColumnCount") if name in size}
    resize_to(book, sheet, rows=new_rows, columns=new_columns)
    sheet.properties["gridProperties"] |= frozen
    _check_frozen(sheet)
    if sheet.title != old_title:
        _retitle(book, old_title, sheet.title)
    if not mask or "index" in mask:
        _move_sheet(book, sheet, given.get("index", 0 if mask else len(book.worksheets)))


def _retitle(book: Book, old: str, new: str | None) -> None:
    for sheet in book.worksheets:
        for index, column, formula in list(sheet.formulas()):
            if (text := references.renamed(formula, old, new)) != formula:
                sheet.grid.edit(index).set_value(column, Formula(text))


def _move_sheet(book: Book, sheet: Worksheet, index: int) -> None:
    """Indexes count as before the move: to its own place or the next one, nothing moves."""
    at = book.worksheets.index(sheet)
    if index in (at, at + 1):
        return
    if not 0 <= index <= len(book.worksheets):
        raise invalid(f"The sheet index {index} is out of bounds.")
    book.worksheets.insert(index, sheet)
    del book.worksheets[at + (index < at)]


def delete_sheet(book: Book, request: Json) -> None:
    sheet = book.worksheet(request.get("sheetId", 0))
    if len(book.worksheets) == 1:
        raise invalid("You can't remove all the sheets in a document.")
    if all(other.hidden for other in book.worksheets if other is not sheet):
        raise invalid("You can't remove all the visible sheets in a document.")
    book.worksheets.remove(sheet)
    book.doc["namedRanges"] = [n for n in book.named_ranges if n["range"].get("sheetId", 0) != sheet.id]
    book.metadata[:] = [entry for entry in book.metadata if not _is_on(entry["location"], sheet.id)]
    _retitle(book, sheet.title, None)


def _is_on(location: Json, sheet_id: int) -> bool:
    if "dimensionRange" in location:
        return bool(location["dimensionRange"].get("sheetId", 0) == sheet_id)
    return location.get("sheetId") == sheet_id


def duplicate_sheet(book: Book, request: Json) -> Json:
    source = book.worksheet(request.get("sourceSheetId", 0))
    taken = {sheet.id for sheet in book.worksheets}
    number = request.get("newSheetId")
    number = fresh_id(taken) if number is None else number
    if number in taken:
        raise invalid(f"Sheet with id {number} already exists.")
    title = request.get("newSheetName") or _copy_title(book, source.title)
    _check_title(book, title)
    sheet = copy_into(book, source, number, title)
    book.worksheets.insert(request.get("insertSheetIndex", 0), sheet)
    book.check_size()
    return {"properties": sheet_properties(book, sheet)}


def _copy_title(book: Book, title: str) -> str:
    names = (f"Copy of {title}" + (f" {n}" if n else "") for n in range(10_000))
    return next(name for name in names if not book.by_title(name))


def copy_into(book: Book, source: Worksheet, number: int, title: str) -> Worksheet:
    """A copy of a worksheet with new ids for what hangs on it; not yet in the book."""
    sheet = copied(source, number)
    sheet.doc = _on_sheet(sheet.doc, source.id, number)
    sheet.properties["title"] = title
    sheet.properties.pop("hidden", None)
    for thing in THINGS.values():
        for item in sheet.doc.get(thing.kept, []) if thing.kept != "namedRanges" else []:
            item[thing.id] = fresh_id(_ids(book, thing))
    return sheet


def _on_sheet(node: Any, old: int, new: int) -> Any:
    if isinstance(node, list):
        return [_on_sheet(item, old, new) for item in node]
    if not isinstance(node, dict):
        return node
    moved = {name: _on_sheet(value, old, new) for name, value in node.items()}
    if {"startRowIndex", "startColumnIndex", "endRowIndex", "endColumnIndex", "rowIndex", "columnIndex"} & node.keys():
        if node.get("sheetId", 0) == old:
            moved["sheetId"] = new
    return moved


def copy_title(book: Book, title: str) -> str:
    """The title of a worksheet copied into another spreadsheet."""
    return _copy_title(book, title)


# -- things with an id


class Thing(NamedTuple):
    kept: str  # the list it is kept in
    id: str
    fields: tuple[str, ...]
    check: Callable[[Book, Worksheet, Json, Json | None], None]


def _unchecked(book: Book, sheet: Worksheet, thing: Json, old: Json | None) -> None:
    pass


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
            bottom, right = area.bottom or 0, area.right or 0
            if (
                area.top < (theirs.bottom or 0)
                and theirs.top < bottom
                and area.left < (theirs.right or 0)
                and theirs.left < right
            ):
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
    if not _RANGE_NAME.fullmatch(name) or a1._cells(name) or name.upper() in ("TRUE", "FALSE"):
        raise invalid(f"The name '{name}' is not a valid range name.")
    if any(other["name"].casefold() == name.casefold() for other in book.named_ranges if other is not old):
        raise invalid(f"A named range with the name '{name}' already exists.")


THINGS = {
    "ProtectedRange": Thing(
        "protectedRanges",
        "protectedRangeId",
        (
            "protectedRangeId",
            "range",
            "namedRangeId",
            "description",
            "warningOnly",
            "requestingUserCanEdit",
            "unprotectedRanges",
            "editors",
        ),
        _check_protected,
    ),
    "Banding": Thing(
        "bandedRanges", "bandedRangeId", ("bandedRangeId", "range", "rowProperties", "columnProperties"), _check_banded
    ),
    "NamedRange": Thing("namedRanges", "namedRangeId", ("namedRangeId", "name", "range"), _check_named),
    "Chart": Thing("charts", "chartId", ("chartId", "spec", "position", "border"), _check_chart),
}


def _ids(book: Book, thing: Thing) -> set[Any]:
    if thing.kept == "namedRanges":
        return {item[thing.id] for item in book.named_ranges}
    return {item[thing.id] for sheet in book.worksheets for item in sheet.doc.get(thing.kept, [])}


def _find(book: Book, thing: Thing, number: Any) -> tuple[list[Json], Json, Worksheet]:
    if thing.kept == "namedRanges":
        lists = [(book.named_ranges, book.worksheets[0])]
    else:
        lists = [(sheet.doc.get(thing.kept, []), sheet) for sheet in book.worksheets]
    for items, sheet in lists:
        for item in items:
            if item[thing.id] == number:
                return items, item, sheet
    word = re.sub(r"(?=[A-Z])", " ", thing.id.removesuffix("Id")).lower()
    raise invalid(f"No {word} with id: {number}")


def _tidy(node: Any, *, at: str = "") -> Any:
    """A document as Google gives it back: colours settled, a sheetId of 0 left out of ranges."""
    if isinstance(node, list):
        return [_tidy(item) for item in node]
    if not isinstance(node, dict):
        return node
    if node.get("sheetId") == 0:
        node = {name: value for name, value in node.items() if name != "sheetId"}
    return {name: _tidy(value) for name, value in node.items() if value is not False or name in ("stacked",)}


def _add(thing: Thing, home: Callable[[Json], int], book: Book, given: Json) -> Json:
    item: Json = patches.settle(_tidy(copy.deepcopy(given)))
    sheet = book.worksheet(home(item))
    taken = _ids(book, thing)
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
    patches.patch(changed, _tidy(copy.deepcopy(given)), mask, thing.fields, fixed=(thing.id, "requestingUserCanEdit"))
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
        from .refusal import Refusal

        raise Refusal(501, "The local workspace does not claim charts on a sheet of their own.")
    return int(position.get("overlayPosition", {}).get("anchorCell", {}).get("sheetId", 0))


def add_chart(book: Book, request: Json) -> Json:
    given = request["chart"]
    overlay = {"widthPixels": 600, "heightPixels": 371, **given.get("position", {}).get("overlayPosition", {})}
    overlay.setdefault("anchorCell", {})
    position = {**given.get("position", {}), "overlayPosition": overlay}
    return {"chart": _add(THINGS["Chart"], _of_anchor, book, {**given, "position": position})}


def update_chart_spec(book: Book, request: Json) -> None:
    items, item, _ = _find(book, THINGS["Chart"], request.get("chartId"))
    if not request.get("spec"):
        raise invalid("A chart must have a spec.")
    items[items.index(item)] = {**item, "spec": patches.settle(_tidy(copy.deepcopy(request["spec"])))}


def update_position(book: Book, request: Json) -> Json:
    _, item, _ = _find(book, THINGS["Chart"], request.get("objectId"))
    _of_anchor({"position": request.get("newPosition", {})})
    mask = patches.required(request.get("fields"))
    overlay = item["position"]["overlayPosition"]
    patches.patch(overlay, _tidy(request.get("newPosition", {}).get("overlayPosition", {})), mask)
    return {"position": item["position"]}


# -- conditional formats and the filter


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
    if "booleanRule" in rule and "condition" not in rule["booleanRule"]:
        raise invalid("A boolean rule must have a condition.")
    return rule, homes.pop()


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


def set_filter(book: Book, request: Json) -> None:
    given = patches.settle(_tidy(copy.deepcopy(request["filter"])))
    sheet, _ = area_in(book, given.get("range", {}))
    sheet.doc["basicFilter"] = {**given, "range": a1.to_grid(a1.from_grid(given.get("range", {})), open_start=True)}


def clear_filter(book: Book, request: Json) -> None:
    book.worksheet(request.get("sheetId", 0)).doc.pop("basicFilter", None)


REQUESTS: dict[str, Callable[[Book, Json], Json | None]] = {
    "updateSpreadsheetProperties": update_spreadsheet_properties,
    "updateSheetProperties": update_sheet_properties,
    "addSheet": add_sheet,
    "deleteSheet": delete_sheet,
    "duplicateSheet": duplicate_sheet,
    "addNamedRange": lambda b, r: {"namedRange": _add(THINGS["NamedRange"], _of_range, b, r.get("namedRange", {}))},
    "updateNamedRange": lambda b, r: _update(THINGS["NamedRange"], b, r.get("namedRange", {}), r.get("fields")),
    "deleteNamedRange": lambda b, r: _delete(THINGS["NamedRange"], b, r.get("namedRangeId")),
    "addProtectedRange": lambda b, r: {
        "protectedRange": _add(THINGS["ProtectedRange"], _of_range, b, r.get("protectedRange", {}))
    },
    "updateProtectedRange": lambda b, r: _update(
        THINGS["ProtectedRange"], b, r.get("protectedRange", {}), r.get("fields")
    ),
    "deleteProtectedRange": lambda b, r: _delete(THINGS["ProtectedRange"], b, r.get("protectedRangeId")),
    "addBanding": lambda b, r: {"bandedRange": _add(THINGS["Banding"], _of_range, b, r.get("bandedRange", {}))},
    "updateBanding": lambda b, r: _update(THINGS["Banding"], b, r.get("bandedRange", {}), r.get("fields")),
    "deleteBanding": lambda b, r: _delete(THINGS["Banding"], b, r.get("bandedRangeId")),
    "addChart": add_chart,
    "updateChartSpec": update_chart_spec,
    "updateEmbeddedObjectPosition": update_position,
    "deleteEmbeddedObject": lambda b, r: _delete(THINGS["Chart"], b, r.get("objectId")),
    "addConditionalFormatRule": add_rule,
    "updateConditionalFormatRule": update_rule,
    "deleteConditionalFormatRule": delete_rule,
    "setBasicFilter": set_filter,
    "clearBasicFilter": clear_filter,
}
