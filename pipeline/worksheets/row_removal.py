"""How whole rows are deleted while people sort, insert, move and delete in the same worksheet.

A deletion names rows by their place, and between our read and our write anybody may move them. So the batch looks for
the rows itself: formulas in columns that stand left of everything while it runs tell those that hold what was read.
Sorted to the top they go, and of empty rows put in for them as many as were not found. The rest is sorted back, with
one more empty row where each of them was read. These are deleted by their place, as if nothing had been moved, so that
references to what is left, heights and ranges follow as after any deletion.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from pipeline.worksheets import cells
from pipeline.worksheets import requests as ask
from pipeline.worksheets.cells import Json, letters
from pipeline.worksheets.diff import entered_rows
from pipeline.worksheets.scorecards import Value
from pipeline.worksheets.snapshot import Sheet

_WANTED, _INSTEAD, _GAP, _OTHER = range(4)  # what a row is, in the order in which they are sorted first
_KIND, _PLACE, _COLUMN, _TITLE, _TEXTS = range(5)  # our columns; in the first row stands what their formulas look at
_LAST = 1e9  # sorts below every row
_MANY = 100_000  # more than any worksheet has columns


def without_rows(sheet: Sheet, titles: Sequence[Value], place: int, held: Mapping[int, Value]) -> Iterator[Json]:
    """Requests, for one batch, that delete the rows which hold what is `held` in the column at this place.

    Args:
        titles: what the first row was read with. The column is looked for by its title; where it is not found any more,
            no row goes.
        held: what each of the rows was read with there, by row; from top to bottom.
    """
    if not held:
        return
    count, texts = len(held), list(dict.fromkeys(held.values()))
    title, alike = titles[place], list(titles[: place + 1]).count(titles[place])  # people name columns as ours are
    width = _TEXTS + len(texts)
    below = min((len(sheet.rows) + sheet.row_count) // 2, sheet.row_count - 1) + count  # amid rows that nobody uses
    yield ask.insert(sheet.id, "COLUMNS", 0, width, like_before=False)
    yield ask.insert(sheet.id, "ROWS", 1, 1 + count, like_before=False)
    yield ask.insert(sheet.id, "ROWS", below, below + count, like_before=False)
    first = [cells.EMPTY, cells.formula(_left_over()), cells.formula(_column(sheet, width, alike))]
    yield from ask.write(sheet.id, 0, 0, [[*first, *entered_rows([[title, *texts]])[0]]], "userEnteredValue")
    for column, told in ((_KIND, _kind(sheet, width)), (_PLACE, _place())):
        yield ask.repeat(ask.grid(sheet.id, 1, None, column, column + 1), "userEnteredValue", **cells.formula(told))
    # the others begin below the gaps then, so each gap comes to stand right above what was below the row
    gaps = [_known(_GAP, row + count - index + 0.5) for index, row in enumerate(held)]
    yield from ask.write(sheet.id, 1, 0, gaps, "userEnteredValue")
    yield from ask.write(sheet.id, below, 0, [_known(_INSTEAD, _LAST)] * count, "userEnteredValue")
    yield ask.sort(ask.grid(sheet.id, 1), _KIND, _PLACE)
    yield ask.delete(sheet.id, "ROWS", 1, 1 + count)
    yield ask.sort(ask.grid(sheet.id, 1), _PLACE)
    yield ask.delete(sheet.id, "COLUMNS", 0, width)
    for start, end in reversed(list(_runs(held))):
        yield ask.delete(sheet.id, "ROWS", start, end)
    grid = sheet.raw["properties"]["gridProperties"]  # what is inserted and deleted among frozen ones may count there
    frozen = {name: grid.get(name, 0) for name in ("frozenRowCount", "frozenColumnCount")}
    yield ask.update_sheet(sheet.id, ",".join(f"gridProperties.{name}" for name in frozen), gridProperties=frozen)


def _known(kind: int, place: float) -> list[Json]:
    """Formulas, too: were none worked out before the batch is through, nothing would be sorted, and rows would go from
    where they were read."""
    return [cells.formula(f"={kind}"), cells.formula(f"={place:.1f}")]


def _runs(rows: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Rows that stand one below the other: the first, and the first that does not belong to them."""
    for _, found in groupby(enumerate(rows), lambda pair: pair[1] - pair[0]):
        run = [row for _, row in found]
        yield run[0], run[-1] + 1


def _left_over() -> str:
    """How many of the rows that go instead of others are there; after the first deletion as many as were found."""
    column = letters(_KIND)
    return f"=COUNTIF(${column}:${column},{_INSTEAD})"


def _column(sheet: Sheet, width: int, alike: int) -> str:
    """Where the column of this very title is, the last of so many from the left: its place, taken from a number that is
    larger than any."""
    titles = _theirs(sheet, width, "$1")
    found = f"IFERROR(EXACT({titles},${letters(_TITLE)}$1)*({_MANY}-COLUMN({titles})),0)"
    return f"=SUMPRODUCT(LARGE({found},{alike}))"


def _kind(sheet: Sheet, width: int) -> str:
    held = f"INDEX({_theirs(sheet, width, '2')},1,{_MANY - width}-${letters(_COLUMN)}$1)"
    alike = ",".join(f"EXACT({held},${letters(place)}$1)" for place in range(_TEXTS, width))
    return f"=IF(IFERROR(OR({alike}),FALSE),{_WANTED},{_OTHER})"


def _place() -> str:
    """The row's number, as if none that goes instead of others stood above it."""
    return f"=ROW()-${letters(_PLACE)}$1"


def _theirs(sheet: Sheet, width: int, row: str = "") -> str:
    """What stands right of our columns, as wide as the worksheet was read."""
    return f"${letters(width)}{row}:${letters(width + sheet.column_count - 1)}{row}"
