"""What the page shows, put in its order: tiers, cells of tables, drawings, and each candidate's own page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby

from pipeline.export.about import about_lines
from pipeline.export.drawing import Axis, Drawing, around_zero, of_score
from pipeline.export.report import Report
from pipeline.ranking import CandidateResult, InterviewerResult
from pipeline.ranking.explanation import Explanation, Step
from pipeline.ranking.words import chance, count, half_up, listing, score_texts, signed
from pipeline.scorecard import NOT_ASSESSED, RECOMMENDATIONS, SubmittedScorecard
from pipeline.worksheets import StoredScorecard, rubric
from pipeline.worksheets.results import recommendations

_STATUS = {"incomplete": "Incomplete", "knocked-out": "Knocked out", "ranked": "Ranked"}


@dataclass(frozen=True)
class Tier:
    """Neighbours by score who cannot be told apart safely on the evidence.

    The order is the score's and tiers go by the adjusted score, so that others may stand between candidates of one
    tier: `size` counts them all, and `continued` says that the first of them stand further up.
    """

    number: int | None
    results: tuple[CandidateResult, ...]
    size: int
    continued: bool

    @property
    def said(self) -> str:
        if self.number is None:
            return "Ranked by score"
        if self.continued:
            return f"Tier {self.number}, continued"
        if self.size == 1:
            return f"Tier {self.number}: clearly apart from the others"
        apart = "" if len(self.results) == self.size else "; by score, others stand between them"
        return f"Tier {self.number}: {self.size} candidates who cannot be told apart safely on this evidence{apart}"


@dataclass(frozen=True)
class Line:
    """One question: its text, weight in the competency, and the level each interviewer gave."""

    text: str
    weight: str
    levels: tuple[str, ...]


@dataclass(frozen=True)
class Said:
    """A text and who gave it."""

    who: str
    text: str


@dataclass(frozen=True)
class Part:
    """One competency of one candidate."""

    step: Step
    weight: str
    score: str
    mean: str
    people: tuple[str, ...]
    lines: tuple[Line, ...]
    own: tuple[str, ...]
    evidence: tuple[Said, ...]


@dataclass(frozen=True)
class Page:
    """One candidate."""

    anchor: str
    result: CandidateResult
    score: str
    of: int
    drawing: Drawing | None
    parts: tuple[Part, ...]
    cards: tuple[SubmittedScorecard, ...]
    explained: tuple[tuple[str, tuple[str, ...]], ...]


class View:
    """The whole page."""

    def __init__(self, report: Report) -> None:
        self.report = report
        scale = report.rubric.scale
        self.axis = Axis(scale.low, scale.high)
        self.severities = around_zero(each.interval for each in report.ranking.interviewers)
        texts = score_texts([result.score for result in report.ranking.candidates])
        self._scores = dict(zip((result.candidate for result in report.ranking.candidates), texts, strict=True))
        self.anchors = {each.candidate: f"candidate-{n}" for n, each in enumerate(report.ranking.candidates, start=1)}
        self.status = _STATUS
        self.levels = [f"{level} {scale.name(level)}" for level in scale.levels]
        self.about = [(label, said.partition(" Hover over")[0]) for label, said in about_lines(report)]
        self.recommendations = recommendations
        self.weight = rubric.plain
        self.total = sum((competency.weight for competency in report.rubric.competencies), Fraction(0))

    @property
    def tiers(self) -> list[Tier]:
        sizes = Counter(each.tier for each in self.report.ranked)
        made: list[Tier] = []
        for number, found in groupby(self.report.ranked, key=lambda each: each.tier):
            made.append(Tier(number, tuple(found), sizes[number], any(tier.number == number for tier in made)))
        return made

    def score(self, result: CandidateResult) -> str:
        return self._scores[result.candidate] or "–"

    def chances(self, result: CandidateResult) -> str:
        return "; ".join(f"top {k}: {chance(value)}" for k, value in sorted(result.top.items()))

    def picture(self, result: CandidateResult) -> Drawing | None:
        """Score, adjusted score and interval; None where there is no score."""
        if result.score is None:
            return None
        said = f"Score {half_up(result.score)}"
        if result.adjusted is not None and result.interval is not None:
            low, high = map(half_up, result.interval)
            said += f"; adjusted {half_up(result.adjusted)}, 90 % interval {low} to {high}"
        return of_score(self.axis, said, result.score, result.interval, result.adjusted)

    def strictness(self, result: InterviewerResult) -> Drawing | None:
        if result.severity is None or result.interval is None:
            return None
        low, high = map(signed, result.interval)
        said = f"Severity {signed(result.severity)}, 90 % interval {low} to {high}"
        return of_score(self.severities, said, result.severity, result.interval)

    def heat(self, score: Fraction | None) -> str:
        """The class of a score's colour: five steps over the scale, none without a score."""
        if score is None:
            return "none"
        reach = (score - self.report.rubric.scale.low) / (self.report.rubric.scale.high - self.report.rubric.scale.low)
        return f"heat{min(4, int(reach * 5)) + 1}"

    def pages(self) -> Iterator[Page]:
        """One a candidate, in the order of the ranking."""
        for result in self.report.ranking.candidates:
            yield self._page(result, self.report.explanation(result.candidate))

    def _page(self, result: CandidateResult, explanation: Explanation) -> Page:
        cards = self.report.by_candidate.get(result.candidate, ())
        return Page(
            anchor=self.anchors[result.candidate],
            result=result,
            score=self.score(result),
            of=len(explanation.ranked),
            drawing=self.picture(result),
            parts=tuple(self._part(step, cards) for step in explanation.steps),
            cards=cards,
            explained=_told(explanation),
        )

    def _part(self, step: Step, cards: tuple[SubmittedScorecard, ...]) -> Part:
        questions = {answer.question: answer for opinion in step.opinions for answer in opinion.answers}
        given = [{answer.question: answer.level for answer in opinion.answers} for opinion in step.opinions]
        lines = tuple(
            Line(
                answer.text or question,
                "" if answer.weight == 1 else f"weight {rubric.plain(answer.weight)}",
                tuple(_level(levels.get(question), question in levels) for levels in given),
            )
            for question, answer in questions.items()
        )
        return Part(
            step=step,
            weight=rubric.plain(step.competency.weight),
            score="–" if step.score is None else half_up(step.score),
            mean=_mean(step),
            people=tuple(opinion.label for opinion in step.opinions),
            lines=lines,
            own=tuple(half_up(opinion.score) for opinion in step.opinions),
            evidence=tuple(
                Said(f"{card.interviewer} ({card.round})", card.evidence[step.competency.id])
                for card in cards
                if card.evidence.get(step.competency.id)
            ),
        )

    @property
    def others(self) -> list[StoredScorecard]:
        """Stored scorecards that do not count: shown in an access request, which holds all that is stored."""
        return [stored for stored in self.report.scorecards if stored.status != "counted"]

    def texts_of(self, stored: StoredScorecard) -> list[Said]:
        """Everything that one stored scorecard says, label and text."""
        card = stored.card
        names = {competency.id: competency.name for competency in self.report.rubric.competencies}
        questions = {question.id: question.question for question in self.report.rubric.questions}
        told = [Said(questions.get(id_, id_), str(level)) for id_, level in card.ratings.items()]
        told += [Said(f"Evidence: {names.get(id_, id_)}", said) for id_, said in card.evidence.items()]
        rest = (("Recommendation", card.recommendation), ("Summary", card.summary), ("Concerns", card.concerns))
        told += [Said(label, said) for label, said in rest if said]
        return told + [Said("Other answer", said) for said in stored.other.values()]

    @property
    def counts(self) -> str:
        """6 candidates: 4 ranked, 1 incomplete, 1 knocked out."""
        results = self.report.ranking.candidates
        states = [(name, sum(each.status == key for each in results)) for key, name in _STATUS.items()]
        told = [f"{number} {name.lower()}" for name, number in reversed(states) if number]
        return f"{count(len(results), 'candidate')}: {listing(told)}" if results else "no candidates yet"

    @property
    def verdicts(self) -> tuple[str, ...]:
        return RECOMMENDATIONS


def _level(level: int | None, asked: bool) -> str:
    if level is not None:
        return str(level)
    return NOT_ASSESSED.lower() if asked else "not asked"


def _mean(step: Step) -> str:
    if step.score is None:
        return "Nobody assessed it: left out, and the other weights count for more. Not a zero."
    if len(step.opinions) < 2:
        return ""
    values = " + ".join(half_up(opinion.score) for opinion in step.opinions)
    return f"Mean of {len(step.opinions)} interviews, one voice each: ({values}) / {len(step.opinions)} = " + half_up(
        step.score
    )


def _told(explanation: Explanation) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The steps from competency scores to rank, heading and lines; what the tables show already is left out."""
    blocks = [block.splitlines() for block in explanation.text().split("\n\n")[1 + len(explanation.steps) :]]
    told = []
    for heading, *lines in blocks:
        if heading == "THE QUESTIONS":
            continue
        told.append((heading.capitalize(), _joined(lines)) if lines else ("", (heading,)))
    return tuple(told)


def _joined(lines: Sequence[str]) -> tuple[str, ...]:
    """Lines as paragraphs: one that was broken inside a sentence is put together again."""
    made: list[str] = []
    for line in map(str.strip, lines):
        if made and made[-1][-1:].isalpha() and line[:1].islower():
            made[-1] += f" {line}"
        else:
            made.append(line)
    return tuple(made)
