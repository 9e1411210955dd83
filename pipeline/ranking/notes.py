"""What a manager should be told beside the table, in sentences (ranking.md 2.5, 3.4, 4).

Chances are said in words and bands; a number of severity stands only where it can be added by hand.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from pipeline.ranking.results import CandidateResult, InterviewerResult
from pipeline.ranking.words import comparison, count, half_up, listing, ordinal, printable, signed
from pipeline.scorecard import Rubric

MOST_MOVERS = 5
MOST_COMPARED = 2000
WORTH_NAMING = 0.05  # points of severity
NORM = "In published studies one separate interview reaches .44, a panel of several .74."
EXCHANGEABLE = (
    "Severity was estimated as if candidates had met interviewers at random; otherwise good candidates make their "
    "interviewers look lenient."
)
MEANING = (
    "Chances, tiers and intervals say how far a larger panel of similar interviewers would agree, not who will do well "
    "in the job."
)

COMPARABLE = (
    "Candidates of different groups are comparable only if the groups are equally severe. One interviewer of the one "
    "group meeting 2 or 3 candidates of the other would link them."
)
DIVIDED = (
    "Each competency was rated by one of the groups alone, so all candidates were measured alike on it; who is stricter "
    "can be told inside a group only."
)


@dataclass(frozen=True)
class Link:
    """A weak link of the panel: who forms it, who hangs on to the rest through them, and that rest."""

    bridges: Sequence[str]
    behind: Sequence[str]
    beyond: Sequence[str]


@dataclass(frozen=True)
class Groups:
    """Interviewers by whom they rated together on anything, largest group first.

    `divided`: each competency was rated by one group of several people alone, as when each round has interviewers of
    its own. Then no two candidates' scores on one competency come from different groups.
    """

    members: Sequence[Sequence[str]]
    divided: bool


def on_estimates(
    candidates: Sequence[CandidateResult],
    interviewers: Sequence[InterviewerResult],
    groups: Groups,
    faint: Link | None,
) -> list[str]:
    """First place, tier 1, who moves under adjustment, and whether the panel hangs together."""
    ranked = [each for each in candidates if each.status == "ranked"]
    said = []
    if len(ranked) > 1:
        said.append(first_place(ranked))
        said.append(_first_tier(ranked))
        said += _movers(ranked, {each.interviewer: each.severity or 0.0 for each in interviewers})
        said.append(MEANING)
    said += _connectedness(groups)
    if faint is not None:
        verb = "links" if len(faint.bridges) == 1 else "link"
        said.append(
            f"Only {_names(faint.bridges)} {verb} {_names(faint.behind)} with {_names(faint.beyond)}: severities across "
            "that link are uncertain. One more candidate shared there would help most."
        )
    return said


def first_place(ranked: Sequence[CandidateResult]) -> str:
    """How clearly the first is ahead of the second, said for both if the adjusted scores see it the other way round."""
    first, second = ranked[0], ranked[1]
    if first.over_next is None:
        return f"First by headline: {printable(first.candidate)}."
    clear = comparison(max(first.over_next, 1 - first.over_next))
    names = _names([first.candidate, second.candidate])
    if clear == "toss-up":
        return f"First place is a toss-up: {names} are not separable on this evidence."
    ahead = first if first.over_next >= 0.5 else second
    words = {"leaning": "is leaning towards", "likely": "likely belongs to", "clear": "clearly belongs to"}[clear]
    against = "" if ahead is first else ", although the headline score says otherwise: see the severities that they met"
    return f"Between {names}, first place {words} {printable(ahead.candidate)}{against}."


def _first_tier(ranked: Sequence[CandidateResult]) -> str:
    tier = [each.candidate for each in ranked if each.tier == 1]
    if len(tier) == 1:
        return f"Tier 1 is {printable(tier[0])} alone: clearly ahead of everyone else."
    return f"Tier 1 holds {_names(tier)}: on this evidence the best of them is not clearly better than the others."


def _movers(ranked: Sequence[CandidateResult], severity: Mapping[str, float]) -> list[str]:
    """Kendall's tau between headline and adjusted, and each candidate whose place differs, with whom they met."""
    if len(ranked) > MOST_COMPARED:
        return []
    values = sorted((each.adjusted or 0.0 for each in ranked), reverse=True)
    place = {value: position for position, value in reversed(list(enumerate(values, 1)))}
    moved = [each for each in ranked if place[each.adjusted or 0.0] != each.rank]
    if not moved:
        return ["Adjusting for the interviewers met leaves every rank as it is."]
    same, pairs = _concordance(ranked)
    tau = half_up(Fraction(2 * same - pairs, pairs))
    total = count(pairs, "pair")
    said = [f"Headline and adjusted score order {same:,} of {total} of candidates alike (Kendall's tau {tau})."]
    for each in moved[:MOST_MOVERS]:
        now = ordinal(place[each.adjusted or 0.0])
        said.append(
            f"{printable(each.candidate)} would be {now} instead of {ordinal(each.rank or 0)} by adjusted score"
            f"{met(each, severity)}."
        )
    if len(moved) > MOST_MOVERS:
        said.append(f"{count(len(moved) - MOST_MOVERS, 'more candidate')} would change place by adjusted score.")
    return said


def met(result: CandidateResult, severity: Mapping[str, float]) -> str:
    """Whom the candidate met, where that matters: "; met Ivo (severity +0.35) and Mara (-0.20)"."""
    people = [(name, severity.get(name, 0.0)) for name in result.interviewers]
    people = sorted((each for each in people if abs(each[1]) >= WORTH_NAMING), key=lambda each: -abs(each[1]))
    if not people:
        return ""
    texts = [
        f"{printable(name)} ({'severity ' if not at else ''}{signed(value)})" for at, (name, value) in enumerate(people)
    ]
    return f"; met {listing(texts)}"


def _concordance(ranked: Sequence[CandidateResult]) -> tuple[int, int]:
    """Pairs that both scores order alike, of all pairs whose headlines differ."""
    same = pairs = 0
    for at, upper in enumerate(ranked):
        for lower in ranked[at + 1 :]:
            if upper.rank != lower.rank:
                pairs += 1
                same += (upper.adjusted or 0.0) > (lower.adjusted or 0.0)
    return same, max(pairs, 1)


def _connectedness(groups: Groups) -> list[str]:
    shared = [names for names in groups.members if len(names) > 1]
    alone = [names[0] for names in groups.members if len(names) == 1]
    said = []
    if len(shared) > 1:
        first, second = shared[:2]
        said.append(
            f"The interviewers fall into {len(shared)} groups that share no candidate on the same competency: "
            f"{_names(first)}; {_names(second)}{' and others' if len(shared) > 2 else ''}. "
            f"{DIVIDED if groups.divided else COMPARABLE}"
        )
    if alone:
        verb = "shares" if len(alone) == 1 else "share"
        said.append(
            f"{_names(alone)} {verb} no rating with another interviewer: strict or lenient cannot be told, and nothing "
            "is added for them."
        )
    return said


def on_agreement(numbers: Mapping[str, float]) -> list[str]:
    """Reliability in two sentences, beside what is known from the literature."""
    if "icc1" not in numbers:
        return []
    k = half_up(numbers["k"], 1).removesuffix(".0")
    said = (
        f"Reliability of one interviewer's score: {_band(numbers, 'icc1')}; of the mean of {k}: "
        f"{_band(numbers, 'icck')}. {NORM}"
    )
    if numbers["icc_c1"] - numbers["icc1"] > 0.05:
        said += f" Were all interviewers equally strict, one of them alone would reach {_point(numbers['icc_c1'])}."
    return [said]


def _band(numbers: Mapping[str, float], name: str) -> str:
    """Koo and Li's bands beside the number, with its 90 % interval where there is one."""
    value = numbers[name]
    word = "poor" if value < 0.5 else "moderate" if value < 0.75 else "good" if value < 0.9 else "excellent"
    if f"{name}_low" not in numbers:
        return f"{_point(value)} ({word})"
    return f"{_point(value)} ({word}; 90 %: {_point(numbers[f'{name}_low'])} to {_point(numbers[f'{name}_high'])})"


def _point(value: float) -> str:
    return half_up(value).removeprefix("0") if value < 0.995 else "1.00"


def next_interview(ranked: Sequence[CandidateResult], rubric: Rubric) -> list[str]:
    """Which one more rating would do most to settle first place: the largest W_k^2 (1/n - 1/(n + 1)) of the first two.

    That is by how much one more interviewer on competency k would narrow the candidate's score, other things equal.
    """
    if len(ranked) < 2:
        return []
    ahead = ranked[0].over_next
    if ahead is not None and comparison(max(ahead, 1 - ahead)) == "clear":
        return []
    options = []
    for place, each in enumerate(ranked[:2]):
        for k, competency in enumerate(rubric.competencies):
            held = len(each.competencies[competency.id].by_interviewer)
            gain = competency.weight**2 * (Fraction(1, held * (held + 1)) if held else Fraction(2))
            options.append((-gain, place, k))
    _, place, k = min(options)
    chosen, competency = ranked[place], rubric.competencies[k]
    labels = chosen.competencies[competency.id].by_interviewer
    rated = [name for name in chosen.interviewers if name in labels or _rounds(name, labels)]
    but = f" by anyone but {_names(rated)}" if rated else ""
    what = f"one more rating of {printable(chosen.candidate)} on {printable(competency.name)}{but}"
    first = _names([ranked[0].candidate, ranked[1].candidate])
    return [f"Next best interview: {what} would do most to settle first place between {first}."]


def _rounds(name: str, labels: Iterable[str]) -> list[str]:
    """The labels "name (round)" of one interviewer."""
    return [label for label in labels if label.startswith(f"{name} (")]


def _names(names: Iterable[str]) -> str:
    return listing(map(printable, names))
