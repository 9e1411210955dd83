"""The numbers that a role may set about ranking; the defaults are those of the method (ranking.md 1.3, 3.3)."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class Policy:
    """Who is ranked, and how cautious the words are.

    Args:
        min_coverage: share of the total weight that must be assessed, else the candidate is `incomplete`; equal passes.
        min_interviewers: how many different interviewers must have given at least one rating.
        tier_probability: a candidate shares the leader's tier while P(leader is better) stays below this.
        exchangeable: candidates met interviewers at random, so that severity may also be learnt between candidates.
    """

    min_coverage: Fraction = Fraction(7, 10)
    min_interviewers: int = 2
    tier_probability: float = 0.90
    exchangeable: bool = False
