"""`adopt`: use a form or a spreadsheet that people made by hand, or a colleague with another sign-in.

Looked at first: is it the right kind, may we write, does another role or round use it, is there room for our
worksheets. Nothing that is in it is changed; what is missing is added by the next `create-form`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from pipeline import worksheets
from pipeline.errands import files
from pipeline.errands.create_form import chosen_rounds
from pipeline.errors import CannotAsk, Refused
from pipeline.google import drive, forms, sheets
from pipeline.project import Project
from pipeline.worksheets.layout import OUR_SHEETS
from pipeline.worksheets.layout import worksheets as designed

_ID = re.compile(r"(?:^|/d/|[?&]id=)([A-Za-z0-9_-]{10,})")
_NAMES = {files.FORM: "form", files.SPREADSHEET: "spreadsheet"}


@dataclass(frozen=True)
class Adopted:
    """The file that is used from now on."""

    kind: str
    file_id: str
    name: str
    round: str
    done: tuple[str, ...]

    def document(self) -> dict[str, Any]:
        known = {"kind": self.kind, "file_id": self.file_id, "name": self.name, "round": self.round}
        return {**known, "done": list(self.done)}

    def summary(self) -> str:
        where = f" of the round {self.round}" if self.round else ""
        told = "; ".join(self.done) or "it was in use already"
        return f'"{self.name}" is the {self.kind}{where}: {told}. Next: pipeline create-form --dry-run'


def adopt_form(project: Project, given: str, round_id: str | None) -> Adopted:
    """Use this form for the round."""
    rounds = chosen_rounds(project, round_id)
    if len(rounds) > 1:
        names = ", ".join(round_.id for round_ in rounds)
        raise CannotAsk("This role has several rounds, and each has a form of its own.", f"Give --round: {names}")
    wanted = files.properties(project.role.id, "form", rounds[0].id)
    file = _checked(project, given, files.FORM, wanted)
    there = files.find(project.session, project.role.id).forms.get(rounds[0].id)
    _only_one(there, file, f"the round {rounds[0].id}", "form")
    items = forms.get(project.session, file["id"]).get("items", [])
    done = _label(project, file, wanted)
    if done and items:
        done.append(f"its {len(items)} items stay as they are")
    project.state.remember(project.role.id, forms={rounds[0].id: file["id"]})
    return Adopted("form", file["id"], file["name"], rounds[0].id, tuple(done))


def adopt_spreadsheet(project: Project, given: str) -> Adopted:
    """Use this spreadsheet for the role: our worksheets are added beside whatever it holds."""
    wanted = files.properties(project.role.id, "spreadsheet")
    file = _checked(project, given, files.SPREADSHEET, wanted)
    _only_one(files.find(project.session, project.role.id).spreadsheet, file, "this role", "spreadsheet")
    survey = sheets.get(project.session, file["id"], fields=worksheets.SURVEY_FIELDS)
    held = [sheet.get("properties", {}) for sheet in survey.get("sheets", [])]
    done = []
    if not any(sheet.get("sheetId", 0) in OUR_SHEETS for sheet in held):
        titles = {sheet.get("title", "").casefold() for sheet in held}
        taken = [sheet.title for sheet in designed(project.rubric) if sheet.title.casefold() in titles]
        if taken:
            raise Refused(
                f'"{file["name"]}" has worksheets of its own under names of ours: {", ".join(taken)}. Nothing was changed.',
                "Rename them there, and run this again.",
            )
        requests = worksheets.layout_requests(
            project.rubric, time_zone=project.settings.sheet.time_zone, empty_sheet=None
        )
        sheets.batch_update(project.session, file["id"], {"requests": requests}, fields="spreadsheetId")
        done.append("our worksheets were added")
    done += _label(project, file, wanted)
    project.state.remember(project.role.id, spreadsheet=file["id"])
    return Adopted("spreadsheet", file["id"], file["name"], "", tuple(done))


def _checked(project: Project, given: str, kind: str, wanted: dict[str, str]) -> dict[str, Any]:
    """Drive's record of a file that may be used: of the right kind, ours to write, nobody else's."""
    found = _ID.search(given)
    if not found:
        raise CannotAsk(
            f"{given!r} is neither the address of a {_NAMES[kind]} nor its id.", "Copy the address from the browser."
        )
    file = drive.files_get(project.session, found[1])
    name = f'"{file["name"]}"'
    if file["mimeType"] != kind:
        is_now = _NAMES.get(file["mimeType"], file["mimeType"])
        raise Refused(f"{name} is a {is_now}, not a {_NAMES[kind]}.", f"Give the address of a {_NAMES[kind]}.")
    if file.get("trashed"):
        raise Refused(f"{name} is in the trash.", "Take it out of the trash in Drive, and run this again.")
    if not file.get("capabilities", {}).get("canEdit"):
        raise Refused(f"{name} may not be edited by this account.", "Ask its owner to share it with you as an editor.")
    marks = file.get("appProperties", {})
    used = {key: marks[key] for key in (files.ROLE, files.ROUND) if key in marks and marks[key] != wanted.get(key)}
    if used:
        of = ", ".join(f"{key.removeprefix('pipeline').lower()} {value}" for key, value in used.items())
        raise Refused(f"{name} is in use for another purpose ({of}).", "Use another file, or make a copy of this one.")
    return file


def _only_one(there: Any, file: dict[str, Any], whose: str, kind: str) -> None:
    if there is not None and there["id"] != file["id"]:
        raise Refused(
            f'For {whose} there is a {kind} already: "{there["name"]}" ({there.get("webViewLink", there["id"])}).',
            "Move that one to the trash first if it is not to be used any more.",
        )


def _label(project: Project, file: dict[str, Any], wanted: dict[str, str]) -> list[str]:
    if wanted.items() <= file.get("appProperties", {}).items():
        return []
    drive.files_update(project.session, file["id"], {"appProperties": wanted})
    return ["labelled as ours"]
