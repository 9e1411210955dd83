"""`rank`: from a rubric and scorecards to the whole ranking. Joins the parts of this room; computes nothing itself.

The exact headline stands alone and decides status, rank and order. What is estimated (severity, adjusted score,
interval, chances, tiers, agreement) is put beside it, and is imported only when there is something to estimate.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction

from pipeline.ranking import stress
from pipeline.ranking.cells import Cells, all_cards, collect
from pipeline.ranking.headline import Headline, order
from pipeline.ranking.notes import next_interview
from pipeline.ranking.policy import Policy
from pipeline.ranking.results import Ranking
from pipeline.ranking.words import count, half_up, listing, printable, share
from pipeline.scorecard import Rubric, SubmittedScorecard

MANY_SKIPPED = Fraction(3, 10)  # of the questions of the rounds that were held


def rank(
    rubric: Rubric,
    scorecards: Iterable[SubmittedScorecard],
    *,
    policy: Policy | None = None,
    candidates: Iterable[str] = (),
) -> Ranking:
    """The ranking of all candidates who have a scorecard or are named in `candidates`.

    Args:
        rubric: competencies with weights and must-haves, scale and questions in force.
        scorecards: in any order; of several by one interviewer on one candidate and round the latest counts.
        policy: the role's numbers; the method's own when left out.
        candidates: names known from the panel, so that one without a scorecard shows as incomplete.

    Raises:
        InvalidInput: ratings outside the rubric's scale.
    """
    policy = policy or Policy()
    cells = collect(rubric, scorecards, candidates)
    del scorecards  # whoever gave them may not need them any more, and they are large
    score = Headline(rubric, policy).score
    results = order([score(each) for each in cells.candidates])
    bare = Ranking(
        role=rubric.role,
        rubric=rubric.fingerprint,
        as_of=cells.as_of,
        candidates=tuple(results),
        notes=(*_input_notes(cells, policy), *_question_means(cells, rubric)),
    )
    del results
    if not cells.as_of:
        return bare
    from pipeline.ranking.estimates import estimate

    found = estimate(cells, rubric, bare.candidates, policy)
    ranked = [each for each in found.candidates if each.status == "ranked"]
    return replace(
        bare,
        candidates=tuple(found.candidates),
        interviewers=tuple(found.interviewers),
        agreement=found.agreement,
        notes=(
            *bare.notes,
            *found.notes,
            *next_interview(ranked, rubric),
            *stress.notes(found.candidates, rubric, policy.min_coverage),
        ),
    )


def _input_notes(cells: Cells, policy: Policy) -> list[str]:
    notes = []
    if not cells.candidates:
        notes.append("There are no scorecards yet: nobody is ranked.")
    else:
        notes.append(
            f"Ranked are candidates with at least {share(policy.min_coverage)} of the weight assessed by at least "
            f"{count(policy.min_interviewers, 'interviewer')}, and every must-have assessed and met."
        )
    if cells.superseded:
        notes.append(
            f"{count(cells.superseded, 'scorecard')} superseded by a later one of the same interviewer, candidate and "
            "round: not counted."
        )
    if cells.earlier_rubrics:
        notes.append(
            f"{count(cells.earlier_rubrics, 'scorecard')} submitted under an earlier version of the rubric: their "
            "ratings count as they were given."
        )
    if cells.skipped:
        names = listing(f"{printable(question)} ({number})" for question, number in sorted(cells.skipped.items()))
        notes.append(f"Left out, because the question bank no longer holds the question: ratings of {names}.")
    return notes


def _question_means(cells: Cells, rubric: Rubric) -> list[str]:
    """When many questions were skipped: how hard each one was, because candidates were not asked the same (1.3)."""
    rounds = {round_.id: len(rubric.questions_in(round_)) for round_ in rubric.rounds}
    asked = sum(rounds.get(card.round, len(rubric.questions)) for _, card in all_cards(cells.candidates))
    given = len(cells.levels.level)
    if not given or asked - given <= MANY_SKIPPED * asked:
        return []
    sums = [[0, 0] for _ in rubric.questions]
    for question, level in zip(cells.levels.question, cells.levels.level, strict=True):
        sums[question][0] += level
        sums[question][1] += 1
    rated = sorted((Fraction(total, number), place) for place, (total, number) in enumerate(sums) if number)
    means = listing(f"{printable(rubric.questions[place].id)} {half_up(mean, 2)}" for mean, place in rated)
    skipped = share(Fraction(asked - given, asked))
    told = f"{skipped} of the questions were not assessed, so candidates were not all asked the same. "
    return [f"{told}Mean rating of each question, hardest first: {means}."]
