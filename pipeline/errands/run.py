"""`run`: pull-responses, forms after the panel, then write-rankings, on one read of the spreadsheet when nothing is new."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.errands.create_form import chosen_rounds
from pipeline.errands.follow_panel import follow_panel
from pipeline.errands.pull_responses import Pulled, pull_responses
from pipeline.errands.write_rankings import Written, write_rankings
from pipeline.form import Change
from pipeline.project import Project


@dataclass(frozen=True)
class Ran:
    """What came in, what that changed in the forms, and the ranking."""

    pulled: Pulled
    changes: tuple[Change, ...]
    written: Written

    @property
    def anything(self) -> bool:
        """Whether this run differs from one that found nothing to do."""
        came = self.pulled.new or self.pulled.edited or self.pulled.withdrawn
        return bool(came or any(each.outcome == "apply" for each in self.changes) or self.written.changed)

    @property
    def standing(self) -> tuple[object, ...]:
        """What stays until people mend it."""
        return (*self.pulled.unused, *(each for each in self.changes if each.outcome != "apply"))

    def document(self) -> dict[str, Any]:
        return {
            "pulled": self.pulled.document(),
            "changes": [change.document() for change in self.changes],
            "written": self.written.document(),
        }


def run(
    project: Project,
    *,
    full: bool = False,
    releases: Sequence[str] = (),
    present_scale_only: bool = False,
    round_id: str | None = None,
) -> Ran:
    """Bring in what is new and write the rankings that follow from it.

    Args:
        round_id: look at this round's form alone, and write the ranking of this round alone.
    """
    pulled = pull_responses(project, full=full, round_id=round_id)
    changes, book = follow_panel(project, pulled.book, chosen_rounds(project, round_id))
    written = write_rankings(
        project, releases=releases, present_scale_only=present_scale_only, round_id=round_id, book=book
    )
    return Ran(pulled, changes, written)
