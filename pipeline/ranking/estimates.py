"""What can be estimated, put beside the exact headline: the one door to the parts that need numpy.

Estimates are rounded to 12 decimals, so that two machines whose arithmetic differs in the last bit print the same
report byte for byte. Where something cannot be estimated the value stays None and a note says why.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from pipeline.ranking import agreement, calibration, exchangeable, notes, severity, uncertainty
from pipeline.ranking.cells import Cells
from pipeline.ranking.design import Design, Floats, build, laplacian
from pipeline.ranking.policy import Policy
from pipeline.ranking.results import CandidateResult, InterviewerResult
from pipeline.scorecard import Rubric

FAINT = 0.25  # a link below this share of the panel's ordinary strength is worth a word
MOST_DRAWN = 300  # interviewers up to whom the link's two sides are looked up


@dataclass(frozen=True)
class Estimates:
    """The candidates with their estimates filled in, and what stands beside them."""

    candidates: list[CandidateResult]
    interviewers: list[InterviewerResult]
    agreement: dict[str, float] | None
    notes: list[str]


def estimate(cells: Cells, rubric: Rubric, results: Sequence[CandidateResult], policy: Policy) -> Estimates:
    """Severity, adjusted scores, intervals, chances, tiers and agreement for results in display order."""
    scale = (rubric.scale.high - rubric.scale.low) / 4
    design = build(cells, rubric)
    fit = exchangeable.fit if policy.exchangeable else severity.fit
    fitted = fit(design, scale=scale)
    model = None if isinstance(fitted, str) else fitted
    people = calibration.table(design, cells, rubric, model, scale)
    found = agreement.assess(design, cells, rubric)
    said = [fitted] if isinstance(fitted, str) else []
    candidates = list(results)
    if model is not None:
        candidates = _candidates(design, model, cells, rubric, candidates, policy)
        if policy.exchangeable:
            said.append(notes.EXCHANGEABLE)
        said += notes.on_estimates(candidates, people, _groups(design, model), _faint_link(design))
    if found.numbers:
        said += notes.on_agreement(found.numbers)
    if found.reason and found.reason not in said:
        said.append(found.reason)
    return Estimates(candidates, people, found.numbers, said)


def _candidates(
    design: Design,
    model: severity.Severity,
    cells: Cells,
    rubric: Rubric,
    results: list[CandidateResult],
    policy: Policy,
) -> list[CandidateResult]:
    place = {each.candidate: index for index, each in enumerate(cells.candidates)}
    headline = np.full(design.candidates, np.nan)
    for each in results:
        if each.score is not None:
            headline[place[each.candidate]] = float(each.score)
    adjusted = headline + severity.adjustment(design, model.severity)
    low, high = uncertainty.intervals(design, model, adjusted)
    low = np.maximum(low, np.minimum(rubric.scale.low, adjusted))  # nobody is truly off the scale
    high = np.minimum(high, np.maximum(rubric.scale.high, adjusted))
    filled = [
        each
        if each.score is None
        else replace(
            each,
            adjusted=_tidy(adjusted, place[each.candidate]),
            interval=(_tidy(low, place[each.candidate]), _tidy(high, place[each.candidate])),
        )
        for each in results
    ]
    ranked = [each for each in filled if each.status == "ranked"]
    if not ranked:
        return filled
    order = sorted(range(len(ranked)), key=lambda i: (-(ranked[i].adjusted or 0.0), ranked[i].candidate))
    at = {i: position for position, i in enumerate(order)}
    drawn = uncertainty.chances(
        design,
        model,
        headline,
        [place[ranked[i].candidate] for i in order],
        seed=int(cells.digest[:16], 16),
        probability=policy.tier_probability,
        scale=(rubric.scale.high - rubric.scale.low) / 4,
    )
    for i, each in enumerate(ranked):
        filled[i] = replace(
            each,
            tier=int(drawn.tier[at[i]]),
            top={k: float(share[at[i]]) for k, share in drawn.top.items()},
            over_next=drawn.better(at[i], at[i + 1]) if i + 1 < len(ranked) else None,
        )
    return filled


def _tidy(values: Floats, index: int) -> float:
    return round(float(values[index]), 12)


def _groups(design: Design, model: severity.Severity) -> notes.Groups:
    """Who shares nothing with whom, and whether that tells two candidates apart on any competency."""
    members: dict[int, list[str]] = {}
    for name, label in zip(design.interviewers, model.group.tolist(), strict=True):
        members.setdefault(label, []).append(name)
    shared = np.bincount(model.group)[model.group][design.interviewer] > 1
    seen = np.stack([design.unit_competency[design.unit], model.group[design.interviewer]])[:, shared]
    raters = np.unique(seen, axis=1)[0]
    return notes.Groups(
        sorted(members.values(), key=lambda names: (-len(names), names)),
        divided=len(raters) == len(np.unique(raters)),
    )


def _faint_link(design: Design) -> notes.Link | None:
    """Where few people hold the panel together: they, those behind them, and those on the other side."""
    if not 3 < len(design.interviewers) <= MOST_DRAWN:
        return None
    matrix = laplacian(design)
    values, vectors = np.linalg.eigh(matrix)
    positive = np.flatnonzero(values > 1e-9 * max(1.0, float(values[-1])))
    if len(positive) < 2 or values[positive[0]] >= FAINT * values[positive].mean():
        return None
    side = vectors[:, positive[0]]
    names = np.array(design.interviewers)
    links = []
    for mine, theirs in ((side > 1e-9, side < -1e-9), (side < -1e-9, side > 1e-9)):
        bridge = mine & (-matrix[:, theirs] > 1e-12).any(axis=1)
        links.append(notes.Link(names[bridge].tolist(), names[mine & ~bridge].tolist(), names[theirs].tolist()))
    link = min(links, key=lambda each: (len(each.bridges), len(each.behind)))
    return link if link.behind else None
