"""The Compare worksheet: two or three candidates side by side, competency by competency, with the evidence."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.scorecard import Rubric
from pipeline.worksheets import design
from pipeline.worksheets import requests as ask
from pipeline.worksheets.cells import Json, formula, letters, quoted, text, words
from pipeline.worksheets.design import Column, Worksheet
from pipeline.worksheets.results import EVIDENCE, SCORE, TEXTS, Reference

CHOICE, NAME, PLACE, FIRST = 1, 2, 3, 4  # rows, from 0
CHOICES = (1, 2, 3)  # columns, from 0
_CHOOSE = "Choose here"
_LINES = (
    ("rank", "Rank"),
    ("tier", "Tier"),
    ("score", "Score"),
    ("scorecards", "Scorecards"),
    ("coverage", "Coverage"),
    ("recommendations", "Recommendations"),
    ("flags", "Flags"),
    ("adjusted", "Adjusted"),
    ("interval", "90 % interval"),
    ("chance", "Chance"),
)
COLUMNS = (
    Column("label", "Compare candidates", 190, wrap=True),
    *(Column(f"candidate{place}", f"Candidate {place}", 330, align="LEFT", wrap=True) for place in CHOICES),
)


def worksheet() -> Worksheet:
    choices = ask.grid(design.COMPARE, CHOICE, CHOICE + 1, CHOICES[0], CHOICES[-1] + 1)
    return Worksheet(
        design.COMPARE,
        "Compare",
        COLUMNS,
        frozen_columns=1,
        tab="#b06000",
        rows=200,
        banded=False,
        filtered=False,
        labels=((0, COLUMNS[0].header), (0, _CHOOSE)),
        open_ranges=(choices,),
    )


def extras(sheet: Worksheet, rubric: Rubric, results: Reference) -> Iterator[Json]:
    """The drop-downs, and number formats by row."""
    where = ask.grid(sheet.id, CHOICE, CHOICE + 1, CHOICES[0], CHOICES[-1] + 1)
    yield choices(where, results)
    look = {"backgroundColorStyle": design.YOURS, "textFormat": {"bold": True}}
    yield ask.repeat(where, "userEnteredFormat(backgroundColorStyle,textFormat.bold)", userEnteredFormat=look)
    yield {
        "updateDimensionProperties": {
            "range": ask.dimension(sheet.id, "ROWS", PLACE, PLACE + 1),
            "properties": {"hiddenByUser": True},
            "fields": "hiddenByUser",
        }
    }
    yield from formats(rubric)


def choices(where: Json, results: Reference) -> Json:
    return design.validate(where, design.choice_from(results.column("candidate"), "Empty: the first ones in Rankings"))


def formats(rubric: Rubric) -> Iterator[Json]:
    """Number formats of the rows, and competencies in bold."""
    for offset, (key, _, pattern) in enumerate(lines(rubric)):
        row = FIRST + offset
        form = {"type": "PERCENT" if "%" in pattern else "NUMBER", "pattern": pattern} if pattern else {"type": "TEXT"}
        yield ask.repeat(
            ask.grid(design.COMPARE, row, row + 1, CHOICES[0], CHOICES[-1] + 1),
            "userEnteredFormat.numberFormat",
            userEnteredFormat={"numberFormat": form if pattern else {}},
        )
        bold = {"textFormat": {"bold": key.startswith(SCORE)}}
        where = ask.grid(design.COMPARE, row, row + 1, 0, CHOICES[-1] + 1)
        yield ask.repeat(where, "userEnteredFormat.textFormat.bold", userEnteredFormat=bold)


def lines(rubric: Rubric) -> list[tuple[str, str, str]]:
    """Every row below the names: column of Results, label, number format."""
    patterns = {"rank": "0", "tier": "0", "score": "0.00", "coverage": "0%", "adjusted": "0.00"}
    lines = [(key, label, patterns.get(key, "")) for key, label in _LINES]
    for competency in rubric.competencies:
        lines.append((SCORE + competency.id, competency.name, "0.00"))
        lines.append((EVIDENCE + competency.id, "Evidence", ""))
    return lines


def grid(rubric: Rubric, results: Reference) -> list[list[Json | None]]:
    """The whole worksheet; None where the managers choose."""
    names = results.column("candidate")
    letter = letters(results.keys.index("candidate"))
    ordinals = f"ROW({quoted(results.title)}!${letter}$2:${letter}${results.capacity + 1})-1"
    rows: list[list[Json | None]] = [
        [text(column.header) for column in COLUMNS],
        [text(_CHOOSE), *[None] * len(CHOICES)],
        [text("Shown")],
        [text("Row in Results")],
    ]
    for place in CHOICES:
        chosen, at = f"{letters(place)}${CHOICE + 1}", f"{letters(place)}${PLACE + 1}"
        found = f"SUMPRODUCT(EXACT({names},{chosen})*({ordinals}))"
        rows[NAME].append(formula(f'=IF({at}=0,{words("no such candidate")},INDEX({names},{at})&"")'))
        rows[PLACE].append(formula(f'=IF({chosen}="",{place},{found})'))
    for key, label, _ in lines(rubric):
        row: list[Json | None] = [text(label)]
        for place in CHOICES:
            at, name = f"{letters(place)}${PLACE + 1}", f"{letters(place)}${NAME + 1}"
            value = f"INDEX({results.column(key)},{at})"
            if key in TEXTS or key.startswith(EVIDENCE):
                value += '&""'
            row.append(formula(f'=IF(OR({at}=0,{name}=""),"",{value})'))
        rows.append(row)
    return rows
