"""`run` brings a panel that changed into the forms: the candidates' drop-down, who may answer, and the personal links.

Nothing else of `create-form` is done here, and nothing that would cost an answer. What the panel was when the forms
were last brought up to date is remembered in this project's state; it saves calls, and losing it costs one survey.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping

from pipeline.errands.create_form.carrying_out import Execution, OtherIds
from pipeline.errands.create_form.deciding import Plan, decide_panel, design_of
from pipeline.errands.create_form.survey import Found, survey
from pipeline.errors import Moved
from pipeline.form import FormPlan, plan_candidates
from pipeline.google.retry import OutcomeUnknown
from pipeline.project import Project
from pipeline.worksheets import Book

ATTEMPTS = 3


def follow_panel(project: Project, book: Book) -> tuple[str, ...]:
    """What was done for the panel of `book`, in words; () when forms have followed it already."""
    if not book.panel or project.state.role(project.role.id).get("panel") == panel_mark(book):
        return ()
    for attempt in range(ATTEMPTS):
        found = survey(project)
        if found.book is None or found.spreadsheet is None:
            return ()
        plan = _plan(project, found)
        ids = {f"form:{round_id}": form.id for round_id, form in found.forms.items()}
        ids["spreadsheet"] = str(found.spreadsheet["id"])
        try:
            Execution(project, plan, ids, lambda _: None).run()
        except (OutcomeUnknown, OtherIds, Moved):
            if attempt + 1 == ATTEMPTS:
                raise
            continue  # what is there decides what is still to do
        remember_panel(project, found.book)
        return tuple(change.what for change in plan.changes)
    raise AssertionError("unreachable")


def remember_panel(project: Project, book: Book) -> None:
    """The forms have followed the panel of `book`."""
    project.state.remember(project.role.id, panel=panel_mark(book))


def panel_mark(book: Book) -> str:
    """Changes with every interview that comes or goes, not with its time; names nobody."""
    rows = [(row.candidate, row.interviewer, row.round) for row in book.panel]
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()[:12]


def _plan(project: Project, found: Found) -> Plan:
    assert found.book is not None  # noqa: S101 - for the type checker
    book, plans = found.book, dict[str, FormPlan]()
    for round_ in project.rubric.rounds:
        form, join = found.forms.get(round_.id), found.join(round_.id)
        if form is None or not join:
            continue  # create-form's to make
        held = [stored for stored in book.scorecards if stored.card.round == round_.id and not stored.is_history]
        plans[round_.id] = plan_candidates(
            form.document,
            design_of(project.role, project.rubric, round_, book.candidates),
            join=join,
            applied=book.recorded.applied.get(round_.id),
            answers=_answers(join_of_names={f.kind: f.question_id for f in join}, scorecards=len(held)),
            scorecards=Counter(stored.card.candidate for stored in held),
        )
    return decide_panel(project.role, project.rubric, found, plans)


def _answers(join_of_names: Mapping[str, str], scorecards: int) -> dict[str, int]:
    """Every scorecard that was pulled answers its candidate question."""
    return {id_: scorecards for kind, id_ in join_of_names.items() if kind in ("candidate", "typed-candidate")}
