"""The join: which form item stands for which part of the scorecard, by the id that Google knows it by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pipeline.form import ids

Json = dict[str, Any]

Kind = Literal[
    "candidate",
    "typed-candidate",
    "interviewer",
    "rating",
    "evidence",
    "recommendation",
    "summary",
    "concerns",
    "page",
    "note",
]


@dataclass(frozen=True)
class Field:
    """One item of ours. `ref` is the bank's question id for a rating, the competency id for evidence.

    `question_id` is what answers are keyed by. A page or a note asks nothing: there it is the id of the item.
    """

    kind: Kind
    ref: str
    question_id: str

    @property
    def key(self) -> str:
        """What the field is called in fingerprints, plans and ids."""
        return f"{self.kind}:{self.ref}"


Join = tuple[Field, ...]


def known_as(item: Json) -> str:
    """The id under which an item stands in a join: its question's, else its own."""
    question: Mapping[str, Any] = item.get("questionItem", {}).get("question", {})
    return str(question.get("questionId") or item.get("itemId", ""))


def of_kind(join: Iterable[Field], kind: Kind) -> Field | None:
    """The first field of a kind that a form has once."""
    return next((field for field in join if field.kind == kind), None)


def by_design(kind: Kind) -> Field:
    """A field that a form has once, under the id that every form of ours gives it."""
    key = f"question {kind}:"
    return Field(kind, "", ids.assign([key])[key])


def offered(form: Json, join: Iterable[Field] | None) -> list[str]:
    """The candidates in the form's drop-down now; with no join on record it is looked for under our own id."""
    asked = by_design("candidate") if join is None else of_kind(join, "candidate")
    for item in form.get("items", []):
        question = item.get("questionItem", {}).get("question", {})
        if asked and question.get("questionId") == asked.question_id:
            return [option.get("value", "") for option in question.get("choiceQuestion", {}).get("options", [])]
    return []


def keys_by_id(join: Sequence[Field]) -> dict[str, str]:
    return {field.question_id: field.key for field in join}


def generation(field: Field, number: int) -> tuple[str, str]:
    """Item and question id of the n-th item that stands for a field in one form (the first has the design's)."""
    item, question = f"item {field.key}~{number}", f"question {field.key}~{number}"
    assigned = ids.assign([item, question])
    asks = field.kind not in ("page", "note")
    return assigned[item], assigned[question if asks else item]


def generation_of(field: Field) -> int:
    """Which generation a field is in; 1 for the design's own id or one that Google gave."""
    return next((n for n in range(2, 100) if generation(field, n)[1] == field.question_id), 1)
