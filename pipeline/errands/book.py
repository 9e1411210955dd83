"""Reads the role's spreadsheet as one value, in one call."""

from __future__ import annotations

from pipeline import worksheets
from pipeline.errands import files
from pipeline.errands.files import Ids
from pipeline.google import sheets
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


def open_book(project: Project) -> tuple[Ids, Book]:
    """The role's ids and its spreadsheet; ids that lead nowhere any more are looked up anew."""
    known = files.ids(project)
    try:
        return known, read_book(project, known.spreadsheet)
    except NotFound:
        files.forget_ids(project)
        known = files.ids(project)
        return known, read_book(project, known.spreadsheet)
