"""The hidden Ratings worksheet: what every scorecard that the ranking was made of says now, out of Scorecards.

One row a scorecard, those of one candidate side by side, at fixed places and ours alone. Which scorecards they are is
written as constants; all the rest is formulas that look the scorecard up by its id, so that Scorecards may be sorted,
filtered and widened by anybody. A rating changed there, or a row that counts no longer, shows in What-if at once. The
row in which it was read is a constant too, looked at first: searching for every scorecard takes engines seconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pipeline.ranking.cells import whole_weights
from pipeline.scorecard import Competency, Rubric, SubmittedScorecard, latest
from pipeline.worksheets import design
from pipeline.worksheets.cells import MISSING, Columns, Json, formula, letters, number, quoted, text, words
from pipeline.worksheets.design import Column, Worksheet
from pipeline.worksheets.results import SCORE, key_of
from pipeline.worksheets.scorecards import RATING

# the interviewer by number: the candidate's first, second ...
CONSTANTS = ("response", "key", "interviewer", "read in")
_READ_IN, _ROW, _COUNTED, _FIRST_SCORE = range(3, 7)  # columns, from 0


def keys(rubric: Rubric) -> tuple[str, ...]:
    """The columns, in order. `voice`: 1 in one row of each interviewer who rated the candidate at all."""
    return (*CONSTANTS, "row", "counted", *(SCORE + each.id for each in rubric.competencies), "voice")


def worksheet(rubric: Rubric) -> Worksheet:
    made = tuple(Column(key, key) for key in keys(rubric))
    return Worksheet(
        design.RATINGS,
        "Ratings",
        made,
        hidden=True,
        banded=False,
        filtered=False,
        rows=1000,
        tab="#80868b",
        steady=_FIRST_SCORE,
    )


@dataclass(frozen=True)
class Block:
    """The rows of constants, and which rows are a candidate's, by key; first and last as the spreadsheet counts."""

    rows: Sequence[Sequence[Json]]
    spans: Mapping[str, tuple[int, int]]


def block(scorecards: Iterable[SubmittedScorecard], read_in: Mapping[str, int]) -> Block:
    """What stands there of the scorecards that a ranking is made of.

    Args:
        read_in: by response id, the row of Scorecards; the formulas find the others, and those that were moved since.
    """
    counted, _ = latest(scorecards)
    keyed = sorted((key_of(card.candidate), card.interviewer, card.round, card.response_id) for card in counted)
    rows: list[list[Json]] = []
    spans: dict[str, tuple[int, int]] = {}
    met: dict[tuple[str, str], int] = {}
    for row, (key, interviewer, _, id_) in enumerate(keyed, start=2):
        first = spans.get(key, (row, row))[0]
        if first == row:
            met.clear()
        person = met.setdefault((key, interviewer), len(met) + 1)
        rows.append([text(id_), text(key), number(person), number(read_in.get(id_) or 1)])
        spans[key] = (first, row)
    return Block(rows, spans)


def formulas(rubric: Rubric, scorecards: Columns, row: int = 2) -> list[Json]:
    """The cells of one row right of the constants; those of another row are the same, carried there."""
    read_in, at, counted = (f"${letters(place)}{row}" for place in (_READ_IN, _ROW, _COUNTED))
    ids = scorecards.column("response")
    last = _FIRST_SCORE + len(rubric.competencies)
    scores = f"${letters(_FIRST_SCORE)}{row}:${letters(last - 1)}{row}"
    voice, above = f"${letters(last)}{row - 1}", row - 1
    same = f"$B{row}=$B{above},$C{row}=$C{above}"
    return [
        formula(f'=IF(IFERROR(INDEX({ids},{read_in}),"")=$A{row},{read_in},IFERROR(MATCH($A{row},{ids},0),""))'),
        formula(f'=IFERROR(IF(INDEX({scorecards.column("status")},{at})="counted",{at},""),"")'),
        *(formula(_score(competency, rubric, scorecards, counted)) for competency in rubric.competencies),
        # 2: this interviewer was counted in a row above
        formula(f"=IF(AND({same},N({voice})>0),2,IF(COUNT({scores})>0,1,0))"),
    ]


def _score(competency: Competency, rubric: Rubric, scorecards: Columns, counted: str) -> str:
    """The scorecard's ratings of one competency, averaged by the questions' weights over those that were rated."""
    asked = [question for question in rubric.questions if question.competency == competency.id]
    tops, bottoms = [], []
    for question, weight in zip(asked, whole_weights([question.weight for question in asked]), strict=True):
        if RATING + question.id in scorecards.places:
            cell = f"INDEX({scorecards.column(RATING + question.id)},{counted})"
            times = f"{weight}*" if weight != 1 else ""
            tops.append(f"{times}N({cell})")
            bottoms.append(f"{times}COUNT({cell})")
    if not tops:
        return f"={words(MISSING)}"
    mean = f"IFERROR(({'+'.join(tops)})/({'+'.join(bottoms)}),{words(MISSING)})"
    return f'=IF({counted}="",{words(MISSING)},{mean})'


@dataclass(frozen=True)
class Reference:
    """How What-if names a candidate's cells here: the worksheet's present title, its columns, its block."""

    title: str
    keys: tuple[str, ...]
    block: Block

    def cells(self, column: str, candidate_key: str) -> str:
        """The cells of one column about one candidate; "" when there is no scorecard."""
        if candidate_key not in self.block.spans:
            return ""
        letter = letters(self.keys.index(column))
        first, last = self.block.spans[candidate_key]
        return f"{quoted(self.title)}!${letter}${first}:${letter}${last}"
