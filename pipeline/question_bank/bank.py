"""Rows of the question bank -> `Question`s. Knows the columns and their rules; knows no role."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from pipeline.errors import Fault
from pipeline.question_bank import table, texts
from pipeline.scorecard import Question

ANCHOR = "anchor_"
LEVELS = range(11)  # every level that a scale can have
COLUMNS = (
    "id", "competency", "question", "why", "look_for", "sample_answer", "follow_ups", "red_flags",
    *(f"{ANCHOR}{level}" for level in (1, 2, 3, 4, 5)), "weight", "minutes", "roles", "rounds",
)  # fmt: skip
OTHER_ANCHORS = tuple(f"{ANCHOR}{level}" for level in LEVELS if not 1 <= level <= 5)
REQUIRED = ("id", "competency", "question")
MAX_MINUTES = 480

T = TypeVar("T")


@dataclass(frozen=True)
class Bank:
    """The questions in file order, `rows` where each stands; with faults it is for checking only.

    `complete` is False when some rows could not be read, so that a question's absence proves nothing.
    """

    file: str
    questions: tuple[Question, ...] = ()
    faults: tuple[Fault, ...] = ()
    rows: Mapping[str, table.Row] = field(default_factory=lambda: MappingProxyType({}))
    columns: tuple[str, ...] = ()
    complete: bool = True

    def fault(self, question: Question, column: str, what: str, todo: str) -> Fault:
        """A fault of one question, at its place in the file."""
        row = self.rows[question.id]
        return Fault(self.file, row.number, column, what + row.note, todo)


def read(path: Path, *, shown: str = "") -> Bank:
    """Read a question bank; `shown` is the file's name in messages, by default the path as given."""
    absent = f"{table.CHECK_NAME}, or run `pipeline init` to get one"
    rows = table.read(path, columns=COLUMNS, required=REQUIRED, also=OTHER_ANCHORS, shown=shown, absent=absent)
    faults = list(rows.faults)
    questions: dict[str, Question] = {}
    places: dict[str, table.Row] = {}
    complete = rows.complete
    for row in rows.rows:
        reader = _Row(rows.file, row, faults)
        question = reader.question()
        if question is None:
            complete = False
        elif question.id in questions:
            reader.fault(
                "id",
                f'"{question.id}" is already the id in row {places[question.id].number}',
                "give a new id to the one that has no answers yet",
            )
        else:
            questions[question.id] = question
            places[question.id] = row
    return Bank(
        rows.file, tuple(questions.values()), tuple(sorted(faults)), MappingProxyType(places), rows.columns, complete
    )


@dataclass
class _Row:
    """One row being read: each cell by its rule, each broken rule to `faults`."""

    file: str
    row: table.Row
    faults: list[Fault]

    def fault(self, column: str, what: str, todo: str) -> None:
        self.faults.append(Fault(self.file, self.row.number, column, what + self.row.note, todo))

    def cell(self, column: str, rule: Callable[[str], T], default: T) -> T:
        """The cell's value by its rule; the default where it is empty or wrong."""
        text = self.row.cells.get(column, "")
        if not text.strip():
            return default
        try:
            return rule(text)
        except texts.Unusable as wrong:
            self.fault(column, wrong.what, wrong.todo)
            return default

    def needed(self, column: str, rule: Callable[[str], str], todo: str) -> str:
        if column in self.row.cells and not self.row.cells[column].strip():
            self.fault(column, "is empty", todo)
        return self.cell(column, rule, "")

    def question(self) -> Question | None:
        """The row's question; None when it has no usable id."""
        id_ = self.needed("id", texts.identifier, f"give the question an id of its own: {texts.ID_RULE}")
        anchors = {level: self.cell(f"{ANCHOR}{level}", _option, "") for level in LEVELS}
        question = Question(
            id=id_,
            competency=self.needed("competency", str.strip, "name the competency that the question rates"),
            question=self.needed("question", texts.line, "write what is asked, or delete the row"),
            why=self.cell("why", texts.block, ""),
            look_for=self.cell("look_for", texts.lines, ()),
            sample_answer=self.cell("sample_answer", texts.block, ""),
            follow_ups=self.cell("follow_ups", texts.lines, ()),
            red_flags=self.cell("red_flags", texts.lines, ()),
            anchors=MappingProxyType({level: text for level, text in anchors.items() if text}),
            weight=self.cell("weight", _weight, Fraction(1)),
            minutes=self.cell("minutes", lambda text: texts.whole(text, high=MAX_MINUTES), 0),
            roles=self.cell("roles", _names, ()),
            rounds=self.cell("rounds", _names, ()),
        )
        self.description_fits(question)
        self.anchors_differ(question)
        return question if id_ else None

    def description_fits(self, question: Question) -> None:
        """All that stands under a question in the form is one description."""
        parts = {
            "why": question.why,
            "look_for": "\n".join(question.look_for),
            "sample_answer": question.sample_answer,
            "follow_ups": "\n".join(question.follow_ups),
            "red_flags": "\n".join(question.red_flags),
        }
        total = sum(map(texts.length, parts.values()))
        if total > texts.DESCRIPTION_LIMIT:
            longest = max(parts, key=lambda name: texts.length(parts[name]))
            what = f"{', '.join(parts)} together have {total:,} characters; the limit is {texts.DESCRIPTION_LIMIT:,}"
            self.fault(longest, what, f"shorten them by {total - texts.DESCRIPTION_LIMIT:,}")

    def anchors_differ(self, question: Question) -> None:
        seen: dict[str, int] = {}
        for level, text in question.anchors.items():
            same = seen.setdefault(" ".join(text.casefold().split()), level)
            if same != level:
                self.fault(
                    f"{ANCHOR}{level}",
                    f"says the same as {ANCHOR}{same}",
                    "describe what sets the two levels apart, or leave one empty where that is allowed",
                )


def _option(text: str) -> str:
    return texts.line(text, texts.OPTION_LIMIT)


def _weight(text: str) -> Fraction:
    value = texts.number(text)
    if value == 0:
        raise texts.Unusable("0 is not a positive number", "write a number above 0, or delete the question")
    return value


def _names(text: str) -> tuple[str, ...]:
    """Ids with spaces (or, forgivingly, commas or semicolons) between them."""
    return tuple(dict.fromkeys(text.replace(",", " ").replace(";", " ").split()))
