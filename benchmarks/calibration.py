"""Whether the estimates keep what they promise: a simulation in small, its figures beside those expected.

    python benchmarks/calibration.py             a few minutes
    python benchmarks/calibration.py 0.2         a fifth of the repetitions

Latent rating = 3.2 + candidate (sd .5) + candidate x competency (.3) + question (.25) - severity + candidate x
interviewer (.4) + error (.7), rounded and clipped to 1..5; 12 questions in 4 competencies weighted 4, 3, 2, 1; 10 % not
assessed; interviewers assigned at random, or so that strong candidates meet severe interviewers. Truth is the expected
weighted score over interviewers. Expected figures: the study of which this is a small repetition (1,000 to 2,000
repetitions). With r repetitions a tau is good to about .15 / sqrt(r), differences of two taus to a fifth of that.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise

import numpy as np

from pipeline import ranking
from pipeline.ranking import Policy
from pipeline.scorecard import Competency, Question, Rubric, Scale, SubmittedScorecard

WEIGHTS = (4, 3, 2, 1)
RUBRIC = Rubric(
    role="study",
    title="Study",
    scale=Scale(),
    competencies=tuple(Competency(f"k{k}", f"K{k}", Fraction(w), "given") for k, w in enumerate(WEIGHTS)),
    questions=tuple(Question(f"q{q}", f"k{q // 3}", "?") for q in range(12)),
    rounds=(),
)
NO_RULES = Policy(min_coverage=Fraction(0), min_interviewers=1)
LINK = 0.6  # how strongly strength attracts severity: about as much as in the study, by the headline's tau
BINS = ((0.0, 0.2), (0.2, 0.4), (0.4, 0.6), (0.6, 0.8), (0.8, 1.01))


@dataclass(frozen=True)
class Setting:
    """One line of the table; expected: tau raw, tau within, tau full BLUP, coverage of 90 % intervals."""

    candidates: int
    interviewers: int
    met: int
    severity: float
    strong_meets_severe: bool
    repetitions: int
    expected: tuple[str, str, str, str]

    @property
    def name(self) -> str:
        kind = "strong meets severe" if self.strong_meets_severe else "random"
        return f"{self.candidates}x{self.interviewers}, {self.met} each, {kind}"


SETTINGS = (
    Setting(8, 4, 3, 0.0, False, 400, (".686", ".684", ".684", "")),
    Setting(8, 4, 3, 0.3, False, 400, (".672", ".677", ".677", ".91")),
    Setting(8, 4, 3, 0.6, False, 400, (".637", ".675", ".675", "")),
    Setting(20, 12, 4, 0.3, False, 150, (".701", ".719", ".719", "")),
    Setting(30, 10, 4, 0.0, False, 150, (".728", ".727", ".727", "")),
    Setting(30, 10, 4, 0.3, False, 150, (".702", ".721", ".721", ".90")),
    Setting(30, 10, 4, 0.6, False, 150, (".639", ".718", ".718", "")),
    Setting(30, 10, 4, 0.3, True, 150, (".631", ".701", ".684", ".91")),
    Setting(200, 40, 4, 0.3, False, 15, (".693", ".724", ".725", "")),
)


@dataclass
class Tally:
    """What was seen over the repetitions of a setting."""

    raw: list[float] = field(default_factory=list)
    within: list[float] = field(default_factory=list)
    full: list[float] = field(default_factory=list)
    covered: list[float] = field(default_factory=list)
    top: list[tuple[float, bool]] = field(default_factory=list)
    better: list[tuple[float, bool]] = field(default_factory=list)
    tier: list[int] = field(default_factory=list)


def simulate(setting: Setting, rng: np.random.Generator) -> tuple[np.ndarray, list[SubmittedScorecard]]:
    """True scores (C,) and the scorecards of one panel."""
    people, seats = setting.candidates, setting.interviewers
    ability = rng.normal(0, 0.5, people)[:, None] + rng.normal(0, 0.3, (people, 4))
    hard = rng.normal(0, 0.25, 12)
    severe = rng.normal(0, setting.severity, seats) if setting.severity else np.zeros(seats)
    latent = 3.2 + np.repeat(ability, 3, axis=1) + hard
    cards = []
    for c, panel in enumerate(assign(setting, ability @ np.array(WEIGHTS) / 10, severe, rng)):
        for r in panel:
            shown = latent[c] - severe[r] + rng.normal(0, 0.4) + rng.normal(0, 0.7, 12)
            levels = np.clip(np.rint(shown), 1, 5).astype(int)
            asked = rng.random(12) >= 0.1
            ratings = {f"q{q}": int(levels[q]) for q in range(12) if asked[q]}
            cards.append(SubmittedScorecard(f"c{c:03}", f"i{r:02}", "", "2026-03-01T10:00:00Z", ratings))
    return truth(latent, setting.severity), cards


def assign(setting: Setting, ability: np.ndarray, severe: np.ndarray, rng: np.random.Generator) -> list[np.ndarray]:
    """Who meets whom."""
    seats = np.arange(setting.interviewers)
    if not setting.strong_meets_severe:
        return [rng.choice(seats, setting.met, replace=False) for _ in range(setting.candidates)]
    strength = (ability - ability.mean()) / ability.std()
    strict = (severe - severe.mean()) / max(float(severe.std()), 1e-9)
    panels = []
    for each in strength:
        wish = np.exp(LINK * each * strict)
        panels.append(rng.choice(seats, setting.met, replace=False, p=wish / wish.sum()))
    return panels


def truth(latent: np.ndarray, severity: float) -> np.ndarray:
    """E[rating] over interviewers, halo and error, rounded and clipped; then weighted: (C,)."""
    spread = (severity**2 + 0.4**2 + 0.7**2) ** 0.5
    cuts = np.array([1.5, 2.5, 3.5, 4.5])
    above = 1 - normal((cuts - latent[:, :, None]) / spread)
    expected = 1 + above.sum(axis=2)
    return expected.reshape(len(latent), 4, 3).mean(axis=2) @ np.array(WEIGHTS) / 10


def normal(z: np.ndarray) -> np.ndarray:
    """The standard normal distribution function (Abramowitz & Stegun 26.2.17, to 1e-7)."""
    t = 1 / (1 + 0.2316419 * np.abs(z))
    poly = t * (0.319381530 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))))
    tail = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi) * poly
    return np.where(z > 0, 1 - tail, tail)


def tau(one: np.ndarray, other: np.ndarray) -> float:
    """Kendall's tau-b."""
    first, second = np.sign(one[:, None] - one), np.sign(other[:, None] - other)
    return float((first * second).sum() / np.sqrt((first**2).sum() * (second**2).sum()))


def repeat(setting: Setting, repetitions: int, *, with_full: bool = True) -> Tally:
    """Simulate and rank so many panels, the second time with candidates exchangeable."""
    rng = np.random.default_rng([20260301, SETTINGS.index(setting)])
    tally = Tally()
    for _ in range(repetitions):
        true, cards = simulate(setting, rng)
        rows = sorted(ranking.rank(RUBRIC, cards, policy=NO_RULES).candidates, key=lambda row: row.candidate)
        adjusted = np.array([row.adjusted for row in rows], dtype=float)
        tally.raw.append(tau(np.array([float(row.score) for row in rows]), true))
        tally.within.append(tau(adjusted, true))
        if with_full:
            full = ranking.rank(RUBRIC, cards, policy=Policy(Fraction(0), 1, exchangeable=True))
            others = sorted(full.candidates, key=lambda row: row.candidate)
            tally.full.append(tau(np.array([row.adjusted for row in others], dtype=float), true))
        tally.covered += [float(row.interval[0] <= t <= row.interval[1]) for row, t in zip(rows, true, strict=True)]
        best = set(np.argsort(-true)[:3].tolist())
        tally.top += [(row.top[3], c in best) for c, row in enumerate(rows)]
        place = {row.candidate: c for c, row in enumerate(rows)}
        ranked = sorted(rows, key=lambda row: (row.rank, row.candidate))
        for upper, lower in pairwise(ranked):
            ahead = bool(true[place[upper.candidate]] > true[place[lower.candidate]])
            p = upper.over_next
            tally.better.append((p, ahead) if p >= 0.5 else (1 - p, not ahead))
        tally.tier.append(sum(row.tier == 1 for row in rows))
    return tally


def main() -> None:
    share = float(sys.argv[1]) if len(sys.argv) > 1 else 1.0
    print("Kendall's tau with the truth: measured (expected). Coverage of the 90 % interval of the adjusted score.\n")
    print(
        f"{'panel':38}{'severity':>9}{'headline':>14}{'within':>14}{'full BLUP':>14}{'coverage':>13}{'tier 1':>8}{'s':>5}"
    )
    pooled = Tally()
    for setting in SETTINGS:
        started = time.perf_counter()
        tally = repeat(setting, max(2, round(setting.repetitions * share)))
        means = [float(np.mean(values)) for values in (tally.raw, tally.within, tally.full, tally.covered)]
        cells = [
            f"{mean:.3f} ({expected or '-'})".replace("0.", ".", 1)
            for mean, expected in zip(means, setting.expected, strict=True)
        ]
        print(
            f"{setting.name:38}{setting.severity:9.1f}{cells[0]:>14}{cells[1]:>14}{cells[2]:>14}{cells[3]:>13}"
            f"{np.mean(tally.tier):8.1f}{time.perf_counter() - started:5.0f}",
            flush=True,
        )
        if setting.candidates < 100:
            pooled.top += tally.top
            pooled.better += tally.better
    print(
        "\nReliability of P(top 3), all panels up to 30 candidates (expected: .11 .29 .50 .70 .88 -> .12 .26 .49 .71 .90)"
    )
    show(pooled.top, BINS)
    print("\nReliability of P(better than the next ranked) (expected: .853 -> .855, .927 -> .921)")
    show(pooled.better, ((0.5, 0.6), (0.6, 0.75), (0.75, 0.9), (0.9, 1.01)))


def show(pairs: list[tuple[float, bool]], bins: tuple[tuple[float, float], ...]) -> None:
    """Predicted and actual share in each bin."""
    predicted, actual = np.array([p for p, _ in pairs]), np.array([a for _, a in pairs], dtype=float)
    for low, high in bins:
        inside = (predicted >= low) & (predicted < high)
        if inside.any():
            print(f"  predicted {predicted[inside].mean():.3f}  actual {actual[inside].mean():.3f}  n {inside.sum():,}")


if __name__ == "__main__":
    main()
