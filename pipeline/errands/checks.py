"""What can only be said beside the panel: is a scorecard's candidate known, was its interviewer asked, blind. Pure.

Found anew at every pull, so that it goes away once the panel is mended.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial

from pipeline.config import Grantee
from pipeline.form import near_match
from pipeline.scorecard import Problem, SubmittedScorecard, look_of
from pipeline.worksheets import Book


def unusable(card: SubmittedScorecard, candidates: Sequence[str]) -> bool:
    """Whether a scorecard cannot count: nobody knows about whom or by whom it is."""
    return not card.interviewer or not card.candidate or bool(candidates and card.candidate not in candidates)


def about_panel(cards: Sequence[SubmittedScorecard], book: Book) -> Iterator[Problem]:
    """Problems and hints of all scorecards against the panel; none while the panel is empty."""
    if not book.panel:
        return
    asked = {(row.interviewer, row.candidate, row.round) for row in book.panel}
    interviewers = {row.interviewer for row in book.panel}
    for card in cards:
        if not card.candidate or not card.interviewer:
            continue
        said = partial(Problem, candidate=card.candidate, interviewer=card.interviewer, round=card.round)
        if card.candidate not in book.candidates:
            what = f"{card.candidate} is not on the panel: not counted"
            yield said("unknown-candidate", what, _todo(card, book))
        elif card.interviewer not in interviewers:
            what = f"{card.interviewer} is not on the panel; the scorecard counts"
            yield said("unknown-interviewer", what, "Add the interview to the Panel worksheet, or ask who sent it")
        elif (card.interviewer, card.candidate, card.round) not in asked:
            what = f"{card.interviewer} was not asked to interview {card.candidate} in this round; the scorecard counts"
            todo = "Add the interview to the Panel worksheet if it took place"
            yield said("not-asked", what, todo, hint=True)


def _todo(card: SubmittedScorecard, book: Book) -> str:
    proposal = near_match(card.candidate, book.candidates)
    if proposal:
        return (
            f"If {proposal} is meant, ask for it to be sent again for {proposal}; "
            "if not, add the candidate to the Panel worksheet"
        )
    return "Add the candidate to the Panel worksheet, or ask the interviewer to send it again"


def two_spellings(cards: Sequence[SubmittedScorecard]) -> Iterator[Problem]:
    """Candidates whom interviewers typed in ways that look alike: each is ranked for itself, with a part of the votes."""
    first: dict[str, str] = {}
    for name in dict.fromkeys(card.candidate for card in sorted(cards, key=lambda card: card.submitted_at)):
        other = first.setdefault(look_of(name), name)
        if other != name:
            for card in cards:
                if card.candidate == name:
                    yield Problem(
                        "two-spellings",
                        f"{name} looks like another spelling of {other}; they are ranked as two candidates",
                        "Put the candidates on the panel, so that the form offers their names, and ask for it to be sent "
                        f"again for {other}",
                        name,
                        card.interviewer,
                        card.round,
                    )


def not_blind(book: Book, managers: Sequence[Grantee]) -> Iterator[Problem]:
    """Interviewers who may open the spreadsheet, where others' ratings stand before theirs are in."""
    for interviewer in sorted({row.interviewer for row in book.panel}):
        if any(grantee.covers(interviewer) for grantee in managers):
            yield Problem(
                "not-blind",
                f"{interviewer} interviews, and may open this spreadsheet with the others' ratings",
                "Take the address out of [sharing] managers until the scorecards are in, or know that it is so",
                interviewer=interviewer,
                hint=True,
            )


def shared_addresses(cards: Sequence[SubmittedScorecard]) -> Iterator[Problem]:
    """Two responses about one candidate from one address: an improved one, or two people with one address."""
    for (candidate, interviewer, round_id), count in sorted(Counter(card.key for card in cards).items()):
        if count > 1 and interviewer and candidate:
            yield Problem(
                "sent-twice",
                f"{interviewer} sent {count} scorecards about {candidate}; the latest counts",
                "Nothing, if it was one person; two people need two addresses",
                candidate,
                interviewer,
                round_id,
                hint=True,
            )
