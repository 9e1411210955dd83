"""The role's files in Drive: found by the `appProperties` they carry, on whatever machine the command runs."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pipeline.errors import Refused
from pipeline.google import drive
from pipeline.google.retry import NotFound
from pipeline.google.session import Session
from pipeline.project import Project

FORM = "application/vnd.google-apps.form"
SPREADSHEET = "application/vnd.google-apps.spreadsheet"
Result = TypeVar("Result")
ROLE, KIND, ROUND = "pipelineRole", "pipelineKind", "pipelineRound"


_FIELDS = "nextPageToken,files(id,name,mimeType,createdTime,trashed,appProperties,permissions,webViewLink,parents)"


@dataclass(frozen=True)
class Files:
    """Drive's records: one form a round, one spreadsheet a role. `doubles` are further ones of the same kind."""

    forms: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    spreadsheet: Mapping[str, Any] | None = None
    doubles: tuple[Mapping[str, Any], ...] = ()


def properties(role: str, kind: str, round_id: str = "") -> dict[str, str]:
    """What a file of ours carries in `appProperties`."""
    marks = {ROLE: role, KIND: kind}
    return {**marks, ROUND: round_id} if round_id else marks


def find(session: Session, role: str) -> Files:
    """One search for all of the role's files, with their permissions; of doubles the oldest is ours."""
    query = f"appProperties has {{ key='{ROLE}' and value='{role}' }} and trashed = false"
    found = drive.files_list(session, query, fields=_FIELDS, include_permissions_for_view="published")
    forms: dict[str, Mapping[str, Any]] = {}
    spreadsheet: Mapping[str, Any] | None = None
    doubles: list[Mapping[str, Any]] = []
    for file in sorted(found, key=lambda file: (file.get("createdTime", ""), file["id"])):
        marks = file.get("appProperties", {})
        if file["mimeType"] == FORM and marks.get(ROUND) and marks[ROUND] not in forms:
            forms[marks[ROUND]] = file
        elif file["mimeType"] == SPREADSHEET and spreadsheet is None:
            spreadsheet = file
        else:
            doubles.append(file)
    return Files(forms, spreadsheet, tuple(doubles))


@dataclass(frozen=True)
class Ids:
    """The ids that pulling and ranking need."""

    spreadsheet: str
    forms: Mapping[str, str]


def ids(project: Project) -> Ids:
    """The remembered ids, else those found in Drive; Refused when the role has nothing yet."""
    known = project.state.role(project.role.id)
    remembered: Mapping[str, str] = known.get("forms", {})
    rounds = {round_.id for round_ in project.rubric.rounds}
    if known.get("spreadsheet") and rounds <= set(remembered) and not known.get("stale"):
        return Ids(known["spreadsheet"], remembered)
    found = find(project.session, project.role.id)
    if found.spreadsheet is None:
        if known.get("spreadsheet"):
            raise lost_spreadsheet()
        raise Refused(
            f"There is no spreadsheet of the role {project.role.id} yet.", "Run 'pipeline create-form' first."
        )
    forms = {round_id: file["id"] for round_id, file in found.forms.items()}
    now: dict[str, str | None] = {**dict.fromkeys(remembered), **forms}
    project.state.remember(project.role.id, spreadsheet=found.spreadsheet["id"], forms=now, stale=None)
    return Ids(found.spreadsheet["id"], forms)


def doubt_ids(project: Project) -> None:
    """After a remembered id led nowhere: look in Drive the next time. That there was a file is not forgotten."""
    project.state.remember(project.role.id, stale=True)


def on_forms(project: Project, known: Ids, made: Collection[str], work: Callable[[Ids], Result]) -> Result:
    """What `work` gives; ids that lead nowhere any more are looked up anew, and a form that is gone is told.

    `made` are the rounds whose form was made once.
    """
    for current in (known, None):
        if current is None:
            doubt_ids(project)
            current = ids(project)
        gone = [round_.id for round_ in project.rubric.rounds if round_.id in made and round_.id not in current.forms]
        if gone:
            raise lost(gone)
        try:
            return work(current)
        except NotFound:
            if current is not known:
                raise
    raise AssertionError("unreachable")


def lost(rounds: Sequence[str]) -> Refused:
    """A form deleted by hand is told, not made again unasked."""
    return Refused(
        f"The form of the round {', '.join(rounds)} was made once and is not there any more: deleted, or not yours to see.",
        "Take it out of the trash, or make a new one with 'pipeline create-form --recreate' "
        "(answers in the old one stay in the spreadsheet).",
    )


def lost_spreadsheet() -> Refused:
    """Nor is the spreadsheet: with it went the panel and what managers wrote."""
    return Refused(
        "The spreadsheet was made once and is not there any more: deleted, or not yours to see.",
        "Take it out of the trash, or make a new one with 'pipeline create-form --recreate' and bring the panel in again.",
    )
