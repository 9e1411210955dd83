"""Severity where candidates met interviewers at random: candidates are random too (the full BLUP of ranking.md 2.5).

Then a candidate whom only one interviewer rated still says something about that interviewer, because all candidates
come from one population. Under any other assignment that is wrong, so it is asked for, and said in the notes.

    y = mu + c + r + e per scorecard, each rating taken from its competency's mean over all, so that who rates only
    what is hard is not called severe; c ~ N(0, a^2 sigma^2), r ~ N(0, b^2 sigma^2)

Both ratios are averaged over a grid under half-normal priors (2 on a, .75 on b), for the reason given in `severity`.
The result has the shape of the within model with a single ratio, so that all that follows is the same.
"""

from __future__ import annotations

import numpy as np

from pipeline.ranking.design import Design, sums
from pipeline.ranking.reml import Criterion
from pipeline.ranking.severity import AGREED, NOTHING, PRIOR, Severity, components, refusal

MOST_INTERVIEWERS = 600  # every point of the grid costs a decomposition of this size
CANDIDATE_RATIOS = (0.1, 6.0, 14)
SEVERITY_RATIOS = (0.03, 3.0, 14)
CANDIDATE_PRIOR = 2.0


def fit(design: Design, *, scale: float = 1.0) -> Severity | str:
    """The severities with candidates exchangeable, or the sentence why they cannot be told."""
    if said := refusal(design):
        return said
    count = len(design.interviewers)
    if count > MOST_INTERVIEWERS:
        return (
            f"Severity was not estimated: with candidates exchangeable the method holds {MOST_INTERVIEWERS:,} "
            f"interviewers, and there are {count:,}. Without that option it holds more."
        )
    people, candidate = np.unique(design.sheet_candidate, return_inverse=True)
    score = _levelled(design)
    criterion = Criterion(score, candidate, design.sheet_interviewer)
    freedom = float(len(score) - 1)
    within = score - (sums(candidate, score, len(people)) / np.bincount(candidate))[candidate]
    if float(within @ within) <= NOTHING * scale**2 * len(score):
        return AGREED
    ratios_c, ratios_r = np.geomspace(*CANDIDATE_RATIOS), np.geomspace(*SEVERITY_RATIOS)
    shape = (len(ratios_c), len(ratios_r))
    log, noise = np.empty(shape), np.empty(shape)
    leniency, covariance = np.empty((*shape, count)), np.zeros((count, count))
    for at in np.ndindex(shape):
        a, b = float(ratios_c[at[0]]), float(ratios_r[at[1]])
        value, rss = criterion.parts(a**2, b**2)
        noise[at] = rss / freedom
        log[at] = -0.5 * (value + (a / CANDIDATE_PRIOR) ** 2 + (b / PRIOR) ** 2)
    log += np.log(np.gradient(ratios_c))[:, None] + np.log(np.gradient(ratios_r))[None, :]
    chances = np.exp(log - log.max())
    chances /= chances.sum()
    for at in np.ndindex(shape):
        if chances[at] < 1e-6:
            leniency[at] = 0.0
            continue
        leniency[at], inverse = criterion.interviewers(float(ratios_c[at[0]]) ** 2, float(ratios_r[at[1]]) ** 2)
        covariance += chances[at] * noise[at] * inverse
    mean = np.tensordot(chances, leniency, axes=2)
    around = ((leniency - mean) * np.sqrt(chances)[:, :, None]).reshape(-1, count)
    covariance += around.T @ around
    sigma = float((chances * noise).sum())
    values, vectors = np.linalg.eigh(covariance)
    return Severity(
        ratios=np.array([np.inf]),
        chances=np.ones(1),
        noise=np.array([sigma]),
        likelihood=np.array([float(log.max())]),
        leniency=mean[None, :],
        values=sigma / np.maximum(values, 1e-12 * sigma),
        vectors=vectors,
        severity=-mean,
        covariance=covariance,
        group=components(design),
        df=max(1.0, freedom - (len(people) - 1)),
    )


def _levelled(design: Design) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Each scorecard's weighted mean of (score - mean of its competency over all), (J,)."""
    competencies = int(design.unit_competency.max()) + 1
    which = design.unit_competency[design.unit]
    mean = sums(which, design.score, competencies) / np.maximum(np.bincount(which, minlength=competencies), 1)
    total = sums(design.sheet, design.weight * (design.score - mean[which]), len(design.sheet_weight))
    return total / design.sheet_weight
