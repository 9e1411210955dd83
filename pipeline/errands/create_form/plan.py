"""The plan: changes in words and calls in order, the same value for a dry run, a real run and a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pipeline.form import Change, FormPlan

Json = dict[str, Any]


@dataclass(frozen=True)
class Step:
    """One call. `target` is `form:<round>` or `spreadsheet`; `body` is what is sent."""

    method: str
    target: str
    what: str
    body: Json


@dataclass(frozen=True)
class Plan:
    """What a real run executes and a dry run prints: changes in words, calls in order.

    `inputs` is a fingerprint of the whole rubric, `options` what was asked for: a saved plan holds for these alone.
    """

    changes: tuple[Change, ...]
    steps: tuple[Step, ...]
    forms: Mapping[str, FormPlan]
    inputs: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def held(self) -> tuple[Change, ...]:
        return tuple(change for change in self.changes if change.outcome == "hold")

    def document(self) -> Json:
        return {
            "schema_version": 1,
            "changes": [change.document() for change in self.changes],
            "steps": [{"method": s.method, "target": s.target, "what": s.what, "body": s.body} for s in self.steps],
            "forms": {round_id: form.document() for round_id, form in self.forms.items()},
            "inputs": self.inputs,
            "options": dict(self.options),
        }

    @staticmethod
    def from_document(document: Json) -> Plan:
        return Plan(
            changes=tuple(
                Change(c["kind"], c["class"], c["what"], c["answers_at_stake"], c["outcome"])
                for c in document["changes"]
            ),
            steps=tuple(Step(s["method"], s["target"], s["what"], s["body"]) for s in document["steps"]),
            forms={round_id: FormPlan.from_document(form) for round_id, form in document["forms"].items()},
            inputs=document["inputs"],
            options=document["options"],
        )


Piece = tuple[Change | None, list[Step]]
