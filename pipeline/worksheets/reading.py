"""Reading a spreadsheet of ours back: one body for `values:batchGetByDataFilter`, and its reply as a `Book`.

Worksheets are asked for by their fixed id, so that renamed and moved ones are found.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from pipeline.scorecard import PanelRow, Problem, Rubric, SubmittedScorecard
from pipeline.worksheets import about, compare, design, panel, problems, rubric, scorecards, whatif
from pipeline.worksheets import requests as ask
from pipeline.worksheets.cells import Json
from pipeline.worksheets.scorecards import StoredScorecard, Value

READ_SHEETS = (design.SCORECARDS, design.PANEL, design.RUBRIC, design.PROBLEMS, design.ABOUT)


def body(where: Iterable[Json]) -> Json:
    """A body of values:batchGetByDataFilter."""
    return {
        "dataFilters": [{"gridRange": each} for each in where],
        "majorDimension": "ROWS",
        "valueRenderOption": "UNFORMATTED_VALUE",
        "dateTimeRenderOption": "SERIAL_NUMBER",
    }


READ_INPUTS = body(ask.grid(id_) for id_ in READ_SHEETS if id_ != design.ABOUT)
# of the others what tells whether rows and columns stand in their places, and What-if's check
READ = body(
    (
        *(ask.grid(id_) for id_ in READ_SHEETS),
        whatif.TOP,
        ask.grid(design.COMPARE, 0, compare.CHOICE + 1),
        ask.grid(design.INTERVIEWERS),
        *(ask.grid(id_, 0, 1) for id_ in (design.RESULTS, design.RATINGS)),
    )
)


@dataclass(frozen=True)
class Table:
    """The values of one worksheet, and the size of its grid."""

    rows: Sequence[Sequence[Value]] = ()
    row_count: int = 1000
    column_count: int = 26
    title: str = ""

    @property
    def header(self) -> Sequence[Value]:
        return self.rows[0] if self.rows else ()


@dataclass(frozen=True)
class Book:
    """What our worksheets hold, as values. `missing` names headers of ours that are gone from Scorecards.

    `remade`: worksheets or columns of ours were missing or not in their places, and have just been put back; what they
    held has to be found anew.
    `disagrees`: What-if's check says that Rankings is not what the scorecards give, as when a score was typed over.
    """

    tables: Mapping[int, Table]
    scorecards: tuple[StoredScorecard, ...]
    panel: tuple[PanelRow, ...]
    panel_problems: tuple[Problem, ...]
    problems: tuple[Problem, ...]
    recorded: rubric.Recorded
    about: about.Told
    zone: ZoneInfo
    places: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))  # columns of Scorecards
    remade: bool = False
    disagrees: bool = False
    problems_sound: bool = True  # False when rows of Problems were edited or taken out by hand

    @property
    def joins(self) -> Mapping[str, tuple[rubric.JoinRow, ...]]:
        """Per round the fields of its form."""
        return self.recorded.join

    @property
    def applied(self) -> Mapping[str, Mapping[str, str]]:
        """Per round what was last sent to its form."""
        return self.recorded.applied

    @property
    def versions(self) -> tuple[rubric.Version, ...]:
        return self.recorded.versions

    @cached_property
    def candidates(self) -> tuple[str, ...]:
        """The panel's, in its order."""
        return tuple(dict.fromkeys(row.candidate for row in self.panel))

    @cached_property
    def counted(self) -> tuple[SubmittedScorecard, ...]:
        """The scorecards that the ranking is made of."""
        return tuple(stored.card for stored in self.scorecards if stored.status == "counted")

    @property
    def altered(self) -> tuple[StoredScorecard, ...]:
        """Rows that were edited so that they cannot be trusted; earlier versions only if they would count."""
        return tuple(
            stored
            for stored in self.scorecards
            if not stored.sound and (stored.status == "counted" or not stored.is_history)
        )

    def lacking(self, of: Rubric) -> tuple[str, ...]:
        """Headers that Scorecards should have and has not: columns deleted or renamed, or of questions that are new."""
        return scorecards.lacking(self.places, of)

    @property
    def has_other_headers(self) -> bool:
        """Whether Scorecards has columns that are not ours: people's own, or ours under another name."""
        return scorecards.has_others(self.tables.get(design.SCORECARDS, Table()).header)

    @property
    def missing(self) -> tuple[str, ...]:
        return tuple(column.header for column in scorecards.FIXED if column.key not in self.places)


def read(reply: Mapping[str, Any], *, rounds: Sequence[str] = (), time_zone: str = "Etc/GMT") -> Book:
    """The reply to `READ` as a Book.

    Args:
        rounds: ids of the role's rounds, against which the panel is checked; () takes any.
        time_zone: the spreadsheet's, in which the panel's times are meant.
    """
    return of_tables(tables_in(reply), rounds=rounds, time_zone=time_zone)


def tables_in(reply: Mapping[str, Any]) -> dict[int, Table]:
    """What was read of each worksheet, by its id."""
    tables: dict[int, Table] = {}
    for matched in reply.get("valueRanges", []):
        held = matched.get("valueRange", {})
        for asked in matched.get("dataFilters", []):
            sheet_id = asked.get("gridRange", {}).get("sheetId", 0)
            rows, columns = _size(held.get("range", ""))
            tables[sheet_id] = Table(held.get("values", []), rows, columns, _title(held.get("range", "")))
    return tables


def of_tables(tables: Mapping[int, Table], *, rounds: Sequence[str] = (), time_zone: str = "Etc/GMT") -> Book:
    """The Book that these worksheets hold, however they were read."""
    zone = scorecards.zone_of(time_zone)
    empty = Table()
    cards = tables.get(design.SCORECARDS, empty)
    places = scorecards.positions(cards.header)
    owed = panel.read_rows(tables.get(design.PANEL, empty).rows, rounds, zone)
    return Book(
        tables=tables,
        scorecards=tuple(scorecards.read_rows(cards.rows, places, zone)),
        panel=owed.rows,
        panel_problems=owed.problems,
        problems=problems.read_rows(tables.get(design.PROBLEMS, empty).rows),
        problems_sound=problems.are_sound(tables.get(design.PROBLEMS, empty).rows),
        recorded=rubric.read_rows(tables.get(design.RUBRIC, empty).rows),
        about=about.read_rows(tables.get(design.ABOUT, empty).rows),
        zone=zone,
        places=places,
        disagrees=whatif.denies(tables.get(design.WHAT_IF, empty).rows),
    )


def _title(echo: str) -> str:
    title = echo.rpartition("!")[0]
    return title[1:-1].replace("''", "'") if title.startswith("'") else title


def _size(echo: str) -> tuple[int, int]:
    """Rows and columns of a worksheet's grid, from the range that a read of all of it answers with."""
    found = re.fullmatch(r"(?:.*!)?A1:([A-Z]+)(\d+)", echo, re.DOTALL)
    if not found:
        return (1, 1) if re.fullmatch(r"(?:.*!)?A1", echo, re.DOTALL) else (1000, 26)
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - 64
    return int(found[2]), column
