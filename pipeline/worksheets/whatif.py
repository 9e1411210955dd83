"""The What-if worksheet: managers type other weights and thresholds, and formulas rank everybody again.

Right: one row a candidate in the order of Results, with the competency scores that the ratings in Scorecards give, by
way of the hidden Ratings worksheet. Left: the same candidates in their new order. The managers' two rows are never
written; an empty cell there means "as in the rubric". The same formulas also run with the config's numbers, and the
check cell says whether these reproduce what stands in Rankings, wherever its rows and columns are by now.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from pipeline.scorecard import Rubric
from pipeline.worksheets import cells, design
from pipeline.worksheets import requests as ask
from pipeline.worksheets.cells import EMPTY, MISSING, Columns, Json, formula, letters, number, quoted, text, words
from pipeline.worksheets.design import Column, Worksheet
from pipeline.worksheets.ratings import Reference
from pipeline.worksheets.results import FIXED, SCORE, key_of

CHECK, NAMES, CONFIG_W, YOUR_W, USED_W, CONFIG_T, YOUR_T, USED_T, HEAD = range(1, 10)  # rows, from 0
FIRST = HEAD + 1  # the first candidate's row
LABEL, STATUS, COMPETENCIES = 6, 7, 8  # columns, from 0
TOP = ask.grid(design.WHAT_IF, 0, FIRST)
_TITLE = "What if the weights were others? Type yours into the yellow rows, right; leave a cell empty to reset it."
_LABELS = {
    NAMES: "Competency",
    CONFIG_W: "Weight in the rubric",
    YOUR_W: "Your weight",
    USED_W: "Weight used",
    CONFIG_T: "Must-have in the rubric: at least",
    YOUR_T: "Your must-have: at least",
    USED_T: "Must-have used",
}
_LIST = (
    Column("place", "New order", 64, align="CENTER"),
    Column("candidate", "Candidate", 170, wrap=True),
    Column("score", "New score", 64, pattern="0.00", align="CENTER"),
    Column("rank", "New rank", 60, pattern="0", align="CENTER"),
    Column("was", "In Rankings", 90, pattern="0", align="CENTER"),
    Column("move", "Move", 64, "Places won or lost against Rankings", "+0;-0;=", "CENTER"),
)
_CALCULATION = (
    "Score",
    "Rank",
    "Order",
    "Eligible",
    "Interviewers",
    "Config status",
    "Config score",
    "Config eligible",
    "Config rank",
    "Rank in Rankings",
    "Score in Rankings",
    "Agrees",
    "Row",
)
_PATTERNS = dict.fromkeys(("Score", "Config score", "Score in Rankings"), "0.00")


@dataclass(frozen=True)
class Sources:
    """Where the formulas look: who the candidates are, what their scorecards say, what Rankings says of them."""

    results: str  # the title of Results
    candidates: Sequence[str]  # in the order of Results
    ratings: Reference
    rankings: Columns


@dataclass(frozen=True)
class Limits:
    """When a candidate is ranked at all (the role's policy)."""

    min_coverage: Fraction = Fraction(7, 10)
    min_interviewers: int = 2


def columns(rubric: Rubric) -> tuple[Column, ...]:
    names = [
        Column(SCORE + c.id, c.name, design.fitting(c.name), pattern="0.00", align="CENTER")
        for c in rubric.competencies
    ]
    rest = [
        Column(name, name, 84, pattern=_PATTERNS.get(name, ""), align="CENTER", grey=True, hidden=name != "Score")
        for name in _CALCULATION
    ]
    return (*_LIST, Column("label", "Candidate", 232), Column("status", "Status", 116), *names, *rest)


def worksheet(rubric: Rubric) -> Worksheet:
    right = COMPETENCIES + len(rubric.competencies)
    open_ranges = tuple(ask.grid(design.WHAT_IF, row, row + 1, COMPETENCIES, right) for row in (YOUR_W, YOUR_T))
    return Worksheet(
        design.WHAT_IF,
        "What-if",
        columns(rubric),
        header=HEAD,
        frozen_columns=0,
        tab="#b06000",
        banded=False,
        filtered=False,
        steady=COMPETENCIES,
        labels=((0, _TITLE), (0, "Check"), *((LABEL, label) for label in _LABELS.values())),
        open_ranges=open_ranges,
    )


def extras(sheet: Worksheet) -> Iterator[Json]:
    """Looks of the part above the table, and what may be typed there."""
    right = len(sheet.columns) - len(_CALCULATION)
    yield design.header_format(sheet.id, NAMES, LABEL, right, design.colour("#e8eaed"), design.INK)
    for row in (YOUR_W, YOUR_T):
        where = ask.grid(sheet.id, row, row + 1, LABEL, right)
        yield ask.repeat(
            where, "userEnteredFormat.backgroundColorStyle", userEnteredFormat={"backgroundColorStyle": design.YOURS}
        )
    centred = ask.grid(sheet.id, CONFIG_W, HEAD, COMPETENCIES, right)
    yield ask.repeat(
        centred, "userEnteredFormat.horizontalAlignment", userEnteredFormat={"horizontalAlignment": "CENTER"}
    )
    bold = {"textFormat": {"bold": True}}
    yield ask.repeat(ask.grid(sheet.id, 0, 2, 0, 2), "userEnteredFormat.textFormat.bold", userEnteredFormat=bold)
    positive = {"type": "NUMBER_GREATER_THAN_EQ", "values": [{"userEnteredValue": "0"}]}
    rule = {"condition": positive, "strict": True, "inputMessage": "A number from 0 up; empty: as in the rubric"}
    yield design.validate(ask.grid(sheet.id, YOUR_W, YOUR_W + 1, COMPETENCIES, right), rule)


def grid(rubric: Rubric, sources: Sources, limits: Limits) -> list[list[Json | None]]:
    """The whole worksheet; None where the managers type."""
    width = len(columns(rubric))
    top = _top(rubric, len(sources.candidates), width)
    table = [_row(index, rubric, sources, limits) for index in range(len(sources.candidates))]
    header: list[Json | None] = [text(column.header) for column in columns(rubric)]
    return [*top, header, *table]


def repeated(rubric: Rubric) -> list[int]:
    """The columns of the table in which every formula is the first one, carried down."""
    scores = range(COMPETENCIES, COMPETENCIES + len(rubric.competencies))
    others = {0, *scores, COMPETENCIES + len(rubric.competencies) + _CALCULATION.index("Interviewers")}
    return [place for place in range(len(columns(rubric))) if place not in others]


def denies(rows: Sequence[Sequence[object]]) -> bool:
    """Whether the check cell does not say that Rankings is what the scorecards give."""
    return bool(rows) and [list(row[1:2]) for row in rows[CHECK : CHECK + 1]] != [[True]]


def _top(rubric: Rubric, candidates: int, width: int) -> list[list[Json | None]]:
    rows: list[list[Json | None]] = [[EMPTY] * width for _ in range(HEAD)]
    agrees = _column(rubric, "Agrees")
    last = FIRST + max(candidates, 1)
    rows[0][0] = text(_TITLE)
    rows[CHECK][0] = text("Check")
    rows[CHECK][1] = formula(f"=SUM({agrees}{FIRST + 1}:{agrees}{last})={candidates}")
    rows[CHECK][2] = text("TRUE while the ratings in Scorecards, by the rubric's own weights, give exactly Rankings")
    for row, label in _LABELS.items():
        rows[row][LABEL] = text(label)
    rows[YOUR_W][STATUS] = text("0 or more")
    rows[YOUR_T][STATUS] = text('"none": no limit')
    left, right = letters(COMPETENCIES), letters(COMPETENCIES + len(rubric.competencies) - 1)
    typed = f'COUNTIF({left}{YOUR_W + 1}:{right}{YOUR_W + 1},">=0")+COUNTA({left}{YOUR_T + 1}:{right}{YOUR_T + 1})'
    rows[YOUR_W][0] = formula(f'=IF({typed}=0,"","Your numbers are in use: below is not Rankings")')
    for offset, competency in enumerate(rubric.competencies):
        place = COMPETENCIES + offset
        letter = letters(place)
        config_w, your_w, config_t, your_t = (f"{letter}{row + 1}" for row in (CONFIG_W, YOUR_W, CONFIG_T, YOUR_T))
        rows[NAMES][place] = text(competency.name)
        rows[CONFIG_W][place] = number(competency.weight)
        rows[YOUR_W][place] = rows[YOUR_T][place] = None
        rows[USED_W][place] = formula(f"=IF(AND(ISNUMBER({your_w}),{your_w}>=0),{your_w},{config_w})")
        rows[CONFIG_T][place] = EMPTY if competency.threshold is None else number(competency.threshold)
        in_config = f'IF(ISNUMBER({config_t}),{config_t},"")'
        rows[USED_T][place] = formula(f'=IF({your_t}="",{in_config},IF(ISNUMBER({your_t}),{your_t},""))')
    return rows


def _column(rubric: Rubric, name: str) -> str:
    """The letter of one of the columns right of the competencies."""
    return letters(COMPETENCIES + len(rubric.competencies) + _CALCULATION.index(name))


def _row(index: int, rubric: Rubric, sources: Sources, limits: Limits) -> list[Json | None]:
    """One row of both tables: left the new order's place `index`, right the candidate who stands there in Results."""
    row = FIRST + index + 1
    last = FIRST + len(sources.candidates)
    key = key_of(sources.candidates[index])
    at = {name: f"${_column(rubric, name)}{row}" for name in _CALCULATION}
    span = {name: f"${_column(rubric, name)}${FIRST + 1}:${_column(rubric, name)}${last}" for name in _CALCULATION}
    left, right = letters(COMPETENCIES), letters(COMPETENCIES + len(rubric.competencies) - 1)
    scores = f"${left}{row}:${right}{row}"
    status = f"${letters(STATUS)}{row}"
    names = f"${letters(LABEL)}${FIRST + 1}:${letters(LABEL)}${last}"

    def source(name: str) -> str:
        return f"{quoted(sources.results)}!${letters(FIXED.index(name))}{index + 2}"

    def line(at_row: int) -> str:
        return f"${left}${at_row + 1}:${right}${at_row + 1}"

    def calculated(weights: str, thresholds: str) -> tuple[str, str]:
        """The formulas of score and status."""
        assessed = f'SUMIF({scores},">=0",{weights})'
        score = f"IF({assessed}>0,ROUND(SUMPRODUCT({weights},{scores})/{assessed},10),{words(MISSING)})"
        below = f'SUMPRODUCT(({scores}<>{words(MISSING)})*({thresholds}<>"")*({scores}<{thresholds}))'
        unknown = f'SUMPRODUCT(({scores}={words(MISSING)})*({thresholds}<>""))'
        thin = f"{assessed}=0,ROUND({assessed},10)<ROUND({float(limits.min_coverage)!r}*SUM({weights}),10)"
        few = f"{at['Interviewers']}<{limits.min_interviewers}"
        state = f'IF({below}>0,"knocked-out",IF(OR({unknown}>0,{few},{thin}),"incomplete","ranked"))'
        return score, state

    def ranked(eligible: str) -> str:
        return f"=IF(ISNUMBER({at[eligible]}),RANK({at[eligible]},{span[eligible]},0),{words(MISSING)})"

    def written(name: str) -> str:
        """What stands in a column of Rankings, in the candidate's row."""
        found = f"MATCH({source('key')},{sources.rankings.column('key')},0)"
        return f'=IFERROR(INDEX({sources.rankings.column(name)},{found}),"")'

    def mean(competency: str) -> Json:
        """Over the scorecards. Rounded where what floating point adds could push it below a threshold; no more, so that
        scores stay apart or alike as they are."""
        cells = sources.ratings.cells(SCORE + competency, key)
        return formula(f"=IFERROR(ROUND(AVERAGE({cells}),13),{words(MISSING)})") if cells else text(MISSING)

    score, state = calculated(line(USED_W), line(USED_T))
    config_score, config_state = calculated(line(CONFIG_W), line(CONFIG_T))
    voices = sources.ratings.cells("voice", key)
    before = f"${_column(rubric, 'Rank')}${HEAD + 1}:${_column(rubric, 'Rank')}{row - 1}"
    states = f"${letters(STATUS)}${FIRST + 1}:${letters(STATUS)}${last}"
    states_before = f"${letters(STATUS)}${HEAD + 1}:${letters(STATUS)}{row - 1}"
    own, theirs = at["Config score"], at["Score in Rankings"]
    told = {
        "Score": f"={score}",
        "Eligible": f'=IF({status}="ranked",{at["Score"]},"")',
        "Rank": ranked("Eligible"),
        "Order": (
            f"=IF(ISNUMBER({at['Rank']}),{at['Rank']}+COUNTIF({before},{at['Rank']}),COUNT({span['Rank']})+"
            f'IF({status}="incomplete",1+COUNTIF({states_before},"incomplete"),'
            f'COUNTIF({states},"incomplete")+1+COUNTIF({states_before},"knocked-out")))'
        ),
        "Interviewers": f"=COUNTIF({voices},1)" if voices else "=0",
        "Config status": f"={config_state}",
        "Config score": f"={config_score}",
        "Config eligible": f'=IF({at["Config status"]}="ranked",{own},"")',
        "Config rank": ranked("Config eligible"),
        "Rank in Rankings": written("rank"),
        "Score in Rankings": written("score"),
        "Agrees": (
            f"=IFERROR(IF(AND({at['Config rank']}={at['Rank in Rankings']},"
            f"IF(ISNUMBER({own}),ABS({own}-{theirs})<0.000000001,{own}={theirs})),1,0),0)"
        ),
        "Row": f'=IFERROR(MATCH($A{row},{span["Order"]},0),"")',
    }

    def listed(where: str) -> Json:
        return formula(f'=IF({at["Row"]}="","",INDEX({where},{at["Row"]}))')

    new_rank, old_rank = f"$D{row}", f"$E{row}"
    return [
        number(index + 1),
        listed(names),
        listed(span["Score"]),
        listed(span["Rank"]),
        listed(span["Rank in Rankings"]),
        formula(f'=IF(AND(ISNUMBER({new_rank}),ISNUMBER({old_rank})),{old_rank}-{new_rank},"")'),
        formula(f"={source('candidate')}"),
        formula(f"={state}"),
        *(mean(competency.id) for competency in rubric.competencies),
        *(formula(told[name]) for name in _CALCULATION),
    ]


def weighing_only(whole: Rubric, only: Rubric) -> Rubric:
    """The whole rubric with no question, no weight and no must-have on what `only` leaves out: one table, and the same
    scores."""
    kept = {competency.id for competency in only.competencies}
    competencies = (
        each if each.id in kept else replace(each, weight=Fraction(0), threshold=None) for each in whole.competencies
    )
    return replace(whole, competencies=tuple(competencies), questions=only.questions)


def moved(rubric: Rubric, rows: Sequence[Sequence[Mapping[str, Any]]]) -> list[tuple[int, int, Json]]:
    """The managers' cells to write when competencies came, went or changed places: (row, column, cell); else none."""
    held = [cells.entered(cell) for cell in (rows[NAMES] if len(rows) > NAMES else ())][COMPETENCIES:]
    had = [str(name) for name in held if name is not None and name not in _CALCULATION]
    want = [competency.name for competency in rubric.competencies]
    if not had or had == want:
        return []
    made = []
    for row in (YOUR_W, YOUR_T):
        typed = [
            _typed(rows[row][COMPETENCIES + i] if COMPETENCIES + i < len(rows[row]) else {}) for i in range(len(had))
        ]
        for place in range(max(len(want), len(had))):
            name = want[place] if place < len(want) else ""
            source = had.index(name) if name in had else -1
            if source < 0 and name and place < len(had) and had[place] not in want:
                source = place  # renamed
            made.append((row, COMPETENCIES + place, typed[source] if source >= 0 else EMPTY))
    return made


def _typed(cell: Mapping[str, Any]) -> Json:
    return {"userEnteredValue": dict(cell.get("userEnteredValue", {}))}
