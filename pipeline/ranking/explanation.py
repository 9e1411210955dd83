"""One candidate's way from single answers to rank, tier and chance, each step with its numbers (ranking.md 1, 2.4, 3).

Every figure can be recomputed by hand from the ones above it. Intermediate values are shown to four decimals, and the
arithmetic itself is exact.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from pipeline.errors import PipelineError
from pipeline.ranking.results import CandidateResult, Ranking
from pipeline.ranking.words import (
    chance,
    comparison,
    count,
    half_up,
    listing,
    ordinal,
    printable,
    score_texts,
    share,
    signed,
)
from pipeline.scorecard import NOT_ASSESSED, RECOMMENDATIONS, Competency, Problem, Rubric, SubmittedScorecard, latest

CLOSING = (
    "This says how consistently interviewers rate the candidate, not how the candidate will do in the job. The rank "
    "is the score's alone; adjusted score, tier and chances stand beside it."
)


@dataclass(frozen=True)
class Answer:
    """One question on one scorecard: its level, None when it was not assessed, and its weight in the competency."""

    question: str
    text: str
    level: int | None
    weight: Fraction


@dataclass(frozen=True)
class Opinion:
    """One scorecard's score for one competency."""

    interviewer: str
    round: str
    answers: tuple[Answer, ...]
    score: Fraction

    @property
    def label(self) -> str:
        return f"{self.interviewer} ({self.round})" if self.round else self.interviewer


@dataclass(frozen=True)
class Step:
    """One competency: its opinions and their mean; `score` is None when nobody assessed it."""

    competency: Competency
    opinions: tuple[Opinion, ...]
    score: Fraction | None


@dataclass(frozen=True)
class Met:
    """One interviewer: what their scorecards weigh in the candidate's score, and their severity, None if unknown."""

    interviewer: str
    share: Fraction
    severity: float | None


@dataclass(frozen=True)
class Explanation:
    """Everything about one candidate's place."""

    result: CandidateResult
    ranked: tuple[CandidateResult, ...]
    steps: tuple[Step, ...]
    met: tuple[Met, ...]
    superseded: int
    low: int
    high: int
    noted: tuple[Problem, ...] = ()  # what the Problems worksheet says of the candidate's scorecards

    def text(self) -> str:
        """The explanation as a manager reads it, who has never seen one."""
        parts = [self._summary(), *map(self._step, self.steps), self._score(), self._adjusted(), self._place()]
        parts.append(self._noted())
        questions = {answer.question: answer.text for s in self.steps for o in s.opinions for answer in o.answers}
        told = [f"  {question}: {printable(text)}" for question, text in questions.items() if text and text != question]
        if told:
            parts.append("\n".join(["THE QUESTIONS", *told]))
        return "\n\n".join(part for part in [*parts, CLOSING] if part)

    def document(self) -> dict[str, Any]:
        """The same for programs: numbers unrounded, probabilities as numbers."""
        result = self.result
        return {
            "schema_version": 1,
            "candidate": result.candidate,
            "status": result.status,
            "rank": result.rank,
            "tier": result.tier,
            "ranked_candidates": len(self.ranked),
            "score": _float(result.score),
            "coverage": float(result.coverage),
            "range": None if result.range is None else [float(end) for end in result.range],
            "competencies": [
                {
                    "competency": step.competency.id,
                    "name": step.competency.name,
                    "weight": float(step.competency.weight),
                    "threshold": _float(step.competency.threshold),
                    "score": _float(step.score),
                    "scorecards": [
                        {
                            "interviewer": each.interviewer,
                            "round": each.round,
                            "score": float(each.score),
                            "ratings": [
                                {"question": a.question, "rating": a.level, "weight": float(a.weight)}
                                for a in each.answers
                            ],
                        }
                        for each in step.opinions
                    ],
                }
                for step in self.steps
            ],
            "adjustment": [
                {"interviewer": each.interviewer, "share": float(each.share), "severity": each.severity}
                for each in self.met
            ],
            "adjusted": result.adjusted,
            "interval": None if result.interval is None else list(result.interval),
            "top": {str(k): value for k, value in result.top.items()},
            "over_next": result.over_next,
            "flags": list(result.flags),
            "reasons": list(result.reasons),
            "superseded": self.superseded,
            "noted": [
                {
                    "kind": each.kind,
                    "what": each.what,
                    "todo": each.todo,
                    "interviewer": each.interviewer,
                    "round": each.round,
                    "hint": each.hint,
                }
                for each in self.noted
            ],
        }

    def _summary(self) -> str:
        result = self.result
        lines = [printable(result.candidate)]
        if result.status == "ranked":
            tier = "" if result.tier is None else f", tier {result.tier}"
            lines.append(f"Rank {result.rank} of {len(self.ranked)}{tier}, score {self._own_score()} on a scale from ")
            lines[-1] += f"{self.low} to {self.high}."
        else:
            status = "Knocked out" if result.status == "knocked-out" else "Incomplete, therefore without a rank"
            score = "" if result.score is None else f" Score so far: {self._own_score()}."
            lines.append(f"{status}: {'; '.join(map(printable, result.reasons))}.{score}")
        given = [
            f"{number} {name}"
            for name, number in zip(RECOMMENDATIONS[::-1], list(result.recommendations.values())[::-1], strict=True)
            if number
        ]
        if given:
            lines.append(f"Interviewers recommended: {', '.join(given)}. (Shown, not counted in the score.)")
        if self.superseded:
            lines.append(f"{count(self.superseded, 'earlier scorecard')} replaced by a later one: not counted.")
        return "\n".join(lines)

    def _step(self, step: Step) -> str:
        total = sum(each.competency.weight for each in self.steps)
        weight = step.competency.weight
        counted = f"weight {_plain(weight)} of {_plain(Fraction(total))}" if weight else "weight 0: shown, not counted"
        lines = [f"{printable(step.competency.name).upper()} ({counted})"]
        if step.score is None:
            lines.append("  Nobody assessed it: left out, and the other weights count for more. Not a zero.")
        for each in step.opinions:
            weighted = len({answer.weight for answer in each.answers}) > 1
            ratings = ", ".join(
                f"{answer.question} {NOT_ASSESSED.lower() if answer.level is None else answer.level}"
                + (f" (x{_plain(answer.weight)})" if weighted and answer.level is not None else "")
                for answer in each.answers
            )
            lines.append(f"  {printable(each.label)}: {ratings} → {_plain(each.score)}")
        if step.score is not None and len(step.opinions) > 1:
            values = " + ".join(_plain(each.score) for each in step.opinions)
            lines.append(f"  Mean of {len(step.opinions)}: ({values}) / {len(step.opinions)} = {_plain(step.score)}")
        if step.competency.threshold is not None:
            floor = _plain(step.competency.threshold)
            verdict = (
                "not assessed, so the candidate stays incomplete"
                if step.score is None
                else f"{_plain(step.score)}, {'met' if step.score >= step.competency.threshold else 'NOT met'}"
            )
            lines.append(f"  Must-have, at least {floor}: {verdict}.")
        return "\n".join(lines)

    def _score(self) -> str:
        result = self.result
        lines = ["THE SCORE"]
        counted = [(s.competency.weight, s.score) for s in self.steps if s.score is not None and s.competency.weight]
        if result.score is None or result.range is None:
            return "\n".join([*lines, "  Nothing that counts was assessed, so there is no score."])
        total = sum(weight for weight, _ in counted)
        terms = " + ".join(f"{_plain(weight)} x {_plain(score)}" for weight, score in counted)
        lines.append(f"  Each competency's score times its weight: ({terms}) / {_plain(Fraction(total))} = ")
        lines[-1] += _plain(result.score)
        lines.append(f"  {share(result.coverage)} of the weight was assessed.")
        if result.range[0] != result.range[1]:
            low, high = map(half_up, result.range)
            lines.append(f"  Whatever the missing part had been, the score would lie between {low} and {high}.")
        return "\n".join(lines)

    def _adjusted(self) -> str:
        result = self.result
        if result.adjusted is None or result.score is None:
            return "" if result.score is None else "ADJUSTED\n  Not available: see the notes of the ranking."
        lines = [
            "ADJUSTED FOR THE INTERVIEWERS MET",
            "  Severity is how many points an interviewer rates below others who met the same candidates; it is added",
            "  back, by that interviewer's share in this score.",
        ]
        for each in self.met:
            weight = f"{half_up(100 * each.share, 1)} %"
            if each.severity is None:
                lines.append(f"  {printable(each.interviewer)}: share {weight}, severity unknown, counts as 0")
                continue
            product = signed(each.severity * float(each.share), 4)
            lines.append(
                f"  {printable(each.interviewer)}: share {weight} x severity {signed(each.severity, 4)} = {product}"
            )
        lines.append(f"  {_plain(result.score)} and these together = {half_up(result.adjusted, 4)}")
        if result.interval is not None:
            low, high = (half_up(end, 1) for end in result.interval)
            lines.append(
                f"  Adjusted {half_up(result.adjusted, 1)} (90 %: about {low} to {high}): in 9 of 10 cases a far larger"
            )
            lines.append("  panel of such interviewers would come to a score in that range.")
        return "\n".join(lines)

    def _place(self) -> str:
        result = self.result
        if result.status != "ranked":
            return ""
        lines = ["RANK, TIER AND CHANCE"]
        higher = (result.rank or 1) - 1
        equal = [each for each in self.ranked if each.rank == result.rank and each is not result]
        tied = f", equal with {_names(equal)}" if equal else ""
        ahead = f"{count(higher, 'candidate')} with a higher score" if higher else "Nobody has a higher score"
        lines.append(f"  {ahead}: {ordinal(higher + 1)}{tied}.")
        if result.tier is not None:
            others = [each for each in self.ranked if each.tier == result.tier and each is not result]
            lines.append(
                f"  Tier {result.tier} with {_names(others)}: the best of them is not clearly better than the others."
                if others
                else f"  Tier {result.tier}, alone in it."
            )
        for k, probability in result.top.items():
            if len(self.ranked) > k:
                what = "the truly best" if k == 1 else f"one of the true top {k}"
                lines.append(f"  Chance of being {what}: {chance(probability)}.")
        place = self.ranked.index(result)
        if result.over_next is not None and place + 1 < len(self.ranked):
            lines.append(f"  {_against(result.over_next, self.ranked[place + 1])}")
        above = self.ranked[place - 1] if place else None
        if above is not None and above.over_next is not None:
            lines.append(f"  {_against(1 - above.over_next, above)}")
        return "\n".join(lines)

    def _noted(self) -> str:
        if not self.noted:
            return ""
        lines = [f"WORTH A SECOND LOOK{' (changes no score)' if all(each.hint for each in self.noted) else ''}"]
        for each in self.noted:
            who = printable(" ".join([each.interviewer, f"({each.round})" if each.round else ""]).strip())
            lines.append(f"  {who + ': ' if who else ''}{printable(each.what)}.")
            lines.append(f"    {printable(each.todo)}.")
        return "\n".join(lines)

    def _own_score(self) -> str:
        texts = score_texts([each.score for each in self.ranked])
        for each, text in zip(self.ranked, texts, strict=True):
            if each is self.result:
                return text
        return "" if self.result.score is None else half_up(self.result.score)


def explain(ranking: Ranking, rubric: Rubric, scorecards: Iterable[SubmittedScorecard], candidate: str) -> Explanation:
    """How the candidate came to their place in a ranking made from these scorecards.

    Raises:
        PipelineError: the ranking does not hold the candidate.
    """
    result = next((each for each in ranking.candidates if each.candidate == candidate), None)
    if result is None:
        names = listing((printable(each.candidate) for each in ranking.candidates), 10) or "nobody yet"
        raise PipelineError(f"The ranking holds no candidate {printable(candidate)}.", f"Known are: {names}.")
    counted, superseded = latest(card for card in scorecards if card.candidate == candidate)
    counted.sort(key=lambda card: (card.interviewer, card.round))
    steps = tuple(_step(competency, rubric, counted, result) for competency in rubric.competencies)
    severity = {each.interviewer: each.severity for each in ranking.interviewers}
    return Explanation(
        result=result,
        ranked=tuple(each for each in ranking.candidates if each.status == "ranked"),
        steps=steps,
        met=tuple(Met(name, part, severity.get(name)) for name, part in _shares(steps).items()),
        superseded=len(superseded),
        low=rubric.scale.low,
        high=rubric.scale.high,
    )


def _step(competency: Competency, rubric: Rubric, cards: Iterable[SubmittedScorecard], result: CandidateResult) -> Step:
    questions = [question for question in rubric.questions if question.competency == competency.id]
    asked = {round_.id: {q.id for q in rubric.questions_in(round_)} for round_ in rubric.rounds}
    opinions = []
    for card in cards:
        rated = [q for q in questions if q.id in card.ratings]
        if not rated:
            continue
        shown = [q for q in questions if q in rated or q.id in asked.get(card.round, {q.id})]
        top = sum((q.weight * card.ratings[q.id] for q in rated), Fraction(0))
        answers = tuple(Answer(q.id, q.question, card.ratings.get(q.id), q.weight) for q in shown)
        opinions.append(
            Opinion(card.interviewer, card.round, answers, top / sum((q.weight for q in rated), Fraction(0)))
        )
    return Step(competency, tuple(opinions), result.competencies[competency.id].score)


def _shares(steps: Iterable[Step]) -> dict[str, Fraction]:
    """share(c,r) = sum over the competencies that r rated of W_k / n(c,k), divided by the assessed weight."""
    shares: dict[str, Fraction] = {}
    counted = [step for step in steps if step.opinions and step.competency.weight]
    total = sum((step.competency.weight for step in counted), Fraction(0))
    for step in counted:
        for each in step.opinions:
            part = step.competency.weight / len(step.opinions) / total
            shares[each.interviewer] = shares.get(each.interviewer, Fraction(0)) + part
    return dict(sorted(shares.items()))


def _against(probability: float, other: CandidateResult) -> str:
    clear = comparison(max(probability, 1 - probability))
    verdict = "a toss-up, not separable on this evidence"
    if clear != "toss-up":
        verdict = f"{'ahead' if probability >= 0.5 else 'behind'} ({clear})"
    return f"Compared with {printable(other.candidate)}: {verdict}."


def _plain(value: Fraction) -> str:
    """Up to four decimals, none of them idle."""
    return half_up(value, 4).rstrip("0").rstrip(".")


def _names(results: Iterable[CandidateResult]) -> str:
    return listing(printable(each.candidate) for each in results)


def _float(value: Fraction | None) -> float | None:
    return None if value is None else float(value)
