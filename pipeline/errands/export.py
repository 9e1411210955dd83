"""`export`: the ranking, or all that is stored about one candidate, as a file for people outside the workspace."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pipeline
from pipeline.errands import rank
from pipeline.errands.book import open_book
from pipeline.errors import CannotAsk, PipelineError
from pipeline.form import name_of_candidate, near_match
from pipeline.project import Project
from pipeline.state import write_atomically
from pipeline.worksheets import Book, Limits

ENDINGS = (".xlsx", ".csv", ".json", ".html")


def export(project: Project, path: Path, *, candidate: str | None = None, round_id: str | None = None) -> None:
    """Write the file, readable by its owner alone; its ending says which kind.

    Args:
        candidate: an access request: only what is stored about this candidate, even one who may not be shown yet.
        round_id: only this round.

    Raises:
        CannotAsk: the ending is none of ours; said before anything is read.
    """
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        what = f"{path.name} ends in {ending}" if ending else f"{path.name} has no ending"
        known = f"{', '.join(ENDINGS[:-1])} or {ENDINGS[-1]}"
        raise CannotAsk(f"{what}, which says no format that can be written.", f"Name a file that ends in {known}.")
    _, book = open_book(project, reading=True)
    write_atomically(path.absolute(), make(project, book, ending, candidate, round_id))


def make(project: Project, book: Book, ending: str, candidate: str | None, round_id: str | None = None) -> bytes:
    """The file's bytes from a spreadsheet that was read."""
    from pipeline.export import FORMATS, Report, about_one

    subject = None if candidate is None else known(book, candidate)
    ranked = rank.from_book(project, book, releases=[subject] if subject else (), round_id=round_id)
    shown = {result.candidate for result in ranked.ranking.candidates} | {subject}
    rules = project.role.ranking
    report = Report(
        ranked.ranking,
        ranked.rubric,
        tuple(
            stored
            for stored in book.scorecards
            if stored.card.candidate in shown and round_id in (None, stored.card.round)
        ),
        panel=tuple(row for row in book.panel if row.candidate in shown and round_id in (None, row.round)),
        problems=tuple(
            problem
            for problem in book.problems
            if (not problem.candidate or problem.candidate in shown)
            and (round_id is None or problem.round in ("", round_id))
        ),
        versions=book.versions,
        limits=Limits(rules.min_coverage, rules.min_interviewers),
        version=pipeline.__version__,
        zone=book.zone,
    )
    if subject:
        report = about_one(report, subject, others=_names(book))
    make_format: Callable[[Report], bytes] = FORMATS[ending]
    return make_format(report)


def _names(book: Book) -> Sequence[str]:
    """Everybody of whom something is stored, ranked or not."""
    stored = (stored.card.candidate for stored in book.scorecards)
    return tuple(dict.fromkeys([*book.candidates, *stored, *(p.candidate for p in book.problems if p.candidate)]))


def known(book: Book, typed: str) -> str:
    """The candidate's name as it is stored; a fault with the nearest name otherwise."""
    names = _names(book)
    name = name_of_candidate(typed)
    if name in names:
        return name
    proposal = near_match(name, names)
    todo = f"Did you mean {proposal}?" if proposal else f"Known are: {', '.join(names) or 'nobody yet'}."
    raise PipelineError(f"Nothing is stored about a candidate {typed!r}.", todo)
