"""`rank`: from a rubric and scorecards to the whole ranking. Joins the parts of this room; computes nothing itself.

The exact headline stands alone and decides status, rank and order. What is estimated (severity, adjusted score,
interval, chances, tiers, agreement) is put beside it, and is imported only when there is something to estimate.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from pipeline.ranking import stress
from pipeline.ranking.cells import Cells, collect
from pipeline.ranking.headline import Headline, order
from pipeline.ranking.notes import next_interview
from pipeline.ranking.policy import Policy
from pipeline.ranking.results import Ranking
from pipeline.ranking.words import count, listing, printable, share
from pipeline.scorecard import Rubric, SubmittedScorecard


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
    score = Headline(rubric, policy).score
    results = order([score(each) for each in cells.candidates])
    bare = Ranking(
        role=rubric.role,
        rubric=rubric.fingerprint,
        as_of=cells.as_of,
        candidates=tuple(results),
        notes=tuple(_input_notes(cells, policy)),
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
        notes=(*bare.notes, *found.notes, *next_interview(ranked, rubric), *stress.notes(ranked, rubric)),
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
