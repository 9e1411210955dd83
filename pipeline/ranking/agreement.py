"""How far interviewers agree: intraclass correlations and Krippendorff's alpha (ranking.md 4).

Correlations come from the variance components of the scorecards, complete or not (`reml`): ICC(A,.) counts severity as
disagreement, ICC(C,.) does not. Alpha looks at single ratings, by candidate and question, and counts severity too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.ranking import reml
from pipeline.ranking.cells import Cells, all_cards
from pipeline.ranking.design import Design, Floats, Ints, groups, sums
from pipeline.scorecard import Rubric

MOST_PAIRS = 20_000_000
MOST_INTERVIEWERS = 1500
MOST_FOR_INTERVAL = 100  # interviewers up to whom 90 % intervals of the correlations are worked out


@dataclass(frozen=True)
class Agreement:
    """`numbers` for the document, None when nothing can be told; `reason` says why a correlation is missing."""

    numbers: dict[str, float] | None
    reason: str


def assess(design: Design, cells: Cells, rubric: Rubric) -> Agreement:
    """All that can be said about agreement."""
    numbers: dict[str, float] = {}
    found = correlations(design.sheet_score, design.sheet_candidate, design.sheet_interviewer, design.interviewers)
    reason = found if isinstance(found, str) else ""
    if not isinstance(found, str):
        numbers |= found
    counts = category_counts(cells, rubric)
    for metric in ("ordinal", "interval"):
        value = alpha(counts, metric)
        if value is not None:
            numbers[f"alpha_{metric}"] = value
    return Agreement({key: round(value, 12) for key, value in numbers.items()} or None, reason)


def correlations(score: Floats, candidate: Ints, interviewer: Ints, names: Sequence[str]) -> dict[str, float] | str:
    """ICCs of one scorecard and of a panel, with the standard deviations behind them; or why there are none.

    Scorecards (n,) in points; `names` of the interviewers for the sentence. Refused when the design is not connected,
    even by one interviewer who met only candidates of their own (ranking.md 2.5).
    """
    if not len(score):
        return "Nothing was assessed yet: agreement cannot be estimated."
    candidate = np.unique(candidate, return_inverse=True)[1]
    people = int(candidate.max()) + 1
    label = groups(people + int(interviewer.max()) + 1, candidate, interviewer + people)[candidate]
    pairs = np.unique(np.stack([candidate, interviewer]), axis=1)
    if (np.bincount(pairs[0]) < 2).all():
        return "No candidate met two interviewers: agreement cannot be estimated."
    parts = np.unique(label)
    if len(parts) > 1:
        sides = [sorted({names[who] for who in interviewer[label == side]})[0] for side in parts[:2]]
        return (
            f"Agreement is not estimated: the interviewers fall into {len(parts)} groups that share no candidate "
            f"(one with {sides[0]}, one with {sides[1]}), so a difference between groups of candidates cannot be told "
            "from one between groups of interviewers."
        )
    interviewer = np.unique(interviewer, return_inverse=True)[1]
    size = np.bincount(candidate)
    if len(size) < 2:
        return "Only one candidate met two interviewers: agreement cannot be estimated from one person."
    if len(np.bincount(interviewer)) > MOST_INTERVIEWERS or int((size.astype(float) ** 2).sum()) > MOST_PAIRS:
        return f"Agreement was not estimated: the method holds {MOST_INTERVIEWERS:,} interviewers."
    if len(score) < len(size) + int(interviewer.max()) + 1:
        return "Too few scorecards are shared: agreement cannot be told from chance."
    if float(((score - score.mean()) ** 2).sum()) < 1e-18 * len(score):
        return "All scorecards give the same score: without differences between candidates agreement has no meaning."
    if _additive(score, candidate, interviewer):
        return "Interviewers agreed on every candidate without exception: there is no disagreement to measure."
    variance = reml.fit(score, candidate, interviewer)
    k = float(len(size) / (1 / size).sum())
    q = 1 / k - _overlap(candidate, interviewer, size)
    c, r, e = variance.candidate, variance.interviewer, variance.residual
    found = {
        "icc1": c / (c + r + e),
        "icck": c / (c + (r + e) / k),
        "icc_c1": c / (c + e),
        "icc_ck": c / (c + e / k),
        "icc_qk": c / (c + max(q, 0.0) * r + e / k),
        "k": k,
        "sd_candidates": float(np.sqrt(c)),
        "sd_interviewers": float(np.sqrt(r)),
        "sd_residual": float(np.sqrt(e)),
    }
    if int(interviewer.max()) < MOST_FOR_INTERVAL:
        theta_c, theta_r, chances = reml.plausible(score, candidate, interviewer)
        one, many = theta_c / (theta_c + theta_r + 1), theta_c / (theta_c + (theta_r + 1) / k)
        for name, values in (("icc1", one), ("icck", many)):
            order = np.argsort(values)
            ends = np.searchsorted(chances[order].cumsum(), (0.05, 0.95))
            low, high = (float(values[order[min(at, len(order) - 1)]]) for at in ends)
            # The estimate may lie at the edge, exactly 0, where no point of the grid is: the interval goes on to it.
            found[f"{name}_low"], found[f"{name}_high"] = min(low, found[name]), max(high, found[name])
    return found


def _additive(score: Floats, candidate: Ints, interviewer: Ints) -> bool:
    """Whether candidate + interviewer explain every scorecard exactly, which leaves no residual to estimate."""
    left = score - score.mean()
    scale = float(left @ left)
    for _ in range(200):
        before = float(left @ left)
        for group in (candidate, interviewer):
            left = left - (sums(group, left, int(group.max()) + 1) / np.bincount(group))[group]
        now = float(left @ left)
        if now < 1e-14 * scale:
            return True
        if now > 0.999 * before:
            return False
    return False


def _overlap(candidate: Ints, interviewer: Ints, size: Ints) -> float:
    """Mean over pairs of candidates of (shared interviewers / (n_i n_j)); 1/k when all share one panel."""
    pairs, times = np.unique(np.stack([candidate, interviewer]), axis=1, return_counts=True)
    share = times / size[pairs[0]]
    by_interviewer = sums(pairs[1], share, int(interviewer.max()) + 1)
    people = len(size)
    return float((by_interviewer @ by_interviewer - share @ share) / (people * (people - 1)))


def category_counts(cells: Cells, rubric: Rubric) -> Floats:
    """How often each level was given in each unit of candidate x question: (units, levels)."""
    owner = np.fromiter((place for place, _ in all_cards(cells.candidates)), dtype=np.int64)
    low, width = rubric.scale.low, len(rubric.scale.levels)
    card = np.frombuffer(cells.levels.card, dtype=np.uint32) if cells.levels.card else np.zeros(0, dtype=np.uint32)
    if not len(card):
        return np.zeros((0, width))
    question = np.frombuffer(cells.levels.question, dtype=np.uint32).astype(np.int64)
    level = np.frombuffer(cells.levels.level, dtype=np.int32).astype(np.int64) - low
    unit = np.unique(owner[card] * (int(question.max()) + 1) + question, return_inverse=True)[1]
    units = int(unit.max()) + 1
    return np.bincount(unit * width + level, minlength=units * width).reshape(units, width).astype(np.float64)


def alpha(counts: Floats, metric: str) -> float | None:
    """Krippendorff's alpha from a units x categories count matrix; None where nothing varies or nothing is paired.

    O = (N / (m - 1))' N - diag(colsum N / (m - 1)) over units with m >= 2 ratings; n_c = O 1; alpha = 1 -
    (n - 1) sum O delta / sum n n' delta. `metric` is
    "nominal", "ordinal" or "interval", whose categories are equal steps.
    """
    counts = counts[counts.sum(axis=1) > 1]
    weighted = counts / (counts.sum(axis=1, keepdims=True) - 1)
    together = weighted.T @ counts - np.diag(weighted.sum(axis=0))
    marginal = together.sum(axis=1)
    steps = np.arange(len(marginal))
    if metric == "nominal":
        delta = (steps[:, None] != steps).astype(np.float64)
    elif metric == "ordinal":
        middle = np.cumsum(marginal) - marginal / 2  # a category's mean place when all ratings stand in a row
        delta = (middle[:, None] - middle) ** 2
    else:
        delta = (steps[:, None] - steps).astype(np.float64) ** 2
    expected = float((np.outer(marginal, marginal) * delta).sum())
    if expected <= 0:
        return None
    return 1 - (float(marginal.sum()) - 1) * float((together * delta).sum()) / expected
