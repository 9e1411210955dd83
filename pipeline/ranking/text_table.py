"""A ranking as a table for the terminal: plain text, no colour, never wider than asked for.

The ranked stand first; below a line, without a rank, who is incomplete and who is knocked out, each with the reason.
Columns that explain most are kept longest when the terminal is narrow.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.ranking.results import CandidateResult, Ranking
from pipeline.ranking.words import (
    chance,
    columns_of,
    fitted,
    half_up,
    listing,
    padded,
    printable,
    score_texts,
    share,
)
from pipeline.scorecard import Rubric

GAP = "  "
NARROWEST_NAME = 12
RECOMMENDATION_SHORT = (("strong_yes", "++"), ("yes", "+"), ("no", "-"), ("strong_no", "--"))


@dataclass(frozen=True)
class _Column:
    title: str
    cells: list[str]
    right: bool = False
    keep: int = 0  # the lowest number goes first when there is no room

    @property
    def columns(self) -> int:
        return max(map(columns_of, [self.title, *self.cells]))


def table(ranking: Ranking, rubric: Rubric | None = None, width: int = 100) -> str:
    """The ranking as lines of at most `width` terminal columns, without a newline at the end.

    Competencies go by their names in the rubric, or by their ids where there is none at hand.
    """
    ranked = [each for each in ranking.candidates if each.status == "ranked"]
    others = [each for each in ranking.candidates if each.status != "ranked"]
    lines: list[str] = []
    if ranked:
        lines += _grid(_ranked_columns(ranked, rubric), width)
    elif ranking.candidates:
        lines.append("Nobody can be ranked yet.")
    else:
        lines.append("There are no scorecards yet: nobody is ranked.")
    if others:
        lines.append("-" * min(width, max(map(columns_of, lines))))
        lines += _unranked_lines(others, width)
    return "\n".join(line.rstrip() for line in lines)


def _ranked_columns(ranked: list[CandidateResult], rubric: Rubric | None) -> list[_Column]:
    columns = [
        _Column("Rank", [str(each.rank) for each in ranked], right=True, keep=100),
        _Column("Tier", ["" if each.tier is None else str(each.tier) for each in ranked], right=True, keep=80),
        _Column("Candidate", [printable(each.candidate) for each in ranked], keep=100),
        _Column("Score", score_texts([each.score for each in ranked]), right=True, keep=100),
    ]
    if any(each.adjusted is not None for each in ranked):
        columns.append(_Column("Adjusted (90 %)", [_adjusted(each) for each in ranked], keep=70))
    for k in (1, 3):
        if len(ranked) > k and any(k in each.top for each in ranked):
            title = "Best?" if k == 1 else f"Top {k}?"
            texts = [chance(each.top[k]) if k in each.top else "" for each in ranked]
            columns.append(_Column(title, texts, keep=50 if k == 1 else 60))
    names = {competency.id: competency.name for competency in rubric.competencies} if rubric else {}
    for place, competency in enumerate(ranked[0].competencies):
        scores = [ranked_score(each, competency) for each in ranked]
        columns.append(_Column(printable(names.get(competency, competency)), scores, right=True, keep=30 - place))
    columns += [
        _Column("Scorecards", [str(each.scorecards) for each in ranked], right=True, keep=75),
        _Column("Coverage", [share(each.coverage) for each in ranked], right=True, keep=74),
        _Column("Recommended", [_recommended(each) for each in ranked], keep=40),
        _Column("Flags", [listing(map(printable, each.flags), 3) for each in ranked], keep=65),
    ]
    return [column for column in columns if any(column.cells)]


def ranked_score(result: CandidateResult, competency: str) -> str:
    """A competency's score as the table prints it; a dash when nobody assessed it."""
    value = result.competencies[competency].score
    return "-" if value is None else half_up(value)


def _adjusted(result: CandidateResult) -> str:
    if result.adjusted is None:
        return ""
    if result.interval is None:
        return half_up(result.adjusted)
    low, high = result.interval
    return f"{half_up(result.adjusted)} ({half_up(low, 1)}-{half_up(high, 1)})"


def _recommended(result: CandidateResult) -> str:
    return " ".join(
        f"{result.recommendations[key]}{sign}" for key, sign in RECOMMENDATION_SHORT if result.recommendations.get(key)
    )


def _grid(columns: list[_Column], width: int) -> list[str]:
    """Lay the columns out; drop the least important ones, then shorten the names, until they fit."""
    name = next(column for column in columns if column.title == "Candidate")
    shown = list(columns)

    def spare(name_columns: int) -> int:
        rest = sum(column.columns for column in shown if column is not name)
        return width - rest - len(GAP) * (len(shown) - 1) - name_columns

    wanted = min(name.columns, max(NARROWEST_NAME, width // 3))
    while spare(wanted) < 0 and any(column.keep < 100 for column in shown):
        shown.remove(min(shown, key=lambda column: column.keep))
    room = max(4, name.columns + min(0, spare(name.columns)))
    lines = []
    for row in range(-1, len(name.cells)):
        texts = []
        for column in shown:
            text = column.title if row < 0 else column.cells[row]
            space = room if column is name else column.columns
            texts.append(padded(fitted(text, space), space, right=column.right))
        lines.append(fitted(GAP.join(texts).rstrip(), width))
    return lines


def _unranked_lines(others: list[CandidateResult], width: int) -> list[str]:
    names = [printable(each.candidate) for each in others]
    room = min(max(map(columns_of, names)), max(NARROWEST_NAME, width // 3))
    scores = score_texts([each.score for each in others])
    figures = max([4, *map(len, scores)])
    lines = []
    for each, name, figure in zip(others, names, scores, strict=True):
        start = GAP.join(
            [padded(each.status, 11), padded(fitted(name, room), room), padded(figure or "-", figures, right=True)]
        )
        lines += _wrapped(start + GAP, "; ".join(map(printable, each.reasons)), width)
    return lines


def _wrapped(start: str, text: str, width: int) -> list[str]:
    """The text beside its start, going on below itself where the terminal ends."""
    indent = columns_of(start) if columns_of(start) <= width // 2 else 4
    lines = [start]
    for word in text.split(" "):
        if columns_of(lines[-1]) + columns_of(word) > width and lines[-1].strip():
            lines.append(" " * indent)
        lines[-1] += f"{word} "
    return [fitted(line.rstrip(), width) for line in lines]
