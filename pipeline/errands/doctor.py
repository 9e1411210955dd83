"""`doctor`: what the tool needs, looked at one by one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from pipeline.errands import files
from pipeline.errands.book import read_book
from pipeline.errands.status import retention
from pipeline.errors import NotSignedIn, PipelineError
from pipeline.google.doctor import Check, FormToCheck, check_all, failed
from pipeline.project import Project, choose_round
from pipeline.worksheets import Book


def doctor(project: Project, examine: Callable[[Path], bool], *, round_id: str | None = None) -> list[Check]:
    """The checks of workspace, sign-in, forms and spreadsheet; files not remembered are looked for in Drive.

    Args:
        examine: whether a directory holds a local workspace's database; raises Refused when it is damaged.
        round_id: of the forms, look at this round's alone.
    """
    if round_id is not None:
        choose_round(project.rubric, round_id)
    if project.settings.workspace != "local":
        return _checks(project, round_id)
    try:
        there = examine(project.hidden)
    except PipelineError as fault:
        return [failed("workspace", fault)]
    sound = Check("workspace", "PASS", "The local workspace's database is sound.")
    return [
        sound if there else Check("workspace", "SKIP", "Nothing was kept on this machine yet."),
        *_checks(project, round_id),
    ]


def _checks(project: Project, only: str | None) -> list[Check]:
    try:
        session = project.session
    except NotSignedIn as fault:
        return [failed("credentials", fault)]
    except PipelineError as fault:
        return [failed("workspace", fault)]
    spreadsheet, known = _ids(project)
    responders = {(grantee.kind, grantee.name) for grantee in project.role.sharing.responders}
    asked: dict[str, set[tuple[str, str]]] = {}
    try:
        book = read_book(project, spreadsheet) if spreadsheet else None
    except PipelineError:
        book = None  # the checks below say why
    for row in book.panel if book else ():
        asked.setdefault(row.round, set()).add(("user", row.interviewer))
    forms = [
        FormToCheck(round_id, form_id, frozenset(responders | asked.get(round_id, set())))
        for round_id, form_id in known.items()
        if only in (None, round_id)
    ]
    checks = check_all(session, forms, spreadsheet, now=project.now)
    return [*checks, _kept(project, book)] if book else checks


def _ids(project: Project) -> tuple[str | None, dict[str, str]]:
    """The spreadsheet, and the form of each round."""
    known = project.state.role(project.role.id)
    spreadsheet, forms = known.get("spreadsheet"), dict(known.get("forms", {}))
    if spreadsheet and {round_.id for round_ in project.rubric.rounds} <= forms.keys():
        return spreadsheet, forms
    try:
        found = files.find(project.session, project.role.id)
    except PipelineError:
        return spreadsheet, forms  # the checks say why
    there = {round_id: str(file["id"]) for round_id, file in found.forms.items()}
    return spreadsheet or (found.spreadsheet or {}).get("id"), there | forms


def _kept(project: Project, book: Book) -> Check:
    """A reminder, no fault: whose data the project has kept for longer than it wants to."""
    overdue = retention(project, book, project.now())
    days = project.settings.retention.days
    fine = f"Nobody's data is older than [retention] days, {days}." if days else "Off: [retention] days is 0."
    return Check("retention", "PASS", " ".join(overdue) or fine)
