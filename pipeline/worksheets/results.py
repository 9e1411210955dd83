"""The hidden Results worksheet: one row a candidate in the order of the ranking, as plain values.

Everything that people see of a candidate is looked up here by an opaque key, so that Rankings can be sorted, and have
rows and columns put into it, by anybody at any time: nothing of ours stands there that depends on its place. This
worksheet is ours alone and is written at fixed places.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pipeline.ranking import words
from pipeline.ranking.results import CandidateResult, Ranking
from pipeline.scorecard import PanelRow, Rubric, SubmittedScorecard
from pipeline.worksheets import cells, design
from pipeline.worksheets.cells import Json, letters, number, quoted, text
from pipeline.worksheets.design import Column, Worksheet

CAPACITY = 500  # rows are made in such steps; formulas name all of them
SCORE, EVIDENCE = "score:", "evidence:"
FIXED = (
    "key",
    "candidate",
    "status",
    "rank",
    "tier",
    "score",
    "interviewers",
    "scorecards",
    "coverage",
    "recommendations",
    "flags",
    "adjusted",
    "interval",
    "chance",
    "low",
    "high",
)
TEXTS = frozenset({"key", "candidate", "status", "scorecards", "recommendations", "flags", "interval", "chance"})
LEGEND = {"score": "Score", "low": "90 % interval from", "high": "to"}  # headers that the chart shows
PATTERN = "key; score as "  # before the number format of Score in Rankings, in the first header
GONE = "no scorecard, and not on the panel any more"


def keys(rubric: Rubric) -> tuple[str, ...]:
    """The columns, in order."""
    ids = [competency.id for competency in rubric.competencies]
    return (*FIXED, *(SCORE + id_ for id_ in ids), *(EVIDENCE + id_ for id_ in ids))


def worksheet(rubric: Rubric, capacity: int = CAPACITY) -> Worksheet:
    made = tuple(Column(key, LEGEND.get(key, key)) for key in keys(rubric))
    return Worksheet(
        design.RESULTS,
        "Results",
        made,
        hidden=True,
        banded=False,
        filtered=False,
        rows=capacity + 1,
        tab="#80868b",
        steady=len(FIXED),
    )


def key_of(candidate: str) -> str:
    """A candidate's key: no name in it, no wildcard, no difference of case for a spreadsheet to overlook."""
    return "c" + hashlib.sha256(candidate.encode("utf-8", "surrogatepass")).hexdigest()[:15]


def capacity_for(candidates: int) -> int:
    return CAPACITY * max(1, math.ceil(candidates / CAPACITY))


@dataclass(frozen=True)
class Reference:
    """How formulas name the columns of Results: its present title, and how many rows."""

    title: str
    capacity: int
    keys: tuple[str, ...]

    def column(self, key: str) -> str:
        letter = letters(self.keys.index(key))
        return f"{quoted(self.title)}!${letter}$2:${letter}${self.capacity + 1}"


def rows(
    ranking: Ranking,
    rubric: Rubric,
    scorecards: Iterable[SubmittedScorecard],
    panel: Sequence[PanelRow],
    gone: Mapping[str, str],
    alone: str = "",
) -> list[list[Json]]:
    """The whole worksheet, header included.

    Args:
        gone: key -> name of candidates who still have a row in Rankings.
        alone: the only round that the ranking is of, as every row then says.
    """
    owed: dict[str, set[tuple[str, str]]] = {}
    for row in panel:
        owed.setdefault(row.candidate, set()).add((row.interviewer, row.round))
    by_candidate: dict[str, list[SubmittedScorecard]] = {}
    for card in scorecards:
        by_candidate.setdefault(card.candidate, []).append(card)
    names = keys(rubric)
    made = [[text(LEGEND.get(name, name)) for name in names]]
    made[0][0] = text(f"{PATTERN}{score_pattern(ranking)}")
    dashes = {SCORE + competency.id: number(None) for competency in rubric.competencies}
    for result in ranking.candidates:
        told = dashes | _of(result, len(owed.get(result.candidate, ())), alone)
        told |= _evidence(rubric, by_candidate.get(result.candidate, ()))
        made.append([told.get(name, cells.EMPTY) for name in names])
    for key, candidate in sorted(gone.items(), key=lambda item: (item[1], item[0])):
        told = {"key": text(key), "candidate": text(candidate), "status": text("gone")}
        told["flags"] = text(f"no scorecard, and not on the panel, in the round {alone}" if alone else GONE)
        blank = {name: text(cells.MISSING) for name in names if name not in TEXTS and not name.startswith(EVIDENCE)}
        made.append([(blank | told).get(name, cells.EMPTY) for name in names])
    return made


def _of(result: CandidateResult, owed: int, alone: str) -> dict[str, Json]:
    low, high = result.interval or (None, None)
    of_owed = f"{result.scorecards} of {max(owed, result.scorecards)}" if owed else str(result.scorecards)
    told = {
        "key": text(key_of(result.candidate)),
        "candidate": text(result.candidate),
        "status": text(result.status),
        "rank": number(result.rank),
        "tier": number(result.tier),
        "score": number(result.score),
        "interviewers": number(len(result.interviewers)),
        "scorecards": text(of_owed),
        "coverage": number(result.coverage),
        "recommendations": text(recommendations(result.recommendations)),
        "flags": text(flags(result, alone)),
        "adjusted": number(result.adjusted),
        "interval": text(
            f"{words.half_up(low)} to {words.half_up(high)}" if low is not None and high is not None else ""
        ),
        "chance": text("; ".join(f"top {k}: {words.chance(p)}" for k, p in sorted(result.top.items()))),
        "low": number(low),
        "high": number(high),
    }
    return told | {SCORE + id_: number(scored.score) for id_, scored in result.competencies.items()}


def recommendations(counts: Mapping[str, int]) -> str:
    """2 strong yes, 1 no: best first, none left out that was given."""
    names = (("strong_yes", "strong yes"), ("yes", "yes"), ("no", "no"), ("strong_no", "strong no"))
    return ", ".join(f"{counts[key]} {name}" for key, name in names if counts.get(key))


def flags(result: CandidateResult, alone: str = "") -> str:
    """Why somebody is not ranked, and what else to know, in words."""
    opening = {"incomplete": "Incomplete: ", "knocked-out": "Knocked out: "}.get(result.status, "")
    return opening + "; ".join([*result.reasons, *([f"of the round {alone} alone"] if alone else [])])


def _evidence(rubric: Rubric, scorecards: Iterable[SubmittedScorecard]) -> dict[str, Json]:
    """Per competency who said what, with the ratings it stands for."""
    ordered = sorted(scorecards, key=lambda card: (card.interviewer, card.round))
    told: dict[str, Json] = {}
    for competency in rubric.competencies:
        asked = [question.id for question in rubric.questions if question.competency == competency.id]
        lines = []
        for card in ordered:
            levels = ", ".join(str(card.ratings[id_]) for id_ in asked if id_ in card.ratings)
            said = card.evidence.get(competency.id, "")
            if levels or said:
                lines.append(
                    f"{card.interviewer} ({card.round}) rated {levels or 'nothing'}: {said or 'no evidence given'}"
                )
        told[EVIDENCE + competency.id] = text("\n".join(lines))
    return told


def score_pattern(ranking: Ranking) -> str:
    """The number format of Score: as many decimals as keep two scores that differ from looking alike."""
    shown = words.score_texts([result.score for result in ranking.candidates])
    return "0." + "0" * max((len(value.partition(".")[2]) for value in shown if value), default=2)
