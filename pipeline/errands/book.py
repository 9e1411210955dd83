"""Reads the role's spreadsheet as one value, in one call."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

from pipeline import worksheets
from pipeline.errands import files
from pipeline.errands.files import Ids
from pipeline.form import Field, Join
from pipeline.form.fields import Kind
from pipeline.google import sheets
from pipeline.google.refusals import Invalid
from pipeline.google.retry import NotFound
from pipeline.project import Project
from pipeline.worksheets import Book


def read_book(project: Project, spreadsheet_id: str) -> Book:
    """What our worksheets hold."""
    reply = sheets.values_batch_get_by_data_filter(project.session, spreadsheet_id, worksheets.READ)
    return worksheets.read(
        reply,
        rounds=[round_.id for round_ in project.rubric.rounds],
        time_zone=project.settings.sheet.time_zone,
    )


def joins(book: Book) -> dict[str, Join]:
    """Per round what each question of its form stands for, as the Rubric worksheet records it."""
    return {
        round_id: tuple(Field(cast("Kind", row.kind), row.ref, row.question_id) for row in rows)
        for round_id, rows in book.recorded.join.items()
    }


def mend(project: Project, spreadsheet_id: str) -> tuple[str, ...]:
    """Bring back worksheets and headers of ours that people removed or edited; says what was done."""
    survey = sheets.get(project.session, spreadsheet_id, fields=worksheets.SURVEY_FIELDS)
    repair = worksheets.plan_repair(survey, project.rubric)
    if repair.requests:
        sheets.batch_update(project.session, spreadsheet_id, {"requests": list(repair.requests)})
    if repair.headers:
        sheets.values_batch_update_by_data_filter(project.session, spreadsheet_id, repair.headers)
    if repair.requests or repair.headers:
        project.on_wait("\n".join(repair.notices) or "Headers of ours were edited; they have been put back.")
    return repair.notices


def open_book(project: Project) -> tuple[Ids, Book]:
    """The role's ids and its spreadsheet, mended where need be; ids that lead nowhere any more are looked up anew."""
    known = files.ids(project)
    try:
        return known, _whole(project, known.spreadsheet)
    except NotFound:
        files.doubt_ids(project)
        known = files.ids(project)
        return known, _whole(project, known.spreadsheet)


def _whole(project: Project, spreadsheet_id: str) -> Book:
    try:
        book = read_book(project, spreadsheet_id)
    except Invalid:  # a worksheet that was asked for by its id is not there
        remade = bool(mend(project, spreadsheet_id))
        return replace(read_book(project, spreadsheet_id), remade=remade)
    if book.missing or (book.has_other_headers and book.lacking(project.rubric)):
        mend(project, spreadsheet_id)
        return read_book(project, spreadsheet_id)
    return book
