"""A1 notation: which cells a range names, and how Google writes it back."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.emulator import a1
from pipeline.emulator.a1 import FAR, Area
from pipeline.emulator.book import Book, Worksheet, new_worksheet
from pipeline.emulator.refusal import Refusal

BOOK = Book("b", {})
BOOK.worksheets = [
    new_worksheet(9, {"title": "Hidden", "hidden": True}),
    *(new_worksheet(number, {"title": title}) for number, title in enumerate(("Sheet1", "Jon's data", "D3", "a/b"))),
]
BOOK.named_ranges.append(
    {"name": "scores", "range": {"sheetId": 1, "startRowIndex": 1, "endRowIndex": 5, "startColumnIndex": 2}}
)


@pytest.mark.parametrize(
    ("text", "area"),
    [
        ("Sheet1!A1:B2", Area(0, 0, 0, 2, 2)),
        ("Sheet1!$A$1:B$2", Area(0, 0, 0, 2, 2)),
        ("'Sheet1'!C7", Area(0, 6, 2, 7, 3)),
        ("Sheet1!D4:A1", Area(0, 0, 0, 4, 4)),
        ("Sheet1!A5:A", Area(0, 4, 0, FAR, 1)),
        ("Sheet1!B:C", Area(0, 0, 1, FAR, 3)),
        ("Sheet1!2:3", Area(0, 1, 0, 3, FAR)),
        ("Sheet1!R2C3:R4C5", Area(0, 1, 2, 4, 5)),
        ("Sheet1", Area(0)),
        ("sheet1!a1", Area(0, 0, 0, 1, 1)),
        ("'Jon''s data'!A1", Area(1, 0, 0, 1, 1)),
        ("a/b!A1", Area(3, 0, 0, 1, 1)),
        ("scores", Area(1, 1, 2, 5, FAR)),
    ],
)
def test_a_range_names_these_cells(text: str, area: Area) -> None:
    """Bounded, open, reversed, quoted, by R1C1, by name."""
    assert a1.parse(text, BOOK) == area


def test_a_bare_range_is_on_the_first_visible_worksheet() -> None:
    """A hidden worksheet in front does not count."""
    assert a1.parse("A1:B2", BOOK).sheet == 0


def test_a_worksheet_may_be_named_like_a_cell() -> None:
    """Quoted it is the worksheet, bare it is the cell."""
    assert a1.parse("'D3'", BOOK) == Area(2)
    assert a1.parse("'D3'!A1", BOOK).sheet == 2
    assert a1.parse("D3", BOOK) == Area(0, 2, 3, 3, 4)


@pytest.mark.parametrize("text", ["Nope!A1", "Sheet1!A0", "Sheet1!A1:", "Sheet1!", "", "1", "Sheet1!AAAA1", "'x"])
def test_what_is_no_range_is_refused_in_googles_words(text: str) -> None:
    """A missing worksheet is a 400 and no 404."""
    with pytest.raises(Refusal) as refused:
        a1.parse(text, BOOK)
    assert (refused.value.code, refused.value.message) == (400, f"Unable to parse range: {text}")


@pytest.mark.parametrize(
    ("title", "quoted"),
    [
        ("Sheet1", "Sheet1"),
        ("My tab", "'My tab'"),
        ("🌵 x", "'🌵 x'"),
        ("D3", "'D3'"),
        ("Jon's", "'Jon''s'"),
        ("2024", "'2024'"),
    ],
)
def test_a_title_is_quoted_only_when_it_must_be(title: str, quoted: str) -> None:
    """As recorded answers show them."""
    assert a1.quote(title) == quoted


def test_an_area_outside_the_grid_is_refused() -> None:
    """Starting inside and ending past it is clipped instead."""
    assert a1.check(Area(0, 999, 0, 2000, 99), BOOK.worksheets[1]) == Area(0, 999, 0, 1000, 26)
    with pytest.raises(Refusal) as refused:
        a1.check(a1.parse("Sheet1!A1001:B", BOOK), BOOK.worksheets[1])
    assert refused.value.message == "Range (Sheet1!A1001:B) exceeds grid limits. Max rows: 1000, max columns: 26"


edges = st.tuples(st.integers(0, 900), st.integers(0, 900)).map(sorted)


@settings(max_examples=200, deadline=None)
@given(edges, edges, st.sampled_from(BOOK.worksheets))
def test_what_is_written_is_read_back(rows: list[int], columns: list[int], tab: Worksheet) -> None:
    """Any area survives the way through its text."""
    area = Area(tab.id, rows[0], columns[0], rows[1] + 1, columns[1] + 1)
    assert a1.parse(a1.text(area, tab.title), BOOK) == area
    assert a1.from_grid(a1.to_grid(area)) == area


@given(st.integers(0, 18_277))
def test_column_names_count_on(index: int) -> None:
    """Every index has a name, and the name the index."""
    assert a1.column_index(a1.column_name(index)) == index
