"""The .xlsx export, read back by a program that is not ours."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from typing import Any

import openpyxl
import pytest

from pipeline.export import xlsx
from pipeline.worksheets import StoredScorecard
from tests.export_examples import HOSTILE, bare, card, hostile, report_of, rubric_of, shown, small


def opened(content: bytes, *, values: bool = False) -> Any:
    return openpyxl.load_workbook(io.BytesIO(content), data_only=values)


def column(sheet: Any, header: str) -> list[Any]:
    place = next(cell.column for cell in sheet[1] if cell.value == header)
    return [row[place - 1].value for row in sheet.iter_rows(min_row=2) if row[0].value is not None]


def test_it_holds_the_worksheets_of_the_spreadsheet() -> None:
    """What managers know from the spreadsheet stands in the file; values that formulas need are hidden."""
    book = opened(xlsx(small()))
    visible = [sheet.title for sheet in book if sheet.sheet_state == "visible"]
    assert visible == ["Rankings", "What-if", "Compare", "Scorecards", "Interviewers", "Rubric", "About"]


def test_rankings_holds_numbers_best_first_and_the_rest_below() -> None:
    """Ranks, exact scores, and a reason for everybody who is not ranked."""
    sheet = opened(xlsx(small()))["Rankings"]
    assert column(sheet, "Rank") == [1, 2, "–", "–"]
    assert column(sheet, "Candidate") == ["Ana", "Ben", "Cyd", "Dev"]
    expected = [float(result.score or 0) for result in small().ranking.candidates]
    assert column(sheet, "Score") == pytest.approx(expected, abs=1e-12)
    assert column(sheet, "Flags")[2].startswith("Incomplete: ")
    assert column(sheet, "Flags")[3].startswith("Knocked out: must-have Databases")


def test_notes_tell_what_a_column_means_and_how_a_score_came_about() -> None:
    """Hovering over a header or a name explains it."""
    sheet = opened(xlsx(small()))["Rankings"]
    assert "equal scores share it" in sheet["A1"].comment.text
    assert "Each competency's score times its weight" in sheet["C2"].comment.text


def test_rankings_is_frozen_filtered_and_coloured() -> None:
    """Header and names stay in sight; scores have bars, competencies a colour scale, tiers a background."""
    sheet = opened(xlsx(small()))["Rankings"]
    assert sheet.freeze_panes == "D2"
    assert sheet.auto_filter.ref.startswith("A1:")
    kinds = {rule.type for rules in sheet.conditional_formatting for rule in rules.rules}
    assert kinds == {"dataBar", "colorScale"}
    assert sheet["A2"].fill.fgColor.rgb != sheet["A5"].fill.fgColor.rgb
    assert sheet["D2"].number_format == "0.00"
    assert len(sheet._charts) == 1


def test_scores_that_differ_do_not_look_alike() -> None:
    """As many decimals as it takes to tell two scores apart."""
    rubric = rubric_of(1000, 1)
    cards = [
        card(name, who, 4, 4, 4, last, rubric=rubric)
        for name, last in (("Ana", 4), ("Ben", 5))
        for who in ("ivo@example.com", "mara@example.com")
    ]
    sheet = opened(xlsx(report_of(cards, rubric)))["Rankings"]
    assert sheet["D2"].number_format == "0.0000"


def test_formulas_come_with_their_values() -> None:
    """A viewer that does not calculate shows the what-if ranking all the same, and its check."""
    content = xlsx(small())
    sheet, formulas = opened(content, values=True)["What-if"], opened(content)["What-if"]
    assert sheet["B2"].value is True
    assert [sheet.cell(row, 2).value for row in range(11, 15)] == ["Ana", "Ben", "Cyd", "Dev"]
    assert formulas["B11"].value.startswith("=")
    assert opened(content, values=True)["Compare"]["B3"].value == "Ana"


def test_text_is_never_a_formula_a_link_or_a_number() -> None:
    """Names and evidence that look like formulas, addresses or numbers are strings in every worksheet."""
    content = xlsx(hostile())
    book = opened(content)
    held = {
        bare(str(cell.value)) for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "s"
    }
    assert {shown(text) for text in HOSTILE} <= held
    for title in ("Rankings", "Scorecards", "Interviewers", "Rubric", "About", "Results"):
        assert not [c for row in book[title].iter_rows() for c in row if c.data_type == "f"], title
    assert not [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.hyperlink]
    parts = zipfile.ZipFile(io.BytesIO(content))
    assert not [name for name in parts.namelist() if "externalLink" in name]
    assert b'TargetMode="External"' not in b"".join(parts.read(name) for name in parts.namelist())


def test_formulas_hold_no_typed_text() -> None:
    """Names are looked up by place; no formula contains one."""
    texts = [
        cell.value
        for sheet in opened(xlsx(hostile()))
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f"
    ]
    assert texts
    assert not [text for text in texts if "cmd" in text or "script" in text or "HYPERLINK" in text]


def test_a_text_longer_than_a_cell_is_cut_and_says_so() -> None:
    """50,000 characters: a cell holds 32,767, which is the format's own limit."""
    long = card("Ana", "ivo@example.com", 4, 4, 4, 4, 4, 4, said="é" * 50_000)
    content = xlsx(report_of([long]))
    sheet = opened(content)["Scorecards"]
    held = column(sheet, "Evidence: databases")[0]
    assert len(held) <= 32_767
    assert "cut here" in held[-80:]
    texts = [str(cell.value) for sheet in opened(content, values=True) for row in sheet.iter_rows() for cell in row]
    assert max(map(len, texts)) <= 32_767


def test_the_same_report_gives_the_same_bytes() -> None:
    """Nothing in the file depends on when or where it was made."""
    assert xlsx(small()) == xlsx(small())


def test_every_scorecard_is_there_with_its_status() -> None:
    """A replaced scorecard is shown as superseded, and does not count."""
    report = small()
    old = card("Ana", "ivo@example.com", 1, 1, 1, 1, 1, 1)
    report = replace(report, scorecards=(*report.scorecards, StoredScorecard(old, "superseded")))
    sheet = opened(xlsx(report))["Scorecards"]
    assert column(sheet, "Status").count("superseded") == 1
    assert len(column(sheet, "Status")) == 8


def test_answers_to_questions_that_left_the_rubric_are_kept() -> None:
    """Their column stands last."""
    left = replace(card("Ana", "ivo@example.com", 4, 4, 4, 4, 4, 4), ratings={"databases-1": 4, "gone": 2})
    sheet = opened(xlsx(report_of([left])))["Scorecards"]
    assert column(sheet, "Rating: gone") == [2]


def test_nobody_yet_is_a_file_too() -> None:
    """Before the first scorecard the file opens, and says so."""
    book = opened(xlsx(report_of([])))
    assert book["Rankings"].max_row == 1
    assert "none yet" in str([cell.value for row in book["About"].iter_rows() for cell in row])


def test_every_part_of_the_file_is_well_formed() -> None:
    """XML refuses control characters; a spreadsheet program would offer to repair the file."""
    import xml.etree.ElementTree as ElementTree

    parts = zipfile.ZipFile(io.BytesIO(xlsx(hostile())))
    for name in parts.namelist():
        content = parts.read(name)
        ElementTree.fromstring(content)
        assert not re.search(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]", content), name
