"""Agreement against published figures: Shrout & Fleiss, Krippendorff, Guilford, lme4, and other implementations."""

from __future__ import annotations

import warnings

import krippendorff
import numpy as np
import pytest

from pipeline.ranking import agreement, reml
from tests.test_ranking_severity import PENICILLIN, crossed

SHROUT_FLEISS = np.array(
    [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]], dtype=float
)

# Three judges on seven scientists, five traits each: Guilford's creativity ratings, a classic of many-facet models.
GUILFORD = """
5 5 3 5 3  9 7 5 8 5  3 3 3 7 1  7 3 1 3 3  9 7 7 8 5  3 5 3 5 1  7 7 5 5 5
6 5 4 6 3  8 7 5 7 2  4 5 3 6 6  5 6 4 5 5  2 4 3 2 3  4 4 6 4 2  3 3 5 5 4
5 5 5 7 3  7 7 5 7 5  3 5 5 5 5  5 3 3 3 1  9 7 7 7 7  3 3 3 5 3  7 7 7 5 7
"""

_ = np.nan
KRIPPENDORFF = np.array(
    [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, _, _, _],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, _, 3],
        [_, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, _],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, _],
    ]
)


def long(table: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Candidates in rows, interviewers in columns, NaN where they did not meet."""
    c, r = np.nonzero(~np.isnan(table))
    return table[c, r], c, r


def counts(reliability: np.ndarray, levels: int) -> np.ndarray:
    return np.stack([(reliability == level).sum(axis=0) for level in range(1, levels + 1)], axis=1).astype(float)


def test_shrout_and_fleiss() -> None:
    """ICC(A,1) .29, ICC(C,1) .71, ICC(A,k) .62, ICC(C,k) .91, and the variances behind them."""
    found = agreement.correlations(*long(SHROUT_FLEISS), names="abcd")
    assert {key: round(found[key], 2) for key in ("icc1", "icc_c1", "icck", "icc_ck")} == {
        "icc1": 0.29,
        "icc_c1": 0.71,
        "icck": 0.62,
        "icc_ck": 0.91,
    }
    parts = reml.fit(*long(SHROUT_FLEISS))
    assert (parts.candidate, parts.interviewer, parts.residual) == pytest.approx((2.5556, 5.2444, 1.0194), abs=1e-4)


def test_with_one_shared_panel_severity_cancels_between_candidates() -> None:
    """ICC(Q,k) with Q = 0 is ICC(C,k)."""
    found = agreement.correlations(*long(SHROUT_FLEISS), names="abcd")
    assert found["icc_qk"] == pytest.approx(found["icc_ck"])


@pytest.mark.parametrize("gaps", [[(0, 1), (3, 2)], [(0, 0), (1, 1), (2, 2), (3, 3), (4, 0)]])
def test_missing_cells_agree_with_statsmodels(gaps: list[tuple[int, int]]) -> None:
    """Shrout & Fleiss with holes: no candidate is dropped, and MixedLM finds the same variances."""
    table = SHROUT_FLEISS.copy()
    for gap in gaps:
        table[gap] = np.nan
    y, c, r = long(table)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pandas
        from statsmodels.regression.mixed_linear_model import MixedLM

        frame = pandas.DataFrame({"y": y, "c": c, "r": r, "one": 1})
        reference = MixedLM.from_formula(
            "y ~ 1", groups="one", re_formula="0", vc_formula={"c": "0 + C(c)", "r": "0 + C(r)"}, data=frame
        ).fit(reml=True)
    parts = reml.fit(y, c, r)
    expected = (*map(float, reference.vcomp), float(reference.scale))
    assert (parts.candidate, parts.interviewer, parts.residual) == pytest.approx(expected, rel=2e-3)
    effects, _spread = reml.Criterion(y, c, r).interviewers(
        parts.candidate / parts.residual, parts.interviewer / parts.residual
    )
    named = reference.random_effects[1]
    assert effects == pytest.approx([float(named[f"r[C(r)[{i}]]"]) for i in range(4)], abs=5e-3)


def test_the_crossed_penicillin_fit_of_lme4() -> None:
    """Both random: variances .7169, 3.7309 and .3024."""
    y = np.array(PENICILLIN.split(), dtype=float)
    parts = reml.fit(y, *np.divmod(np.arange(144), 6))
    assert (parts.candidate, parts.interviewer, parts.residual) == pytest.approx(
        (0.716908, 3.73092, 0.302415), abs=1e-4
    )


def test_a_variance_of_exactly_zero_is_a_normal_answer() -> None:
    """Guilford's judges differ less than chance would have it: their variance is 0, not a warning."""
    means = np.array(GUILFORD.split(), dtype=float).reshape(3, 7, 5).mean(axis=2).T
    parts = reml.fit(*long(means))
    assert parts.interviewer == 0.0
    assert parts.candidate > 0
    found = agreement.correlations(*long(means), names="abc")
    assert found["icc1"] == found["icc_c1"]


def test_candidates_who_do_not_differ_have_no_variance() -> None:
    """Pure noise: reliability 0, without complaint."""
    y = np.array([1.0, 2.0, 2.0, 1.0, 1.5, 1.5])
    parts = reml.fit(y, np.array([0, 0, 1, 1, 2, 2]), np.array([0, 1, 0, 1, 0, 1]))
    assert parts.candidate == 0.0


def test_krippendorffs_example() -> None:
    """Nominal .743, ordinal .815, interval .849."""
    matrix = counts(KRIPPENDORFF, 5)
    assert agreement.alpha(matrix, "nominal") == pytest.approx(0.743, abs=5e-4)
    assert agreement.alpha(matrix, "ordinal") == pytest.approx(0.815, abs=5e-4)
    assert agreement.alpha(matrix, "interval") == pytest.approx(0.849, abs=5e-4)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("metric", ["nominal", "ordinal", "interval"])
def test_alpha_is_the_librarys(seed: int, metric: str) -> None:
    """Random ratings with holes, against the package krippendorff."""
    rng = np.random.default_rng(seed)
    table = np.clip(np.round(rng.normal(3, 1, 40) + rng.normal(0, 0.8, (6, 40))), 1, 5)
    table[rng.random(table.shape) < 0.4] = np.nan
    found = agreement.alpha(counts(table, 5), metric)
    assert found == pytest.approx(krippendorff.alpha(table, level_of_measurement=metric), abs=1e-12)


def test_alpha_without_pairs_or_without_variation_is_not_a_number_but_nothing() -> None:
    """Nobody was rated twice; everybody got the same level."""
    assert agreement.alpha(np.eye(5), "ordinal") is None
    assert agreement.alpha(np.array([[0.0, 3.0], [0.0, 2.0]]), "ordinal") is None


REFUSALS = [
    pytest.param(
        [[1, 2, _, _], [2, 3, _, _], [_, _, 4, 4], [_, _, 2, 1]], "2 groups that share no candidate", id="disconnected"
    ),
    pytest.param(
        [[1, 2, _], [2, 4, _], [3, 3, _], [_, _, 5]], "2 groups that share no candidate", id="one interviewer apart"
    ),
    pytest.param([[1, 2, 3]], "Only one candidate", id="one candidate"),
    pytest.param([[1], [2], [4]], "No candidate met two interviewers", id="one interviewer"),
    pytest.param([[1, 2, 4], [2, 3, 5], [3, 4, 6]], "no disagreement to measure", id="no residual"),
    pytest.param([[2, 2], [2, 2], [2, 2]], "same score", id="no variation"),
]


@pytest.mark.parametrize(("table", "words"), REFUSALS)
def test_what_cannot_be_told_is_refused_with_the_reason(table: list[list[float]], words: str) -> None:
    """A sentence, and no warning from the arithmetic."""
    found = agreement.correlations(*long(np.array(table, dtype=float)), names="abcd")
    assert isinstance(found, str)
    assert words in found


def test_a_large_sparse_panel_recovers_what_it_was_made_from() -> None:
    """Standard deviations .5, .4 and .5, known to a few percent from 2,000 scorecards."""
    parts = reml.fit(*crossed(8, 500, 60, 4))
    assert parts.candidate**0.5 == pytest.approx(0.5, abs=0.06)
    assert parts.interviewer**0.5 == pytest.approx(0.4, abs=0.08)
    assert parts.residual**0.5 == pytest.approx(0.5, abs=0.03)


def test_an_interval_goes_on_to_an_estimate_of_nothing() -> None:
    """Reliability .00 with a range from .01 would be a riddle."""
    found = agreement.correlations(*long(np.array([[4.0, 4, 3], [4, 3, 4], [3, 4, 4], [4, 4, 4]])), names="abc")
    assert found["icc1"] == found["icc1_low"] == 0.0
    assert found["icck"] == found["icck_low"] == 0.0


def test_the_interval_holds_the_estimate_and_narrows_with_the_panel() -> None:
    """Six candidates leave the reliability wide open, two hundred do not."""
    small = agreement.correlations(*long(SHROUT_FLEISS), names="abcd")
    large = agreement.correlations(*crossed(8, 200, 20, 4), names=[str(i) for i in range(20)])
    for found in (small, large):
        assert found["icc1_low"] < found["icc1"] < found["icc1_high"]
        assert found["icck_low"] < found["icck"] < found["icck_high"]
    assert large["icc1_high"] - large["icc1_low"] < (small["icc1_high"] - small["icc1_low"]) / 2
