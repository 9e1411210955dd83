"""Formulas keep their meaning while rows and columns move under them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.emulator.references import carried, deleted, each, inserted, moved, renamed, shifted


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("=A1+A3", "=A1+A5"),
        ("=SUM(A1:A3)", "=SUM(A1:A5)"),
        ("=SUM($A$3:A$9)", "=SUM($A$5:A$11)"),
        ("=SUM(A:A)+SUM(3:4)", "=SUM(A:A)+SUM(5:6)"),
        ("=SUM(A3:A)", "=SUM(A5:A)"),
        ("=Other!A3&Home!A3", "=Other!A3&Home!A5"),
        ('="A3"&LOG10(A3)', '="A3"&LOG10(A5)'),
        ("=UNKNOWN_FN(A3)", "=UNKNOWN_FN(A5)"),
    ],
)
def test_two_rows_inserted_in_front_of_the_third(before: str, after: str) -> None:
    """References behind go along, ranges around widen, other worksheets and texts stay."""
    assert shifted(before, "Home", "Home", inserted(2, 2), rows=True) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("=A2", "=#REF!"),
        ("=A5", "=A3"),
        ("=SUM(A2:A9)", "=SUM(A2:A7)"),
        ("=SUM(A1:A3)", "=SUM(A1)"),
        ("=SUM(A1:A2)", "=SUM(A1:A1)"),
        ("=SUM(A3:A9)", "=SUM(A2:A7)"),
        ("=SUM(A2:A3)", "=SUM(#REF!)"),
    ],
)
def test_the_second_and_third_row_deleted(before: str, after: str) -> None:
    """A range that loses its first or last row shrinks; only one that loses all its rows is lost."""
    got = shifted(before, "Home", "Home", deleted(1, 2), rows=True)
    assert got.replace("A1:A1", "A1") == after.replace("A1:A1", "A1")


def test_columns_move_alike() -> None:
    """Columns are rows turned."""
    assert shifted("=SUM(B1:D1)*C2", "Home", "Home", inserted(2, 1), rows=False) == "=SUM(B1:E1)*D2"
    assert shifted("=SUM(B1:D1)*C2", "Home", "Home", deleted(1, 1), rows=False) == "=SUM(B1:C1)*B2"


def test_a_moved_row_takes_its_references_along() -> None:
    """Row 1 moved behind row 3."""
    assert shifted("=A1+A2+A3+A4", "Home", "Home", moved(0, 1, 3), rows=True) == "=A3+A1+A2+A4"


@pytest.mark.parametrize(("before", "after"), [("=A1+$B$1+C$1", "=B3+$B$1+D$1"), ("=SUM(A1:B2)", "=SUM(B3:C4)")])
def test_a_copy_carries_relative_references(before: str, after: str) -> None:
    """Two rows down, one column to the right; what is fixed stays."""
    assert carried(before, 2, 1) == after


def test_a_copy_that_leaves_the_grid_loses_its_reference() -> None:
    """There is no row above the first."""
    assert carried("=A1", -1, 0) == "=#REF!"


def test_a_worksheet_renamed_or_deleted() -> None:
    """References by title follow the title, in quotes when it needs them."""
    assert renamed("='Old one'!A1+Other!A1", "old one", "New 'one'") == "='New ''one'''!A1+Other!A1"
    assert renamed("=Old!A1+A1", "Old", None) == "=#REF!+A1"


cell = st.tuples(st.integers(0, 40), st.integers(1, 60), st.booleans(), st.booleans()).map(
    lambda c: f"{'$' * c[2]}{chr(65 + c[0] % 26)}{'$' * c[3]}{c[1]}"
)


@settings(max_examples=200, deadline=None)
@given(st.lists(cell, min_size=1, max_size=4), st.integers(0, 60), st.integers(1, 5))
def test_rows_inserted_and_deleted_again_change_nothing(cells: list[str], at: int, count: int) -> None:
    """Deleting exactly what was inserted gives the formula back."""
    formula = "=" + "+".join(cells)
    there = shifted(formula, "Home", "Home", inserted(at, count), rows=True)
    assert shifted(there, "Home", "Home", deleted(at, count), rows=True) == formula


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="AB12$:!'\"(),+ #REF", max_size=20))
def test_any_text_is_kept_where_nothing_changes(text: str) -> None:
    """Taking a formula apart and joining it again loses nothing but the case of column letters."""
    assert each("=" + text, str).upper().replace("'", "") == ("=" + text).upper().replace("'", "")
