"""Scorecards and the rubric they were given under: which may be ranked together. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from pipeline.errors import Refused
from pipeline.scorecard import Rubric, SubmittedScorecard
from pipeline.worksheets import Book, scale_of


def comparable(
    book: Book, rubric: Rubric, scorecards: Sequence[SubmittedScorecard], *, present_scale_only: bool
) -> list[SubmittedScorecard]:
    """The scorecards on the present rating scale; Refused when there are others and nobody said to leave them out."""
    present = scale_of(rubric)
    scales = {version.fingerprint: version.scale for version in book.versions}
    other = [card for card in scorecards if scales.get(card.rubric_version, "") not in ("", present)]
    if other and not present_scale_only:
        counted = Counter(scales[card.rubric_version] for card in other)
        told = ", ".join(f"{count} on the scale {scale}" for scale, count in sorted(counted.items()))
        raise Refused(
            f"{told}, and the rubric's scale is now {present}: ratings on different scales cannot be averaged.",
            "Put the scale back in config/ and run 'pipeline create-form', or leave the others out: --present-scale-only",
        )
    left_out = {id(card) for card in other}
    return [card for card in scorecards if id(card) not in left_out]


def notes(left_out: int) -> list[str]:
    """What a reader of the ranking must know about scorecards on another scale."""
    if not left_out:
        return []
    return [
        f"{left_out} scorecard{'s' * (left_out != 1)} on another rating scale {'are' if left_out != 1 else 'is'} left out."
    ]
