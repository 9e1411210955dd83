"""Blindness: which candidates may be shown in Rankings yet. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.config import Role
from pipeline.worksheets import Book


def owed(book: Book, candidate: str) -> int:
    """How many of the scorecards that the panel owes about a candidate are not in."""
    have = {card.key for card in book.counted}
    return sum(
        (row.candidate, row.interviewer, row.round) not in have for row in book.panel if row.candidate == candidate
    )


def complete(role: Role, book: Book, candidate: str) -> bool:
    """Whether everything that the panel owes is in, and at least `[panel] min_scorecards` of them."""
    submitted = sum(card.candidate == candidate for card in book.counted)
    return submitted >= role.panel.min_scorecards and not owed(book, candidate)


def released(role: Role, book: Book, releases: Sequence[str] = ()) -> set[str]:
    """The candidates who may be shown: all, or with `panel-complete` those whose panel is in or who were released."""
    names = {*book.candidates, *(card.candidate for card in book.counted)}
    if role.release == "always":
        return names
    allowed = {*book.recorded.released, *releases}
    return {name for name in names if name in allowed or complete(role, book, name)}
