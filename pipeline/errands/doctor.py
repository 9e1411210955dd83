"""`doctor`: what the tool needs, looked at one by one."""

from __future__ import annotations

from pipeline.errands.book import read_book
from pipeline.errors import NotSignedIn, PipelineError
from pipeline.google.doctor import Check, FormToCheck, check_all, failed
from pipeline.project import Project


def doctor(project: Project) -> list[Check]:
    """The checks of sign-in, workspace, forms and spreadsheet, by the ids that are remembered."""
    try:
        session = project.session
    except NotSignedIn as fault:
        return [failed("credentials", fault)]
    known = project.state.role(project.role.id)
    spreadsheet = known.get("spreadsheet")
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
        for round_id, form_id in known.get("forms", {}).items()
    ]
    return check_all(session, forms, spreadsheet, now=project.now)
