"""Formulas calculated: a thin adapter between the book and IronCalc, in Google's terms.

Owns what IronCalc does otherwise than Google: open ranges, named ranges, `ARRAYFORMULA`, `SORT`'s arguments,
`COUNTIFS` over blanks, tests over ranges, error names. One evaluation a request at most, none without formulas. A
function that IronCalc does not know gives `#NAME?`. Volatile functions follow the machine's clock.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from . import references
from .a1 import FAR, from_grid
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
    needed = _needed(book)
    if not needed:
        return {}
    return book.remember("results", _key(book, needed), lambda: _Run(book, needed).results())


def calculate_one(book: Book, home: Worksheet) -> Results:
    """The same of one worksheet, when others may still change before anybody looks at them."""
    needed = _reached(book, home)
    return book.remember("one", _key(book, needed), lambda: _Run(book, needed).results())[home.id]


def answers(book: Book, home: Worksheet, formulas: Sequence[str]) -> list[Value | CellError]:
    """What formulas would show that stand on a worksheet but in no cell of it."""
    if not formulas:
        return []
    needed = dict(_needed(book))
    _add_columns(book, needed, home, formulas)
    key = (_key(book, needed), home.id, tuple(formulas))  # a page asks the same ones again
    return book.remember("answers", key, lambda: _Run(book, needed).answers(home, formulas))


Columns = dict[int, set[int] | None]
"""The columns that formulas read, by sheet id; None is all of them."""


def _key(book: Book, sheet_ids: Iterable[int]) -> tuple[Any, ...]:
    sheets = map(book.worksheet, sheet_ids)
    return (
        tuple((sheet.id, sheet.title, sheet.row_count, sheet.column_count, sheet.grid.version) for sheet in sheets),
        tuple((named["name"], tuple(sorted(named["range"].items()))) for named in book.named_ranges),
    )


def _needed(book: Book) -> Columns:
    """All of the worksheets that have formulas, and what these read of the others."""
    formulated = [sheet for sheet in book.worksheets if sheet.grid.formulas]

    def find() -> Columns:
        columns: Columns = {}
        for sheet in formulated:
            _add_columns(book, columns, sheet, [formula for _, _, formula in sheet.formulas()])
        return columns | {sheet.id: None for sheet in formulated}

    return book.remember("needed", _key(book, [sheet.id for sheet in formulated]), find)


def _reached(book: Book, home: Worksheet) -> Columns:
    """What the formulas of one worksheet read, and those that stand in what they read."""
    columns: Columns = {}
    whole = {home.id}
    while left := [book.worksheet(sheet_id) for sheet_id in whole if columns.get(sheet_id, ()) is not None]:
        for sheet in left:
            _add_columns(book, columns, sheet, [formula for _, _, formula in sheet.formulas()])
            columns[sheet.id] = None
        whole |= {sheet_id for sheet_id in columns if book.worksheet(sheet_id).grid.formulas}
    return columns


def _add_columns(book: Book, columns: Columns, home: Worksheet, formulas: Iterable[str]) -> None:
    named = {name["name"].casefold(): from_grid(name["range"]) for name in book.named_ranges}
    columns.setdefault(home.id, set())
    spans: set[tuple[str | None, int, int]] = set()
    names: set[str] = set()
    for formula in formulas:
        read, called = _reads(formula)
        spans |= read
        names |= called
    for title, left, right in spans:
        sheet = home if title is None else book.by_title(title)
        if sheet is not None:
            _add(columns, sheet.id, left, right)
    for name in names:
        if area := named.get(name):
            _add(columns, area.sheet, area.left, area.right)
        elif name in ("indirect", "offset"):
            columns |= {sheet.id: None for sheet in book.worksheets}


@lru_cache(maxsize=1 << 17)
def _reads(formula: str) -> tuple[frozenset[tuple[str | None, int, int]], frozenset[str]]:
    """The columns that a formula names, by title (None: its own worksheet's), as half-open spans; and every name in it."""
    spans, names = set(), set()
    for match in references.TOKEN.finditer(formula):
        if match["ref"]:
            ref = references.reference(match)
            spans.add((ref.sheet, *ref.columns))
        elif match["name"]:
            names.add(match[0].casefold())
    return frozenset(spans), frozenset(names)


def _add(columns: Columns, sheet_id: int, left: int, right: int) -> None:
    known = columns.setdefault(sheet_id, set())
    if right == FAR:
        columns[sheet_id] = None
    elif known is not None:
        known.update(range(left, right))


class _Run:
    """One model of the engine, filled with what is needed."""

    def __init__(self, book: Book, needed: Columns) -> None:
        import ironcalc

        self.ironcalc = ironcalc
        self.book = book
        self.model = ironcalc.create("book", "en", "UTC", "en")
        self.model.rename_sheet(0, "-")
        self.sheets = [sheet for sheet in book.worksheets if sheet.id in needed]
        self.titles = {
            sheet.title.casefold(): self._sheet(number, sheet) for number, sheet in enumerate(self.sheets, 1)
        }
        self.formulas = [self._enter(number, sheet, needed[sheet.id]) for number, sheet in enumerate(self.sheets, 1)]

    def _sheet(self, number: int, sheet: Worksheet) -> str:
        """Make the engine's sheet; its title, which is ours where the engine takes that."""
        title = sheet.title
        try:
            self.model.add_sheet(title)
        except self.ironcalc.WorkbookError:  # too long for it, or with characters that it does not take
            title = f"sheet_{number}"
            self.model.add_sheet(title)
        return title

    def _enter(self, number: int, sheet: Worksheet, columns: set[int] | None) -> list[tuple[int, int]]:
        """Give the engine the cells of a worksheet; the places of the formulas."""
        translator = Translator(self.book, sheet, self.titles)
        model, places = self.model, []
        for row_index, row in sheet.grid.rows(0, sheet.grid.height):
            for column in range(len(row.values)) if columns is None else columns:
                value = row.value(column)
                if value is None:
                    continue
                place = (number, row_index + 1, column + 1)
                kind = type(value)
                if kind is str:
                    model.update_cell_with_text(*place, str(value))
                elif kind is bool:
                    model.update_cell_with_bool(*place, bool(value))
                elif kind is Formula:
                    places.append((row_index, column))
                    model.update_cell_with_formula(*place, translator.translate(str(value)))
                else:
                    model.update_cell_with_number(*place, float(value))
        return places

    def results(self) -> dict[int, Results]:
        self.model.evaluate()
        results = {
            sheet.id: {place: self._value(number, *place) for place in places}
            for number, (sheet, places) in enumerate(zip(self.sheets, self.formulas, strict=True), 1)
        }
        for number, row, column in self.model.get_all_cells():
            if number and self.formulas[number - 1]:
                sheet, place = self.sheets[number - 1], (row - 1, column - 1)
                if sheet.value(*place) is None:  # spilled by a formula elsewhere
                    results[sheet.id][place] = self._value(number, *place)
        for sheet, places in zip(self.sheets, self.formulas, strict=True):
            for place in places:
                if results[sheet.id][place] == 0 and self._is_blank(results, sheet, *place):
                    results[sheet.id][place] = None
        return results

    def _is_blank(self, results: dict[int, Results], sheet: Worksheet, row: int, column: int) -> bool:
        """Whether a cell that comes to nought is empty, or a formula that is but a reference to such a one."""
        value = sheet.value(row, column)
        if value is None:
            return (row, column) not in results[sheet.id]
        match = references.TOKEN.fullmatch(value, 1) if type(value) is Formula else None
        if not match or not match["ref"]:
            return False
        ref = references.reference(match)
        home = sheet if ref.sheet is None else self.book.by_title(ref.sheet)
        if ref.end or home is None or ref.start.row is None or ref.start.column is None:
            return False
        return self._is_blank(results, home, ref.start.row, ref.start.column)

    def answers(self, home: Worksheet, formulas: Sequence[str]) -> list[Value | CellError]:
        translator = Translator(self.book, home, self.titles, away=True)
        for row, formula in enumerate(formulas, 1):
            self.model.update_cell_with_formula(0, row, 1, translator.translate(formula))
        self.model.evaluate()
        return [self._value(0, row, 0) for row in range(len(formulas))]

    def _value(self, number: int, row: int, column: int) -> Value | CellError:
        value = self.model.get_cell_value(number, row + 1, column + 1)
        if isinstance(value, str):
            if self.model.get_cell_type(number, row + 1, column + 1) == self.ironcalc.CellType.ErrorValue:
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
        sizes = tuple((sheet.id, sheet.title, sheet.row_count, sheet.column_count) for sheet in book.worksheets)
        layout = (sizes, tuple(sorted(engine_titles.items())), str(book.named_ranges))
        self.known: dict[tuple[int, bool, str], str] = book.remember("translated", layout, dict)

    def translate(self, formula: str) -> str:
        """The same formula means the same as long as worksheets keep their titles and sizes: kept from run to run."""
        key = (self.home.id, self.away, formula)
        if key not in self.known:
            matches = list(references.TOKEN.finditer(formula[1:]))
            tokens = [self._token(match) for match in matches]
            otherwise = any(match[0] == ";" or match[0].upper() in _REWRITES for match in matches)
            self.known[key] = "=" + (_calls(tokens) if otherwise else "".join(tokens))
        return self.known[key]

    def _token(self, match: re.Match[str]) -> str:
        if match["ref"]:
            key = (self.home.id, self.away, match[0])
            if key not in self.known:
                self.known[key] = self._reference(references.reference(match))
            return self.known[key]
        if match["name"] and (named := self.named.get(match[0].casefold())):
            sheet, area = self.book.area(named["range"])
            start = Corner(area.left, area.top, True, True)
            end = None if area.is_cell else Corner(area.right - 1, area.bottom - 1, True, True)
            return self._reference(Reference(sheet.title, start, end))
        return match[0]

    def _reference(self, ref: Reference) -> str:
        title = ref.sheet if ref.sheet is not None else self.home.title
        sheet = self.book.by_title(title)
        if sheet is None:
            return references.REF
        start, end = ref.start, ref.end
        if end is not None:
            (top, bottom), (left, right) = ref.rows, ref.columns
            # fixed where it is open: alike in every formula that names it, so that the engine reads it once
            start = Corner(left, top, start.fixed_column or start.column is None, start.fixed_row or start.row is None)
            end = Corner(
                (sheet.column_count if right == FAR else right) - 1,
                (sheet.row_count if bottom == FAR else bottom) - 1,
                end.fixed_column or end.column is None,
                end.fixed_row or end.row is None,
            )
        elif (start.row or 0) >= sheet.row_count or (start.column or 0) >= sheet.column_count:
            return references.REF
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


_OTHER_THAN = re.compile(r'\s*"<>(?:([^"]+)"|"\s*&(.+))\s*', re.DOTALL)


def _count_ifs(given: list[str]) -> str:
    """`"<>text"` (or `"<>"&cell`) counts blank cells too: all that match the rest, less those that are the text."""
    pairs = list(zip(given[::2], given[1::2], strict=False))
    unequal = [
        (cells, f'"{match[1]}"' if match[1] else f'"="&{match[2]}')
        for cells, test in pairs
        if (match := _OTHER_THAN.fullmatch(test))
    ]
    if not unequal or len(given) % 2:
        return ""
    rest = [f"{cells},{test}" for cells, test in pairs if not _OTHER_THAN.fullmatch(test)]

    def count(tests: list[str], left: list[tuple[str, str]]) -> str:
        if left:
            (cells, text), *others = left
            equal = f"{cells},{text}"
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
