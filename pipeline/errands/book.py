"""Reads the role's spreadsheet as one value, in one call."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any, cast

from pipeline import worksheets
from pipeline.errands import files
from pipeline.errands.files import Ids
from pipeline.errors import Moved, Refused
from pipeline.form import Field, Join
from pipeline.form.fields import Kind
from pipeline.google import sheets
from pipeline.google.refusals import Invalid
from pipeline.google.retry import NotFound
from pipeline.project import Project
from pipeline.worksheets import Book, Table, design, guard, panel, scorecards

ATTEMPTS = 3  # at reading worksheets that people work in


def read_book(project: Project, spreadsheet_id: str, *, inputs_only: bool = False) -> Book:
    """What our worksheets hold; `inputs_only`: those from which a ranking is made."""
    wanted = worksheets.READ_INPUTS if inputs_only else worksheets.READ
    reply = sheets.values_batch_get_by_data_filter(project.session, spreadsheet_id, wanted)
    return worksheets.read(
        reply,
        rounds=[round_.id for round_ in project.rubric.rounds],
        time_zone=project.settings.sheet.time_zone,
    )


def trusted(project: Project, book: Book, *, keep: bool = True) -> Book:
    """The book with the record as it was written, should people have edited it in Rubric.

    Args:
        keep: remember the record of a book that is sound, for the day on which it is not. Only with the project's lock.

    Raises:
        Moved: it was edited, and this machine does not know what it said before.
    """
    rows = book.tables.get(design.RUBRIC, Table()).rows
    known = json.loads(project.state.role(project.role.id).get("recorded", "null"))
    if book.recorded.sound:
        record = worksheets.record_in(rows)
        if known is not None and sorted(known) == sorted(record):
            return replace(book, recorded=worksheets.recorded_in(known))  # in its order, should rows have been sorted
        if keep:
            keep_recorded(project, record)
        return book
    seal = worksheets.seal_in(rows)
    if known is None or seal not in ("", worksheets.seal_of(known)):
        raise Moved(
            "Rubric was edited by hand: what it records of the forms and of the rubric's versions is not what was written.",
            "Restore it from the spreadsheet's version history, or run 'pipeline create-form': it records anew what the "
            "forms ask.",
        )
    project.on_wait("What Rubric records of the forms was edited by hand; it is taken as it was written.")
    recorded = worksheets.recorded_in(known)
    if not seal:  # a colleague's computer may have written since: whom it erased stays erased
        recorded = replace(recorded, forgotten={**recorded.forgotten, **book.recorded.forgotten})
    return replace(book, recorded=recorded)


def keep_recorded(project: Project, record: Sequence[Sequence[str]]) -> None:
    project.state.remember(project.role.id, recorded=json.dumps(record, ensure_ascii=False))


def joins(book: Book) -> dict[str, Join]:
    """Per round what each question of its form stands for, as the Rubric worksheet records it."""
    return {
        round_id: tuple(Field(cast("Kind", row.kind), row.ref, row.question_id) for row in rows)
        for round_id, rows in book.recorded.join.items()
    }


def look(project: Project, spreadsheet_id: str) -> tuple[dict[str, Any], dict[int, Table]]:
    """Which worksheets there are, and what stands in ours: what a repair is planned from."""
    survey = sheets.get(project.session, spreadsheet_id, fields=worksheets.SURVEY_FIELDS)
    wanted = worksheets.whole(survey)
    if not wanted["dataFilters"]:
        return survey, {}
    reply = sheets.values_batch_get_by_data_filter(project.session, spreadsheet_id, wanted)
    return survey, worksheets.tables_in(reply)


def mend(project: Project, spreadsheet_id: str) -> tuple[str, ...]:
    """Bring back what people removed, moved or edited of our worksheets, columns and headers; says what was done."""
    repair = worksheets.plan_repair(*look(project, spreadsheet_id), project.rubric)
    if repair.requests:
        sheets.batch_update(project.session, spreadsheet_id, {"requests": list(repair.requests)})
    if repair.headers:
        sheets.values_batch_update_by_data_filter(project.session, spreadsheet_id, repair.headers)
    if repair.requests or repair.headers:
        project.on_wait("\n".join(repair.notices))
    return repair.notices


def write_panel(project: Project, spreadsheet_id: str, book: Book, requests: Sequence[dict[str, Any]]) -> None:
    """Send requests for Panel, the team's own, and others with them, that were planned from this book.

    Raises:
        Moved: its columns do not stand there any more; nothing was written.
    """
    held = book.tables[design.PANEL]
    stands = guard.Guard(design.PANEL, panel.marked(held.header), held.column_count, on=guarded(project))

    def passes(with_guard: guard.Guard) -> bool:
        try:
            body = {"requests": [*with_guard.requests(), *requests]}
            sheets.batch_update(project.session, spreadsheet_id, body)
        except Invalid as refusal:
            if not stands.told(refusal).refused:
                raise
            return False
        return True

    if passes(stands):
        return
    if mend_marks(project, spreadsheet_id, design.PANEL):
        done = passes(stands)
    else:
        done = not try_guards(project, spreadsheet_id) and passes(replace(stands, on=False))
    if not done:
        raise Moved("Columns of Panel were moved just as it was written.", "Run this again.")


def guarded(project: Project) -> bool:
    """Whether writes are refused where people moved columns: unless it was seen that none can be passed in this workspace."""
    return project.state.role(project.role.id).get("guards") is not False


def try_guards(project: Project, spreadsheet_id: str) -> bool:
    """Whether a guard can be passed at all in this workspace; asked once, when one was not."""
    if project.state.role(project.role.id).get("guards") is None:
        passed = True
        try:
            sheets.batch_update(project.session, spreadsheet_id, {"requests": guard.probe()})
        except Invalid:
            passed = False
        project.state.remember(project.role.id, guards=passed)
    return guarded(project)


def mend_marks(project: Project, spreadsheet_id: str, sheet_id: int) -> bool:
    """Bring the marks by which writes are guarded to where the headers stand; False when they stand there.

    Raises:
        Refused: people gave a column of theirs a header of ours.
    """
    asked = worksheets.mark_body(sheet_id)
    told = sheets.get_by_data_filter(project.session, spreadsheet_id, asked, fields=worksheets.MARK_FIELDS)
    title, named = {
        design.SCORECARDS: ("Scorecards", scorecards.positions),
        design.PANEL: ("Panel", panel.marked),
    }[sheet_id]
    found = guard.astray(sheet_id, told, named)
    if found.twice:
        raise Refused(
            f"{title} has two columns with the header {found.twice[0]!r}.",
            "Rename the one that is not the pipeline's, and run this again.",
        )
    with suppress(Invalid):  # moved once more
        if found.requests:
            sheets.batch_update(project.session, spreadsheet_id, {"requests": list(found.requests)})
    return bool(found.requests)


def open_book(project: Project, *, reading: bool = False) -> tuple[Ids, Book]:
    """The role's ids and its spreadsheet, mended where need be; ids that lead nowhere any more are looked up anew.

    Args:
        reading: write nothing; what would have to be mended is refused.

    Raises:
        Moved: worksheets of ours are not as they are read.
    """
    known = files.ids(project)
    try:
        return known, _whole(project, known.spreadsheet, reading=reading)
    except NotFound:
        files.doubt_ids(project)
        known = files.ids(project)
        return known, _whole(project, known.spreadsheet, reading=reading)


def _whole(project: Project, spreadsheet_id: str, *, reading: bool) -> Book:
    remade = False
    for _ in range(ATTEMPTS):
        crooked: tuple[str, ...] = ()
        try:
            book = read_book(project, spreadsheet_id, inputs_only=reading)
        except Invalid:  # a worksheet that was asked for by its id is not there
            if reading:
                raise Moved("A worksheet of ours is missing.", "Run 'pipeline run': it makes it again.") from None
            remade = bool(mend(project, spreadsheet_id)) or remade
            continue
        crooked = worksheets.crooked(book, project.rubric)
        if crooked and reading:
            raise Moved(
                f"Rows, columns or headers were put in, moved or edited by hand in {', '.join(crooked)}: what is ours does "
                "not stand where it is read.",
                "Run 'pipeline run': it puts ours back, and keeps your columns right of them.",
            )
        if not reading and (crooked or book.missing or (book.has_other_headers and book.lacking(project.rubric))):
            remade = bool(mend(project, spreadsheet_id)) or remade
            book = read_book(project, spreadsheet_id)
            if worksheets.crooked(book, project.rubric):
                continue
        return trusted(project, replace(book, remade=remade), keep=not reading)
    raise Refused(
        "Rows or columns of our worksheets were moved each time they were read.",
        "Ask whoever is at work in them to pause, and run this again.",
    )
