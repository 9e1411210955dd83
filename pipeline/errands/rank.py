"""`rank` and `explain`: scorecards from the spreadsheet, a ratings file or a decision record -> ranking. Writes nothing."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline import config, ranking
from pipeline.config import Role
from pipeline.errands import versions
from pipeline.errands.book import open_book
from pipeline.errands.release import released
from pipeline.errors import CannotAsk, Fault, InvalidInput, Moved, PipelineError
from pipeline.form import name_of_candidate, near_match
from pipeline.project import Project, choose_role, choose_round, read_sources
from pipeline.question_bank.table import read_text
from pipeline.ranking import Policy, Ranking
from pipeline.scorecard import Rubric, SubmittedScorecard
from pipeline.worksheets import Book
from pipeline.worksheets.scorecards import RATING

RECORDS = "take one from .pipeline/records/"


def policy_of(role: Role, *, exchangeable: bool = False) -> Policy:
    """The role's rules about who is ranked and how cautious the words are."""
    rules = role.ranking
    return Policy(rules.min_coverage, rules.min_interviewers, rules.tier_probability, exchangeable)


@dataclass(frozen=True)
class Ranked:
    """A ranking and what it was made from; `scorecards` only where they came from the workspace."""

    ranking: Ranking
    rubric: Rubric
    scorecards: Sequence[SubmittedScorecard]
    told: tuple[str, ...] = ()  # those of the ranking's notes, its last ones, that tell what was left out before


def from_ratings(
    directory: Path, role: str | None, path: Path, *, exchangeable: bool, round_id: str | None = None
) -> Ranked:
    """Rank a CSV of ratings by the rubric of the project; no workspace is needed."""
    sources = read_sources(directory)
    if sources.faults:
        raise InvalidInput(sources.faults)
    chosen = choose_role(sources, role, directory)
    rubric = config.rubric(chosen, sources.bank)
    policy = policy_of(chosen, exchangeable=exchangeable)
    only = _limited(rubric, round_id)
    # The scorecards have no name here: a million of them are let go as soon as they are summed up.
    result = ranking.rank(only, _cards_of(ranking.ratings_file.read(path, rubric), rubric, only), policy=policy)
    return Ranked(replace(result, notes=(*result.notes, *_told(round_id))), only, ())


def from_workspace(
    project: Project, *, exchangeable: bool = False, present_scale_only: bool = False, round_id: str | None = None
) -> Ranked:
    """Rank what the Scorecards worksheet holds, as `write-rankings` would."""
    _, book = open_book(project, reading=True)
    return from_book(project, book, exchangeable=exchangeable, present_scale_only=present_scale_only, round_id=round_id)


def from_book(
    project: Project,
    book: Book,
    *,
    exchangeable: bool = False,
    present_scale_only: bool = False,
    releases: Sequence[str] = (),
    round_id: str | None = None,
) -> Ranked:
    """Rank the counted scorecards of a spreadsheet that was read, by the role's rule of release.

    Args:
        round_id: rank by this round alone.

    Raises:
        Moved: people edited Scorecards so that it no longer says what was sent.
    """
    _as_written(book, project.rubric)
    shown = released(project.role, book, releases)
    rubric = _limited(project.rubric, round_id)
    counted = [card for card in book.counted if card.candidate in shown and round_id in (None, card.round)]
    scorecards = versions.comparable(book, project.rubric, counted, present_scale_only=present_scale_only)
    told = versions.notes(len(counted) - len(scorecards))
    scorecards = _cards_of(scorecards, project.rubric, rubric)
    owed = [row.candidate for row in book.panel if round_id in (None, row.round)]
    sent = [card.candidate for card in book.counted if round_id in (None, card.round)]
    result = ranking.rank(
        rubric,
        scorecards,
        policy=policy_of(project.role, exchangeable=exchangeable),
        candidates=[name for name in dict.fromkeys(owed) if name in shown],
    )
    told += [*_withheld(len({*owed, *sent} - shown)), *_told(round_id)]
    if scorecards and (gone := [name for name in book.lacking(rubric) if name.startswith(RATING)]):
        told.append(f"Scorecards has no column for {', '.join(gone)}: 'pipeline run' brings in what was rated there.")
    return Ranked(replace(result, notes=(*result.notes, *told)), rubric, scorecards, tuple(told))


def _limited(rubric: Rubric, round_id: str | None) -> Rubric:
    """What one round asks, as if there were no other; the whole rubric when none is named.

    Raises:
        CannotAsk: nothing of the round counts.
    """
    if round_id is None:
        return rubric
    round_ = choose_round(rubric, round_id)
    questions = rubric.questions_in(round_)
    asked = {question.competency for question in questions}
    competencies = tuple(each for each in rubric.competencies if each.id in asked)
    if not any(competency.weight for competency in competencies):
        raise CannotAsk(
            f"Nothing of the round {round_id} counts: its competencies have weight 0.", "Leave --round out."
        )
    return replace(rubric, competencies=competencies, questions=questions, rounds=(round_,))


def _cards_of(scorecards: list[SubmittedScorecard], whole: Rubric, only: Rubric) -> list[SubmittedScorecard]:
    """Those that were sent in the rounds of `only`, given under it where they were given under `whole`."""
    if only is whole:
        return scorecards
    rounds = {round_.id for round_ in only.rounds}
    present = {whole.fingerprint: only.fingerprint}
    return [
        replace(card, rubric_version=present.get(card.rubric_version, card.rubric_version))
        for card in scorecards
        if card.round in rounds
    ]


def _withheld(count: int) -> list[str]:
    """Not who: nothing of a ranking may name whom it does not show yet."""
    if not count:
        return []
    told = "candidates are left out until their panels are" if count > 1 else "candidate is left out until the panel is"
    return [f"{count} {told} complete, or --release shows them: see 'pipeline status'."]


def _told(round_id: str | None) -> list[str]:
    return [f"Of the round {round_id} alone: its questions, and the scorecards about them."] if round_id else []


def _as_written(book: Book, rubric: Rubric) -> None:
    """A ranking of rows that people changed would leave ratings out, or take wrong ones, without a word."""
    again = "Run 'pipeline run': it asks the forms again for what was sent. Delete a row that no form knows."
    if book.missing:
        raise Moved(f"Scorecards has lost the column {', '.join(book.missing)}.", again)
    if book.altered:
        rows = ", ".join(str(stored.row) for stored in book.altered[:5])
        more = f" and {len(book.altered) - 5} more" if len(book.altered) > 5 else ""
        lacking = book.lacking(rubric) if book.has_other_headers else ()
        gone = f"; it has no column {', '.join(lacking)}" if lacking else ""
        raise Moved(
            f"Scorecards was edited by hand in row {rows}{more}{gone}: it does not say what was sent any more.", again
        )


def from_record(path: Path) -> Ranked:
    """Reproduce a decision record from what it holds."""
    text, faults = read_text(path, str(path), absent=RECORDS, save_as=RECORDS)
    if faults:
        raise InvalidInput(faults)
    try:
        document = json.loads(text)
        return Ranked(ranking.record.replay(document), ranking.record.rubric_of(document), ())
    except (ValueError, KeyError, TypeError, AttributeError, ArithmeticError, RecursionError) as broken:
        what = f"this is not a decision record as it was made ({broken})"
        raise InvalidInput([Fault(str(path), 0, "", what, RECORDS)]) from None


def explain(project: Project, candidate: str, *, round_id: str | None = None) -> ranking.Explanation:
    """Every step from the answers about one candidate to the rank, and what Problems says of their scorecards."""
    _, book = open_book(project, reading=True)
    ranked = from_book(project, book, round_id=round_id)
    name = known(ranked.ranking, candidate)
    told = ranking.explain(ranked.ranking, ranked.rubric, ranked.scorecards, name)
    noted = (
        each for each in book.problems if each.candidate == name and (round_id is None or each.round in ("", round_id))
    )
    return replace(told, noted=tuple(noted))


def known(result: Ranking, typed: str) -> str:
    """The candidate's name as the ranking has it; a fault with the nearest name otherwise."""
    names = [row.candidate for row in result.candidates]
    name = name_of_candidate(typed)
    if name in names:
        return name
    proposal = near_match(name, names)
    todo = f"Did you mean {proposal}?" if proposal else f"Known are: {', '.join(names) or 'nobody yet'}."
    raise PipelineError(f"There is no candidate {typed!r} in the ranking.", todo)
