"""`status`: who owes which scorecard, how late, with the personal link; who is complete; what is released."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from pipeline.errands import files
from pipeline.errands.book import joins, open_book
from pipeline.errands.create_form import chosen_rounds, not_invited
from pipeline.errands.follow_panel import behind, refused
from pipeline.errands.pull_responses import not_pulled
from pipeline.errands.release import complete, released
from pipeline.form import personal_link
from pipeline.google import drive, forms
from pipeline.project import Project
from pipeline.scorecard import PanelRow
from pipeline.worksheets import Book, StoredScorecard


@dataclass(frozen=True)
class Owed:
    """One interview of the panel. `late`: since its scheduled end; None when its scorecard is in, or not due yet."""

    row: PanelRow
    submitted: bool
    late: timedelta | None
    link: str

    @property
    def state(self) -> str:
        if self.submitted:
            return "submitted"
        return f"late by {_words(self.late)}" if self.late else "owed"

    def document(self) -> dict[str, Any]:
        return {
            "candidate": self.row.candidate,
            "interviewer": self.row.interviewer,
            "round": self.row.round,
            "scheduled_at": self.row.scheduled_at,
            "submitted": self.submitted,
            "late_hours": None if self.late is None else round(self.late.total_seconds() / 3600, 1),
            "link": self.link,
        }


@dataclass(frozen=True)
class Status:
    """The panel as it stands."""

    interviews: tuple[Owed, ...]
    complete: Mapping[str, bool]
    released: Mapping[str, bool]
    reminders: Sequence[str] = ()
    at_least: int = 0  # scorecards that a complete panel has

    def document(self) -> dict[str, Any]:
        return {
            "interviews": [owed.document() for owed in self.interviews],
            "candidates": [
                {"candidate": name, "complete": self.complete[name], "released": self.released[name]}
                for name in self.complete
            ],
            "reminder": self.reminder(),
            "notes": list(self.reminders),
        }

    def reminder(self) -> str:
        """Ready to paste: one paragraph an interviewer, with the links."""
        paragraphs = []
        for interviewer in sorted({owed.row.interviewer for owed in self.interviews if not owed.submitted}):
            mine = [owed for owed in self.interviews if owed.row.interviewer == interviewer and not owed.submitted]
            lines = [f"- {owed.row.candidate} ({owed.row.round}): {owed.link}" for owed in mine]
            count = f"{len(mine)} scorecard{'s' * (len(mine) != 1)}"
            opening = f"{interviewer}: {count} of yours {'are' if len(mine) != 1 else 'is'} still missing."
            paragraphs.append("\n".join([opening, *lines]))
        return "\n\n".join(paragraphs)

    def text(self) -> str:
        if not self.interviews:
            return "The panel is empty: import one with 'pipeline panel import FILE.csv', or edit the Panel worksheet."
        lines = []
        for name in self.complete:
            mine = [owed for owed in self.interviews if owed.row.candidate == name]
            count = sum(owed.submitted for owed in mine)
            head = "complete" if self.complete[name] else "not complete"
            if not self.complete[name] and count == len(mine):
                head += f": at least {self.at_least} are needed ([panel] min_scorecards)"
            hidden = "" if self.released[name] else "; not in Rankings until it is"
            lines.append(f"{name}: {count} of {len(mine)} scorecards, {head}{hidden}")
            lines += [f"  {owed.row.round:12} {owed.row.interviewer:28} {owed.state}" for owed in mine]
        reminder = self.reminder()
        if reminder:
            lines += ["", "To paste:", "", reminder]
        return "\n".join([*lines, *([""] if self.reminders else []), *self.reminders])


def status(project: Project, *, round_id: str | None = None) -> Status:
    """Panel against scorecards, also those that were not pulled yet: nobody who sent theirs is to be reminded."""
    rounds = {round_.id: round_ for round_ in chosen_rounds(project, round_id)}
    known, book = open_book(project, reading=True)

    def documents(known: files.Ids) -> dict[str, dict[str, Any]]:
        return {id_: forms.get(project.session, known.forms[id_]) for id_ in rounds if id_ in known.forms}

    made = files.on_forms(project, known, rounds.keys() & book.recorded.join.keys(), documents)
    uris = {id_: document.get("responderUri", "") for id_, document in made.items()}
    known = files.ids(project)
    arrived = not_pulled(project, known, book, list(rounds.values()))
    after = replace(book, scorecards=(*book.scorecards, *(StoredScorecard(card, "counted") for card in arrived)))
    have = {card.key for card in after.counted}
    now = project.now()
    interviews = tuple(
        Owed(
            row=row,
            submitted=(row.candidate, row.interviewer, row.round) in have,
            late=None
            if (row.candidate, row.interviewer, row.round) in have
            else lateness(row, rounds[row.round].minutes, now),
            link=_link(project, book, row, uris),
        )
        for row in book.panel
        if row.round in rounds
    )
    names = list(dict.fromkeys(owed.row.candidate for owed in interviews))
    shown = released(project.role, book)
    kept_out = refused(project, book, list(rounds.values()))
    return Status(
        interviews=interviews,
        complete={name: complete(project.role, after, name) for name in names},
        released={name: name in shown for name in names},
        reminders=[
            *_in_the_trash(project, known.spreadsheet),
            *_closed(interviews, made),
            *_not_followed([round_.id for round_ in behind(project, book, list(rounds.values()))]),
            *_waiting(len(arrived)),
            *([f"{not_invited(kept_out)}; correct it in the Panel worksheet."] if kept_out else []),
            *retention(project, book, now),
        ],
        at_least=project.role.panel.min_scorecards,
    )


def _in_the_trash(project: Project, spreadsheet_id: str) -> list[str]:
    """A spreadsheet in the trash goes on answering until it is deleted for good: only Drive tells."""
    if not drive.files_get(project.session, spreadsheet_id).get("trashed"):
        return []
    return ["The spreadsheet is in the trash, and will be deleted with all that is in it: restore it in Drive."]


def _closed(interviews: Sequence[Owed], made: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Nobody can send what they are reminded of where the form takes no responses; a legacy form knows no closing."""
    for round_id in dict.fromkeys(owed.row.round for owed in interviews if not owed.submitted):
        settings = made.get(round_id, {}).get("publishSettings")
        if settings is not None and not settings.get("publishState", {}).get("isAcceptingResponses"):
            yield (
                f"The form of the round {round_id} takes no responses, and scorecards are owed there: "
                f"'pipeline close-form --reopen --round {round_id}' opens it."
            )


def _not_followed(round_ids: Sequence[str]) -> Iterator[str]:
    """A link fills in no candidate whom its form does not know, and nobody gets in who was not invited."""
    if round_ids:
        forms_, do = ("form of the round", "does") if len(round_ids) == 1 else ("forms of the rounds", "do")
        yield (
            f"The {forms_} {', '.join(round_ids)} {do} not know this panel yet: run 'pipeline create-form' before you "
            "hand out links."
        )


def _waiting(count: int) -> list[str]:
    """Released, and in Rankings, is only what was pulled."""
    if not count:
        return []
    told = f"{count} scorecards are" if count != 1 else "1 scorecard is"
    return [
        f"{told} in the forms and not in the spreadsheet yet: 'pipeline run' brings {'them' if count > 1 else 'it'} in."
    ]


def lateness(row: PanelRow, minutes: int, now: datetime) -> timedelta | None:
    """How long ago the interview ended; None when no time is set or it has not ended yet."""
    if not row.scheduled_at:
        return None
    due = datetime.fromisoformat(row.scheduled_at) + timedelta(minutes=minutes)
    return now - due if now > due else None


def retention(project: Project, book: Book, now: datetime) -> list[str]:
    """A line for every candidate whose newest scorecard is older than the project wants to keep."""
    days = project.settings.retention.days
    newest: dict[str, str] = {}
    for card in (stored.card for stored in book.scorecards if stored.status == "counted" and stored.sound):
        newest[card.candidate] = max(newest.get(card.candidate, ""), card.submitted_at)
    limit = now.astimezone(UTC) - timedelta(days=days)
    old = sorted(
        name for name, at in newest.items() if days and at and datetime.fromisoformat(at[:19] + "+00:00") < limit
    )
    limit_told = f"{days} day{'s' * (days != 1)}"
    return [f"{name}: kept longer than {limit_told}; 'pipeline forget' erases what is stored." for name in old]


def _link(project: Project, book: Book, row: PanelRow, uris: Mapping[str, str]) -> str:
    uri, join = uris.get(row.round, ""), joins(book).get(row.round, ())
    if not uri:
        return ""
    return personal_link(project.lasting(uri), join, candidate=row.candidate, email=row.interviewer)


def _words(late: timedelta | None) -> str:
    minutes = max(1, round((late or timedelta()).total_seconds() / 60))
    if minutes < 90:
        return f"{minutes} min"
    hours = round(minutes / 60)
    return f"{hours // 24} d" if hours >= 48 else f"{hours} h"
