"""Formulas calculated: a thin adapter between the book and IronCalc, in Google's terms.

Owns what IronCalc does otherwise than Google: open ranges, named ranges, `ARRAYFORMULA`, `SORT`'s arguments,
`COUNTIFS` over blanks, tests over ranges, error names. One evaluation a request at most, none without formulas. A
function that IronCalc does not know gives `#NAME?`. Volatile functions follow the machine's clock.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from . import references
from .a1 import from_grid
from .references import Corner, Reference
from .typed import Formula, Value, plain

if TYPE_CHECKING:
    from .book import Book, Worksheet


class CellError(str):
    """An error as a cell shows it, such as `#DIV/0!`."""

    __slots__ = ()

    @property
    def type(self) -> str:
        return ERROR_TYPES[self]


ERROR_TYPES = {
    "#ERROR!": "ERROR",
    "#NULL!": "NULL_VALUE",
    "#DIV/0!": "DIVIDE_BY_ZERO",
    "#VALUE!": "VALUE",
    "#REF!": "REF",
    "#NAME?": "NAME",
    "#NUM!": "NUM",
    "#N/A": "N_A",
}
MESSAGES = {
    "#ERROR!": "Formula parse error.",
    "#DIV/0!": "Function DIVIDE parameter 2 cannot be zero.",
    "#REF!": "Reference does not exist.",
    "#NAME?": "Unknown function or range name.",
}
_AS_GOOGLE = {"#CIRC!": "#REF!", "#SPILL!": "#REF!", "#N/IMPL!": "#NAME?", "#CALC!": "#VALUE!"}

Results = dict[tuple[int, int], Value | CellError]


def calculate(book: Book) -> dict[int, Results]:
    """What every formula of the spreadsheet shows, by sheet id and (row, column), spilled cells included."""
    sheets = _needed(book, [sheet for sheet in book.worksheets if sheet.grid.formulas], [])
    if not sheets:
        return {}
    key = _key(book, sheets)
    if book.calculated is None or book.calculated[0] != key:
        book.calculated = (key, _evaluate(book, sheets, None, [])[0])
    return book.calculated[1]


def answers(book: Book, home: Worksheet, formulas: Sequence[str]) -> list[Value | CellError]:
    """What formulas would show that stand on a worksheet but in no cell of it."""
    if not formulas:
        return []
    sheets = _needed(book, [home, *(sheet for sheet in book.worksheets if sheet.grid.formulas)], formulas)
    key = (_key(book, sheets), home.id, tuple(formulas))
    if key not in book.answered:
        book.answered.clear()  # the last question only: a page asks the same ones again
        book.answered[key] = _evaluate(book, sheets, home, formulas)[1]
    return book.answered[key]


def _key(book: Book, sheets: Sequence[Worksheet]) -> tuple[Any, ...]:
    return (
        tuple((sheet.id, sheet.title, sheet.row_count, sheet.column_count, sheet.grid.version) for sheet in sheets),
        tuple((named["name"], tuple(sorted(named["range"].items()))) for named in book.named_ranges),
    )


def _needed(book: Book, start: Sequence[Worksheet], extra: Sequence[str]) -> list[Worksheet]:
    """The worksheets to start with, and those that their formulas refer to."""
    titles = {sheet.title.casefold() for sheet in start}
    names = {named["name"].casefold(): from_grid(named["range"]).sheet for named in book.named_ranges}
    inside = (formula for sheet in start for _, _, formula in sheet.formulas())
    for formula in (*extra[:4], *inside):
        titles |= references.sheets_in(formula)
        if names:
            titles |= {
                book.worksheet(names[word]).title.casefold()
                for word in map(str.casefold, re.findall(r"[^\W\d][\w.]*", formula))
                if word in names
            }
        if "INDIRECT" in formula.upper():
            return list(book.worksheets)
    return [sheet for sheet in book.worksheets if sheet.title.casefold() in titles]


def _evaluate(
    book: Book, sheets: Sequence[Worksheet], home: Worksheet | None, extra: Sequence[str]
) -> tuple[dict[int, Results], list[Value | CellError]]:
    import ironcalc

    model = ironcalc.create("book", "en", "UTC", "en")
    model.rename_sheet(0, "-")
    engine_titles = {}
    for number, sheet in enumerate(sheets, 1):
        try:
            model.add_sheet(sheet.title)
            engine_titles[sheet.title.casefold()] = sheet.title
        except ironcalc.WorkbookError:  # too long for it, or with characters that it does not take
            model.add_sheet(f"sheet_{number}")
            engine_titles[sheet.title.casefold()] = f"sheet_{number}"
    formulas = [
        _enter(model, number, sheet, Translator(book, sheet, engine_titles)) for number, sheet in enumerate(sheets, 1)
    ]
    if home is not None:
        translator = Translator(book, home, engine_titles, away=True)
        for row, formula in enumerate(extra, 1):
            model.update_cell_with_formula(0, row, 1, translator.translate(formula))
    model.evaluate()
    results = {
        sheet.id: {place: _value(model, ironcalc, number, *place) for place in places}
        for number, (sheet, places) in enumerate(zip(sheets, formulas, strict=True), 1)
    }
    if any(formulas):
        for number, row, column in model.get_all_cells():
            if number and formulas[number - 1] and sheets[number - 1].value(row - 1, column - 1) is None:
                place = (row - 1, column - 1)
                results[sheets[number - 1].id][place] = _value(model, ironcalc, number, *place)
    return results, [_value(model, ironcalc, 0, row, 0) for row in range(len(extra))]


def _enter(model: Any, number: int, sheet: Worksheet, translator: Translator) -> list[tuple[int, int]]:
    """Give the engine every cell of a worksheet; the places of the formulas."""
    places = []
    for row_index, row in sheet.grid.rows(0, sheet.grid.height):
        for column, value in enumerate(row.values):
            if value is None:
                continue
            place = (number, row_index + 1, column + 1)
            kind = type(value)
            if kind is str:
                model.update_cell_with_text(*place, value)
            elif kind is bool:
                model.update_cell_with_bool(*place, value)
            elif kind is Formula:
                places.append((row_index, column))
                model.update_cell_with_formula(*place, translator.translate(str(value)))
            else:
                model.update_cell_with_number(*place, value)
    return places


def _value(model: Any, ironcalc: Any, number: int, row: int, column: int) -> Value | CellError:
    value = model.get_cell_value(number, row + 1, column + 1)
    if isinstance(value, str):
        if model.get_cell_type(number, row + 1, column + 1) == ironcalc.CellType.ErrorValue:
            error = _AS_GOOGLE.get(value, value)
            return CellError(error if error in ERROR_TYPES else "#ERROR!")
        return str(value)
    return value if value is None or isinstance(value, bool) else plain(value)


class Translator:
    """Rewrites a formula of one worksheet from Google's dialect to IronCalc's."""

    def __init__(self, book: Book, home: Worksheet, engine_titles: Mapping[str, str], *, away: bool = False) -> None:
        self.book = book
        self.home = home
        self.away = away  # the formula stands on another sheet of the engine's than the one it is read on
        self.titles = engine_titles
        self.named = {named["name"].casefold(): named for named in book.named_ranges}

    def translate(self, formula: str) -> str:
        tokens = [self._token(match) for match in references.TOKEN.finditer(formula[1:])]
        return "=" + _calls(tokens)

    def _token(self, match: re.Match[str]) -> str:
        if match["ref"]:
            return self._reference(references.reference(match))
        if match["name"] and (named := self.named.get(match[0].casefold())):
            area = from_grid(named["range"])
            sheet = self.book.worksheet(area.sheet)
            area = area.clip(sheet.row_count, sheet.column_count)
            return self._reference(
                Reference(
                    sheet.title,
                    Corner(area.left, area.top, True, True),
                    None if area.is_cell else Corner(area.right - 1, area.bottom - 1, True, True),
                )
            )
        return match[0]

    def _reference(self, ref: Reference) -> str:
        title = ref.sheet if ref.sheet is not None else self.home.title
        sheet = self.book.by_title(title)
        if sheet is None:
            return references.REF
        start, end = ref.start, ref.end
        if end is not None:
            rows = [row for row in (start.row, end.row) if row is not None]
            columns = [column for column in (start.column, end.column) if column is not None]
            closed = (len(rows) == 2, len(columns) == 2)
            start = Corner(min(columns, default=0), min(rows, default=0), start.fixed_column, start.fixed_row)
            end = Corner(
                max(columns) if closed[1] else sheet.column_count - 1,
                max(rows) if closed[0] else sheet.row_count - 1,
                end.fixed_column,
                end.fixed_row,
            )
        engine_title = self.titles.get(title.casefold()) if ref.sheet is not None or self.away else None
        return str(Reference(engine_title, start, end))


_NAME = re.compile(r"[^\W\d][\w.]*")
_RANGE = re.compile(r"(?:(?:'(?:[^']|'')+'|[\w.]+)!)?\$?[A-Z]{1,3}\$?\d+:\$?[A-Z]{1,3}\$?\d+")


def _calls(tokens: list[str]) -> str:
    """The tokens joined again, with the calls rewritten that mean something else to the engine."""
    out: list[str] = []
    at = 0
    while at < len(tokens):
        token = tokens[at]
        if _NAME.fullmatch(token) and at + 1 < len(tokens) and tokens[at + 1] == "(":
            arguments, after = _arguments(tokens, at + 2)
            rewrite = _REWRITES.get(token.upper())
            given = [_calls(argument) for argument in arguments]
            out.append((rewrite and rewrite(given)) or f"{token}({','.join(given)})")
            at = after
        else:
            out.append(token)
            at += 1
    return "".join(out)


def _arguments(tokens: list[str], at: int) -> tuple[list[list[str]], int]:
    """The arguments of a call whose first token is at `at`, and the place behind its closing bracket."""
    arguments: list[list[str]] = [[]]
    depth = 0
    while at < len(tokens):
        piece = tokens[at]
        at += 1
        if piece == ")" and not depth:
            break
        if piece in ("(", "{"):
            depth += 1
        elif piece in (")", "}"):
            depth -= 1
        if piece in (",", ";") and not depth:
            arguments.append([])
        else:
            arguments[-1].append(piece)
    return ([] if arguments == [[]] else arguments), at


def _array_formula(given: list[str]) -> str:
    return f"({given[0]})" if len(given) == 1 else ""


def _sort(given: list[str]) -> str:
    if len(given) != 3:
        return ""
    return f"SORT({given[0]},{given[1]},IF({given[2]},1,-1))"


def _over_range(name: str) -> Callable[[list[str]], str]:
    """A test over a range answers cell by cell; IronCalc's answers once."""

    def rewrite(given: list[str]) -> str:
        if len(given) == 1 and _RANGE.fullmatch(given[0].strip()):
            return f"MAP({given[0]},LAMBDA(cell_,{name}(cell_)))"
        return ""

    return rewrite


_OTHER_THAN = re.compile(r'\s*"<>([^"]+)"\s*')


def _count_ifs(given: list[str]) -> str:
    """`"<>text"` counts blank cells too: all that match the rest, less those that are the text."""
    pairs = list(zip(given[::2], given[1::2], strict=False))
    unequal = [(cells, match[1]) for cells, test in pairs if (match := _OTHER_THAN.fullmatch(test))]
    if not unequal or len(given) % 2:
        return ""
    rest = [f"{cells},{test}" for cells, test in pairs if not _OTHER_THAN.fullmatch(test)]

    def count(tests: list[str], left: list[tuple[str, str]]) -> str:
        if left:
            (cells, text), *others = left
            equal = f'{cells},"{text}"'
            return f"({count(tests, others)}-{count([*tests, equal], others)})"
        return f"COUNTIFS({','.join(tests)})" if tests else f"(ROWS({pairs[0][0]})*COLUMNS({pairs[0][0]}))"

    return count(rest, unequal)


_REWRITES: dict[str, Callable[[list[str]], str]] = {
    "ARRAYFORMULA": _array_formula,
    "SORT": _sort,
    "COUNTIF": _count_ifs,
    "COUNTIFS": _count_ifs,
    **{
        name: _over_range(name)
        for name in ("ISNUMBER", "ISTEXT", "ISBLANK", "ISERROR", "ISNA", "ISLOGICAL", "ISNONTEXT", "ISERR")
    },
}
