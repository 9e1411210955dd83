"""The exports opened and calculated by other programs: LibreOffice, and a formula engine that is not ours."""

from __future__ import annotations

import io
import warnings
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from pipeline import config, ranking
from pipeline.errands import sample_panel
from pipeline.export import Report, csv, html, xlsx
from pipeline.project import read_sources
from pipeline.scorecard import Rubric
from pipeline.worksheets import whatif
from tests.export_examples import HOSTILE, RUBRIC, bare, card, hostile, report_of, shown, small, soffice

LISTED = slice(1, 4)  # columns of What-if, from 0: candidate, new score, new rank


def weighted(rubric: Rubric, weights: Sequence[int]) -> Rubric:
    competencies = [replace(c, weight=Fraction(w)) for c, w in zip(rubric.competencies, weights, strict=True)]
    return replace(rubric, competencies=tuple(competencies))


Row = tuple[str, float | str, float | str]


def expected(report: Report, weights: Sequence[int]) -> list[Row]:
    """Name, score and rank in the order of a ranking that really has these weights."""
    result = ranking.rank(weighted(report.rubric, weights), report.counted)
    return [
        (each.candidate, "–" if each.score is None else float(each.score), each.rank or "–")
        for each in result.candidates
    ]


def agree(rows: Sequence[Sequence[Any]], wanted: Sequence[Row]) -> bool:
    """Texts alike, numbers but for the tenth decimal, to which the worksheet rounds scores; equal ranks in any order."""

    def place(row: Sequence[Any]) -> tuple[float, str]:
        return (float("inf") if isinstance(row[2], str) else row[2], row[0])

    in_order = [place(row)[0] for row in rows] == sorted(place(row)[0] for row in rows)
    rows, wanted = sorted(rows, key=place), sorted(wanted, key=place)
    return (
        in_order
        and len(rows) == len(wanted)
        and all(
            found == value if isinstance(value, str) else found == pytest.approx(value, abs=1e-9)
            for row, expectation in zip(rows, wanted, strict=True)
            for found, value in zip(row, expectation, strict=True)
        )
    )


def saved(file: Path, *, values: bool = False) -> Any:
    """A file that LibreOffice saved; openpyxl warns of what it does not know in there."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return openpyxl.load_workbook(file, data_only=values)


def calculated(content: bytes, weights: Sequence[int], candidates: int) -> tuple[Any, list[list[Any]]]:
    """The check cell and the new order, as the other engine calculates the exported file."""
    import formualizer

    book = formualizer.Workbook.from_bytes(content)
    for place, weight in enumerate(weights, start=whatif.COMPETENCIES + 1):
        book.set_value("What-if", whatif.YOUR_W + 1, place, weight)
    book.evaluate_all()
    rows = [
        [book.get_value("What-if", whatif.FIRST + 1 + row, column + 1) for column in range(4)[LISTED]]
        for row in range(candidates)
    ]
    return book.get_value("What-if", whatif.CHECK + 1, 2), rows


levels = st.one_of(st.none(), st.integers(1, 5))


@given(
    st.lists(st.lists(st.lists(levels, min_size=6, max_size=6), min_size=1, max_size=3), min_size=1, max_size=5),
    st.lists(st.integers(0, 9), min_size=3, max_size=3).filter(any),
)
@settings(max_examples=15, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
def test_what_if_in_the_file_ranks_as_the_program_does(given_levels: Any, weights: list[int]) -> None:
    """Under whatever weights: the same order, ranks and scores, and a check that holds."""
    cards = [
        card(f"candidate {c}", f"i{r}@example.com", *answers)
        for c, cards in enumerate(given_levels)
        for r, answers in enumerate(cards)
    ]
    report = report_of(cards, RUBRIC)
    check, rows = calculated(xlsx(report), weights, len(report.ranking.candidates))
    assert check is True
    assert agree(rows, expected(report, weights)), (rows, expected(report, weights))


def test_values_stored_with_formulas_are_what_another_engine_gets() -> None:
    """The file shows the same before and after a program has calculated it."""
    import formualizer

    content = xlsx(small())
    formulas, values = (openpyxl.load_workbook(io.BytesIO(content), data_only=only) for only in (False, True))
    book = formualizer.Workbook.from_bytes(content)
    book.evaluate_all()
    for title in ("What-if", "Compare", "Ratings"):
        for row in formulas[title].iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    stored = values[title][cell.coordinate].value
                    found = book.get_value(title, cell.row, cell.column)
                    same = stored == found or (stored in (None, "") and found in (None, ""))
                    assert same or stored == pytest.approx(found, abs=1e-9), f"{title} {cell.coordinate}"


def test_libreoffice_calculates_what_if_as_the_program_does(tmp_path: Path) -> None:
    """Other weights typed into the file; every formula calculated there."""
    report, weights = small(), [1, 9, 2]
    book = openpyxl.load_workbook(io.BytesIO(xlsx(report)))  # saving drops the stored values
    for place, weight in enumerate(weights, start=whatif.COMPETENCIES + 1):
        book["What-if"].cell(whatif.YOUR_W + 1, place).value = weight
    file = tmp_path / "weights.xlsx"
    book.save(file)
    sheet = saved(soffice(file, to="xlsx", out=tmp_path / "out"), values=True)["What-if"]
    first = whatif.FIRST + 1
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(first, first + 3, 2, 4)]
    assert agree(rows, expected(report, weights)), rows
    assert sheet.cell(whatif.CHECK + 1, 2).value is True


def test_libreoffice_follows_a_rating_that_is_changed_in_the_file(tmp_path: Path) -> None:
    """In its Scorecards, sorted the other way round: What-if ranks by it, and its check says that Rankings does not."""
    cards = list(small().counted)
    question = RUBRIC.questions[0].id
    book = openpyxl.load_workbook(io.BytesIO(xlsx(small())))
    sheet = book["Scorecards"]
    header, *rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    for at, row in enumerate(reversed(rows), start=2):
        if row[header.index("Response")] == cards[2].response_id:
            row[header.index(f"Rating: {question}")] = 5
        for place, value in enumerate(row, start=1):
            sheet.cell(at, place).value = value
    file = tmp_path / "rating.xlsx"
    book.save(file)
    page = saved(soffice(file, to="xlsx", out=tmp_path / "out"), values=True)["What-if"]
    cards[2] = replace(cards[2], ratings={**cards[2].ratings, question: 5})
    first = whatif.FIRST + 1
    found = [[cell.value for cell in row] for row in page.iter_rows(first, first + 3, 2, 4)]
    assert agree(found, expected(report_of(cards), [5, 3, 2])), found
    assert page.cell(whatif.CHECK + 1, 2).value is False


def test_libreoffice_opens_the_xlsx_and_keeps_every_text_a_text(tmp_path: Path) -> None:
    """Names that look like formulas come out as they went in."""
    file = tmp_path / "hostile.xlsx"
    file.write_bytes(xlsx(hostile()))
    made = saved(soffice(file, to="xlsx", out=tmp_path / "out"))
    sheet = made["Rankings"]
    names = {bare(str(row[2].value)) for row in sheet.iter_rows(min_row=2) if row[2].value}
    assert {shown(text) for text in HOSTILE} <= names
    assert not [cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f" or cell.hyperlink]


def test_libreoffice_opens_the_csv_without_a_formula(tmp_path: Path) -> None:
    """Read as spreadsheets read CSV: nothing in it calculates."""
    file = tmp_path / "hostile.csv"
    file.write_bytes(csv(hostile()))
    book = saved(soffice(file, to="xlsx", out=tmp_path / "out"))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert len(cells) > len(HOSTILE) * 10
    assert not [cell for cell in cells if cell.data_type == "f" or cell.hyperlink]
    assert [cell.value for cell in cells if cell.column_letter == "A"][1] == 1


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.text = ""

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture(scope="module")
def shipped() -> Report:
    """The shipped question bank and rubric, and the demo's panel."""
    sources = read_sources(Path(__file__).parent.parent)
    rubric = config.rubric(sources.roles[0], sources.bank)
    cards = [replace(each, submitted_at="2026-03-02T10:00:00Z") for each in sample_panel.scorecards(rubric)]
    return report_of(cards, rubric)


def test_the_shipped_round_prints_from_libreoffice(shipped: Report, tmp_path: Path) -> None:
    """Every worksheet that people see comes out on paper."""
    file = tmp_path / "demo.xlsx"
    file.write_bytes(xlsx(shipped))
    made = soffice(file, to="pdf", out=tmp_path / "out").read_bytes()
    assert made.startswith(b"%PDF")
    assert made.count(b"/Type/Page\n") + made.count(b"/Type/Page/") >= 7


def test_the_shipped_round_is_told_in_full(shipped: Report) -> None:
    """Each candidate, competency, question and interviewer of the demo stands in the page."""
    page = _Text()
    page.feed(html(shipped).decode())
    said = page.text
    for name in (each.candidate for each in shipped.ranking.candidates):
        assert name in said
    for competency in shipped.rubric.competencies:
        assert competency.name in said
        assert competency.why in said
    for question in shipped.rubric.questions:
        assert question.question in said
