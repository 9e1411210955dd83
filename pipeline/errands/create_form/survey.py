"""What is there: the role's files, forms and spreadsheet as they are now. Reads only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pipeline import worksheets
from pipeline.errands import files
from pipeline.errands.book import joins, look, read_book, trusted
from pipeline.errors import Moved
from pipeline.form import Join, read_response
from pipeline.google import drive, forms
from pipeline.google.refusals import Invalid
from pipeline.project import Project
from pipeline.scorecard import Round
from pipeline.worksheets import Book, Table, mark_of
from pipeline.worksheets.layout import OUR_SHEETS

Json = Mapping[str, Any]


@dataclass(frozen=True)
class FoundForm:
    """One round's form: Drive's record of it, the form itself as forms.get gives it, and where people answer it."""

    file: Json
    document: dict[str, Any]
    address: str

    @property
    def id(self) -> str:
        return str(self.file["id"])


@dataclass(frozen=True)
class Found:
    """`book` is None while worksheets of ours are missing or not as they are read; `survey` and `tables` then tell what
    there is."""

    forms: Mapping[str, FoundForm] = field(default_factory=dict)
    spreadsheet: Json | None = None
    book: Book | None = None
    survey: Json = field(default_factory=dict)
    tables: Mapping[int, Table] = field(default_factory=dict)
    doubles: tuple[Json, ...] = ()
    lost: tuple[str, ...] = ()  # rounds whose form was made once and is not there any more
    lost_spreadsheet: bool = False  # the same of the spreadsheet

    def join(self, round_id: str) -> Join | None:
        """The join in force, by the Rubric worksheet."""
        return joins(self.book).get(round_id) if self.book else None

    @property
    def has_worksheets(self) -> bool:
        """Whether the spreadsheet was laid out once."""
        return any(sheet["properties"].get("sheetId", 0) in OUR_SHEETS for sheet in self.survey.get("sheets", []))


def survey(project: Project) -> Found:
    """One search in Drive, one read of each form, one of the spreadsheet."""
    role = project.role.id
    there = files.find(project.session, role)
    found = dict(there.forms)
    known = project.state.role(role)
    markers: Mapping[str, str] = known.get("journal", {})
    for round_ in project.rubric.rounds:
        if round_.id not in found and round_.id in markers:
            stray = _unlabelled(project, markers[round_.id])
            if stray:
                found[round_.id] = stray
    book, sheets_there, tables = _spreadsheet(project, there.spreadsheet)
    made_once = {round_id for round_id in known.get("forms", {}) if round_id not in markers}
    made_once |= set(book.recorded.join) if book else set()
    return Found(
        forms={round_id: _form(project, file) for round_id, file in found.items()},
        spreadsheet=there.spreadsheet,
        book=book,
        survey=sheets_there,
        tables=tables,
        doubles=there.doubles,
        lost=tuple(r.id for r in project.rubric.rounds if r.id in made_once and r.id not in found),
        lost_spreadsheet=there.spreadsheet is None and bool(known.get("spreadsheet")),
    )


def _form(project: Project, file: Json) -> FoundForm:
    document = forms.get(project.session, file["id"])
    return FoundForm(file, document, project.lasting(document.get("responderUri", "")))


def _spreadsheet(project: Project, file: Json | None) -> tuple[Book | None, Json, Mapping[int, Table]]:
    """Our worksheets; if any is missing or not as it is read, what there is instead."""
    if file is None:
        return None, {}, {}
    try:
        book = read_book(project, str(file["id"]))
    except Invalid:  # a worksheet that was asked for by its id is not there
        return None, *look(project, str(file["id"]))
    if worksheets.crooked(book, project.rubric):
        return None, *look(project, str(file["id"]))
    try:
        return trusted(project, book, keep=False), {}, {}
    except Moved:  # the forms tell what they ask
        return replace(book, recorded=replace(book.recorded, join={}, sound=True)), {}, {}


def _unlabelled(project: Project, marker: str) -> Json | None:
    """A form that we made and could not label before the command ended: found by the name it was born with."""
    query = f"name contains '{marker}' and mimeType = '{files.FORM}' and trashed = false"
    return next((file for file in drive.files_list(project.session, query) if marker in file["name"]), None)


@dataclass(frozen=True)
class Stakes:
    """How many responses answer each question id, and how many scorecards there are of each candidate."""

    answers: Mapping[str, int] = field(default_factory=dict)
    scorecards: Mapping[str, int] = field(default_factory=dict)


def stakes(project: Project, form_id: str, round_: Round, join: Join) -> Stakes:
    """Count what a form holds, from its responses themselves: the spreadsheet may not have pulled the newest."""
    answers: Counter[str] = Counter()
    scorecards: Counter[str] = Counter()
    for page in forms.responses_list(project.session, form_id):
        for response in page:
            answers.update(response.get("answers", {}).keys())
            card, _, _ = read_response(response, join, project.rubric, round_id=round_.id)
            scorecards[card.candidate] += 1
    return Stakes(answers, scorecards)


def unread(project: Project, form_id: str, book: Book | None) -> int:
    """How many responses of a form are not in the spreadsheet."""
    held = {stored.id for stored in book.scorecards} if book else set()
    forgotten = book.recorded.forgotten if book else {}
    ids = [response["responseId"] for page in forms.responses_list(project.session, form_id) for response in page]
    return sum(id_ not in held and mark_of(form_id, id_) not in forgotten for id_ in ids)
