"""Interviewer severity by the "within" model: learnt only from people whom two interviewers rated on the same thing.

Per unit u (candidate x competency): y = theta_u + v_r + e with theta_u free, v_r ~ N(0, b^2 sigma^2), e halo-correlated
inside a scorecard; v > 0 is lenient, severity = -v, all in points. The ratio b is not plugged in but averaged over a
grid under a half-normal prior, because in a small panel its best value is often exactly 0 (ranking.md 2.3, 2.4).

    S0 = U diag(ev) U',  z = U' b0,  b0_r = sum of omega d,  d = y - unit mean,  lambda = 1/b^2
    v(b)   = U z / (ev + lambda)
    rss(b) = sum_sheets (sum_k omega (d - v_r + vbar_u))^2 / sum_k omega + lambda v'v
    log p(b) = -1/2 [sum log(ev + lambda) - R log lambda + df log rss] - 1/2 (b / .75)^2 + log step
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from pipeline.ranking.design import Design, Floats, Ints, groups, laplacian, sums

MOST_INTERVIEWERS = 2500  # the model holds a few matrices of this many rows and columns
PRIOR = 0.75  # of b = sd of severity / sd of noise; realistic is about .65
GRID = (0.02, 4.0, 40)
AGREED = (
    "Interviewers who rated the same candidates agreed exactly, at least in total: there is no difference between them "
    "from which severity or uncertainty could be estimated."
)
NOTHING = 1e-18  # a sum of squares below this, in points squared, is zero


@dataclass(frozen=True)
class Severity:
    """The posterior over a grid of B ratios for R interviewers.

    ratios, chances, noise: (B,) b, p(b) and sigma^2(b); likelihood: (B,) log p(b) without prior and step.
    leniency: (B, R) v(b). values, vectors: (R,), (R, R) of S0. severity: (R,) posterior mean, points, > 0 is stricter.
    covariance: (R, R) of v. group: (R,) connected component. df: degrees of freedom of the noise.
    """

    ratios: Floats
    chances: Floats
    noise: Floats
    likelihood: Floats
    leniency: Floats
    values: Floats
    vectors: Floats
    severity: Floats
    covariance: Floats
    group: Ints
    df: float

    @property
    def noise_variance(self) -> float:
        """E[sigma^2] in points squared: the noise of one complete scorecard."""
        return float(self.chances @ self.noise)

    @property
    def spread(self) -> Floats:
        """Standard deviation of each interviewer's severity, (R,), points."""
        return np.sqrt(np.diag(self.covariance))


def fit(
    design: Design, *, scale: float = 1.0, prior: float = PRIOR, grid: tuple[float, float, int] = GRID
) -> Severity | str:
    """The severities, or one sentence that says why they cannot be told.

    Args:
        scale: (high - low) / 4 of the rating scale; 1 for levels 1..5. b is a ratio, so it only guards against zeros.
        prior: standard deviation of the half-normal prior on b; `math.inf` for a flat one.
        grid: lowest ratio, highest ratio and number of steps, spaced evenly in log b.
    """
    count = len(design.interviewers)
    if said := refusal(design):
        return said
    deviation = (
        design.score - (np.bincount(design.unit, design.weight * design.score) / design.unit_weight)[design.unit]
    )
    freedom = _freedom(design)
    nothing = NOTHING * scale**2 * len(design.unit)
    ratios = np.geomspace(*grid)
    leniency, squares = np.zeros((len(ratios), count)), np.zeros(len(ratios))
    matrix = laplacian(design)
    values, vectors = np.linalg.eigh(matrix)
    values = np.maximum(values, 0.0)
    turned = vectors.T @ sums(design.interviewer, design.weight * deviation, count)
    for step, penalty in enumerate(1 / ratios**2):
        leniency[step] = vectors @ (turned / (values + penalty))
        squares[step] = _residual(design, deviation, leniency[step]) + penalty * leniency[step] @ leniency[step]
    if squares.min() <= nothing:
        return AGREED
    penalties = 1 / ratios**2
    determinant = np.log(values[None, :] + penalties[:, None]).sum(axis=1) - count * np.log(penalties)
    likelihood = -0.5 * (determinant + freedom * np.log(squares))
    weight = likelihood - 0.5 * (ratios / prior) ** 2 + np.log(np.gradient(ratios))
    chances = np.exp(weight - weight.max())
    chances /= chances.sum()
    noise = squares / freedom
    expected = chances @ leniency
    around = (leniency - expected) * np.sqrt(chances)[:, None]
    diagonal = (chances * noise) @ (1 / (values[None, :] + penalties[:, None]))
    return Severity(
        ratios=ratios,
        chances=chances,
        noise=noise,
        likelihood=likelihood,
        leniency=leniency,
        values=values,
        vectors=vectors,
        severity=-expected,
        covariance=(vectors * diagonal) @ vectors.T + around.T @ around,
        group=components(design),
        df=freedom,
    )


def components(design: Design) -> Ints:
    """(R,) label of each interviewer's group: two interviewers are joined when they rated the same unit."""
    first = np.cumsum(design.unit_size) - design.unit_size
    head = design.interviewer[first]
    return groups(len(design.interviewers), design.interviewer, head[design.unit])


def adjustment(design: Design, severity: Floats) -> Floats:
    """(C,) what is added to each headline: sum_r share(c,r) severity_r, the mean severity of the interviewers met."""
    return sums(design.sheet_candidate, design.share * severity[design.sheet_interviewer], design.candidates)


def headline_variance(design: Design, covariance: Floats) -> Floats:
    """(C,) variance that severity alone brings into each adjusted score: share' Cov(v) share, points squared."""
    order = np.argsort(design.sheet_candidate, kind="stable")
    count = np.bincount(design.sheet_candidate, minlength=design.candidates)
    start = np.cumsum(count) - count
    found = np.zeros(design.candidates)
    for size in np.unique(count[count > 0]):
        k = int(size)
        people = np.flatnonzero(count == k)
        step = max(1, (1 << 20) // (k * k))
        for at in range(0, len(people), step):
            chosen = people[at : at + step]
            rows = order[start[chosen][:, None] + np.arange(k)]
            who, share = design.sheet_interviewer[rows], design.share[rows]
            found[chosen] = np.einsum("ij,ijk,ik->i", share, covariance[who[:, :, None], who[:, None, :]], share)
    return found


def refusal(design: Design) -> str:
    """Why no model can tell severity here, in one sentence; "" when one can."""
    count = len(design.interviewers)
    if not len(design.unit):
        return "Nothing was assessed yet: severity and uncertainty cannot be estimated."
    if count == 1:
        return "There is only one interviewer: nobody can say whether they are strict or lenient."
    if count > MOST_INTERVIEWERS:
        return (
            f"Severity was not estimated: there are {count:,} interviewers, and the method holds {MOST_INTERVIEWERS:,}."
        )
    first = np.cumsum(design.unit_size) - design.unit_size
    if np.array_equal(design.interviewer, design.interviewer[first][design.unit]):
        return (
            "No candidate was rated on the same competency by two interviewers: strict interviewers cannot be told "
            "from weak candidates, so nothing is adjusted and no uncertainty can be given."
        )
    return ""


def _freedom(design: Design) -> float:
    """df = sum omega (1 - 1/n_u) / mean weight of a scorecard: scorecards - candidates when all are complete."""
    spare = design.weight @ (1 - 1 / design.unit_size[design.unit])
    return max(1.0, float(spare / design.sheet_weight.mean()))


def _residual(design: Design, deviation: Floats, leniency: Floats) -> float:
    """Residuals are summed to the scorecard before they are squared, since an impression colours all of it (halo)."""
    mine = leniency[design.interviewer]
    met = sums(design.unit, design.weight * mine, len(design.unit_size)) / design.unit_weight
    total = sums(design.sheet, design.weight * (deviation - mine + met[design.unit]), len(design.sheet_weight))
    return float((total**2 / design.sheet_weight).sum())


def student_quantile(probability: float, df: float) -> float:
    """The quantile of Student's t for 1/2 < probability < 1: Hill 1970 (algorithm 396) to 1e-4 from df 2 on.

    Below df 2, where an interval says little anyway, interpolated between the exact values at 1 and 2, to 2 %.
    """
    tail = 2 * (1 - probability)
    if df <= 2:
        one, two = 1 / math.tan(tail * math.pi / 2), math.sqrt(2 / (tail * (2 - tail)) - 2)
        return float(two * (one / two) ** (2 / max(df, 1.0) - 1))
    if df >= 1e6:
        return normal_quantile(probability)
    a = 1 / (df - 0.5)
    b = 48 / a**2
    c = ((20700 * a / b - 98) * a - 16) * a + 96.36
    d = ((94.5 / (b + c) - 3) / b + 1) * math.sqrt(a * math.pi / 2) * df
    x = d * tail
    y = x ** (2 / df)
    if y > 0.05 + a:
        x = normal_quantile(tail / 2)
        y = x**2
        if df < 5:
            c += 0.3 * (df - 4.5) * (x + 0.6)
        c = (((0.05 * d * x - 5) * x - 7) * x - 2) * x + b + c
        y = (((((0.4 * y + 6.3) * y + 36) * y + 94.5) / c - y - 3) / b + 1) * x
        y = math.expm1(a * y**2)
    else:
        y = ((1 / (((df + 6) / (df * y) - 0.089 * d - 0.822) * (df + 2) * 3) + 0.5 / (df + 4)) * y - 1) * (df + 1) / (
            df + 2
        ) + 1 / y
    return math.sqrt(df * y)


def normal_quantile(probability: float) -> float:
    """The quantile of the standard normal distribution."""
    return NormalDist().inv_cdf(probability)
