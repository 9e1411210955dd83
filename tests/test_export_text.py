"""The .csv and .json exports, read back by the standard library."""

from __future__ import annotations

import csv as stdlib_csv
import io
import json as stdlib_json

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.export import csv, json
from pipeline.export.safe_text import clean, cut, formula_safe
from tests.export_examples import HOSTILE, bare, card, hostile, report_of, shown, small


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(stdlib_csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_csv_is_what_excel_opens_right() -> None:
    """A byte order mark, so that letters are read as UTF-8, and CRLF."""
    content = csv(small())
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.count(b"\r\n") == 5


def test_csv_holds_the_ranking_with_unrounded_numbers() -> None:
    """One row a candidate, best first; what there is not is empty."""
    rows = rows_of(csv(small()))
    assert [row["Candidate"] for row in rows] == ["Ana", "Ben", "Cyd", "Dev"]
    assert [row["Rank"] for row in rows] == ["1", "2", "", ""]
    assert [row["Status"] for row in rows] == ["ranked", "ranked", "incomplete", "knocked-out"]
    assert float(rows[0]["Score"]) == float(small().ranking.candidates[0].score or 0)
    assert rows[0]["Databases"] == "4.75"


def test_csv_holds_no_cell_that_a_spreadsheet_takes_for_a_formula() -> None:
    """A leading apostrophe keeps it text; the rest of the text is unchanged."""
    rows = rows_of(csv(hostile()))
    cells = [value for row in rows for value in row.values()]
    assert not [value for value in cells if value[:1] in tuple("=+-@\t\r\n＝＋－＠")]
    names = {bare(row["Candidate"].removeprefix("'")) for row in rows}
    assert {shown(text) for text in HOSTILE} <= names
    assert "007" in names


def test_csv_quotes_text_so_that_separators_in_it_are_text() -> None:
    """LibreOffice's import dialog offers to split at semicolons as well as commas; Excel in much of Europe does so."""
    report = report_of([card("Ana; =1+1", who, 4, 4, 4, 4, 4, 4) for who in ("ivo", "mara")])
    assert '"Ana;\' =1+1"' in csv(report).decode()


def test_csv_numbers_stay_numbers_even_below_zero() -> None:
    """An apostrophe before -0.5 would make a text of it: only what was typed gets one."""
    from pipeline.export.as_csv import _cell

    assert _cell(-0.5) == -0.5
    assert _cell("-0.5") == "'-0.5"


@given(st.text(st.characters(exclude_categories=())) | st.text("a'; =+-@", max_size=12))
@settings(max_examples=300, deadline=None)
def test_formula_safe_text_is_the_same_text_but_for_apostrophes(text: str) -> None:
    """Whatever was typed, and wherever a spreadsheet that splits at semicolons begins a cell."""
    safe = formula_safe(text)
    assert safe.replace("'", "") == text.replace("'", "")
    assert not [cell for cell in safe.split(";") if cell.lstrip()[:1] in tuple("=+-@＝＋－＠") and cell.strip()]
    clean(safe).encode()  # holds nothing that cannot be written


@given(st.text(max_size=60), st.integers(20, 60))
@settings(max_examples=100, deadline=None)
def test_cut_text_fits_and_says_so(text: str, most: int) -> None:
    """Counted as spreadsheets count: in UTF-16 units."""
    made = cut(text, most, "…!")
    assert len(made.encode("utf-16-le")) <= 2 * most
    assert made == text or made.endswith("…!")


def test_json_is_the_document_of_the_ranking() -> None:
    """The same that `rank --json` prints."""
    told = stdlib_json.loads(json(small()))
    assert told["schema_version"] == 1
    assert [each["candidate"] for each in told["candidates"]] == ["Ana", "Ben", "Cyd", "Dev"]
    assert told["candidates"][2]["rank"] is None
    assert {each["interviewer"] for each in told["interviewers"]} == {"ivo@example.com", "mara@example.com"}


def test_json_gives_every_text_back_exactly() -> None:
    """Nothing is cut, cleaned or escaped away, not even 50,000 characters or a lone surrogate."""
    names = [*HOSTILE, "x" * 50_000, "\ud800"]
    report = report_of([card(name, "ivo@example.com", 4, 4, 4, 4, 4, 4) for name in names])
    told = stdlib_json.loads(json(report))
    assert {each["candidate"] for each in told["candidates"]} == set(names)
