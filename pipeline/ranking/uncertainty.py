"""How sure the order is: intervals, chances of being among the best, and tiers (ranking.md 3).

Intervals come from the posterior of the within model, candidates unshrunk. Chances come from draws (b, sigma, v, mu,
tau, theta): interviewers jointly, so that an error about an interviewer's severity is shared by all whom they met and
cancels between candidates who met the same people; then candidates, shrunk towards each other, because unshrunk draws
are over-confident. Not from resampling a candidate's own three to five scorecards, which is far too narrow.

    sigma^2 | b ~ rss(b) / chi^2(df)        v | b, sigma = v(b) + sigma U (ev + lambda)^-1/2 N(0, I)
    m_c = H(c) - sum_r share(c,r) v_r       m_c | theta_c ~ N(theta_c, sigma^2 a_c),  theta_c ~ N(mu, tau^2)
    tau on a grid, half-normal prior of one point; mu flat

Everything is a function of the seed, and of the candidates in their order; nothing larger than `BLOCK` candidates times
the draws is held, unless there are few candidates.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from pipeline.ranking.design import Design, Floats, Ints
from pipeline.ranking.severity import Severity, headline_variance, student_quantile

Draws: TypeAlias = NDArray[np.float32]

DRAWS = 4000  # Monte Carlo error of a chance below .8 points
FEW_DRAWS = 1000
MANY_CANDIDATES = 2500
BLOCK = 128
TAUS = 24
BEST = (1, 3)
INTERVAL = 0.90


@dataclass(frozen=True)
class Chances:
    """Of N candidates, best adjusted score first: chances of being among the true best k, and tiers from 1.

    `theta` is (N, D) the drawn true scores, None when there are too many candidates to hold them.
    """

    top: dict[int, Floats]
    tier: Ints
    theta: Draws | None

    def better(self, one: int, other: int) -> float | None:
        """P(one is truly better than the other), by their places."""
        return None if self.theta is None else float((self.theta[one] > self.theta[other]).mean())


def intervals(design: Design, severity: Severity, adjusted: Floats, level: float = INTERVAL) -> tuple[Floats, Floats]:
    """(C,), (C,) ends of the central interval of each adjusted score, wherever the scale ends."""
    variance = severity.noise_variance * design.evidence + headline_variance(design, severity.covariance)
    half = student_quantile((1 + level) / 2, severity.df) * np.sqrt(variance)
    return adjusted - half, adjusted + half


def chances(
    design: Design,
    severity: Severity,
    headline: Floats,
    chosen: Sequence[int],
    *,
    seed: int,
    probability: float,
    scale: float = 1.0,
) -> Chances:
    """Top-k chances and tiers of the `chosen` candidates, who must stand in descending order of adjusted score.

    Args:
        headline: (C,) in points.
        seed: a hash of the input, so that the same input gives the same answer.
        probability: a candidate shares the leader's tier while P(leader is better) is below this.
        scale: (high - low) / 4.
    """
    number = DRAWS if len(chosen) <= MANY_CANDIDATES else FEW_DRAWS
    rng = np.random.Generator(np.random.PCG64(seed))
    noise, leniency = _interviewers(severity, number, rng)
    sheets = _Sheets(design, headline, np.asarray(chosen), leniency)
    tau, mu = _population(sheets, noise, rng, scale)
    few = len(chosen) <= MANY_CANDIDATES
    best = _Best(len(chosen), number)
    tiers = _Tiers(probability)
    kept: list[Draws] = []
    for at, means in sheets.blocks():
        variance = (sheets.evidence[at : at + len(means), None] * noise).astype(np.float32)
        weight = tau**2 / (tau**2 + variance)
        theta = mu + weight * (means - mu)
        theta += np.sqrt(weight * variance) * rng.standard_normal(means.shape, dtype=np.float32)
        best.add(at, theta)
        tiers.add(theta)
        if few:
            kept.append(theta)
    return Chances(best.shares(), np.array(tiers.tier, dtype=np.int64), np.vstack(kept) if kept else None)


def _interviewers(severity: Severity, number: int, rng: np.random.Generator) -> tuple[Draws, Draws]:
    """sigma^2 (D,) and v (R, D)."""
    at = rng.choice(len(severity.ratios), size=number, p=severity.chances)
    noise = severity.noise[at] * severity.df / rng.chisquare(severity.df, size=number)
    count = len(severity.values)
    leniency = np.empty((count, number), dtype=np.float32)
    for first in range(0, number, 500):
        chosen = at[first : first + 500]
        deviate = rng.standard_normal((count, len(chosen)))
        deviate *= np.sqrt(noise[first : first + 500] / (severity.values[:, None] + 1 / severity.ratios[chosen] ** 2))
        leniency[:, first : first + 500] = severity.leniency[chosen].T + severity.vectors @ deviate
    return noise.astype(np.float32), leniency


class _Sheets:
    """The scorecards of the chosen candidates, in their order: m_c in blocks."""

    def __init__(self, design: Design, headline: Floats, chosen: Ints, leniency: Draws) -> None:
        place = np.full(design.candidates, -1)
        place[chosen] = np.arange(len(chosen))
        mine = place[design.sheet_candidate]
        order = np.argsort(mine, kind="stable")
        order = order[mine[order] >= 0]
        self._start = np.searchsorted(mine[order], np.arange(len(chosen) + 1))
        self._share = design.share[order].astype(np.float32)
        self._interviewer = design.sheet_interviewer[order]
        self._headline = headline[chosen].astype(np.float32)
        self._leniency = leniency
        self.evidence = design.evidence[chosen]

    def blocks(self) -> Iterator[tuple[int, Draws]]:
        """Place of the block's first candidate and m_c, (block, D)."""
        for at in range(0, len(self._headline), BLOCK):
            means = np.repeat(self._headline[at : at + BLOCK, None], self._leniency.shape[1], axis=1)
            for row in range(len(means)):
                for sheet in range(self._start[at + row], self._start[at + row + 1]):
                    means[row] -= self._share[sheet] * self._leniency[self._interviewer[sheet]]
            yield at, means


def _population(sheets: _Sheets, noise: Draws, rng: np.random.Generator, scale: float) -> tuple[Draws, Draws]:
    """tau and mu, (D,) each: how far the candidates truly differ, drawn given each draw's severities.

    Candidates with about the same amount of evidence are pooled (8 pools at most), which keeps this independent of
    their number; with complete scorecards it is exact.
    """
    distinct = np.unique(sheets.evidence.round(12))
    pools = distinct if len(distinct) <= 8 else np.quantile(sheets.evidence, (np.arange(8) + 0.5) / 8)
    pool = np.abs(sheets.evidence[:, None] - pools[None, :]).argmin(axis=1)
    size = np.bincount(pool, minlength=len(pools)).astype(float)
    evidence = np.bincount(pool, sheets.evidence, len(pools)) / np.maximum(size, 1)
    number = len(noise)
    sums, squares = np.zeros((len(pools), number)), np.zeros((len(pools), number))
    for at, means in sheets.blocks():
        member = (pool[at : at + len(means), None] == np.arange(len(pools))).astype(np.float64).T
        exact = means.astype(np.float64)
        sums += member @ exact
        squares += member @ exact**2
    mean = sums / np.maximum(size, 1)[:, None]
    within = np.maximum(squares - sums * mean, 0.0)
    taus = np.geomspace(0.02, 2.5, TAUS) * scale
    log = np.empty((TAUS, number))
    centre, precision = np.empty((TAUS, number)), np.empty((TAUS, number))
    for step, tau in enumerate(taus):
        variance = tau**2 + evidence[:, None] * noise
        weight = size[:, None] / variance
        precision[step] = weight.sum(axis=0)
        centre[step] = (weight * mean).sum(axis=0) / precision[step]
        squared = (within / variance + weight * (mean - centre[step]) ** 2).sum(axis=0)
        log[step] = -0.5 * ((size[:, None] * np.log(variance)).sum(axis=0) + np.log(precision[step]) + squared)
    log += (np.log(np.gradient(taus)) - 0.5 * (taus / scale) ** 2)[:, None]
    weight = np.exp(log - log.max(axis=0)).cumsum(axis=0)
    at = (weight < rng.random(number) * weight[-1]).sum(axis=0)
    draw = np.arange(number)
    mu = centre[at, draw] + rng.standard_normal(number) / np.sqrt(precision[at, draw])
    return taus[at].astype(np.float32), mu.astype(np.float32)


class _Best:
    """The best few candidates of each draw, kept while the blocks go by."""

    def __init__(self, candidates: int, number: int) -> None:
        self._candidates = candidates
        self._most = min(max(BEST), candidates)
        self._value = np.full((self._most, number), -np.inf, dtype=np.float32)
        self._who = np.zeros((self._most, number), dtype=np.int64)

    def add(self, at: int, theta: Draws) -> None:
        """Best first in each column."""
        better = np.flatnonzero(theta.max(axis=0) > self._value[-1])
        value = np.vstack([self._value[:, better], theta[:, better]])
        who = np.vstack(
            [self._who[:, better], np.broadcast_to(at + np.arange(len(theta))[:, None], theta[:, better].shape)]
        )
        first = (
            np.argsort(-value, axis=0, kind="stable")[: self._most] if len(better) else np.zeros((self._most, 0), int)
        )
        self._value[:, better] = np.take_along_axis(value, first, axis=0)
        self._who[:, better] = np.take_along_axis(who, first, axis=0)

    def shares(self) -> dict[int, Floats]:
        """k -> (N,) share of the draws in which a candidate is among the best k."""
        number = self._who.shape[1]
        return {k: np.bincount(self._who[:k].ravel(), minlength=self._candidates) / number for k in BEST}


class _Tiers:
    """The first candidate opens tier 1; who falls clearly behind the tier's leader opens the next (ranking.md 3.3)."""

    def __init__(self, probability: float) -> None:
        self._probability = probability
        self._leader: Draws | None = None
        self.tier: list[int] = []

    def add(self, theta: Draws) -> None:
        """Go on with the next candidates in order."""
        at = 0
        while at < len(theta):
            if self._leader is None:
                self._leader = theta[at]
            behind = (self._leader > theta[at:]).mean(axis=1) >= self._probability
            now = self.tier[-1] if self.tier else 1
            stay = int(behind.argmax()) if behind.any() else len(behind)
            self.tier += [now] * stay
            at += stay
            if at < len(theta):
                self._leader = theta[at]
                self.tier.append(now + 1)
                at += 1
