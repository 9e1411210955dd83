"""Rubrics for the form's tests, short enough to read, and a form as forms.get would give it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pipeline import form
from pipeline.scorecard import Competency, Question, Round, Rubric, Scale
from tests.form_interpreter import batch_update

ANCHORS = {1: "cannot say", 3: "knows the rules", 5: "knows the costs"}


def question(id_: str, competency: str, **values: Any) -> Question:
    return Question(id_, competency, **{"question": f"What about {id_}?", "anchors": ANCHORS, **values})


def rubric(questions: Sequence[Question], scale: Scale | None = None) -> Rubric:
    """A role with one round over all competencies that the questions name, in that order."""
    ids = list(dict.fromkeys(q.competency for q in questions))
    return Rubric(
        role="backend-developer",
        title="Backend developer",
        scale=scale or Scale(),
        competencies=tuple(Competency(id_, id_.title()) for id_ in ids),
        questions=tuple(questions),
        rounds=(Round("technical", "Technical", tuple(ids)),),
    )


def design(
    of: Rubric, candidates: Sequence[str] = ("Ana", "Ben"), email_collection: str = "verified"
) -> form.FormDesign:
    return form.design(
        of,
        of.rounds[0],
        title="Technical interview",
        description="One scorecard for each candidate.",
        email_collection=email_collection,
        candidates=candidates,
    )


def created(title: str = "Technical interview") -> dict[str, Any]:
    """A form just after forms.create."""
    return {"formId": "1FAI", "info": {"title": title}, "settings": {}, "revisionId": "00000001"}


def filled(by: form.FormDesign) -> tuple[dict[str, Any], form.FormPlan]:
    """A form after its first `create-form`, and the plan that made it."""
    first = form.plan(created(), by)
    return batch_update(created(), first.requests)[0], first


TWO = rubric([question("indexes", "databases"), question("xss", "security")])
