"""The Problems worksheet: what could not be used, and what to do; hints (scorecard lint) below it."""

from __future__ import annotations

import hashlib
import json
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
    Column("seal", "Seal", 60, "Behind the word: a fingerprint of all rows below. Do not edit", hidden=True),
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


def rows(problems: Sequence[Problem], top: int, bottom: int, *, sealed: bool = True) -> list[list[Json]]:
    """Rows of the worksheet that holds these in their order, from `top` (0 is the header) to before `bottom`.

    Args:
        sealed: False where some may be missing: whoever reads it then knows.
    """
    made = [_header(problems, sealed)] if top == 0 else []
    return made + [
        [*map(cells.text, _texts(problem)), cells.EMPTY] for problem in problems[max(top - 1, 0) : bottom - 1]
    ]


def _header(problems: Sequence[Problem], sealed: bool) -> list[Json]:
    *others, seal = design.header_cells(COLUMNS)
    told = seal_of(problems) if sealed else "rows are missing"
    return [*others, {**seal, **cells.text("; ".join(filter(None, (COLUMNS[-1].header, told))))}]


def _texts(problem: Problem) -> list[str]:
    return [HINT if problem.hint else PROBLEM, *(str(getattr(problem, column.key)) for column in COLUMNS[1:-1])]


def seal_of(problems: Iterable[Problem]) -> str:
    """What tells whether people took rows out or edited them, in whatever order they stand; "" for no rows."""
    told = sorted([cells.fitting(text) for text in _texts(problem)] for problem in problems)
    digest = hashlib.blake2b(json.dumps(told).encode("utf-8", "surrogatepass"), digest_size=8)
    return digest.hexdigest() if told else ""


def are_sound(rows: Sequence[Sequence[Value]]) -> bool:
    """Whether the worksheet says what was last written."""
    place = len(COLUMNS) - 1
    seal = str(rows[0][place]).partition("; ")[2] if rows and place < len(rows[0]) else ""
    return seal == seal_of(read_rows(rows))


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
