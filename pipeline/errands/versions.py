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


def notes(rubric: Rubric, ranked: Sequence[SubmittedScorecard], left_out: int) -> list[str]:
    """What a reader of the ranking must know about versions."""
    told = []
    earlier = Counter(card.rubric_version for card in ranked if card.rubric_version not in ("", rubric.fingerprint))
    if earlier:
        versions = ", ".join(sorted(earlier))
        told.append(
            f"{sum(earlier.values())} of {len(ranked)} scorecards were given under an earlier version of the rubric "
            f"({versions}); they are ranked by today's weights. Rubric says what was changed."
        )
    if left_out:
        told.append(f"{left_out} scorecards on another rating scale are left out.")
    return told
