"""How Rankings is brought up to date while managers work in it.

Between our read and our write anybody may sort, insert, delete or type. The batch is refused if columns do not stand where
they were read (see `guard`), but rows may: so values live in Results; a new candidate's row is appended below everything; a
formula of ours that somebody typed over is written back through the column's mark, and is the same in whatever row it
lands. The order is made by sorting inside the batch, first by key, so that the notes can be laid down in the order of
keys, then by the order of the ranking. The batch's own answer shows whether keys, order and notes are as planned.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pipeline.ranking.results import Ranking
from pipeline.scorecard import Rubric
from pipeline.worksheets import cells, design, rankings, rankings_notes
from pipeline.worksheets import requests as ask
from pipeline.worksheets.cells import Json, letters, quoted
from pipeline.worksheets.rankings_found import Found, find, is_key
from pipeline.worksheets.rankings_notes import Beside
from pipeline.worksheets.results import Reference, key_of
from pipeline.worksheets.snapshot import Sheet


@dataclass(frozen=True)
class Expected:
    """What the answer of the batch must show: each header over its column, every key in its place, and each name with its
    note. Key's header alone would not do: a column that is moved from the left into ours shifts those between."""

    order: Sequence[str] = ()
    notes: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[int, str] = field(default_factory=dict)
    final: bool = True  # whether no plan has to follow in any case

    def holds(self, reply: Mapping[str, Any]) -> bool:
        if not self.final:
            return False
        sheets = reply.get("updatedSpreadsheet", {}).get("sheets", [])
        ours = [sheet for sheet in sheets if sheet.get("properties", {}).get("sheetId") == design.RANKINGS]
        spans = [data.get("rowData", []) for sheet in ours for data in sheet.get("data", [])]
        if len(spans) != 4:
            return False
        top: Sequence[Json] = spans[3][0].get("values", []) if spans[3] else []
        if any(cells.shown(_at(top, place)) != header for place, header in self.headers.items()):
            return False
        keys, orders, names = ([_first(row) for row in rows] for rows in spans[:3])
        place = {key: index for index, key in enumerate(self.order, start=1)}
        told = [(str(cells.shown(key)), row) for row, key in enumerate(keys) if cells.shown(key) in place]
        return (
            [key for key, _ in told] == sorted((key for key, _ in told), key=lambda key: place[key])
            and {key for key, _ in told} == set(self.order)
            and all(cells.shown(_at(orders, row)) == place[key] for key, row in told)
            and all(_at(names, row).get("note", "") == self.notes.get(key, "") for key, row in told)
        )


def _first(row: Mapping[str, Any]) -> Json:
    return next(iter(row.get("values", [])), {})


def _at(column: Sequence[Json], index: int) -> Json:
    return column[index] if index < len(column) else {}


@dataclass(frozen=True)
class RowsPlan:
    """Requests for Rankings, kept together in one batch, and bodies for values:batchUpdateByDataFilter: `mend` goes
    before the batch, so that it sorts by sound cells, `fill` after it, when it puts in columns."""

    requests: tuple[Json, ...]
    mend: Json | None
    fill: Json | None
    response_ranges: tuple[str, ...]
    expected: Expected
    notices: tuple[str, ...]
    read: Mapping[str, int]  # where our columns stood
    places: Mapping[str, int]  # where they stand after it
    beside: Beside


def gone(ranking: Ranking, of: Rubric, sheets: Mapping[int, Sheet]) -> dict[str, str]:
    """Candidates who still have a row in Rankings but no place in this ranking: key -> name."""
    now = {key_of(result.candidate) for result in ranking.candidates}
    held = {key for _, key in find(sheets[design.RANKINGS], of).rows} - now
    known = names(sheets[design.RESULTS])
    return {key: known.get(key, "") for key in held}


def names(results: Sheet) -> dict[str, str]:
    """Whom the Results worksheet names, as it was read: key -> candidate."""
    told = ((str(cells.entered(row[0])), row[1]) for row in results.rows if len(row) > 1)
    return {key: str(cells.entered(name) or "") for key, name in told if is_key(key)}


def plan(
    ranking: Ranking,
    of: Rubric,
    sheet: Sheet,
    results: Reference,
    order: Sequence[str],
    explanations: Mapping[str, str],
    *,
    beside: Beside,
) -> RowsPlan:
    """Requests that bring Rankings up to date.

    Args:
        order: every key in the order of Results.
        explanations: by candidate, what the note on the name says.
        beside: the managers' notes over which batches before this one may have laid ours, if they were not seen to come
            out.
    """
    found = find(sheet, of)
    notices: list[str] = []
    places = dict(found.places)
    notes = {
        key_of(candidate): rankings_notes.of_explanation(said)
        for candidate, said in explanations.items()
        if key_of(candidate) in order
    }
    beside, over = rankings_notes.lay(sheet, found, notes.values(), beside)
    columns = list(_missing_columns(of, sheet, places, notices))
    made = list(_no_keys(sheet, found, notices))
    if found.header:  # it is moved up first, and the next plan sees to the notes
        made.append(ask.move(sheet.id, "ROWS", found.header, 0))
        notices.append("The header of Rankings was not in the first row and has been moved back")
    made += [*(() if found.header else over), *columns]
    notices += _copied(found, ranking)
    held = [key for _, key in found.rows]
    fresh = [key for key in order if key not in set(held)]
    made += _appended(of, sheet, fresh, places, results)
    if fresh or made or not _settled(sheet, found, order, notes):
        made += _sorted_with_notes(sheet.id, places, [*held, *fresh], notes)
    values, mended = _mended(of, sheet, found, places, results, len(held) + len(fresh), everything=bool(columns))
    notices += mended
    title = quoted(sheet.title)
    spans = tuple(f"{title}!{letters(places[key])}:{letters(places[key])}" for key in ("key", "order", "candidate"))
    spans += (f"{title}!1:1",)
    headers = {places[column.key]: column.header for column in rankings.columns(of)}
    return RowsPlan(
        (*made, *_looks(of, sheet, places, anew=found.header != 0)),
        None if columns else values,
        values if columns else None,
        spans if made else (),
        Expected(tuple(order), notes, headers, final=not (found.header and over)),
        tuple(notices),
        found.places,
        places,
        beside,
    )


def _missing_columns(of: Rubric, sheet: Sheet, places: dict[str, int], notices: list[str]) -> Iterator[Json]:
    """Put in what is missing of our columns, each right of its neighbour; keeps `places` right."""
    spec = rankings.worksheet(of)
    before = -1
    for column in spec.columns:
        if column.key not in places:
            at = before + 1
            for key, place in places.items():
                places[key] = place + (place >= at)
            places[column.key] = at
            yield ask.insert(sheet.id, "COLUMNS", at, at + 1, like_before=False)
            yield from ask.write(sheet.id, 0, at, [design.header_cells([column])], "userEnteredValue,note")
            yield design.header_format(sheet.id, 0, at, at + 1)
            yield from design.column_format(spec, at, column)
            if column.upwards:
                yield from design.header_height(spec)
            notices.append(f"Rankings had no column {column.header}; it has been put in")
        before = places[column.key]


def _no_keys(sheet: Sheet, found: Found, notices: list[str]) -> Iterator[Json]:
    """Clear what people typed into Key beside no candidate: rows could not be brought into the order of keys with it."""
    ours = {row for row, _ in found.rows} | {found.header}
    for row in range(len(sheet.rows) if "key" in found.places else 0):
        place = found.places["key"]
        held = cells.entered(sheet.cell(row, place))
        if row not in ours and held is not None and not isinstance(held, bool):  # truth values sort behind every key
            yield ask.clear(ask.grid(sheet.id, left=place, right=place + 1), cells.sought(held))
            notices.append(f"The hidden column Key of Rankings held {cells.sought(held)!r}; that has been taken out")


def _copied(found: Found, ranking: Ranking) -> list[str]:
    """Whose row people have copied, in words."""
    count = Counter(key for _, key in found.rows)
    names = [result.candidate for result in ranking.candidates if count[key_of(result.candidate)] > 1]
    return [f"Rankings has {name} more than once: a row was copied; delete the copy" for name in names]


def _appended(
    of: Rubric, sheet: Sheet, fresh: Sequence[str], places: Mapping[str, int], results: Reference
) -> Iterator[Json]:
    """New rows below everything. Their formulas name the row where they will stand, unless people add rows meanwhile;
    then the answer shows no order for them, and they are written again."""
    last = len(sheet.rows)
    while last > 1 and not any(cell.get("userEnteredValue") for cell in sheet.rows[last - 1]):
        last -= 1
    start = max(last, 1)
    rows = [rankings.new_row(key, start + offset, places, results) for offset, key in enumerate(fresh)]
    if start + len(rows) > sheet.row_count:
        yield ask.more(sheet.id, "ROWS", start + len(rows) - sheet.row_count + 100)
        for column in rankings.columns(of):
            if column.format:
                yield design.cell_format(rankings.worksheet(of), places[column.key], column, sheet.row_count)
    yield from ask.append(sheet.id, rows)


def _settled(sheet: Sheet, found: Found, order: Sequence[str], notes: Mapping[str, str]) -> bool:
    """True when the rows stand on top, in order, each with its note."""
    rank = {key: place for place, key in enumerate(order)}
    ranks = [rank.get(key, len(order)) for _, key in found.rows]
    on_top = [row for row, _ in found.rows] == list(range(1, len(found.rows) + 1))
    place = found.places["candidate"]
    noted = all(sheet.cell(row, place).get("note", "") == notes.get(key, "") for row, key in found.rows)
    return on_top and ranks == sorted(ranks) and noted


def _sorted_with_notes(
    sheet_id: int, places: Mapping[str, int], keys: Sequence[str], notes: Mapping[str, str]
) -> Iterator[Json]:
    everything = ask.grid(sheet_id, 1)
    yield ask.sort(everything, places["key"])
    rows = [[{"note": notes[key]} if notes.get(key) else {}] for key in sorted(keys)]
    yield from ask.write(sheet_id, 1, places["candidate"], rows, "note")
    yield ask.sort(everything, places["order"])


def _mended(
    of: Rubric,
    sheet: Sheet,
    found: Found,
    places: Mapping[str, int],
    results: Reference,
    rows: int,
    *,
    everything: bool,
) -> tuple[Json | None, list[str]]:
    """Headers and formulas of columns in which one is not as it should be, addressed by the columns' marks."""
    titles = {column.key: column.header for column in rankings.columns(of)}
    renamed = [
        key for key, place in found.places.items() if cells.entered(sheet.cell(found.header, place)) != titles[key]
    ]
    broken = set(places) - {"key"} if everything else _broken(sheet, found, results)
    # once the batch has sorted, our rows stand on top; before it they stand where they were read
    ours = set(range(1, rows + 1)) if everything else {row for row, _ in found.rows}
    formulas = {row: rankings.row_formulas(row, places, results) for row in ours}
    top = 0 if everything else found.header
    data: list[Json] = []
    for key in sorted({*broken, *renamed}):
        # the apostrophe keeps a header text, whatever it starts with; a formula names the row it stands in
        header = "'" + titles[key] if key in renamed else None
        column = [formulas.get(row, {}).get(key) for row in range(max(top, *ours, 0) + 1)]
        column[top] = header
        data.append(design.column_values(sheet.id, key, column if key in broken else [*[None] * top, header]))
    notices = [f"The header {titles[key]} of Rankings had been edited, and has been put back" for key in renamed]
    if broken and not everything:
        notices.append("Cells of ours in Rankings had been typed over, and have been put back")
    return {"valueInputOption": "USER_ENTERED", "data": data} if data else None, notices


def _broken(sheet: Sheet, found: Found, results: Reference) -> set[str]:
    """Our columns with a cell that does not hold its formula."""
    broken = set()
    for row, _ in found.rows:
        for key, wanted in rankings.row_formulas(row, found.places, results).items():
            held = {"userEnteredValue": sheet.cell(row, found.places[key]).get("userEnteredValue", {})}
            if key not in broken and not cells.same(cells.formula(wanted), held):
                broken.add(key)
    return broken


def _looks(of: Rubric, sheet: Sheet, places: Mapping[str, int], *, anew: bool) -> Iterator[Json]:
    """Conditional formats of ours that are not as they should be; all of them `anew` when rows are moved under them."""
    held: Sequence[Json] = sheet.raw.get("conditionalFormats", [])
    ours = [index for index, rule in enumerate(held) if rankings.is_ours(rule)]
    wanted = rankings.rules(places, of.scale.low, of.scale.high)
    if anew or [rankings.essence(held[index]) for index in ours] != [rankings.essence(rule) for rule in wanted]:
        for index in reversed(ours):
            yield {"deleteConditionalFormatRule": {"sheetId": sheet.id, "index": index}}
        for index, rule in enumerate(wanted):
            yield {"addConditionalFormatRule": {"index": index, "rule": rule}}
