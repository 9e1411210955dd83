"""Scorecard lint: hints for a manager about how scorecards were filled in. Never changes a score.

Looks at what counts (one scorecard per interviewer, candidate and round) and says why a second look is worth while;
whether anything is wrong is for people to judge.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import timedelta
from fractions import Fraction

from pipeline.scorecard import PanelRow, Problem, Rubric, SubmittedScorecard, moment_of

STRAIGHT_LINE = 5  # from so many ratings on, all at one level stand out
SAME_NOTE = 20  # characters; shorter notes ("no concerns") may well be alike
SAME_NAMED = 3  # candidates that such a hint names
LATE = timedelta(hours=48)  # after the interview: memory fades

Hint = tuple[str, str, str]  # kind, what, what to do


def lint(scorecards: Iterable[SubmittedScorecard], panel: Iterable[PanelRow], rubric: Rubric) -> list[Problem]:
    """The hints, scorecard by scorecard in the order given."""
    cards = list(scorecards)
    scheduled = {(row.candidate, row.interviewer, row.round): row.scheduled_at for row in panel if row.scheduled_at}
    echoes = _same_notes(cards)
    checks: list[Callable[[SubmittedScorecard], Iterator[Hint]]] = [
        _straight_line,
        lambda card: _ends_without_evidence(card, rubric),
        lambda card: _against_own_ratings(card, rubric),
        lambda card: _at_an_odd_time(card, scheduled.get(card.key, "")),
        lambda card: iter(echoes.get(id(card), ())),
    ]
    return [
        Problem(kind, what, todo, card.candidate, card.interviewer, card.round, card.response_id, hint=True)
        for card in cards
        for check in checks
        for kind, what, todo in check(card)
    ]


def _straight_line(card: SubmittedScorecard) -> Iterator[Hint]:
    levels = set(card.ratings.values())
    if len(card.ratings) >= STRAIGHT_LINE and len(levels) == 1:
        yield (
            "straight-lining",
            f"All {len(card.ratings)} ratings are {levels.pop()}",
            "Ask whether each question was rated by its own anchors",
        )


def _ends_without_evidence(card: SubmittedScorecard, rubric: Rubric) -> Iterator[Hint]:
    ends = (rubric.scale.low, rubric.scale.high)
    bare = [
        f"{question.id} ({card.ratings[question.id]})"
        for question in rubric.questions
        if card.ratings.get(question.id) in ends and not card.evidence.get(question.competency, "").strip()
    ]
    if bare:
        yield (
            "no-evidence",
            f"Rated at an end of the scale without evidence: {', '.join(bare)}",
            "Ask what was said or done, and have it added to the scorecard",
        )


def _against_own_ratings(card: SubmittedScorecard, rubric: Rubric) -> Iterator[Hint]:
    """A yes below the middle of the scale, a no at three quarters of it, a strong no above the middle."""
    if not card.ratings or not card.recommendation:
        return
    scale = rubric.scale
    mean = Fraction(sum(card.ratings.values()), len(card.ratings))
    height = (mean - scale.low) / (scale.high - scale.low)
    middle, upper = Fraction(1, 2), Fraction(3, 4)
    odd = {
        "Strong yes": height < middle,
        "Yes": height < middle,
        "No": height >= upper,
        "Strong no": height > middle,
    }
    if odd.get(card.recommendation, False):
        yield (
            "against-own-ratings",
            f"Recommends “{card.recommendation}” with a mean rating of {float(mean):.1f} of {scale.high}",
            "Ask what decided it; it may be something that the rubric does not rate",
        )


def _at_an_odd_time(card: SubmittedScorecard, scheduled_at: str) -> Iterator[Hint]:
    start, sent = moment_of(scheduled_at), moment_of(card.submitted_at)
    if start is None or sent is None:
        return
    if sent < start:
        yield (
            "before-interview",
            f"Sent {_span(start - sent)} before the interview was to start",
            "Check the time in the Panel worksheet and that the scorecard names the right candidate",
        )
    elif sent - start > LATE:
        yield (
            "late",
            f"Sent {_span(sent - start)} after the interview was to start",
            "Weigh it with care: notes made late follow memory",
        )


def _span(length: timedelta) -> str:
    hours = length // timedelta(hours=1)
    if hours >= 48:
        return f"{hours // 24} days"
    return f"{hours} h" if hours else f"{length // timedelta(minutes=1)} min"


def _same_notes(cards: Sequence[SubmittedScorecard]) -> dict[int, list[Hint]]:
    """Notes of one interviewer that read the same for different candidates, by the identity of the scorecard."""
    written: dict[tuple[str, str], list[SubmittedScorecard]] = defaultdict(list)
    for card in cards:
        for text in {_plain(text) for text in (*card.evidence.values(), card.summary, card.concerns)}:
            if len(text) >= SAME_NOTE:
                written[card.interviewer, text].append(card)
    hints: dict[int, list[Hint]] = defaultdict(list)
    told: set[tuple[int, str]] = set()
    for group in written.values():
        names = sorted({card.candidate for card in group})
        for card in group:
            # a few names are enough: one phrase pasted everywhere would else be told with everybody's
            others = [name for name in names[: SAME_NAMED + 1] if name != card.candidate][:SAME_NAMED]
            more = len(names) - 1 - len(others)
            alike = ", ".join(others) + (f" and {more} more" if more > 0 else "")
            if others and (id(card), alike) not in told:
                told.add((id(card), alike))
                hints[id(card)].append(
                    (
                        "identical-notes",
                        f"A note reads the same as for {alike}",
                        "Ask which candidate it is about",
                    )
                )
    return hints


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()
