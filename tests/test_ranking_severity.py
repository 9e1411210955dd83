"""The severity model against published figures and another implementation, and what must always hold of it."""

from __future__ import annotations

import warnings
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import ranking
from pipeline.ranking import severity
from pipeline.ranking.design import Design, laplacian
from pipeline.scorecard import Competency, Question, Rubric, Scale, SubmittedScorecard

TIME = "2026-03-01T10:00:00Z"

# Diameters of growth zones: 24 plates (rows) by 6 samples (Davies & Goldsmith 1972, as shipped with lme4).
PENICILLIN = """
27 23 26 23 23 21  27 23 26 23 23 21  25 21 25 24 24 20  26 23 25 23 23 20  25 22 26 22 23 20  24 22 25 23 22 19
24 20 23 21 22 19  26 22 26 24 24 21  24 21 24 22 22 20  24 21 24 23 22 19  26 23 26 24 24 21  25 22 26 24 24 20
26 24 26 24 25 22  26 23 26 23 23 20  26 23 25 24 24 22  25 22 25 23 23 20  25 21 24 23 23 20  25 22 24 23 23 19
24 21 23 21 21 19  26 23 26 24 24 21  25 21 24 22 22 18  25 22 25 22 22 20  24 21 24 22 24 19  24 21 24 22 21 18
"""


def rubric(weights: tuple[int, ...] = (4, 3, 2, 1), scale: Scale | None = None) -> Rubric:
    """One question a competency."""
    return Rubric(
        role="r",
        title="R",
        scale=scale or Scale(),
        competencies=tuple(Competency(f"k{k}", f"K{k}", Fraction(w), "because") for k, w in enumerate(weights)),
        questions=tuple(Question(f"k{k}", f"k{k}", "?") for k in range(len(weights))),
        rounds=(),
    )


def design(score: np.ndarray, candidate: np.ndarray, interviewer: np.ndarray) -> Design:
    """Whole scorecards as units: one number a scorecard."""
    order = np.argsort(candidate, kind="stable")
    score, candidate, interviewer = (a[order] for a in (score, candidate, interviewer))
    size = np.bincount(candidate)
    one = np.ones(len(score))
    return Design(
        interviewers=[str(r) for r in range(int(interviewer.max()) + 1)],
        candidates=len(size),
        unit=candidate,
        interviewer=interviewer,
        sheet=np.arange(len(score)),
        weight=one,
        score=score,
        unit_candidate=np.arange(len(size)),
        unit_competency=np.zeros(len(size), dtype=np.int64),
        unit_size=size,
        unit_weight=size.astype(float),
        sheet_interviewer=interviewer,
        sheet_candidate=candidate,
        sheet_weight=one,
        share=1 / size[candidate],
    )


def crossed(seed: int, candidates: int, interviewers: int, each: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Scores of `each` scorecards a candidate, by interviewers who differ."""
    rng = np.random.default_rng(seed)
    c = np.repeat(np.arange(candidates), each)
    r = np.concatenate([rng.choice(interviewers, each, replace=False) for _ in range(candidates)])
    y = 3 + rng.normal(0, 0.5, candidates)[c] + rng.normal(0, 0.4, interviewers)[r] + rng.normal(0, 0.5, len(c))
    return y, c, r


def test_the_penicillin_figures_of_lme4() -> None:
    """Plates fixed, samples random: standard deviations 1.9317 and .5499; far outside an interview's prior."""
    y = np.array(PENICILLIN.split(), dtype=float)
    plate, sample = np.divmod(np.arange(144), 6)
    found = severity.fit(design(y, plate, sample), prior=np.inf, grid=(3.0, 4.2, 4001))
    best = int(found.likelihood.argmax())
    noise = found.noise[best] ** 0.5
    assert noise == pytest.approx(0.5499, abs=1e-4)
    assert found.ratios[best] * noise == pytest.approx(1.9317, abs=1e-3)


@pytest.mark.parametrize("seed", [1, 2])
def test_variances_and_severities_agree_with_statsmodels(seed: int) -> None:
    """MixedLM with a fixed effect a candidate and a random one an interviewer, to four digits."""
    y, c, r = crossed(seed, 24, 8, 3)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from statsmodels.regression.mixed_linear_model import MixedLM

        reference = MixedLM(y, np.eye(24)[c], groups=r).fit(reml=True)
    found = severity.fit(design(y, c, r), prior=np.inf, grid=(0.05, 3.0, 8001))
    best = int(found.likelihood.argmax())
    assert found.noise[best] == pytest.approx(reference.scale, rel=1e-3)
    assert found.ratios[best] ** 2 * found.noise[best] == pytest.approx(float(reference.cov_re[0, 0]), rel=1e-3)
    effects = [float(reference.random_effects[i].iloc[0]) for i in range(8)]
    assert found.leniency[best] == pytest.approx(effects, abs=1e-3)


def test_fast_assembly_equals_the_definition() -> None:
    """S0 from pairs is diag(sum omega) - sum_u omega_u omega_u' / A_u written out."""
    y, c, r = crossed(3, 30, 7, 4)
    plain = design(y, c, r)
    expected = np.diag(np.bincount(plain.interviewer, minlength=7).astype(float))
    for unit in range(30):
        who = np.bincount(plain.interviewer[plain.unit == unit], minlength=7)
        expected -= np.outer(who, who) / who.sum()
    assert laplacian(plain) == pytest.approx(expected)
    assert laplacian(plain).sum(axis=1) == pytest.approx(np.zeros(7))


def test_specialists_on_a_hard_competency_are_not_called_severe() -> None:
    """Units are candidate x competency: who only rates what is hard is compared with others who rate the same."""
    rng = np.random.default_rng(5)
    cards = []
    for c in range(40):
        true = rng.normal(3.4, 0.5)

        def level(shift: float, true: float = true) -> int:
            return int(np.clip(round(true + shift + rng.normal(0, 0.5)), 1, 5))

        for r in rng.choice(6, 2, replace=False):
            ratings = {"k0": level(-0.8), "k1": level(0.4), "k2": level(0.4), "k3": level(0.4)}
            cards.append(SubmittedScorecard(f"c{c}", f"generalist {r}", "", TIME, ratings))
        for r in rng.choice(4, 2, replace=False):
            cards.append(SubmittedScorecard(f"c{c}", f"specialist {r}", "", TIME, {"k0": level(-0.8)}))
    people = {p.interviewer: p.severity for p in ranking.rank(rubric((1, 1, 1, 1)), cards).interviewers}
    specialists = [value for name, value in people.items() if name.startswith("specialist")]
    assert abs(float(np.mean(specialists))) < 0.1


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 6), st.integers(2, 5))
def test_where_everyone_meets_everyone_adjusting_changes_no_order(
    seed: int, candidates: int, interviewers: int
) -> None:
    """The severities met are the same for all, so the adjusted order is the headline's."""
    rng = np.random.default_rng(seed)
    cards = [
        SubmittedScorecard(f"c{c}", f"i{r}", "", TIME, {f"k{k}": int(rng.integers(1, 6)) for k in range(4)})
        for c in range(candidates)
        for r in range(interviewers)
    ]
    ranked = [each for each in ranking.rank(rubric(), cards).candidates if each.adjusted is not None]
    shifts = [each.adjusted - float(each.score) for each in ranked]
    assert max(shifts, default=0) - min(shifts, default=0) < 1e-9


def test_without_differences_in_severity_adjusted_is_the_headline() -> None:
    """b -> 0: a prior that allows no severity gives none."""
    y, c, r = crossed(4, 12, 5, 3)
    found = severity.fit(design(y, c, r), prior=1e-3, grid=(1e-4, 0.01, 40))
    assert np.abs(found.severity).max() < 1e-4


def test_the_adjusted_score_can_be_added_up_by_hand() -> None:
    """Headline + sum of share x severity, with the shares of `explain` and the severities of the Interviewers table."""
    rng = np.random.default_rng(11)
    cards = []
    for c in range(8):
        for r in rng.choice(4, 3, replace=False):
            rated = rng.choice(4, rng.integers(2, 5), replace=False)
            ratings = {f"k{k}": int(rng.integers(1, 6)) for k in rated}
            cards.append(SubmittedScorecard(f"c{c}", f"i{r}", "", TIME, ratings))
    result = ranking.rank(rubric(), cards)
    for each in result.candidates:
        told = ranking.explain(result, rubric(), cards, each.candidate)
        assert sum(m.share for m in told.met) == 1
        by_hand = float(each.score) + sum(float(m.share) * (m.severity or 0) for m in told.met)
        assert each.adjusted == pytest.approx(by_hand, abs=1e-9)


def test_severities_scale_with_the_scale() -> None:
    """The same answers on a scale twice as wide give twice the severities and the same chances."""
    rng = np.random.default_rng(2)
    narrow, wide = rubric(), rubric(scale=Scale(2, 10, ("",) * 9))
    answers = [
        (f"c{c}", f"i{r}", {f"k{k}": int(rng.integers(1, 6)) for k in range(4)})
        for c in range(6)
        for r in rng.choice(5, 3, replace=False)
    ]
    one = ranking.rank(narrow, [SubmittedScorecard(c, i, "", TIME, x) for c, i, x in answers])
    two = ranking.rank(
        wide, [SubmittedScorecard(c, i, "", TIME, {q: 2 * v for q, v in x.items()}) for c, i, x in answers]
    )
    for small, large in zip(one.interviewers, two.interviewers, strict=True):
        assert large.severity == pytest.approx(2 * small.severity, abs=1e-9)
        assert large.verdict.split(":")[0] == small.verdict.split(":")[0]
    assert [c.tier for c in one.candidates] == [c.tier for c in two.candidates]


@pytest.mark.parametrize("df", [1.0, 2.0, 3.0, 7.3, 40.0])
def test_quantiles_of_student(df: float) -> None:
    """Against scipy, which comes with the test tools only."""
    from scipy.stats import t

    assert severity.student_quantile(0.95, df) == pytest.approx(float(t.ppf(0.95, df)), rel=1e-4)


def test_exchangeable_candidates_change_little_under_random_assignment() -> None:
    """The option finds about the same severities, leaves the headline alone, and says that it was used."""
    rng = np.random.default_rng(12)
    strict = rng.normal(0, 0.4, 6)
    cards = []
    for c in range(40):
        true = rng.normal(3, 0.4)
        for r in rng.choice(6, 2, replace=False):
            levels = np.clip(np.rint(true - strict[r] + rng.normal(0, 0.3) + rng.normal(0, 0.6, 4)), 1, 5)
            cards.append(
                SubmittedScorecard(f"c{c}", f"i{r}", "", TIME, {f"k{k}": int(x) for k, x in enumerate(levels)})
            )
    within = ranking.rank(rubric(), cards)
    full = ranking.rank(rubric(), cards, policy=ranking.Policy(exchangeable=True))
    one = np.array([each.severity for each in within.interviewers])
    two = np.array([each.severity for each in full.interviewers])
    assert np.corrcoef(one, two)[0, 1] > 0.95
    assert np.corrcoef(two, strict)[0, 1] > 0.9
    assert any("as if candidates had met interviewers at random" in note for note in full.notes)
    assert [each.score for each in full.candidates] == [each.score for each in within.candidates]


def test_the_headline_needs_no_numpy() -> None:
    """Importing the room stays cheap; the estimates bring numpy along when they are asked for."""
    import subprocess
    import sys

    code = "import sys, pipeline.ranking; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
