"""`run`: pull-responses, then write-rankings, on one read of the spreadsheet when nothing is new."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.errands.pull_responses import Pulled, pull_responses
from pipeline.errands.write_rankings import Written, write_rankings
from pipeline.project import Project


@dataclass(frozen=True)
class Ran:
    """Both halves."""

    pulled: Pulled
    written: Written

    def document(self) -> dict[str, Any]:
        return {"pulled": self.pulled.document(), "written": self.written.document()}


def run(project: Project, *, full: bool = False, releases: Sequence[str] = (), present_scale_only: bool = False) -> Ran:
    """Bring in what is new and write the rankings that follow from it."""
    pulled = pull_responses(project, full=full)
    return Ran(
        pulled, write_rankings(project, releases=releases, present_scale_only=present_scale_only, book=pulled.book)
    )
