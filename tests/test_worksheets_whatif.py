"""What-if's live formulas give the exact ranking out of Scorecards, in every engine that can be asked here."""

from __future__ import annotations

import math
import random
import shutil
from collections.abc import Callable, Iterable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.ranking import Ranking, rank
from pipeline.scorecard import Rubric, SubmittedScorecard
from pipeline.worksheets import ratings, results, scorecards, whatif
from pipeline.worksheets.cells import EMPTY, MISSING, Columns, Json, number, text
from pipeline.worksheets.pull import with_statuses
from pipeline.worksheets.scorecards import RATING, StoredScorecard
from pipeline.worksheets.whatif import Limits

from . import worksheets_calculated as engines
from .worksheets_examples import card, cards, rubric_of

WEIGHTS = ("5", "3", "2")
NAMES = tuple(f"Candidate {n}" for n in range(8))
SHOWN = ("rank", "score", "key")  # what What-if looks up in Rankings
weight = st.decimals(0, 9, places=2).map(str)
threshold = st.none() | st.decimals(1, 5, places=1).map(str)
in_both = pytest.mark.parametrize("engine", [engines.formualizer, engines.ironcalc], ids=["formualizer", "ironcalc"])
Sheets = dict[str, Any]


def stored(given: Iterable[SubmittedScorecard]) -> list[StoredScorecard]:
    """Rows of Scorecards with their status, as a pull writes them."""
    return list(with_statuses({each.response_id: StoredScorecard(each, "counted") for each in given}).values())


def spreadsheet(
    rubric: Rubric, rows: list[StoredScorecard], typed: list[str] | None = None, limit: str | None = None, seed: int = 0
) -> Sheets:
    """The worksheets that What-if comes from, with a manager's weights and threshold typed in. People have sorted
    Scorecards, moved its columns and put in one of their own."""
    pick = random.Random(seed)
    counted = [row.card for row in rows if row.status == "counted"]
    ranking = rank(rubric, counted)
    columns = [column.key for column in scorecards.columns(rubric)]
    columns.insert(3, "theirs")
    pick.shuffle(columns)
    told = [scorecards.cells_of(row, ZoneInfo("UTC")) | {"theirs": text("5")} for row in rows]
    pick.shuffle(told)
    source = Columns("Scorecards", {key: place for place, key in enumerate(columns) if key != "theirs"}, len(rows) + 9)
    block = ratings.block(counted, {row.id: at for at, row in enumerate(rows, start=2)})
    table = results.rows(ranking, rubric, counted, [], {})
    by_key = [dict(zip(results.keys(rubric), row, strict=True)) for row in table]
    shown = [[row[key] for key in SHOWN] for row in by_key]
    order = shown[1:]
    pick.shuffle(order)
    sources = whatif.Sources(
        "Results",
        [result.candidate for result in ranking.candidates],
        ratings.Reference("Ratings", ratings.keys(rubric), block),
        Columns("Rankings", {key: place for place, key in enumerate(SHOWN)}, len(shown)),
    )
    page = whatif.grid(rubric, sources, Limits())
    for offset, value in enumerate(typed or ()):
        page[whatif.YOUR_W][whatif.COMPETENCIES + offset] = number(float(value))
    if limit is not None:
        page[whatif.YOUR_T][whatif.COMPETENCIES] = number(float(limit))
    return {
        "Scorecards": [[text(key) for key in columns], *([row.get(key, EMPTY) for key in columns] for row in told)],
        "Ratings": [
            [text(key) for key in ratings.keys(rubric)],
            *([*row, *ratings.formulas(rubric, source, at)] for at, row in enumerate(block.rows, start=2)),
        ],
        "Results": table,
        "Rankings": [shown[0], *order],
        "What-if": page,
    }


def put(sheets: Sheets, title: str, column: str, cell: Json, row: int = 1) -> None:
    """Type over one cell of a worksheet whose first row names its columns."""
    header = [each["userEnteredValue"].get("stringValue") for each in sheets[title][0]]
    place = SHOWN.index(column) if title == "Rankings" else header.index(column)
    sheets[title][row][place] = cell


def told(values: engines.Values) -> tuple[bool, dict[str, tuple[Any, Any, Any]], list[Any]]:
    """The check cell, then by candidate status, rank and score, then the names in their new order."""
    page = values["What-if"]
    first = whatif.COMPETENCIES + len(WEIGHTS)
    table = page[whatif.FIRST :]
    by_name = {row[whatif.LABEL]: (row[whatif.STATUS], row[first + 1], row[first]) for row in table}
    check = page[whatif.CHECK][1]
    assert isinstance(check, bool)
    return check, by_name, [row[1] for row in table]


def must_agree(values: engines.Values, wanted: Ranking, *, check: bool = True) -> None:
    """Statuses, ranks and order are those of the exact ranking; scores to nine decimals."""
    checked, found, order = told(values)
    assert checked is check
    for result in wanted.candidates:
        status, place, score = found[result.candidate]
        assert (status, place) == (result.status, MISSING if result.rank is None else result.rank)
        if result.score is None:
            assert score == MISSING
        else:
            assert math.isclose(float(score), float(result.score), abs_tol=1e-9)
    ranks = [found[name][1] for name in order]
    assert sorted(order) == sorted(found)
    assert ranks == sorted(ranks, key=lambda place: math.inf if place == MISSING else place)


def weighted(rubric: Rubric, typed: list[str], limit: str | None) -> Rubric:
    """The rubric that a manager's numbers stand for."""
    competencies = tuple(replace(c, weight=Fraction(w)) for c, w in zip(rubric.competencies, typed, strict=True))
    if limit is not None:
        competencies = (replace(competencies[0], threshold=Fraction(limit)), *competencies[1:])
    return replace(rubric, competencies=competencies)


def case(seed: int, typed: list[str], limit: str | None) -> tuple[Sheets, Ranking]:
    """A spreadsheet with weights typed in, and the ranking that the typed weights should give. Questions weigh
    differently; some interviewers met a candidate in two rounds, sent twice, or sent what was deleted later."""
    pick = random.Random(seed)
    rubric = rubric_of(*WEIGHTS, questions=3)
    questions = [replace(q, weight=Fraction(pick.choice(("1", "2", "0.5", "0.3")))) for q in rubric.questions]
    rubric = replace(rubric, questions=tuple(questions))
    given = cards(seed, NAMES, rubric)
    for number_, each in enumerate(list(given)):
        if pick.random() < 0.5:
            what: dict[str, Any] = {"response_id": f"again-{number_}", "ratings": {q.id: 5 for q in rubric.questions}}
            what |= pick.choice([{"round": "culture"}, {"submitted_at": "2026-02-01T10:00:00Z"}])
            given.append(replace(each, **what))
    rows = stored(given)
    rows = [replace(row, status="withdrawn") if pick.random() < 0.1 else row for row in rows]
    counted = [row.card for row in rows if row.status == "counted"]
    return spreadsheet(rubric, rows, typed, limit, seed), rank(weighted(rubric, typed, limit), counted)


@in_both
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 999), typed=st.lists(weight, min_size=3, max_size=3), limit=threshold)
def test_any_weights_give_the_exact_ranking(
    engine: Callable[[Any], engines.Values], seed: int, typed: list[str], limit: str | None
) -> None:
    """Random weights and must-have thresholds, typed by a manager, give what `rank` gives for them."""
    if not any(float(value) for value in typed):
        typed = ["1", "1", "1"]
    sheets, wanted = case(seed, typed, limit)
    must_agree(engine(sheets), wanted)


@in_both
def test_equal_scores_share_a_rank(engine: Callable[[Any], engines.Values]) -> None:
    """Weights 0.1 and 0.2 add up oddly in floating point, and still tie."""
    rubric = rubric_of("0.1", "0.2", "0.3", threshold=None)
    (example,) = cards(3, ["x"], rubric, (1, 1))
    same = [
        replace(example, candidate=name, interviewer=who, response_id=f"{name}-{who}")
        for name in ("Ana", "Ben", "Cyd")
        for who in ("ivo", "mara", "noor")
    ]
    _, found, order = told(engine(spreadsheet(rubric, stored(same), ["0.1", "0.2", "0.3"])))
    assert {place for _, place, _ in found.values()} == {1}
    assert order == ["Ana", "Ben", "Cyd"]


@in_both
def test_a_mean_that_is_the_threshold_passes(engine: Callable[[Any], engines.Values]) -> None:
    """2, 2 and 2.6 are 2.2 on average, and in floating point a little less."""
    assert (2.0 + 2.0 + 2.6) / 3 < 2.2
    rubric = rubric_of(*WEIGHTS, threshold="2.2", questions=10)
    first = [question.id for question in rubric.questions if question.competency == "databases"]
    rest = {question.id: 3 for question in rubric.questions}
    given = [
        card("Ana", who, rubric=rubric, ratings=rest | {id_: 2 + (at < high) for at, id_ in enumerate(first)})
        for who, high in (("ivo", 0), ("mara", 0), ("noor", 6))
    ]
    must_agree(engine(spreadsheet(rubric, stored(given))), rank(rubric, given))
    assert rank(rubric, given).candidates[0].status == "ranked"


@in_both
def test_a_negative_weight_is_not_used(engine: Callable[[Any], engines.Values]) -> None:
    """It would reward what nobody wants: the config's weight stays in force, and nothing says otherwise."""
    sheets, wanted = case(5, ["5", "3", "2"], None)
    sheets["What-if"][whatif.YOUR_W][whatif.COMPETENCIES :] = [number(-3.0), {}, {}]
    values = engine(sheets)
    must_agree(values, wanted)
    assert not values["What-if"][whatif.YOUR_W][0]


@in_both
def test_numbers_of_ones_own_are_announced(engine: Callable[[Any], engines.Values]) -> None:
    """Nobody should take what follows for the ranking."""
    sheets, _ = case(5, ["1", "1", "1"], None)
    assert "not Rankings" in engine(sheets)["What-if"][whatif.YOUR_W][0]
    sheets["What-if"][whatif.YOUR_W][whatif.COMPETENCIES :] = [{}] * 3
    assert not engine(sheets)["What-if"][whatif.YOUR_W][0]


@in_both
def test_a_rating_changed_in_scorecards_moves_what_if(engine: Callable[[Any], engines.Values]) -> None:
    """What-if says what the ratings give now; the check, that Rankings does not any more."""
    rubric = rubric_of(*WEIGHTS)
    given = [card(name, who, rubric=rubric) for name in ("Ana", "Ben") for who in ("ivo", "mara")]
    sheets = spreadsheet(rubric, stored(given))
    must_agree(engine(sheets), rank(rubric, given))
    question = rubric.questions[0].id
    header = [cell["userEnteredValue"]["stringValue"] for cell in sheets["Scorecards"][0]]
    ids = [row[header.index("response")]["userEnteredValue"]["stringValue"] for row in sheets["Scorecards"]]
    put(sheets, "Scorecards", RATING + question, number(5), row=ids.index(given[0].response_id))
    given[0] = replace(given[0], ratings={**given[0].ratings, question: 5})
    must_agree(engine(sheets), rank(rubric, given), check=False)


@in_both
@pytest.mark.parametrize("status", ["superseded", "withdrawn", "problem"])
def test_a_scorecard_that_counts_no_longer_is_left_out(engine: Callable[[Any], engines.Values], status: str) -> None:
    """Its interviewer too: one is left, and two are needed."""
    rubric = rubric_of(*WEIGHTS)
    given = [card("Ana", who, rubric=rubric) for who in ("ivo", "mara")]
    sheets = spreadsheet(rubric, stored(given))
    put(sheets, "Scorecards", "status", text(status))
    check, found, _ = told(engine(sheets))
    assert found["Ana"][:2] == ("incomplete", MISSING)
    assert check is False


@in_both
def test_an_interviewer_of_two_rounds_is_one_person(engine: Callable[[Any], engines.Values]) -> None:
    """Two scorecards, two voices in the mean, but only one of the two people who are needed."""
    rubric = rubric_of(*WEIGHTS)
    given = [card("Ana", "ivo", rubric=rubric, round=round_, response_id=round_) for round_ in ("technical", "culture")]
    given += [card("Ben", who, rubric=rubric) for who in ("ivo", "mara")]
    wanted = rank(rubric, given)
    assert {result.candidate: result.status for result in wanted.candidates} == {"Ana": "incomplete", "Ben": "ranked"}
    must_agree(engine(spreadsheet(rubric, stored(given))), wanted)


@in_both
@pytest.mark.parametrize(
    ("column", "cell"),
    [("rank", number(7)), ("rank", text("1")), ("score", number(2.000001)), ("score", EMPTY), ("key", text("c1"))],
)
def test_a_number_typed_over_in_rankings_is_told(
    engine: Callable[[Any], engines.Values], column: str, cell: Json
) -> None:
    """The check looks at what stands in Rankings, not at what once was written there."""
    sheets, _ = case(4, ["5", "3", "2"], None)
    put(sheets, "Rankings", column, cell)
    assert told(engine(sheets))[0] is False


@pytest.mark.skipif(
    shutil.which("soffice") is None, reason="LibreOffice is not installed: What-if is not checked by it"
)
@pytest.mark.parametrize("seed", range(2))
def test_libreoffice_agrees(seed: int, tmp_path: Path) -> None:
    """The independent engine, file in and file out, on a few cases."""
    sheets, wanted = case(seed, ["1.25", "0", "7.5"], "3.5" if seed else None)
    must_agree(engines.libreoffice(sheets, tmp_path), wanted)


def test_five_hundred_candidates_stay_quick() -> None:
    """The formulas of 500 candidates with four scorecards each cost at most a hundred times those of 25: no worse than
    n log n with room."""
    import time

    def cost(count: int) -> float:
        rubric = rubric_of(*WEIGHTS)
        sheets = spreadsheet(rubric, stored(cards(1, [f"C{n}" for n in range(count)], rubric, (4, 4))))
        start = time.process_time()
        engines.ironcalc(sheets)
        return time.process_time() - start

    assert cost(500) < 100 * max(cost(25), 0.005)
