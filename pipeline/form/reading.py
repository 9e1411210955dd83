"""One form response into one submitted scorecard. Whatever is odd becomes a Problem, and the rest is used.

Never corrects a name, never guesses a rating: a near match is proposed in the Problem and left to people.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from pipeline.form.designing import name_of_candidate
from pipeline.form.fields import Field, Json
from pipeline.scorecard import NOT_ASSESSED, RECOMMENDATIONS, Problem, Rubric, SubmittedScorecard, address_of

Orphans = dict[str, str]

THEN_DELETE = "then delete this one in the form, and run `pipeline pull-responses --full`"
_LEVEL = re.compile(r"\s*(\d+)(?=\s|[·:.,)–—-]|$)")
_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)*")
_RECOMMENDATIONS = {text.casefold(): text for text in RECOMMENDATIONS}


def read_response(
    response: Json,
    join: Sequence[Field],
    rubric: Rubric,
    *,
    round_id: str,
    levels: range | None = None,
) -> tuple[SubmittedScorecard, list[Problem], Orphans]:
    """The scorecard, what was odd about it, and answers to questions that are not (or no longer) the form's.

    Args:
        levels: those of the scale that it was given on, should that not be the rubric's present one.
    """
    answers = {question_id: _values(answer) for question_id, answer in response.get("answers", {}).items()}
    questions, competencies = {q.id for q in rubric.questions}, {c.id for c in rubric.competencies}
    reader = _Reader(levels or rubric.scale.levels, questions, competencies)
    orphans: Orphans = {}
    by_id = {f.question_id: f for f in join}
    for question_id, values in answers.items():
        asked = by_id.get(question_id)
        if asked is None or not reader.take(asked, values):
            orphans[question_id] = "; ".join(values)

    interviewer = response.get("respondentEmail", "") or reader.texts.get("interviewer", "")
    candidate = name_of_candidate(reader.texts.get("candidate") or reader.texts.get("typed-candidate", ""))
    interviewer = address_of(interviewer)
    card = SubmittedScorecard(
        candidate=candidate,
        interviewer=interviewer,
        round=round_id,
        submitted_at=response.get("lastSubmittedTime") or response.get("createTime", ""),
        created_at=response.get("createTime", ""),
        response_id=response.get("responseId", ""),
        ratings=reader.ratings,
        evidence=reader.evidence,
        recommendation=reader.recommendation,
        summary=reader.texts.get("summary", ""),
        concerns=reader.texts.get("concerns", ""),
    )
    problems = [*_about_candidate(candidate), *_about_interviewer(interviewer), *reader.problems]
    placed = [
        replace(p, candidate=candidate, interviewer=interviewer, round=round_id, response_id=card.response_id)
        for p in problems
    ]
    return card, placed, orphans


def _values(answer: Json) -> list[str]:
    return [str(a.get("value", "")) for a in answer.get("textAnswers", {}).get("answers", [])]


@dataclass
class _Reader:
    """Collects one response's answers by what their questions stand for."""

    levels: range
    questions: set[str]
    competencies: set[str]
    ratings: dict[str, int] = field(default_factory=dict)
    evidence: dict[str, str] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    recommendation: str = ""
    problems: list[Problem] = field(default_factory=list)

    def take(self, asked: Field, values: Sequence[str]) -> bool:
        """Use one answer; False when its question means nothing in the rubric any more."""
        text = "\n".join(values)
        if not text.strip():
            return True
        if asked.kind == "rating":
            return self._rating(asked.ref, values)
        if asked.kind == "evidence":
            if asked.ref not in self.competencies:
                return False
            self.evidence[asked.ref] = text
        elif asked.kind == "recommendation":
            self._recommendation(text)
        else:
            self.texts[asked.kind] = text
        return True

    def _rating(self, question_id: str, values: Sequence[str]) -> bool:
        if question_id not in self.questions:
            return False
        if len(values) > 1:
            self._unusable(question_id, "several-answers", f"has {len(values)} answers where one is meant")
            return True
        text = values[0].strip()
        if text.casefold() == NOT_ASSESSED.casefold():
            return True
        number = _LEVEL.match(text)
        if number is None:
            self._unusable(question_id, "unknown-option", f"was answered “{text}”, which names no level")
        elif int(number[1]) not in self.levels:
            scale = f"{self.levels[0]} to {self.levels[-1]}"
            self._unusable(question_id, "off-scale", f"was rated {number[1]}, off the scale {scale}")
        else:
            self.ratings[question_id] = int(number[1])
        return True

    def _unusable(self, question_id: str, kind: str, what: str) -> None:
        self.problems.append(
            Problem(
                kind=kind,
                what=f"Question {question_id} {what}; it counts as not assessed",
                todo="Ask the interviewer to send the scorecard again; if the option was edited in Google's editor, "
                "run `pipeline create-form --drift undo`",
            )
        )

    def _recommendation(self, text: str) -> None:
        known = _RECOMMENDATIONS.get(text.strip().casefold())
        if known is None:
            self.problems.append(
                Problem(
                    kind="unknown-recommendation",
                    what=f"The recommendation “{text.strip()}” is none of {', '.join(RECOMMENDATIONS)}",
                    todo="Ask the interviewer to send the scorecard again",
                )
            )
        else:
            self.recommendation = known


def near_match(name: str, known: Sequence[str]) -> str:
    """The known name that is spelt most like this one, "" when none comes close.

    Case, accents, punctuation and the order of the words do not matter; a part of a name is near the one name that has it.
    """
    words = {k: _words(k) for k in known}
    mine = _words(name)
    whole = {" ".join(theirs): k for k, theirs in reversed(words.items())}
    close = difflib.get_close_matches(" ".join(mine), whole, n=1, cutoff=0.75)
    if close:
        return whole[close[0]]
    parts = [
        k for k, theirs in words.items() if mine and theirs and (set(mine) <= set(theirs) or set(theirs) <= set(mine))
    ]
    return parts[0] if len(parts) == 1 else ""


def _words(name: str) -> list[str]:
    """A name's words in the order of the alphabet, letters without their accents."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    return sorted(re.findall(r"\w+", "".join(letter for letter in plain if not unicodedata.combining(letter))))


def _about_candidate(candidate: str) -> list[Problem]:
    if candidate:
        return []
    todo = f"Ask the interviewer to send it again; {THEN_DELETE}"
    return [Problem("missing-candidate", "The scorecard names no candidate", todo)]


def _about_interviewer(interviewer: str) -> list[Problem]:
    if not interviewer:
        return [
            Problem(
                "missing-email",
                "The scorecard has no interviewer's e-mail",
                f"Ask who sent it and have it sent again from their personal link; {THEN_DELETE}",
            )
        ]
    if not _EMAIL.fullmatch(interviewer):
        return [
            Problem(
                "malformed-email",
                f"“{interviewer}” is not an e-mail address",
                f"Ask the interviewer to send the scorecard again from their personal link; {THEN_DELETE}",
            )
        ]
    return []
