"""What every format is made from, and the same narrowed to one candidate for an access request.

Narrowing is done here and only here, before any format sees the values, so that no format can show a name too many.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType
from zoneinfo import ZoneInfo

from pipeline import ranking as ranks
from pipeline.ranking import CandidateResult, Explanation, Ranking
from pipeline.ranking.words import ordinal
from pipeline.scorecard import PanelRow, Problem, Rubric, SubmittedScorecard
from pipeline.worksheets import Limits, StoredScorecard, Version

ANOTHER = "[another candidate]"


@dataclass(frozen=True)
class Report:
    """One ranking and what it was made from.

    `scorecards` are all that are stored, with their status; only `counted` ones make the ranking. `subject` is set in
    an access request alone: everything then speaks of that candidate. `standings` is the ranking in which explanations
    find the others: with their names in a full report, without in an access request.
    """

    ranking: Ranking
    rubric: Rubric
    scorecards: tuple[StoredScorecard, ...]
    panel: tuple[PanelRow, ...] = ()
    problems: tuple[Problem, ...] = ()
    versions: tuple[Version, ...] = ()
    limits: Limits = field(default_factory=Limits)
    version: str = ""
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    subject: str = ""
    standings: Ranking | None = None

    @cached_property
    def counted(self) -> tuple[SubmittedScorecard, ...]:
        return tuple(stored.card for stored in self.scorecards if stored.status == "counted")

    @cached_property
    def by_candidate(self) -> Mapping[str, tuple[SubmittedScorecard, ...]]:
        """The counted scorecards of each candidate, by interviewer and round."""
        found: dict[str, list[SubmittedScorecard]] = {}
        for card in sorted(self.counted, key=lambda card: (card.interviewer, card.round)):
            found.setdefault(card.candidate, []).append(card)
        return MappingProxyType({name: tuple(cards) for name, cards in found.items()})

    def explanation(self, candidate: str) -> Explanation:
        """The way from the answers about one candidate to the rank."""
        cards = self.by_candidate.get(candidate, ())
        return ranks.explain(self.standings or self.ranking, self.rubric, cards, candidate)

    @property
    def ranked(self) -> list[CandidateResult]:
        return [result for result in self.ranking.candidates if result.status == "ranked"]

    @property
    def below(self) -> list[CandidateResult]:
        """Who stands below the line: incomplete and knocked-out."""
        return [result for result in self.ranking.candidates if result.status != "ranked"]

    @property
    def title(self) -> str:
        return f"{self.rubric.title}: {self.subject or 'ranking'}"


def about_one(report: Report, candidate: str, *, others: Iterable[str] = ()) -> Report:
    """Only what is stored about one candidate; the others are left without name, score or text.

    Their full names, and those of `others`, are taken out of free texts too. What nobody can take out is a remark
    about somebody not named.
    """
    names = (
        set(others) | {stored.card.candidate for stored in report.scorecards} | {row.candidate for row in report.panel}
    )
    names |= {result.candidate for result in report.ranking.candidates}
    hide = _without(candidate, names - {candidate})
    own = tuple(result for result in report.ranking.candidates if result.candidate == candidate)
    cards = tuple(_hidden(stored, hide) for stored in report.scorecards if stored.card.candidate == candidate)
    met = {stored.card.interviewer for stored in cards}
    interviewers = tuple(each for each in report.ranking.interviewers if each.interviewer in met)
    alone = replace(report.ranking, candidates=own, interviewers=interviewers, agreement=None, notes=())
    nameless = (each if each.candidate == candidate else _nameless(each) for each in report.ranking.candidates)
    return replace(
        report,
        ranking=alone,
        standings=replace(alone, candidates=tuple(nameless)),
        scorecards=cards,
        panel=tuple(row for row in report.panel if row.candidate == candidate),
        problems=tuple(
            replace(problem, what=hide(problem.what), todo=hide(problem.todo))
            for problem in report.problems
            if problem.candidate == candidate
        ),
        subject=candidate,
    )


def _nameless(result: CandidateResult) -> CandidateResult:
    """Another candidate's place, and nothing else of theirs."""
    place = f"the candidate ranked {ordinal(result.rank)}" if result.rank else "a candidate who is not ranked"
    return replace(
        result,
        candidate=place,
        score=None,
        percent=None,
        range=None,
        competencies={},
        interviewers=(),
        recommendations={},
        flags=(),
        reasons=(),
        adjusted=None,
        interval=None,
        top={},
    )


def _hidden(stored: StoredScorecard, hide: Callable[[str], str]) -> StoredScorecard:
    card = stored.card
    kept = replace(
        card,
        evidence={id_: hide(said) for id_, said in card.evidence.items()},
        summary=hide(card.summary),
        concerns=hide(card.concerns),
    )
    return replace(stored, card=kept, other={id_: hide(said) for id_, said in stored.other.items()})


def _without(candidate: str, others: Iterable[str]) -> Callable[[str], str]:
    """Takes other candidates' full names out of a text; the subject's own name stays, even where it holds another's."""
    names = sorted({name for name in others if name.strip()}, key=len, reverse=True)
    if not names:
        return lambda text: text
    told = "|".join(re.escape(name) for name in names)
    pattern = re.compile(rf"({re.escape(candidate)})|(?<!\w)(?:{told})(?!\w)", re.IGNORECASE)
    return lambda text: pattern.sub(lambda found: found[1] or ANOTHER, text)
