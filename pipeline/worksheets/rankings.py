"""The Rankings worksheet: what a manager reads. One row a candidate, best first; our columns, then the managers'.

A row of ours holds its candidate's key as a constant; every other cell of ours is a formula that looks that key up in
Results. So a row may be moved, and columns inserted, at any moment without anything being written at a wrong place.
New candidates go into new rows below everything; the whole is then sorted by the hidden Order column, which takes the
managers' cells along.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pipeline.scorecard import Competency, Rubric
from pipeline.worksheets import design
from pipeline.worksheets import requests as ask
from pipeline.worksheets.cells import Json, formula, letters, text
from pipeline.worksheets.design import Column, Worksheet
from pipeline.worksheets.results import SCORE, TEXTS, Reference
from pipeline.worksheets.rubric import plain

DECISIONS = ("Hire", "Hold", "Decline", "Next round")
DECISION, NOTES = "Decision", "Notes"
KEY_HEADER, ORDER_HEADER = "Key", "Order"
_MARK = 'N("pipeline")=0'  # always true; tells our conditional formats from people's own

_BEFORE = (
    Column("rank", "Rank", 48, "Place by score; equal scores share it. A dash: not ranked, see Flags", "0", "CENTER"),
    Column(
        "tier",
        "Tier",
        44,
        "Candidates of one tier (one colour) cannot be told apart safely on this evidence",
        "0",
        "CENTER",
    ),
    Column("candidate", "Candidate", 160, "Hover over a name to read how its score came about", wrap=True),
    Column(
        "score",
        "Score",
        64,
        "Mean over the competencies by their weights, of what was assessed; see About",
        "0.00",
        "CENTER",
    ),
)
_AFTER = (
    Column("scorecards", "Scorecards", 92, "Scorecards in, of those that the panel owes", align="CENTER"),
    Column("coverage", "Coverage", 80, "Share of the weight that was assessed at all", "0%", "CENTER"),
    Column(
        "recommendations",
        "Recommendations",
        152,
        "The interviewers' own overall verdicts; not part of the score",
        wrap=True,
    ),
    Column("flags", "Flags", 256, "What to know before deciding, and why somebody is not ranked", wrap=True),
    Column(
        "adjusted",
        "Adjusted",
        82,
        "The score if all had met equally strict interviewers; a second look, never the order",
        "0.00",
        "CENTER",
        grey=True,
    ),
    Column(
        "interval",
        "90 % interval",
        112,
        "Where the adjusted score would lie with a larger panel of similar interviewers, about nine times in ten",
        align="CENTER",
        grey=True,
    ),
    Column(
        "chance",
        "Chance",
        150,
        "How likely the candidate truly belongs to the best; about ratings, not about success in the job",
        wrap=True,
        grey=True,
    ),
    Column("order", ORDER_HEADER, 60, "The place in which rows are sorted. Do not edit", hidden=True),
    # the last of ours: where people insert a column among ours, the key of a row appended just then misses its column
    Column("key", KEY_HEADER, 60, "Ties this row to its candidate. Do not edit", hidden=True),
)
YOURS = (
    Column(DECISION, DECISION, 120, "Yours: never written by the pipeline, stays with its candidate", align="CENTER"),
    Column(NOTES, NOTES, 300, "Yours: never written by the pipeline, stays with its candidate", wrap=True),
)


def competency_column(competency: Competency) -> Column:
    note = f"Mean over interviewers. Weight {plain(competency.weight)}"
    if competency.threshold is not None:
        note += f". Must-have: below {plain(competency.threshold)} the candidate is knocked out"
    if competency.why:
        note += f"\n{competency.why}"
    return Column(SCORE + competency.id, competency.name, note=note, pattern="0.00", align="CENTER")


def columns(rubric: Rubric) -> tuple[Column, ...]:
    """Our columns, in order; the managers' stand right of them."""
    return (*_BEFORE, *design.side_by_side([competency_column(c) for c in rubric.competencies]), *_AFTER)


def worksheet(rubric: Rubric) -> Worksheet:
    return Worksheet(
        design.RANKINGS,
        "Rankings",
        columns(rubric),
        frozen_columns=3,
        marked=True,
        filtered=False,
        banded=False,
        align="MIDDLE",
        spare=14,
    )


def row_formulas(row: int, places: Mapping[str, int], results: Reference) -> dict[str, str]:
    """The formula of each of our cells but the key, for a row counted from 0.

    A row that came to stand elsewhere than its formulas say, because people moved some just then, shows nothing: nobody
    writes beside a name that goes again, or beside another's.
    """
    key, order = (f"${letters(places[name])}{row + 1}" for name in ("key", "order"))
    found = f'IFERROR(MATCH({key},{results.column("key")},0),"")'
    made = {"order": f'=IF({key}="","",IF(ROW({key})<>ROW(),"",{found}))'}
    for name in places:
        if name in results.keys and name != "key":
            found = f"INDEX({results.column(name)},{order})" + ('&""' if name in TEXTS else "")
            made[name] = f'=IF({order}="","",IF(ROW({order})<>ROW(),"",{found}))'
    return made


def new_row(key: str, row: int, places: Mapping[str, int], results: Reference) -> list[Json]:
    """The cells of a new row that will stand at `row`; cells of other people's columns stay empty."""
    told = {name: formula(expression) for name, expression in row_formulas(row, places, results).items()}
    told["key"] = text(key)
    at = {place: told[name] for name, place in places.items() if name in told}
    return [at.get(place, {}) for place in range(max(at) + 1)]


def extras(sheet: Worksheet, rubric: Rubric) -> Iterator[Json]:
    """What only Rankings has: the managers' two columns, colours for tiers, the filter over all columns."""
    left = sheet.width
    yield from ask.write(sheet.id, 0, left, [design.header_cells(YOURS)], "userEnteredValue,note")
    yield design.header_format(sheet.id, 0, left, left + len(YOURS), design.colour("#b06000"))
    for place, column in enumerate(YOURS, start=left):
        yield ask.columns(sheet.id, place, place + 1, "pixelSize", pixelSize=column.width)
        yield design.cell_format(sheet, place, column, 1)
    message = "Yours to choose, or to type something else"
    yield design.validate(ask.grid(sheet.id, 1, None, left, left + 1), design.choice(DECISIONS, message))
    yield {"addBanding": {"bandedRange": banding(sheet)}}
    yield {"setBasicFilter": {"filter": {"range": ask.grid(sheet.id, 0, None, 0, left + len(YOURS))}}}
    places = {column.key: place for place, column in enumerate(sheet.columns)}
    for index, rule in enumerate(rules(places, rubric.scale.low, rubric.scale.high)):
        yield {"addConditionalFormatRule": {"index": index, "rule": rule}}


def banding(sheet: Worksheet) -> Json:
    return design.banding(sheet, sheet.rows)


def rules(places: Mapping[str, int], low: int, high: int) -> list[Json]:
    """Our conditional formats: grey for who is not ranked, a colour scale on scores, tiers as bands of colour."""
    ours = sorted(places.values())
    span = [ask.grid(design.RANKINGS, 1, None, left, right) for left, right in _spans(ours)]
    rank, tier, flags = (f"${letters(places[name])}2" for name in ("rank", "tier", "flags"))
    faint = {"italic": True, "foregroundColorStyle": design.GREY}
    scores = [places["score"], *(place for name, place in places.items() if name.startswith(SCORE))]
    return [
        _rule(
            span, f'LEFT({flags},8)="Knocked "', {"backgroundColorStyle": design.colour("#fce8e6"), "textFormat": faint}
        ),
        _rule(
            span,
            f'AND(ISTEXT({rank}),{rank}<>"")',
            {"backgroundColorStyle": design.colour("#f1f3f4"), "textFormat": faint},
        ),
        _gradient([ask.grid(design.RANKINGS, 1, None, place, place + 1) for place in sorted(scores)], low, high),
        _rule(span, f"AND(ISNUMBER({tier}),MOD({tier},2)=1)", {"backgroundColorStyle": design.colour("#e8f0fe")}),
        _rule(span, f"AND(ISNUMBER({tier}),MOD({tier},2)=0)", {"backgroundColorStyle": design.colour("#fef7e0")}),
    ]


def _spans(places: list[int]) -> list[tuple[int, int]]:
    """Runs of neighbouring columns."""
    found: list[tuple[int, int]] = []
    for place in places:
        if found and found[-1][1] == place:
            found[-1] = (found[-1][0], place + 1)
        else:
            found.append((place, place + 1))
    return found


def _rule(ranges: list[Json], condition: str, look: Json) -> Json:
    custom = {"type": "CUSTOM_FORMULA", "values": [{"userEnteredValue": f"=AND({_MARK},{condition})"}]}
    return {"ranges": ranges, "booleanRule": {"condition": custom, "format": look}}


def _gradient(ranges: list[Json], low: int, high: int) -> Json:
    def point(value: float, code: str) -> Json:
        return {"type": "NUMBER", "value": f"{value:g}", "colorStyle": design.colour(code)}

    middle = (low + high) / 2
    points = {
        "minpoint": point(low, "#f8bbb0"),
        "midpoint": point(middle, "#fff6d6"),
        "maxpoint": point(high, "#8fd0a5"),
    }
    return {"ranges": ranges, "gradientRule": points}


def is_ours(rule: Json) -> bool:
    """True for a conditional format that only we make: by our mark, or a scale between fixed numbers."""
    condition = rule.get("booleanRule", {}).get("condition", {})
    texts = [value.get("userEnteredValue", "") for value in condition.get("values", [])]
    if any(_MARK in value.replace(" ", "") for value in texts):
        return True
    points = rule.get("gradientRule", {})
    return bool(points) and all(
        points.get(name, {}).get("type") == "NUMBER" for name in ("minpoint", "midpoint", "maxpoint")
    )


def essence(rule: Json) -> object:
    """What two readings of one rule have in common: place, formulas and numbers, but not how colours are told."""
    condition = rule.get("booleanRule", {}).get("condition", {})
    points = rule.get("gradientRule", {})
    return (
        [
            (r.get("startRowIndex", 0), r.get("startColumnIndex", 0), r.get("endColumnIndex"))
            for r in rule.get("ranges", [])
        ],
        [value.get("userEnteredValue", "").replace(" ", "") for value in condition.get("values", [])],
        [points.get(name, {}).get("value") for name in ("minpoint", "midpoint", "maxpoint")],
    )
