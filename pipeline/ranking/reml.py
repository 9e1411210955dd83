"""Variance components of crossed scorecards by REML, with any cells missing (ranking.md 4).

    y = mu + c + r + e,   c ~ N(0, var_c), r ~ N(0, var_r), e ~ N(0, var_e)

one y per scorecard. Candidates are eliminated exactly, since their block is diagonal; what remains is R x R. With
theta = variance / var_e, h_c = 1 / (1 + theta_c n_c) and N the candidates x interviewers incidence:

    M_rr = I + theta_r (diag(n_r) - theta_c sum_c h_c N_c N_c')
    M_rm = sqrt(theta_r) sum_c h_c N_c,   M_mm = sum_c h_c n_c
    -2 log L = sum_c log(1 + theta_c n_c) + log |M| + (n - 1) log RSS,   var_e = RSS / (n - 1)

It is written in variance ratios so that a variance of exactly 0, a normal outcome, needs no special arithmetic.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product

import numpy as np

from pipeline.ranking.design import Floats, Ints, sums

ZERO = 1e-7  # a variance ratio below this is compared with exactly 0
HIGHEST = 1e6
GRID = (0.03, 12.0, 14)
STARTS = (0.1, 0.5, 2.0)


@dataclass(frozen=True)
class Components:
    """Variances in points squared: between candidates, between interviewers, and what is left."""

    candidate: float
    interviewer: float
    residual: float


class Criterion:
    """-2 log of the restricted likelihood as a function of the two variance ratios."""

    def __init__(self, score: Floats, candidate: Ints, interviewer: Ints) -> None:
        y = score - score.mean()
        self.count = len(y)
        self._interviewers = int(interviewer.max()) + 1
        candidates = int(candidate.max()) + 1
        self._size = np.bincount(candidate, minlength=candidates).astype(np.float64)
        self._met = np.bincount(interviewer, minlength=self._interviewers).astype(np.float64)
        self._candidate, self._interviewer = candidate, interviewer
        self._by_candidate = sums(candidate, y, candidates)
        self._by_interviewer = sums(interviewer, y, self._interviewers)
        self._square = float(y @ y)
        self._spot, self._pair_size, self._times = _pairs(candidate, interviewer, self._interviewers)

    def parts(self, theta_c: float, theta_r: float) -> tuple[float, float]:
        """The criterion and the residual sum of squares."""
        matrix = self._bordered(theta_c, theta_r)
        diagonal = np.diag(np.linalg.cholesky(matrix))  # bordered by y, its last element is the root of the RSS
        logs = float(np.log1p(theta_c * self._size).sum()) + 2 * float(np.log(diagonal[:-1]).sum())
        rss = float(diagonal[-1]) ** 2
        return logs + (self.count - 1) * float(np.log(rss)), rss

    def interviewers(self, theta_c: float, theta_r: float) -> tuple[Floats, Floats]:
        """Best predictions of the interviewers' effects, (R,), and their covariance over var_e, (R, R)."""
        matrix = self._bordered(theta_c, theta_r)
        inverse = np.linalg.inv(matrix[:-1, :-1])
        effects = (inverse @ matrix[:-1, -1])[:-1]
        return effects * theta_r**0.5, np.asarray(theta_r * inverse[:-1, :-1], dtype=np.float64)

    def _bordered(self, theta_c: float, theta_r: float) -> Floats:
        """M with mu as its last but one, and y as its last row and column: (R + 2, R + 2)."""
        count = self._interviewers
        h = 1 / (1 + theta_c * self._size)
        root = np.sqrt(theta_r)
        together = self._times / (1 + theta_c * self._pair_size)
        shared = -theta_r * theta_c * sums(self._spot, together, count * count).reshape(count, count)
        shared[np.diag_indices(count)] += 1 + theta_r * self._met
        matrix = np.empty((count + 2, count + 2))
        matrix[:count, :count] = shared
        matrix[:count, count] = matrix[count, :count] = root * sums(self._interviewer, h[self._candidate], count)
        matrix[count, count] = h @ self._size
        pulled = theta_c * (h * self._by_candidate)
        right = root * (self._by_interviewer - sums(self._interviewer, pulled[self._candidate], count))
        matrix[:count, -1] = matrix[-1, :count] = right
        matrix[count, -1] = matrix[-1, count] = h @ self._by_candidate
        matrix[-1, -1] = self._square - theta_c * float(h @ self._by_candidate**2)
        return matrix

    def __call__(self, theta_c: float, theta_r: float) -> float:
        return self.parts(theta_c, theta_r)[0]


def fit(score: Floats, candidate: Ints, interviewer: Ints) -> Components:
    """The variance components of scorecards (n,) by candidate and interviewer, both numbered from 0 without gaps.

    The caller makes sure that there are at least two of each, that they hang together, and that residuals remain.
    """
    criterion = Criterion(score, candidate, interviewer)
    start = min(product(STARTS, STARTS), key=lambda pair: criterion(*pair))
    best = np.exp(_minimum(lambda x: criterion(*np.exp(x)), np.log(start)))
    choices = [(float(best[0]), float(best[1]))]
    if best.min() < 1e-3:  # perhaps a boundary: one or both variances exactly 0
        one = np.exp(_minimum(lambda x: criterion(float(np.exp(x[0])), 0.0), np.log(start[:1])))
        other = np.exp(_minimum(lambda x: criterion(0.0, float(np.exp(x[0]))), np.log(start[1:])))
        choices += [(float(one[0]), 0.0), (0.0, float(other[0])), (0.0, 0.0)]
    values = [criterion(*choice) for choice in choices]
    slack = 1e-7  # where a tiny ratio does no better than none, there is none
    theta_c, theta_r = max(
        (choice for choice, value in zip(choices, values, strict=True) if value <= min(values) + slack),
        key=lambda choice: choice.count(0.0),
    )
    residual = criterion.parts(theta_c, theta_r)[1] / (criterion.count - 1)
    return Components(theta_c * residual, theta_r * residual, residual)


def plausible(score: Floats, candidate: Ints, interviewer: Ints) -> tuple[Floats, Floats, Floats]:
    """Pairs of variance ratios on a grid with how likely each is, flat in the standard deviations: three (G,) arrays."""
    criterion = Criterion(score, candidate, interviewer)
    roots = np.geomspace(*GRID)
    log = np.array([[-0.5 * criterion(c**2, r**2) for r in roots] for c in roots])
    steps = np.log(np.gradient(roots))
    log += steps[:, None] + steps[None, :]
    chances = np.exp(log - log.max())
    first, second = np.meshgrid(roots**2, roots**2, indexing="ij")
    return first.ravel(), second.ravel(), (chances / chances.sum()).ravel()


def _minimum(function: Callable[[Floats], float], start: Floats) -> Floats:
    """A local minimum in one or two dimensions: Newton's method on differences, with halved steps."""
    x, low, high = np.array(start, dtype=np.float64), np.log(ZERO), np.log(HIGHEST)
    value = function(x)
    for _ in range(40):
        gradient, curvature = _derivatives(function, x, value)
        values, vectors = np.linalg.eigh(curvature)
        step = -(vectors / np.maximum(np.abs(values), 1e-3)) @ (vectors.T @ gradient)
        step *= min(1.0, 2.0 / max(float(np.abs(step).max()), 1e-300))
        for _ in range(30):
            there = np.clip(x + step, low, high)
            if (reached := function(there)) <= value:
                break
            step = step / 2
        moved = float(np.abs(there - x).max())
        if reached <= value:
            x, value = there, reached
        if moved < 1e-5:
            break
    return x


def _derivatives(function: Callable[[Floats], float], x: Floats, value: float) -> tuple[Floats, Floats]:
    """Gradient and curvature from central differences."""
    size, by = len(x), 1e-3
    unit = np.eye(size) * by
    up = np.array([function(x + step) for step in unit])
    down = np.array([function(x - step) for step in unit])
    curvature = np.diag((up - 2 * value + down) / by**2)
    if size == 2:
        across = function(x + unit[0] + unit[1]) - up[0] - up[1] + 2 * value - down[0] - down[1]
        curvature[0, 1] = curvature[1, 0] = (across + function(x - unit[0] - unit[1])) / (2 * by**2)
    return (up - down) / (2 * by), curvature


def _pairs(candidate: Ints, interviewer: Ints, count: int) -> tuple[Ints, Ints, Floats]:
    """Ordered pairs of scorecards of one candidate: place in an R x R matrix, n_c of the candidate, how often."""
    order = np.argsort(candidate, kind="stable")
    size = np.bincount(candidate)
    start = np.cumsum(size) - size
    spots, sizes, times = [], [], []
    for k in np.unique(size[size > 0]):
        people = interviewer[order[start[size == k][:, None] + np.arange(k)]]
        spot, often = np.unique(people[:, :, None] * count + people[:, None, :], return_counts=True)
        spots.append(spot)
        sizes.append(np.full(len(spot), k))
        times.append(often)
    return np.concatenate(spots), np.concatenate(sizes), np.concatenate(times).astype(np.float64)
