"""What-if's live formulas give the exact ranking, in every engine that can be asked here."""

from __future__ import annotations

import math
import shutil
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.ranking import Ranking, rank
from pipeline.scorecard import Rubric, SubmittedScorecard
from pipeline.worksheets import results, whatif
from pipeline.worksheets.cells import MISSING, number
from pipeline.worksheets.whatif import Limits

from . import worksheets_calculated as engines
from .worksheets_examples import cards, rubric_of

WEIGHTS = ("5", "3", "2")
NAMES = tuple(f"Candidate {n}" for n in range(8))
weight = st.decimals(0, 9, places=2).map(str)
threshold = st.none() | st.decimals(1, 5, places=1).map(str)


def spreadsheet(
    ranking: Ranking, rubric: Rubric, scorecards: list[SubmittedScorecard], typed: list[str], limit: str | None
) -> dict[str, Any]:
    """Results and What-if as they are written, with a manager's weights and threshold typed in."""
    found = results.Reference("Results", results.CAPACITY, results.keys(rubric))
    page = whatif.grid(rubric, found, len(ranking.candidates), Limits())
    for offset, value in enumerate(typed):
        page[whatif.YOUR_W][whatif.COMPETENCIES + offset] = number(float(value))
    if limit is not None:
        page[whatif.YOUR_T][whatif.COMPETENCIES] = number(float(limit))
    return {"Results": results.rows(ranking, rubric, scorecards, [], {}), "What-if": page}


def told(values: engines.Values) -> tuple[bool, dict[str, tuple[Any, Any, Any]], list[Any]]:
    """The check cell, then by candidate status, rank and score, then the names in their new order."""
    page = values["What-if"]
    first = whatif.COMPETENCIES + len(WEIGHTS)
    table = page[whatif.FIRST :]
    by_name = {row[whatif.LABEL]: (row[whatif.STATUS], row[first + 1], row[first]) for row in table}
    return bool(page[whatif.CHECK][1]), by_name, [row[1] for row in table]


def must_agree(values: engines.Values, wanted: Ranking) -> None:
    """Statuses, ranks and order are those of the exact ranking; scores to nine decimals."""
    check, found, order = told(values)
    assert check is True
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


def case(seed: int, typed: list[str], limit: str | None) -> tuple[dict[str, Any], Ranking]:
    """A spreadsheet with weights typed in, and the ranking that the typed weights should give."""
    rubric = rubric_of(*WEIGHTS)
    scorecards = cards(seed, NAMES, rubric)
    first = rubric.competencies[0]
    competencies = tuple(replace(c, weight=Fraction(w)) for c, w in zip(rubric.competencies, typed, strict=True))
    if limit is not None:
        competencies = (replace(competencies[0], threshold=Fraction(limit)), *competencies[1:])
    assert first.threshold is not None
    wanted = rank(replace(rubric, competencies=competencies), scorecards)
    return spreadsheet(rank(rubric, scorecards), rubric, scorecards, typed, limit), wanted


@pytest.mark.parametrize("engine", [engines.formualizer, engines.ironcalc], ids=["formualizer", "ironcalc"])
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


@pytest.mark.parametrize("engine", [engines.formualizer, engines.ironcalc], ids=["formualizer", "ironcalc"])
def test_equal_scores_share_a_rank(engine: Callable[[Any], engines.Values]) -> None:
    """Weights 0.1 and 0.2 add up oddly in floating point, and still tie."""
    rubric = rubric_of("0.1", "0.2", "0.3", threshold=None)
    same = [replace(card, candidate=name) for card in cards(3, ["x"], rubric, (3, 3)) for name in ("Ana", "Ben", "Cyd")]
    ranking = rank(rubric, same)
    _, found, order = told(engine(spreadsheet(ranking, rubric, same, ["0.1", "0.2", "0.3"], None)))
    assert {place for _, place, _ in found.values()} == {1}
    assert order == ["Ana", "Ben", "Cyd"]


@pytest.mark.parametrize("engine", [engines.formualizer, engines.ironcalc], ids=["formualizer", "ironcalc"])
def test_a_negative_weight_is_not_used(engine: Callable[[Any], engines.Values]) -> None:
    """It would reward what nobody wants: the config's weight stays in force."""
    sheets, wanted = case(5, ["5", "3", "2"], None)
    sheets["What-if"][whatif.YOUR_W][whatif.COMPETENCIES] = number(-3.0)
    must_agree(engine(sheets), wanted)


@pytest.mark.parametrize("engine", [engines.formualizer, engines.ironcalc], ids=["formualizer", "ironcalc"])
def test_numbers_of_ones_own_are_announced(engine: Callable[[Any], engines.Values]) -> None:
    """Nobody should take what follows for the ranking."""
    sheets, _ = case(5, ["1", "1", "1"], None)
    assert "not Rankings" in engine(sheets)["What-if"][whatif.YOUR_W][0]
    sheets["What-if"][whatif.YOUR_W][whatif.COMPETENCIES :] = [{}] * 3
    assert not engine(sheets)["What-if"][whatif.YOUR_W][0]


@pytest.mark.skipif(
    shutil.which("soffice") is None, reason="LibreOffice is not installed: What-if is not checked by it"
)
@pytest.mark.parametrize("seed", range(2))
def test_libreoffice_agrees(seed: int, tmp_path: Path) -> None:
    """The independent engine, file in and file out, on a few cases."""
    sheets, wanted = case(seed, ["1.25", "0", "7.5"], "3.5" if seed else None)
    must_agree(engines.libreoffice(sheets, tmp_path), wanted)


def test_five_hundred_candidates_stay_quick() -> None:
    """The formulas of 500 candidates cost at most a hundred times those of 25: no worse than n log n with room."""
    import time

    def cost(count: int) -> float:
        rubric = rubric_of(*WEIGHTS)
        scorecards = cards(1, [f"C{n}" for n in range(count)], rubric, (2, 2))
        sheets = spreadsheet(rank(rubric, scorecards), rubric, scorecards, ["1", "2", "3"], None)
        start = time.process_time()
        engines.ironcalc(sheets)
        return time.process_time() - start

    assert cost(500) < 100 * max(cost(25), 0.005)
