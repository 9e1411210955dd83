"""`run` brings a panel that changed into the forms: the candidates' drop-down, who may answer, and the personal links.

Nothing else of `create-form` is done here, and nothing that would cost an answer. The Rubric worksheet records for whom
each form was last brought up to date, so that a panel that did not change costs no call.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from pipeline.errands.create_form import not_invited
from pipeline.errands.create_form.carrying_out import Execution, OtherIds
from pipeline.errands.create_form.deciding import decide_people, design_of
from pipeline.errands.create_form.sharing import PEOPLE, invited, people_of
from pipeline.errands.create_form.survey import Found, survey
from pipeline.errors import Moved
from pipeline.form import Change, FormPlan, plan_candidates
from pipeline.google.retry import OutcomeUnknown
from pipeline.project import Project
from pipeline.scorecard import Round
from pipeline.worksheets import Book

ATTEMPTS = 3  # to settle writes whose outcome is unknown, and forms that people edit meanwhile


def follow_panel(project: Project, book: Book, chosen: Sequence[Round]) -> tuple[tuple[Change, ...], Book | None]:
    """What was done for the panel of `book`, and the spreadsheet after it: None when it has to be read again.

    An address that cannot be invited is told each time, until it is corrected.
    """
    if not behind(project, book, chosen):
        return tuple(_kept_out(project, book, chosen)), book
    for attempt in range(ATTEMPTS):
        found = survey(project)
        if found.book is None or found.spreadsheet is None:
            return (), None  # create-form's to mend
        rounds = [round_ for round_ in behind(project, found.book, chosen) if round_.id in found.forms]
        plans = {round_.id: _plan(project, found, found.book, round_) for round_ in rounds}
        plan = decide_people(project.role, project.rubric, rounds, found, plans)
        ids = {f"form:{round_id}": form.id for round_id, form in found.forms.items()}
        ids["spreadsheet"] = str(found.spreadsheet["id"])
        try:
            execution = Execution(project, plan, ids, lambda _: None, found.book)
            execution.run()
        except (OutcomeUnknown, OtherIds, Moved):
            if attempt + 1 == ATTEMPTS:
                raise
            continue  # what is there decides what is still to do
        told = [*_done(plan.changes, execution.not_invited), *_kept_out(project, found.book, chosen)]
        return tuple(told), None if plan.steps else book
    raise AssertionError("unreachable")


def _done(changes: Sequence[Change], refused: Sequence[str]) -> Iterator[Change]:
    return (c for c in changes if not (c.kind == "shared" and c.what.startswith(tuple(f"{n} " for n in refused))))


def _kept_out(project: Project, book: Book, rounds: Sequence[Round]) -> Iterator[Change]:
    """Who is asked and could not be let in, as this machine remembers; it keeps nobody's scorecards out of the ranking."""
    if names := refused(project, book, rounds):
        what = f"{not_invited(names)}; correct it in the Panel worksheet"
        yield Change("not-shared", "safe", what, outcome="keep")


def refused(project: Project, book: Book, rounds: Sequence[Round]) -> list[str]:
    """Who is still asked to answer these rounds' forms, and could not be invited when it was tried last."""
    known = project.state.role(project.role.id).get("refused", {})
    asked = ((round_, one.name) for round_ in rounds for one in invited(project.role, book, round_))
    return list(dict.fromkeys(name for round_, name in asked if name.lower() in known.get(f"form:{round_.id}", {})))


def behind(project: Project, book: Book, chosen: Sequence[Round]) -> Sequence[Round]:
    """Rounds whose forms were last brought up to date for other people than the panel's.

    One for nobody (never, or dropped and there again) waits for `create-form`, which opens it as well.
    """
    last = {id_: texts[PEOPLE] for id_, texts in book.recorded.applied.items() if PEOPLE in texts}
    return [
        round_ for round_ in chosen if round_.id in last and last[round_.id] != people_of(project.role, book, round_)
    ]


def _plan(project: Project, found: Found, book: Book, round_: Round) -> FormPlan:
    """The plan of the candidate question; every scorecard that was pulled answers it."""
    join = found.join(round_.id) or ()
    held = [stored for stored in book.scorecards if stored.card.round == round_.id and not stored.is_history]
    return plan_candidates(
        found.forms[round_.id].document,
        design_of(project.role, project.rubric, round_, book.candidates),
        join=join,
        applied=book.recorded.applied.get(round_.id),
        answers={f.question_id: len(held) for f in join if f.kind in ("candidate", "typed-candidate")},
        scorecards=Counter(stored.card.candidate for stored in held),
    )
