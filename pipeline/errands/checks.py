"""What can only be said beside the panel: is a scorecard's candidate known, was its interviewer asked, blind. Pure.

Found anew at every pull, so that it goes away once the panel is mended.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import partial

from pipeline.config import Grantee
from pipeline.form import THEN_DELETE, near_match
from pipeline.scorecard import PanelRow, Problem, SubmittedScorecard, instant, look_of
from pipeline.worksheets import Book, StoredScorecard

_DELETE = "delete in the form what is not to count, and run `pipeline pull-responses --full`"
FEW = 3  # answers and notes; when fewer can be compared, all of them may have been corrected


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
            f"If {proposal} is meant, ask for it to be sent again for {proposal}, {THEN_DELETE}; "
            "if not, add the candidate to the Panel worksheet"
        )
    return f"Add the candidate to the Panel worksheet, or ask the interviewer to send it again, {THEN_DELETE}"


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
                        f"again for {other}, {THEN_DELETE}",
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


def other_answers(rows: Sequence[StoredScorecard]) -> Iterator[Problem]:
    """Answers to questions that left the form, or that people added to it: kept beside the scorecard."""
    for stored in rows:
        if given := sum(1 for text in stored.other.values() if text.strip()):
            yield Problem(
                "other-answers",
                f"{given} answer{'s' * (given != 1)} to questions that are not in the rubric",
                "Nothing; they are kept under Other answers",
                stored.card.candidate,
                stored.card.interviewer,
                stored.card.round,
                stored.id,
                hint=True,
            )


def shared_addresses(cards: Sequence[SubmittedScorecard], panel: Sequence[PanelRow]) -> Iterator[Problem]:
    """Several responses about one candidate from one address.

    A hint when each improves an earlier one, or when the panel says that nobody else's is still to come: then one person
    thought again. Else a problem: a colleague's scorecard may have taken the place of the first one's.
    """
    asked: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in panel:
        asked[row.candidate, row.round].add(row.interviewer)
    sent: dict[tuple[str, str, str], list[SubmittedScorecard]] = defaultdict(list)
    for card in cards:
        sent[card.key].append(card)
    for (candidate, interviewer, round_id), alike in sorted(sent.items()):
        if len(alike) == 1 or not interviewer or not candidate:
            continue
        told = f"{interviewer} sent {len(alike)} scorecards about {candidate}"
        said = partial(Problem, candidate=candidate, interviewer=interviewer, round=round_id)
        all_in = asked[candidate, round_id] and all(
            (candidate, who, round_id) in sent for who in asked[candidate, round_id]
        )
        if all_in or _improved(alike):
            yield said(
                "sent-twice", f"{told}; the latest counts", f"Nothing, if it was one person; else {_DELETE}", hint=True
            )
        else:
            yield said(
                "shared-address",
                f"{told} that have little in common, as two people would; only the latest counts",
                "If two people share the address, have one of them send it again from their own; then, or if it was one "
                f"person, {_DELETE}",
            )


def _improved(alike: Sequence[SubmittedScorecard]) -> bool:
    """Whether every one but the first repeats an earlier one."""
    ordered = sorted(alike, key=lambda card: (instant(card.submitted_at), card.response_id))
    return all(
        any(_repeats(ordered[at], ordered[former]) for former in range(at - 1, -1, -1)) for at in range(1, len(ordered))
    )


def _repeats(card: SubmittedScorecard, other: SubmittedScorecard) -> bool:
    """Whether one of the two may be the other improved: it keeps a text, or half of the answers that both gave.

    Concerns are left out, since "none" is what most people write.
    """
    notes, theirs = _notes(card), _notes(other)
    if set(notes.values()) & set(theirs.values()):
        return True
    answers, others = _answers(card), _answers(other)
    both = answers.keys() & others.keys()
    same = sum(answers[key] == others[key] for key in both)
    return len(both) + len(notes.keys() & theirs.keys()) < FEW or 2 * same >= len(both)


def _notes(card: SubmittedScorecard) -> dict[str, str]:
    """What was written, by competency; the summary under no id."""
    return {key: text.strip() for key, text in {**card.evidence, "": card.summary}.items() if text.strip()}


def _answers(card: SubmittedScorecard) -> dict[str, int | str]:
    """What was chosen, by question; the recommendation under no id."""
    return {**card.ratings, **({"": card.recommendation} if card.recommendation else {})}
