"""What a plan is: changes in words, requests for Google, and what is to be remembered once they are done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pipeline.errors import PipelineError
from pipeline.form.fields import Field, Join, Json

Class = Literal["safe", "changes-meaning", "destroys-answers", "drift"]
Outcome = Literal["apply", "keep", "hold"]

SCHEMA_VERSION = 1


@dataclass(frozen=True)
class Change:
    """One difference, in words. `kind` is a stable slug.

    `outcome`: `apply` is done by the plan's requests; `keep` leaves a hand-made edit as it is; `hold` waits for
    permission to destroy answers.
    """

    kind: str
    klass: Class
    what: str
    answers_at_stake: int = 0
    outcome: Outcome = "apply"

    def document(self) -> Json:
        return {
            "kind": self.kind,
            "class": self.klass,
            "what": self.what,
            "answers_at_stake": self.answers_at_stake,
            "outcome": self.outcome,
        }


@dataclass(frozen=True)
class FormPlan:
    """One guarded batch for one form. A dry run prints the very value that a real run sends.

    `join` and `applied` hold once the requests are done; `applied` is given back to the next `plan`. `revision_id` is
    for `writeControl.requiredRevisionId`. `inputs` and `form` are fingerprints of the design and of the form it was
    made from.
    """

    changes: tuple[Change, ...]
    requests: tuple[Json, ...]
    join: Join
    applied: Mapping[str, str]
    revision_id: str = ""
    inputs: str = ""
    form: str = ""

    @property
    def held(self) -> tuple[Change, ...]:
        """What waits for `--allow-destructive`."""
        return tuple(change for change in self.changes if change.outcome == "hold")

    @property
    def pending(self) -> tuple[Change, ...]:
        """What is not as the question bank and the rubric want it, apart from hand-made edits that are kept."""
        return tuple(change for change in self.changes if change.outcome != "keep")

    def joined(self, replies: Sequence[Mapping[str, Any]]) -> Join:
        """The join in force by Google's replies: should it have given other ids than ours, theirs."""
        given: dict[str, str] = {}
        for request, reply in zip(self.requests, replies, strict=False):
            created = reply.get("createItem")
            if created and "createItem" in request:
                item = request["createItem"]["item"]
                question_id = item.get("questionItem", {}).get("question", {}).get("questionId")
                if question_id:
                    given[question_id] = (created.get("questionId") or [question_id])[0]
                else:
                    given[item["itemId"]] = created.get("itemId") or item["itemId"]
        return tuple(Field(f.kind, f.ref, given.get(f.question_id, f.question_id)) for f in self.join)

    def without_ids(self) -> tuple[Json, ...]:
        """The requests with the ids of created items left to Google, for the day it refuses ours."""
        return tuple(_nameless(request) for request in self.requests)

    def document(self) -> Json:
        """The plan as JSON; `from_document` reads it back."""
        return {
            "schema_version": SCHEMA_VERSION,
            "changes": [change.document() for change in self.changes],
            "requests": list(self.requests),
            "join": [[f.kind, f.ref, f.question_id] for f in self.join],
            "applied": [list(pair) for pair in self.applied.items()],
            "revision_id": self.revision_id,
            "inputs": self.inputs,
            "form": self.form,
        }

    @staticmethod
    def from_document(document: Json) -> FormPlan:
        version = document.get("schema_version") if isinstance(document, dict) else None
        if version != SCHEMA_VERSION:
            raise PipelineError(
                f"This plan has format {version!r}; this version reads format {SCHEMA_VERSION}",
                "Make it again with `pipeline create-form --dry-run --out plan.json`.",
            )
        try:
            return FormPlan(
                changes=tuple(
                    Change(c["kind"], c["class"], c["what"], c["answers_at_stake"], c["outcome"])
                    for c in document["changes"]
                ),
                requests=tuple(document["requests"]),
                join=tuple(Field(kind, ref, id_) for kind, ref, id_ in document["join"]),
                applied=dict(document["applied"]),
                revision_id=document["revision_id"],
                inputs=document["inputs"],
                form=document["form"],
            )
        except (KeyError, TypeError, ValueError) as broken:
            raise PipelineError(
                f"This plan is incomplete ({broken})",
                "Make it again with `pipeline create-form --dry-run --out plan.json`.",
            ) from broken


def _nameless(request: Json) -> Json:
    if "createItem" not in request:
        return request
    create = request["createItem"]
    item = {name: value for name, value in create["item"].items() if name != "itemId"}
    if "questionItem" in item:
        asked = item["questionItem"]
        question = {name: value for name, value in asked["question"].items() if name != "questionId"}
        item["questionItem"] = {**asked, "question": question}
    return {"createItem": {**create, "item": item}}
