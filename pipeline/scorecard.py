"""The nouns: rubric, question, scorecard. Values with their invariants; no file, no network, no clock.

Question bank: the CSV. Rubric: competencies, weights, rating scale, anchors. Scorecard: what one interviewer submits
about one candidate. Rating: one level given to one question. Score: a number that we compute (see `pipeline.ranking`).
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from types import MappingProxyType

NOT_ASSESSED = "Not assessed"
RECOMMENDATIONS = ("Strong no", "No", "Yes", "Strong yes")  # worst first; no neutral, by design
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", re.ASCII)


@dataclass(frozen=True)
class Scale:
    """The ordered levels `low..high`, each with a name: `names[0]` belongs to `low`."""

    low: int = 1
    high: int = 5
    names: tuple[str, ...] = ("Poor", "Weak", "Solid", "Strong", "Outstanding")

    @property
    def levels(self) -> range:
        return range(self.low, self.high + 1)

    def name(self, level: int) -> str:
        return self.names[level - self.low]


@dataclass(frozen=True)
class Competency:
    """What is being rated. `weight` >= 0 is its share of the overall score; `threshold` is set for a must-have only."""

    id: str
    name: str
    weight: Fraction = Fraction(1)
    why: str = ""
    threshold: Fraction | None = None

    @property
    def must_have(self) -> bool:
        return self.threshold is not None


@dataclass(frozen=True)
class Question:
    """One interview question, tied to a competency. `anchors` maps a level to the behaviour that earns it (BARS)."""

    id: str
    competency: str
    question: str
    why: str = ""
    look_for: tuple[str, ...] = ()
    sample_answer: str = ""
    follow_ups: tuple[str, ...] = ()
    red_flags: tuple[str, ...] = ()
    anchors: Mapping[int, str] = field(default_factory=lambda: MappingProxyType({}))
    weight: Fraction = Fraction(1)
    minutes: int = 0
    roles: tuple[str, ...] = ()
    rounds: tuple[str, ...] = ()


@dataclass(frozen=True)
class Round:
    """One interview, one form: the competencies it covers and the minutes it may take (0: no limit)."""

    id: str
    name: str
    competencies: tuple[str, ...]
    minutes: int = 60


@dataclass(frozen=True)
class Rubric:
    """Competencies, weights, rating scale and questions of one role, in the order in which people see them."""

    role: str
    title: str
    scale: Scale
    competencies: tuple[Competency, ...]
    questions: tuple[Question, ...]
    rounds: tuple[Round, ...]

    def competency(self, competency_id: str) -> Competency:
        return next(c for c in self.competencies if c.id == competency_id)

    def questions_in(self, round_: Round) -> tuple[Question, ...]:
        """The round's questions, competency by competency."""
        return tuple(
            q
            for competency in self.competencies
            if competency.id in round_.competencies
            for q in self.questions
            if q.competency == competency.id and (not q.rounds or round_.id in q.rounds)
        )

    @property
    def fingerprint(self) -> str:
        """12 hex digits over all that gives a rating its meaning: scale, names, weights, must-haves, anchors.

        Wording of a question, its order, follow-ups and minutes are left out: they may change without a new version.
        """
        meaning = {
            "scale": [self.scale.low, self.scale.high, list(self.scale.names)],
            "competencies": sorted(
                [c.id, str(c.weight), "" if c.threshold is None else str(c.threshold)] for c in self.competencies
            ),
            "questions": sorted(
                [q.id, q.competency, str(q.weight), [[level, text] for level, text in sorted(q.anchors.items())]]
                for q in self.questions
            ),
        }
        text = json.dumps(meaning, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class SubmittedScorecard:
    """What one interviewer said about one candidate in one round.

    `ratings` maps a question id to its level; a question that was not assessed is absent. `submitted_at` and
    `created_at` are RFC 3339 UTC texts, kept as received. `rubric_version` is the fingerprint in force at submission.
    """

    candidate: str
    interviewer: str
    round: str
    submitted_at: str
    ratings: Mapping[str, int]
    evidence: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    recommendation: str = ""
    summary: str = ""
    concerns: str = ""
    response_id: str = ""
    created_at: str = ""
    rubric_version: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        """Of several scorecards with one key the latest counts."""
        return (self.candidate, self.interviewer, self.round)


def latest(scorecards: Iterable[SubmittedScorecard]) -> tuple[list[SubmittedScorecard], list[SubmittedScorecard]]:
    """Split into those that count and those superseded by a later one of the same interviewer, candidate and round.

    Equal times are settled by the response id, so that the order of the input never matters.
    """
    newest: dict[tuple[str, str, str], SubmittedScorecard] = {}
    superseded: list[SubmittedScorecard] = []
    for card in scorecards:
        held = newest.get(card.key)
        if held is None:
            newest[card.key] = card
        elif (instant(card.submitted_at), card.response_id) > (instant(held.submitted_at), held.response_id):
            newest[card.key] = card
            superseded.append(held)
        else:
            superseded.append(card)
    return list(newest.values()), superseded


def look_of(name: str) -> str:
    """What the eye sees of a name: neither its case nor characters without a width. Equal looks are one person."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return " ".join("".join(char for char in folded if unicodedata.category(char) != "Cf").split())


def address_of(text: str) -> str:
    """An e-mail address as we compare it. No more than case is folded: `straße@` and `strasse@` are two people."""
    return unicodedata.normalize("NFC", text).strip().lower()


def moment_of(text: str) -> datetime | None:
    """An RFC 3339 UTC time, to the microsecond; None when it is not written so, or there is no such day and hour.

    Years at the ends of the calendar are none either: a time zone would lead out of it.
    """
    if _TIME.fullmatch(text) and "1900" <= text[:4] <= "9998":
        with suppress(ValueError):
            return datetime.fromisoformat(text)
    return None


def instant(text: str) -> tuple[str, str]:
    """A sortable form of an RFC 3339 UTC time with any number of fractional digits: (to the second, fraction)."""
    whole, _, fraction = text.rstrip("Z").partition(".")
    return whole, fraction.rstrip("0")


@dataclass(frozen=True)
class PanelRow:
    """One interview that is owed: who interviews whom, in which round, and when (RFC 3339 UTC, "" if not fixed)."""

    candidate: str
    interviewer: str
    round: str
    scheduled_at: str = ""


@dataclass(frozen=True)
class Problem:
    """Something that could not be used, for the Problems worksheet: what it is and what to do about it.

    `kind` is a stable slug ("unknown-candidate", "off-scale", "not-on-panel" ...). `hint` marks scorecard lint, which
    never changes a score and never changes the exit code.
    """

    kind: str
    what: str
    todo: str
    candidate: str = ""
    interviewer: str = ""
    round: str = ""
    response_id: str = ""
    hint: bool = False
