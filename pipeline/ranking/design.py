"""Who rated whom on what, as columns of numbers: the input of every estimate (ranking.md 2.4, 6).

A *unit* is one candidate on one competency; an *observation* is one scorecard's cell in a unit. Observations stand
sorted by unit. Competencies of weight 0 are shown but not counted, so they are no units.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from pipeline.ranking.cells import Cells, all_cards
from pipeline.scorecard import Rubric

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]

PAIRS_AT_ONCE = 1 << 20
MANY_IN_ONE_UNIT = 256


@dataclass(frozen=True)
class Design:
    """O observations in U units by J scorecards of R interviewers on C candidates; one row below is one array.

    unit, interviewer, sheet, weight, score: length O; `weight` is W_k / sum W, `score` is s(c,r,k) in points.
    unit_candidate, unit_competency, unit_size, unit_weight: length U; candidate, competency's place, number of observations and sum of weights of a unit.
    sheet_interviewer, sheet_candidate, sheet_weight, share: length J; `share` is what a scorecard weighs in its
    candidate's headline: sum over its k of W_k / n(c,k), divided by the assessed weight. A candidate's sum to 1.
    """

    interviewers: list[str]
    candidates: int
    unit: Ints
    interviewer: Ints
    sheet: Ints
    weight: Floats
    score: Floats
    unit_candidate: Ints
    unit_competency: Ints
    unit_size: Ints
    unit_weight: Floats
    sheet_interviewer: Ints
    sheet_candidate: Ints
    sheet_weight: Floats
    share: Floats

    @property
    def evidence(self) -> Floats:
        """a_c, length C: a headline's variance, given the severities, is sigma^2 a_c; 1/m for m complete scorecards."""
        return sums(self.sheet_candidate, self.share**2 / self.sheet_weight, self.candidates)

    @property
    def sheet_score(self) -> Floats:
        """Each scorecard's own weighted mean over the competencies that it rated, length J, in points."""
        total = sums(self.sheet, self.weight * self.score, len(self.sheet_weight))
        return total / self.sheet_weight


def sums(index: Ints, values: Floats, length: int) -> Floats:
    """The values added up by index: one pass, (length,)."""
    return np.asarray(np.bincount(index, values, length), dtype=np.float64)


def build(cells: Cells, rubric: Rubric) -> Design:
    """The design of all scorecards with at least one rating that counts."""
    total = sum(competency.weight for competency in rubric.competencies)
    weights = [float(competency.weight / total) for competency in rubric.competencies]
    interviewers = sorted({card.interviewer for _, card in all_cards(cells.candidates)})
    place = {name: index for index, name in enumerate(interviewers)}
    width = len(weights)
    keys, sheets, sheet_interviewer, sheet_candidate = (array("q") for _ in range(4))
    scores = array("d")
    for candidate, card in all_cards(cells.candidates):
        counted = [(k, cell) for k, cell in card.cells.items() if weights[k]]
        if not counted:
            continue
        for k, (top, bottom, _) in counted:
            keys.append(candidate * width + k)
            scores.append(top / bottom)
            sheets.append(len(sheet_interviewer))
        sheet_interviewer.append(place[card.interviewer])
        sheet_candidate.append(candidate)
    key = np.array(keys, dtype=np.int64)
    order = np.argsort(key, kind="stable")
    key = key[order]
    unit_keys, unit, unit_size = np.unique(key, return_inverse=True, return_counts=True)
    sheet = np.array(sheets, dtype=np.int64)[order]
    weight = np.array(weights)[key % width] if width else np.zeros(0)
    owner = np.array(sheet_interviewer, dtype=np.int64)
    candidate_of = np.array(sheet_candidate, dtype=np.int64)
    unit_candidate = unit_keys // width if width else unit_keys
    assessed = np.bincount(unit_candidate, np.array(weights)[unit_keys % width], len(cells.candidates))
    share = sums(sheet, weight / unit_size[unit], len(owner)) / assessed[candidate_of]
    return Design(
        interviewers=interviewers,
        candidates=len(cells.candidates),
        unit=unit,
        interviewer=owner[sheet],
        sheet=sheet,
        weight=weight,
        score=np.array(scores)[order],
        unit_candidate=unit_candidate,
        unit_competency=unit_keys % max(width, 1),
        unit_size=unit_size,
        unit_weight=sums(unit, weight, len(unit_size)),
        sheet_interviewer=owner,
        sheet_candidate=candidate_of,
        sheet_weight=sums(sheet, weight, len(owner)),
        share=share,
    )


def blocks(design: Design) -> Iterator[tuple[Ints, int]]:
    """Units of equal size k as matrices of their observations' places (n, k), few enough at a time for k^2 pairs."""
    start = np.cumsum(design.unit_size) - design.unit_size
    for size in np.unique(design.unit_size):
        k = int(size)
        units = np.flatnonzero(design.unit_size == k)
        step = max(1, PAIRS_AT_ONCE // (k * k))
        for at in range(0, len(units), step):
            yield start[units[at : at + step]][:, None] + np.arange(k), k


def laplacian(design: Design) -> Floats:
    """S0 of ranking.md 2.4, (R, R): diag(sum omega) - sum_u omega_u omega_u' / A_u; its rows sum to 0.

    The weighted Laplacian of the graph in which interviewers are joined when they rated the same unit.
    """
    count = len(design.interviewers)
    matrix = np.diag(sums(design.interviewer, design.weight, count))
    for rows, k in blocks(design):
        who, weight = design.interviewer[rows], design.weight[rows]
        totals = design.unit_weight[design.unit[rows[:, 0]]]
        if k > MANY_IN_ONE_UNIT:
            for people, each, total in zip(who, weight, totals, strict=True):
                by_person = np.bincount(people, each, count)
                matrix -= np.outer(by_person, by_person) / total
            continue
        pairs = weight[:, :, None] * weight[:, None, :] / totals[:, None, None]
        spot = who[:, :, None] * count + who[:, None, :]
        matrix -= np.bincount(spot.ravel(), pairs.ravel(), count * count).reshape(count, count)
    return matrix


def groups(members: int, left: Ints, right: Ints) -> Ints:
    """Connected components of the graph with edges left[i] - right[i]: a label per member, numbered from 0."""
    label = np.arange(members)
    while True:
        low = label.copy()
        np.minimum.at(low, left, label[right])
        np.minimum.at(low, right, label[left])
        low = low[low]
        if np.array_equal(low, label):
            return np.unique(label, return_inverse=True)[1]
        label = low
