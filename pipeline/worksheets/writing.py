"""What write-rankings writes: one atomic batch, and how its own answer tells whether it came out as planned.

Results and the other worksheets that are ours alone are written at fixed places, rows that differ only; formulas that
are alike from row to row as one that is carried down. Of Rankings, where managers work at the same time, see
`rankings_plan.py`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pipeline.ranking.results import Ranking
from pipeline.scorecard import Rubric, SubmittedScorecard
from pipeline.worksheets import (
    about,
    cells,
    chart,
    compare,
    design,
    interviewers,
    ratings,
    results,
    rubric,
    scorecards,
    straight,
    whatif,
)
from pipeline.worksheets import rankings_plan as shared
from pipeline.worksheets import requests as ask
from pipeline.worksheets.about import Record
from pipeline.worksheets.cells import Columns, Json
from pipeline.worksheets.design import Worksheet
from pipeline.worksheets.diff import blocks, entered_rows, rewrite
from pipeline.worksheets.guard import Guard
from pipeline.worksheets.rankings_notes import Beside
from pipeline.worksheets.reading import Book
from pipeline.worksheets.snapshot import Sheet, Snapshot
from pipeline.worksheets.whatif import Limits

RESPONSE_FIELDS = (
    "updatedSpreadsheet(sheets(properties(sheetId),data("
    "columnMetadata(developerMetadata(metadataKey,metadataValue)),rowData(values(effectiveValue,note)))))"
)


@dataclass(frozen=True)
class RankingsPlan:
    """What to send, in this order, and what to tell. Nothing in it: nothing changed."""

    batches: tuple[tuple[Json, ...], ...] = ()
    response_ranges: tuple[str, ...] = ()
    mend: Json | None = None  # a body for values:batchUpdateByDataFilter, to be sent before the batches
    fill: Json | None = None  # another one, to be sent after them
    notices: tuple[str, ...] = ()
    expected: shared.Expected = field(default_factory=shared.Expected)
    guard: Guard = field(default_factory=lambda: Guard(design.RANKINGS))
    beside: Beside = field(default_factory=Beside)
    fixed: Sequence[tuple[Worksheet, str]] = ()  # what is written at fixed places, and its title

    @property
    def bodies(self) -> list[Json]:
        """Bodies of spreadsheets.batchUpdate, to send with `RESPONSE_FIELDS`; the last asks for what `came_out` needs."""
        made: list[Json] = [{"requests": list(batch)} for batch in self.batches]
        ranges = [*self.response_ranges, *(straight.header_range(*fixed) for fixed in self.fixed)]
        if made and ranges:
            made[-1] |= {
                "includeSpreadsheetInResponse": True,
                "responseIncludeGridData": True,
                "responseRanges": ranges,
            }
        return made

    @property
    def sorts(self) -> bool:
        """Whether it brings the rows of Rankings into order, and not only what is looked up there up to date."""
        return any("sortRange" in request for batch in self.batches for request in batch)

    def came_out(self, reply: Mapping[str, Any]) -> bool:
        """False when people moved rows or columns between the read and the write: read and plan again."""
        straightly = all(straight.stood(sheet, reply) for sheet, _ in self.fixed)
        return straightly and (not self.response_ranges or self.expected.holds(reply))


def plan_rankings(
    ranking: Ranking,
    of: Rubric,
    book: Book,
    snapshot: Snapshot,
    *,
    counted: Sequence[SubmittedScorecard],
    now: str,
    inputs: str,
    limits: Limits | None = None,
    explanations: Mapping[str, str] | None = None,
    only: Rubric | None = None,
    former: RankingsPlan | None = None,
    beside: Beside | None = None,
    guarded: bool = True,
) -> RankingsPlan:
    """What to write so that every worksheet of ours shows this ranking.

    Args:
        book: all scorecards, and the panel.
        counted: the scorecards that the ranking was made of.
        now: RFC 3339 UTC, for About and the rubric's versions.
        inputs: `about.inputs_fingerprint` of what the ranking was made of.
        limits: the role's policy, for What-if.
        explanations: by candidate, the text of `explain`, for the note on the name.
        only: the part of the rubric that the ranking was made by, when that is one round alone. Columns and managers'
            cells of the others stay; every row and About say that they are left out.
        former: the plan that was sent just before; it was refused, did not come out, or has to be looked after.
        beside: what a run that gave up left to look after, when there is no such plan.
        guarded: whether the write is refused should columns of Rankings be moved before it arrives.
    """
    whole, alone = of, ""
    if only is not None:
        of, alone = whatif.weighing_only(of, only), only.rounds[0].id
        book = _of_rounds(book, {round_.id for round_ in only.rounds})
    room, sheets = _fitted(snapshot.sheets, whole)
    gone = shared.gone(ranking, of, sheets)
    capacity = max(results.capacity_for(len(ranking.candidates) + len(gone)), sheets[design.RESULTS].row_count - 1)
    found = results.Reference(snapshot.title(design.RESULTS, "Results"), capacity, results.keys(of))
    table = results.rows(ranking, of, book.counted, book.panel, gone, alone)
    limits = limits or Limits()
    block = ratings.block(counted, {stored.id: stored.row for stored in book.scorecards})
    header = [cells.text(name) for name in ratings.keys(of)]
    own = [
        *room,
        *_results(sheets[design.RESULTS], table, capacity),
        *_compare(of, found, sheets[design.COMPARE]),
        *_page(sheets[design.INTERVIEWERS], interviewers.grid(ranking, book.counted, book.panel)),
        *_page(sheets[design.RUBRIC], rubric.grid(whole, book.recorded)),
    ]
    order = [str(cells.entered(row[0])) for row in table[1:]]
    rows = shared.plan(
        ranking,
        of,
        sheets[design.RANKINGS],
        found,
        order,
        explanations or {},
        beside=former.beside if former else beside or Beside(),
    )
    sources = whatif.Sources(
        found.title,
        [result.candidate for result in ranking.candidates],
        ratings.Reference(snapshot.title(design.RATINGS, "Ratings"), ratings.keys(of), block),
        Columns(snapshot.title(design.RANKINGS, "Rankings"), rows.places),
    )
    # What-if names columns of Rankings where they stand once those that were missing are put in
    both = [*rows.requests, *_what_if(of, sources, sheets[design.WHAT_IF], limits)]
    both += _ratings(of, sheets[design.RATINGS], block, _scorecards(snapshot))
    both += _chart(ranking, of, sheets[design.RANKINGS])
    both += _decimals(table, sheets[design.RESULTS], rows.places)
    # rows of Scorecards that were moved since are no reason to write
    renewed = [*_page(sheets[design.RATINGS], [header, *([*row[:-1], None] for row in block.rows)])]
    lines = about.lines(ranking, whole, book.panel, len(book.counted), limits)
    untouched = book.about.inputs == inputs and not any(_page(sheets[design.ABOUT], _as_told(lines, book.about)))
    if untouched and not own and not renewed and not both and rows.mend is None and rows.fill is None:
        return RankingsPlan(notices=rows.notices)
    guard = Guard(design.RANKINGS, rows.read, sheets[design.RANKINGS].column_count, on=guarded)
    own += _page(sheets[design.RATINGS], [header, *block.rows])
    told = about.with_record(book.about, _record(ranking, now, inputs, len(book.counted), alone))
    own += _page(sheets[design.ABOUT], about.grid(lines, told))
    return RankingsPlan(
        _packed(own, [*guard.requests(), *both] if both else []),
        rows.response_ranges,
        rows.mend,
        rows.fill,
        rows.notices,
        rows.expected,
        guard,
        rows.beside,
        tuple((sheet, snapshot.title(sheet.id, sheet.title)) for sheet in _at_fixed_places(whole)),
    )


def _as_told(lines: Sequence[tuple[str, str]], told: about.Told) -> list[list[Json | None]]:
    """About as it was written last; the time of that is not read back exactly."""
    rows: list[list[Json | None]] = [[*row] for row in about.grid(lines, told)]
    rows[1][1] = None
    return rows


def is_as_written(
    ranking: Ranking, of: Rubric, book: Book, limits: Limits | None = None, only: Rubric | None = None
) -> bool:
    """Whether Rubric, Interviewers and About say what they should, of a ranking that was written already."""
    if only is not None:
        book = _of_rounds(book, {round_.id for round_ in only.rounds})
    lines = about.lines(ranking, of, book.panel, len(book.counted), limits or Limits())
    pages: dict[int, Sequence[Sequence[Json | None]]] = {
        design.RUBRIC: rubric.grid(of, book.recorded),
        design.INTERVIEWERS: interviewers.grid(ranking, book.counted, book.panel),
        design.ABOUT: _as_told(lines, book.about),
    }
    plain = {id_: [[cell and strip(cell) for cell in row] for row in rows] for id_, rows in pages.items()}
    held = {id_: entered_rows(book.tables[id_].rows) for id_ in plain if id_ in book.tables}
    return not any(request for id_, rows in held.items() for request in rewrite(id_, rows, plain[id_]))


def _at_fixed_places(of: Rubric) -> tuple[Worksheet, ...]:
    return (
        results.worksheet(of),
        ratings.worksheet(of),
        whatif.worksheet(of),
        rubric.worksheet(of),
        compare.worksheet(),
        interviewers.worksheet(),
        about.worksheet(),
    )


def _fitted(sheets: Mapping[int, Sheet], of: Rubric) -> tuple[list[Json], dict[int, Sheet]]:
    """Worksheets as wide as the rubric wants them now, with what stands right of ours moved along."""
    made: list[Json] = []
    after = dict(sheets)
    for spec in _at_fixed_places(of):
        sheet = sheets[spec.id]
        width = max((int(key) + 1 for key in sheet.marks if key.isdecimal()), default=spec.width)
        requests, rows = straight.fitted(spec, width, sheet.rows, sheet.column_count)
        made += requests
        after[spec.id] = replace(sheet, rows=rows, column_count=sheet.column_count + spec.width - width)
    return made, after


def _packed(own: Sequence[Json], both: Sequence[Json]) -> tuple[tuple[Json, ...], ...]:
    """One batch; two when it would be larger than recommended, for what concerns Rankings is never torn apart and comes
    last. Never more: Google sets no limit, and people see the worksheets agree with each other again all the sooner."""
    if own and both and sum(map(ask.length, (*own, *both))) >= ask.RECOMMENDED_BYTES:
        return tuple(own), tuple(both)
    together = (*own, *both)
    return (together,) if together else ()


def _page(sheet: Sheet, want: Sequence[Sequence[Json | None]]) -> Iterator[Json]:
    """A worksheet that is ours alone, from its first cell; grown when it has to."""
    if len(want) > sheet.row_count:
        yield ask.more(sheet.id, "ROWS", len(want) - sheet.row_count + 100)
    wide = max(map(len, want), default=0)
    if wide > sheet.column_count:
        yield ask.more(sheet.id, "COLUMNS", wide - sheet.column_count)
    plain = [[cell if cell is None else strip(cell) for cell in row] for row in want]
    held = [[strip(cell) for cell in row] for row in sheet.rows]
    yield from rewrite(sheet.id, held, plain)


def strip(cell: Mapping[str, Any]) -> Json:
    """The cell without its note: headers keep theirs from the layout."""
    return {"userEnteredValue": cell.get("userEnteredValue", {})}


def _results(sheet: Sheet, table: Sequence[Sequence[Json]], capacity: int) -> Iterator[Json]:
    if capacity + 1 > sheet.row_count:
        yield ask.more(sheet.id, "ROWS", capacity + 1 - sheet.row_count)
    yield from _page(_grown(sheet, capacity + 1), table)


def _grown(sheet: Sheet, rows: int) -> Sheet:
    return replace(sheet, row_count=max(rows, sheet.row_count))


def _scorecards(snapshot: Snapshot) -> Columns:
    """Where the columns of Scorecards stand."""
    sheet = snapshot.sheets[design.SCORECARDS]
    header = [cells.shown(cell) for cell in (sheet.rows[0] if sheet.rows else ())]
    return Columns(sheet.title, scorecards.positions(header))


def _ratings(of: Rubric, sheet: Sheet, block: ratings.Block, source: Columns) -> Iterator[Json]:
    """All formulas beside the constants, when the first row's are not as they should be, or rows came or went."""
    fixed, count = len(ratings.CONSTANTS), len(block.rows)
    had = sum(cells.entered(row[0]) is not None for row in sheet.rows[1:] if row)
    want = ratings.formulas(of, source) if count else []
    held = [strip(cell) for cell in sheet.rows[1][fixed:]] if had else []
    if had != count or len(held) != len(want) or not all(map(cells.same, want, held)):
        yield ask.repeat(ask.grid(sheet.id, 1, None, fixed), "userEnteredValue")
        for place, cell in enumerate(want, start=fixed):
            yield ask.repeat(ask.grid(sheet.id, 1, 1 + count, place, place + 1), "userEnteredValue", **cell)


def _what_if(of: Rubric, sources: whatif.Sources, sheet: Sheet, limits: Limits) -> Iterator[Json]:
    carried = whatif.moved(of, sheet.rows)
    spec, top, count = whatif.worksheet(of), whatif.FIRST, len(sources.candidates)
    want = whatif.grid(of, sources, limits)
    repeated = whatif.repeated(of)
    table = [[None if place in repeated else cell for place, cell in enumerate(row)] for row in want[top:]]
    yield from _page(sheet, [*want[:top], *table])
    for place in repeated:
        down = [row[place] or cells.EMPTY for row in want[top:]]
        if not all(cells.same(cell, strip(sheet.cell(row, place))) for row, cell in enumerate(down, start=top)):
            yield ask.repeat(ask.grid(sheet.id, top, top + count, place, place + 1), "userEnteredValue", **down[0])
    if top + count > sheet.row_count:
        yield from design.formats_below(spec, sheet.row_count)
    if carried:
        yield from blocks(sheet.id, [(row, column, [cell]) for row, column, cell in carried], "userEnteredValue")
    if carried or [cells.entered(sheet.cell(spec.header, place)) for place in range(spec.width)] != [
        column.header for column in spec.columns
    ]:
        yield design.header_format(sheet.id, spec.header, 0, spec.width)
        for place, column in enumerate(spec.columns):
            yield from design.column_format(spec, place, column)
        yield from whatif.extras(spec)
        yield {"updateProtectedRange": {"protectedRange": design.protection(spec), "fields": "unprotectedRanges"}}


def _compare(of: Rubric, found: results.Reference, sheet: Sheet) -> Iterator[Json]:
    made = list(_page(sheet, compare.grid(of, found)))
    yield from made
    if made:
        where = ask.grid(sheet.id, compare.CHOICE, compare.CHOICE + 1, compare.CHOICES[0], compare.CHOICES[-1] + 1)
        yield compare.choices(where, found)
        yield from compare.formats(of)


def _chart(ranking: Ranking, of: Rubric, sheet: Sheet) -> Iterator[Json]:
    """What the chart shows, when that is other cells than it should be; one that people removed stays away."""
    ranked = sum(result.rank is not None for result in ranking.candidates)
    for held in sheet.raw.get("charts", []):
        wanted = chart.cells_shown(chart.spec(ranked, of))
        if held.get("chartId") == chart.CHART_ID and chart.cells_shown(held.get("spec", {})) != wanted:
            yield chart.update(ranked, of)


def _decimals(table: Sequence[Sequence[Json]], held: Sheet, places: Mapping[str, int]) -> Iterator[Json]:
    """The number format of Score in Rankings, when it has to change; the first header of Results tells which is set."""
    wanted, had = cells.entered(table[0][0]), cells.entered(held.cell(0, 0))
    if wanted != had:
        look = {"numberFormat": {"type": "NUMBER", "pattern": str(wanted).removeprefix(results.PATTERN)}}
        where = ask.grid(design.RANKINGS, 1, None, places["score"], places["score"] + 1)
        yield ask.repeat(where, "userEnteredFormat.numberFormat", userEnteredFormat=look)


def _of_rounds(book: Book, rounds: Collection[str]) -> Book:
    scorecards = tuple(stored for stored in book.scorecards if stored.card.round in rounds)
    return replace(book, scorecards=scorecards, panel=tuple(row for row in book.panel if row.round in rounds))


def _record(ranking: Ranking, now: str, inputs: str, counted: int, alone: str) -> Record:
    ranked = [f"{result.rank} {result.candidate}" for result in ranking.candidates if result.rank is not None]
    more = f" and {len(ranked) - 20} more" if len(ranked) > 20 else ""
    order = ", ".join(ranked[:20]) + more or "nobody is ranked"
    return Record(now, f"round {alone} alone: {order}" if alone else order, inputs, ranking.rubric, counted)
