"""The Problems worksheet: what could not be used, and what to do; hints (scorecard lint) below it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from pipeline.scorecard import Problem
from pipeline.worksheets import cells, design
from pipeline.worksheets.cells import Json
from pipeline.worksheets.design import Column, Worksheet
from pipeline.worksheets.scorecards import Value

COLUMNS = (
    Column(
        "hint",
        "Class",
        90,
        "problem: something was not used. hint: worth a look, no score changed. No rows: all is well",
    ),
    Column("what", "What", 420, wrap=True),
    Column("todo", "What to do", 360, wrap=True),
    Column("candidate", "Candidate", 170, wrap=True),
    Column("interviewer", "Interviewer", 190, wrap=True),
    Column("round", "Round", 90),
    Column("kind", "Kind", 150, "A fixed word for this kind of problem"),
    Column("response_id", "Response", 150, "See the same id in Scorecards"),
)
PROBLEM, HINT = "problem", "hint"


def worksheet() -> Worksheet:
    return Worksheet(design.PROBLEMS, "Problems", COLUMNS, tab="#c5221f")


def order(problems: Iterable[Problem]) -> list[Problem]:
    """Each once, problems before hints, in an order that does not depend on how they were found."""
    return sorted(
        dict.fromkeys(problems), key=lambda p: (p.hint, p.kind, p.candidate, p.interviewer, p.what, p.response_id)
    )


def grid(problems: Sequence[Problem]) -> list[list[Json]]:
    """The whole worksheet, header included."""
    return rows(order(problems), 0, len(problems) + 1)


BLANK = [cells.EMPTY] * len(COLUMNS)


def rows(problems: Sequence[Problem], top: int, bottom: int) -> list[list[Json]]:
    """Rows of the worksheet that holds these in their order, from `top` (0 is the header) to before `bottom`."""
    header = [design.header_cells(COLUMNS)] if top == 0 else []
    told = problems[max(top - 1, 0) : bottom - 1]
    return header + [
        [
            cells.text(HINT if problem.hint else PROBLEM),
            *(cells.text(str(getattr(problem, column.key))) for column in COLUMNS[1:]),
        ]
        for problem in told
    ]


def read_rows(rows: Sequence[Sequence[Value]]) -> tuple[Problem, ...]:
    """The problems as they were last written."""
    found = []
    for row in rows[1:]:
        told: Mapping[str, str] = {
            column.key: str(value) for column, value in zip(COLUMNS, row, strict=False) if value is not None
        }
        if told.get("kind"):
            found.append(
                Problem(
                    told["kind"],
                    told.get("what", ""),
                    told.get("todo", ""),
                    told.get("candidate", ""),
                    told.get("interviewer", ""),
                    told.get("round", ""),
                    told.get("response_id", ""),
                    told.get("hint") == HINT,
                )
            )
    return tuple(found)
