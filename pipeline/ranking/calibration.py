"""How each interviewer uses the scale, for a talk about calibration and not for judging anyone (ranking.md 2.6).

A strict interviewer may be the one who holds the standard. Each statement is made only where there is enough to see.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import NormalDist

import numpy as np

from pipeline.ranking.cells import Cells, all_cards
from pipeline.ranking.design import Design, Floats, Ints, sums
from pipeline.ranking.results import InterviewerResult
from pipeline.ranking.severity import Severity, student_quantile
from pipeline.ranking.words import half_up
from pipeline.scorecard import Rubric

FEWEST_SCORECARDS = 5
FEWEST_FOR_SLOPE = 8
NOTABLE = 0.2  # points of severity on a scale of 1..5 that are worth a word
SURE = 0.95
BORROWED = 4.0  # degrees of freedom lent by the whole panel to each interviewer's own scatter


def table(
    design: Design, cells: Cells, rubric: Rubric, severity: Severity | None, scale: float
) -> list[InterviewerResult]:
    """One result per interviewer, by name. Without a severity model the rest is still told."""
    held = np.zeros(len(design.interviewers), dtype=np.int64)
    place = {name: index for index, name in enumerate(design.interviewers)}
    for _, card in all_cards(cells.candidates):
        held[place[card.interviewer]] += 1
    met = _met_again(design)
    details = _details(design, cells, rubric, severity, met)
    spread = severity.spread if severity else np.zeros(len(held))
    results = []
    for r, name in enumerate(design.interviewers):
        shared = int(met.candidates[r])
        value = ends = None
        if severity is not None and shared:
            value = round(float(severity.severity[r]), 12) + 0.0  # never -0.0
            half = student_quantile(SURE, severity.df) * float(spread[r])
            ends = (round(value - half, 12), round(value + half, 12))
        results.append(
            InterviewerResult(
                interviewer=name,
                scorecards=int(held[r]),
                severity=value,
                interval=ends,
                shared_candidates=shared,
                verdict=_verdict(value, float(spread[r]), int(held[r]), shared, details[r], scale),
                details=details[r],
            )
        )
    return results


class _Met:
    """Ratings that another interviewer gave to the same unit: `other` (O,) their mean, NaN where there is none."""

    def __init__(self, other: Floats, candidates: Ints) -> None:
        self.other = other
        self.candidates = candidates  # (R,) how many candidates are shared


def _met_again(design: Design) -> _Met:
    """Means over the others in each unit; a second round of the same interviewer is not another opinion."""
    count, units = len(design.interviewers), len(design.unit_size)
    key, mine = np.unique(design.unit * count + design.interviewer, return_inverse=True)
    own_sum, own_size = sums(mine, design.score, len(key)), np.bincount(mine, minlength=len(key))
    others = (design.unit_size[design.unit] - own_size[mine]).astype(np.float64)
    rest = sums(design.unit, design.score, units)[design.unit] - own_sum[mine]
    other = np.divide(rest, others, out=np.full(len(rest), np.nan), where=others > 0)
    shared = others > 0
    pairs = np.unique(design.unit_candidate[design.unit[shared]] * count + design.interviewer[shared])
    return _Met(other, np.bincount(pairs % count, minlength=count))


def _details(
    design: Design, cells: Cells, rubric: Rubric, severity: Severity | None, met: _Met
) -> list[dict[str, float | str]]:
    count = len(design.interviewers)
    found: list[dict[str, float | str]] = [{} for _ in range(count)]
    _use_of_scale(design, cells, rubric, found)
    shared = ~np.isnan(met.other)
    size = np.bincount(design.interviewer[shared], minlength=count)
    apart = sums(design.interviewer[shared], np.abs(design.score - met.other)[shared], count)
    for r in np.flatnonzero(size).tolist():
        found[r]["mean_difference"] = float(apart[r] / size[r])
    _discrimination(design, met, found)
    if severity is not None:
        _consistency(design, severity, found)
    return [
        {key: round(value, 12) if isinstance(value, float) else value for key, value in each.items()} for each in found
    ]


def _use_of_scale(design: Design, cells: Cells, rubric: Rubric, found: Sequence[dict[str, float | str]]) -> None:
    """Share of each level, spread of the ratings against everybody's, spread inside a scorecard, share left out."""
    place = {name: index for index, name in enumerate(design.interviewers)}
    owner = np.array([place[card.interviewer] for _, card in all_cards(cells.candidates)], dtype=np.int64)
    if not cells.levels.card:
        return
    card = np.frombuffer(cells.levels.card, dtype=np.uint32).astype(np.int64)
    level = np.frombuffer(cells.levels.level, dtype=np.int32).astype(np.float64)
    width, low, count = len(rubric.scale.levels), rubric.scale.low, len(design.interviewers)
    used = np.bincount(owner[card] * width + (level.astype(np.int64) - low), minlength=count * width)
    used = used.reshape(count, width)
    given = used.sum(axis=1)
    spread = _spread(owner[card], level, count)
    inside = _spread(card, level, len(owner))
    cards = np.flatnonzero(~np.isnan(inside))
    halo = sums(owner[cards], inside[cards], count)
    halo_size = np.bincount(owner[cards], minlength=count)
    pooled, pooled_inside = float(level.std()), float(inside[cards].mean()) if len(cards) else 0.0
    asked = {round_.id: len(rubric.questions_in(round_)) for round_ in rubric.rounds}
    rated = np.bincount(card, minlength=len(owner))
    expected, answered = np.zeros(count), np.zeros(count)
    for number, (_, each) in enumerate(all_cards(cells.candidates)):
        if each.round in asked:
            expected[owner[number]] += asked[each.round]
            answered[owner[number]] += rated[number]
    for r in np.flatnonzero(given).tolist():
        for step in range(width):
            found[r][f"share_{low + step}"] = float(used[r, step] / given[r])
        if pooled and not np.isnan(spread[r]):
            found[r]["spread"] = float(spread[r] / pooled)
        if pooled_inside and halo_size[r]:
            found[r]["spread_inside"] = float(halo[r] / halo_size[r] / pooled_inside)
    for r in np.flatnonzero(expected).tolist():
        found[r]["not_assessed"] = float(max(0.0, 1 - answered[r] / expected[r]))


def _spread(group: Ints, value: Floats, count: int) -> Floats:
    """Standard deviation inside each group, NaN where there are fewer than two values."""
    size = np.bincount(group, minlength=count)
    mean = sums(group, value, count) / np.maximum(size, 1)
    squared = sums(group, (value - mean[group]) ** 2, count)
    return np.where(size > 1, np.sqrt(squared / np.maximum(size - 1, 1)), np.nan)


def _discrimination(design: Design, met: _Met, found: Sequence[dict[str, float | str]]) -> None:
    """Slope of an interviewer's scorecards on the others' mean of the same: 1 tells people apart as they do."""
    shared = ~np.isnan(met.other)
    weight, sheet, length = design.weight[shared], design.sheet[shared], len(design.sheet_weight)
    total = sums(sheet, weight, length)
    mine = sums(sheet, weight * design.score[shared], length)
    theirs = sums(sheet, weight * met.other[shared], length)
    used = total > 0
    who, count = design.sheet_interviewer[used], len(design.interviewers)
    x, y = theirs[used] / total[used], mine[used] / total[used]
    size = np.bincount(who, minlength=count)
    x = x - (sums(who, x, count) / np.maximum(size, 1))[who]
    spread, together = sums(who, x * x, count), sums(who, x * y, count)
    for r in np.flatnonzero((size >= FEWEST_FOR_SLOPE) & (spread > 1e-9)).tolist():
        found[r]["discrimination"] = float(together[r] / spread[r])


def _consistency(design: Design, severity: Severity, found: Sequence[dict[str, float | str]]) -> None:
    """Scatter of each interviewer's scorecards against everybody's, shrunk; flagged where 90 % sure that it differs.

    s_r^2 = sum e^2 / df_r, df_r ~ sum (1 - 1/n_c)(1 - 1/n_r)
    consistency = sqrt((4 s^2 + df_r s_r^2) / ((4 + df_r) s^2))
    """
    count, units = len(design.interviewers), len(design.unit_size)
    mean = sums(design.unit, design.weight * design.score, units) / design.unit_weight
    mine = -severity.severity[design.interviewer]
    expected = sums(design.unit, design.weight * mine, units) / design.unit_weight
    left = design.weight * (design.score - mean[design.unit] - mine + expected[design.unit])
    squared = sums(design.sheet, left, len(design.sheet_weight)) ** 2 / design.sheet_weight
    met = np.bincount(design.sheet_candidate, minlength=design.candidates)[design.sheet_candidate]
    held = np.bincount(design.sheet_interviewer, minlength=count)[design.sheet_interviewer]
    freedom = sums(design.sheet_interviewer, (1 - 1 / met) * (1 - 1 / held), count)
    own = sums(design.sheet_interviewer, squared, count)
    pooled = severity.noise_variance
    for r in np.flatnonzero(freedom >= 1).tolist():
        df = float(freedom[r])
        shrunk = (BORROWED * pooled + own[r]) / (BORROWED + df)
        found[r]["consistency"] = float(np.sqrt(shrunk / pooled))
        ratio = float(own[r]) / df / pooled
        if ratio * df / chi_square_quantile(0.95, df) > 1:
            found[r]["scatter"] = "more than others"
        elif ratio * df / chi_square_quantile(0.05, df) < 1:
            found[r]["scatter"] = "less than others"


def chi_square_quantile(probability: float, df: float) -> float:
    """The quantile of chi-square by Wilson and Hilferty's cube root, within 2 % for the 5 % tails from df 2 on."""
    z = NormalDist().inv_cdf(probability)
    return float(df * max(1e-6, 1 - 2 / (9 * df) + z * (2 / (9 * df)) ** 0.5) ** 3)


def _verdict(
    severity: float | None, spread: float, cards: int, shared: int, details: Mapping[str, float | str], scale: float
) -> str:
    if not shared:
        return "Shares no rating with another interviewer, so severity cannot be told; it counts as 0."
    if severity is None:
        return "Severity cannot be told from this panel."
    if cards < FEWEST_SCORECARDS:
        return f"Too few scorecards to say ({cards}; {FEWEST_SCORECARDS} are needed)."
    sure = NormalDist().cdf(abs(severity) / spread) if spread else 0.0
    points = half_up(abs(severity))
    if sure > SURE and abs(severity) > NOTABLE * scale:
        kind, side = ("Strict", "lower") if severity > 0 else ("Lenient", "higher")
        text = f"{kind}: rates about {points} points {side} than others who met the same candidates."
    else:
        text = "No clear difference from others who met the same candidates."
    if details.get("scatter") == "more than others":
        text += " Ratings scatter more than the others'."
    return text
