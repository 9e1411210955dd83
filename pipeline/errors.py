"""What can go wrong for the user, each kind with its exit code. Knows no screen and no network.

Every message says what happened and what to do next. Whatever is not a `PipelineError` is a bug of ours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Fault:
    """One thing wrong in a file of the user's: `file:row:column: what; what to do`.

    `row` counts from 1: the rows of a CSV as a spreadsheet shows them (the header is row 1), the lines of any other file;
    0 means the whole file.
    `column` is the column's or key's name, "" when the fault is not in one.
    """

    file: str
    row: int
    column: str
    what: str
    todo: str

    def __str__(self) -> str:
        place = ":".join(part for part in (self.file, str(self.row) if self.row else "", self.column) if part)
        return f"{place}: {self.what}; {self.todo}"


class PipelineError(Exception):
    """A fault that the user can do something about."""

    exit_code = 5

    def __init__(self, what: str, next_step: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.next_step = next_step

    def __str__(self) -> str:
        return f"{self.what}\n{self.next_step}" if self.next_step else self.what


class CannotAsk(PipelineError):
    """A confirmation is needed and nobody is there to give it, or the request contradicts itself."""

    exit_code = 2


class InvalidInput(PipelineError):
    """Question bank, configuration or ratings file: all their faults at once."""

    exit_code = 3

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(sorted(faults))
        count = len(self.faults)
        super().__init__("\n".join(map(str, self.faults)), f"{count} fault{'s' * (count != 1)}; nothing was sent.")


class NotSignedIn(PipelineError):
    """No credentials, expired ones, or scopes missing."""

    exit_code = 4


class Refused(PipelineError):
    """The workspace said no for good: permission, quota after all retries, an API switched off."""

    exit_code = 5


class Moved(PipelineError):
    """Form, spreadsheet or inputs changed since they were read; nothing was written."""

    exit_code = 6
