"""`panel import` and `panel add`: interviews into the Panel worksheet, which stays the team's to edit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pipeline import worksheets
from pipeline.errands.book import read_book, write_panel
from pipeline.errands.create_form import chosen_rounds, ensure_spreadsheet
from pipeline.errors import Fault, InvalidInput
from pipeline.project import Project
from pipeline.question_bank import table
from pipeline.scorecard import PanelRow, Rubric
from pipeline.worksheets import design
from pipeline.worksheets import panel as sheet
from pipeline.worksheets.scorecards import zone_of

COLUMNS = ("candidate", "interviewer", "round", "scheduled_at")


@dataclass(frozen=True)
class PanelChange:
    """What was added, and how many interviews there are now."""

    added: tuple[PanelRow, ...]
    total: int
    url: str
    left_out: int = 0  # interviews of a file that are of other rounds than the one asked for

    def document(self) -> dict[str, Any]:
        return {
            "added": [{name: getattr(row, name) for name in COLUMNS} for row in self.added],
            "total": self.total,
            "spreadsheet": self.url,
        }

    def summary(self) -> str:
        count = len(self.added)
        first = f"{count} interview{'s' * (count != 1)} added" if count else "Nothing to do: all of them are there"
        rest = f"; {self.left_out} of other rounds left out" if self.left_out else ""
        return (
            f"{first}{rest}; {self.total} in the Panel worksheet. "
            "Next: 'pipeline create-form' brings the forms up to date."
        )


def import_file(project: Project, path: Path, *, round_id: str | None = None) -> PanelChange:
    """Add the interviews of a CSV, or those of one round; all its faults at once, and then nothing is written."""
    rounds = {round_.id for round_ in chosen_rounds(project, round_id)}
    rows = read_panel(path, project.rubric, project.settings.sheet.time_zone)
    chosen = [row for row in rows if row.round in rounds]
    return replace(add_rows(project, chosen), left_out=len(rows) - len(chosen))


def add(project: Project, candidate: str, interviewer: str, round_id: str, scheduled_at: str) -> PanelChange:
    """Add one interview."""
    read = _read([(candidate, interviewer, round_id, scheduled_at)], project.rubric, project.settings.sheet.time_zone)
    if read.faults:
        raise InvalidInput([Fault("panel add", 0, each.column, each.what, each.todo) for each in read.faults])
    return add_rows(project, read.rows)


def read_panel(path: Path, rubric: Rubric, time_zone: str) -> Sequence[PanelRow]:
    """The interviews of a CSV `candidate,interviewer,round,scheduled_at`; times without a zone are in `time_zone`."""
    required = COLUMNS[:2] if len(rubric.rounds) == 1 else COLUMNS[:3]
    found = table.read(path, columns=COLUMNS, required=required)
    rows: list[Sequence[str]] = []
    for row in found.rows if set(required) <= set(found.columns) else ():
        rows += [()] * (row.number - len(rows) - 2)  # rows left out keep their place, so that messages count right
        rows.append([row.cells.get(name, "") for name in COLUMNS])
    read = _read(rows, rubric, time_zone)
    faults = [Fault(found.file, each.row, each.column, each.what, each.todo) for each in read.faults]
    if found.faults or faults:
        raise InvalidInput([*found.faults, *faults])
    return read.rows


def _read(rows: Sequence[Sequence[str]], rubric: Rubric, time_zone: str) -> sheet.Reading:
    """By the same rules as the worksheet itself."""
    header = [column.header for column in sheet.COLUMNS]
    return sheet.read_rows([header, *rows], [round_.id for round_ in rubric.rounds], zone_of(time_zone))


def add_rows(project: Project, rows: Sequence[PanelRow]) -> PanelChange:
    """Write the interviews that are not there yet below what the team wrote; makes the spreadsheet if need be."""
    file = ensure_spreadsheet(project)
    book = read_book(project, file["id"])
    requests = worksheets.plan_panel(book.panel, rows, book.zone, book.tables[design.PANEL].header)
    if requests:
        write_panel(project, file["id"], book, requests)
    have = {(row.candidate, row.interviewer, row.round) for row in book.panel}
    added = tuple(row for row in rows if (row.candidate, row.interviewer, row.round) not in have)
    return PanelChange(added, len(have) + len(added), project.lasting(str(file.get("webViewLink", ""))))
