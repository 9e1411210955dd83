"""What is there: the role's files, forms and spreadsheet as they are now. Reads only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pipeline.errands import files
from pipeline.errands.book import read_book
from pipeline.form import Join, read_response
from pipeline.google import drive, forms
from pipeline.project import Project
from pipeline.scorecard import Round
from pipeline.worksheets import Book

Json = Mapping[str, Any]


@dataclass(frozen=True)
class FoundForm:
    """One round's form: Drive's record of it, and the form itself as forms.get gives it."""

    file: Json
    document: dict[str, Any]

    @property
    def id(self) -> str:
        return str(self.file["id"])


@dataclass(frozen=True)
class Found:
    """`book` is None while the spreadsheet is missing or not laid out."""

    forms: Mapping[str, FoundForm] = field(default_factory=dict)
    spreadsheet: Json | None = None
    book: Book | None = None
    doubles: tuple[Json, ...] = ()
    lost: tuple[str, ...] = ()  # rounds whose form was made once and is not there any more

    def join(self, project: Project, round_id: str) -> Join | None:
        """The join in force by the Rubric worksheet; by what we last sent while that is not written yet."""
        if self.book and round_id in self.book.joins:
            return self.book.joins[round_id]
        return None


def survey(project: Project) -> Found:
    """One search in Drive, one read of each form, one of the spreadsheet."""
    session, role = project.session, project.role.id
    there = files.find(session, role)
    found = dict(there.forms)
    markers: Mapping[str, str] = project.state.role(role).get("journal", {})
    for round_ in project.rubric.rounds:
        if round_.id not in found and round_.id in markers:
            stray = _unlabelled(project, markers[round_.id])
            if stray:
                found[round_.id] = stray
    book = read_book(session, str(there.spreadsheet["id"])) if there.spreadsheet else None
    known = set(project.state.role(role).get("forms", {})) | set(book.joins if book else ())
    rounds = [round_.id for round_ in project.rubric.rounds]
    return Found(
        forms={round_id: FoundForm(file, forms.get(session, file["id"])) for round_id, file in found.items()},
        spreadsheet=there.spreadsheet,
        book=book,
        doubles=there.doubles,
        lost=tuple(round_id for round_id in rounds if round_id in known and round_id not in found),
    )


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
