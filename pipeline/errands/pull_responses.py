"""`pull-responses`: new, edited and (with --full) deleted responses into the Scorecards worksheet.

Nothing is remembered between pulls but what the worksheet itself holds: the newest submission there says from when on
to ask again. Killed anywhere, the next pull reads the same and writes the rest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from pipeline import worksheets
from pipeline.errands import files
from pipeline.errands.book import guarded, joins, mend_marks, open_book, try_guards
from pipeline.errands.checks import about_panel, not_blind, other_answers, shared_addresses, two_spellings, unusable
from pipeline.errands.create_form import chosen_rounds
from pipeline.errands.files import Ids, on_forms
from pipeline.errands.times import text_of
from pipeline.errands.versions import comparable
from pipeline.errors import Refused
from pipeline.form import lint, read_response
from pipeline.google import forms, sheets
from pipeline.google.refusals import Invalid
from pipeline.google.retry import OutcomeUnknown
from pipeline.project import Project
from pipeline.scorecard import Problem, Round, SubmittedScorecard, instant
from pipeline.worksheets import Book, Incoming, PullPlan, StoredScorecard, Version, design, in_force, mark_of

OVERLAP = timedelta(minutes=10)  # asked for again each time: a response may become visible late
ATTEMPTS = 8  # at writing while people move rows


@dataclass(frozen=True)
class Pulled:
    """What came in, what could not be used, and the spreadsheet as it is now. `others`: rounds that are not asked for."""

    new: int
    edited: int
    withdrawn: int
    book: Book
    others: frozenset[str] = frozenset()

    @property
    def unused(self) -> list[Problem]:
        return [problem for problem in self.book.problems if not problem.hint and problem.round not in self.others]

    @property
    def hints(self) -> list[Problem]:
        return [problem for problem in self.book.problems if problem.hint and problem.round not in self.others]

    @property
    def counted(self) -> int:
        return sum(card.round not in self.others for card in self.book.counted)

    def document(self) -> dict[str, Any]:
        return {
            "new": self.new,
            "edited": self.edited,
            "withdrawn": self.withdrawn,
            "counted": self.counted,
            "problems": [_document(problem) for problem in self.unused],
            "hints": [_document(problem) for problem in self.hints],
        }

    def summary(self) -> str:
        came = [
            f"{count} {word}"
            for count, word in ((self.new, "new"), (self.edited, "edited"), (self.withdrawn, "withdrawn"))
            if count
        ]
        text = f"Scorecards: {', '.join(came) or 'nothing new'}; {self.counted} counted."
        notes = [f"{len(self.unused)} problems" if len(self.unused) != 1 else "1 problem"] if self.unused else []
        notes += [f"{len(self.hints)} hints" if len(self.hints) != 1 else "1 hint"] if self.hints else []
        return f"{text} See the Problems worksheet: {' and '.join(notes)}." if notes else text


def _document(problem: Problem) -> dict[str, str]:
    names = ("kind", "what", "todo", "candidate", "interviewer", "round", "response_id")
    return {name: getattr(problem, name) for name in names}


def pull_responses(project: Project, *, full: bool = False, round_id: str | None = None) -> Pulled:
    """Read what is new in the role's forms, and write the rows that differ."""
    rounds = chosen_rounds(project, round_id)
    others = frozenset(round_.id for round_ in project.rubric.rounds if round_ not in rounds)
    ids, book = open_book(project)
    doubted = project.state.role(project.role.id).get("unsettled") is not None
    full = full or doubted or _edited_by_hand(project, book) or _asked_again(project, book)
    if doubted:
        rounds = project.rubric.rounds  # what was cut off may be of any
    reading = _read(project, ids, book, rounds, full=full)
    reading.look_again()
    complete = {round_.id: "" for round_ in rounds} if full else {}
    if complete and complete.keys() >= book.recorded.join.keys():
        complete[worksheets.ANY_ROUND] = ""
    merged = sent = _merged(project, book, reading, complete, doubted)
    if merged.withdrawn:  # a form that was made anew never had what its predecessor was sent
        there = files.find(project.session, project.role.id).forms
        times = {id_: str(there[id_].get("createdTime", "")) for id_ in complete if id_ in there}
        latest = max(times.values(), default="")
        complete = times | ({worksheets.ANY_ROUND: latest} if worksheets.ANY_ROUND in complete else {})
        merged = sent = _merged(project, book, reading, complete, doubted)
    for attempt in range(1, ATTEMPTS + 1):
        if sent.changes:
            # should no more be heard of it, the next pull looks what became of it
            project.state.remember(project.role.id, unsettled=True)
        failed = _send(project, ids.spreadsheet, sent, last=attempt == ATTEMPTS)
        if failed is None:
            project.state.remember(project.role.id, unsettled=None)
            return Pulled(merged.new, merged.edited, merged.withdrawn, sent.book, others)
        if failed.guard.refused and not mend_marks(project, ids.spreadsheet, design.SCORECARDS):
            try_guards(project, ids.spreadsheet)
        ids, book = open_book(project)
        sent = _merged(project, book, reading, complete, doubted, failed)
    raise Refused(
        "Rows or columns of Scorecards were moved each time while responses were written.",
        "Ask whoever is sorting or moving them to pause, and run this again.",
    )


def not_pulled(project: Project, ids: Ids, book: Book, rounds: Sequence[Round]) -> list[SubmittedScorecard]:
    """Scorecards that are in the forms and would count, but are not in the spreadsheet yet. Writes nothing."""
    return [arrived.card for arrived in _read(project, ids, book, rounds).incoming if arrived.usable]


def _read(project: Project, ids: Ids, book: Book, rounds: Sequence[Round], *, full: bool = False) -> _Reading:
    """What is new in the forms of these rounds, or with `full` everything."""

    def read(known: Ids) -> _Reading:
        reading = _Reading(project, book)
        for round_ in rounds:
            if round_.id in known.forms:
                since = None if full else _since(book, round_, project.now())
                reading.read(round_, known.forms[round_.id], since=since)
        return reading

    return on_forms(project, ids, {round_.id for round_ in rounds} & set(book.recorded.join), read)


def _merged(
    project: Project,
    book: Book,
    reading: _Reading,
    complete: Mapping[str, str],
    doubted: bool = False,
    failed: PullPlan | None = None,
) -> PullPlan:
    return worksheets.plan_pull(
        book,
        reading.incoming,
        project.rubric,
        problems_found=reading.problems,
        hints=partial(_found_anew, project, book),
        complete_rounds=complete,
        failed=failed,
        doubted=doubted,
        guarded=guarded(project),
    )


def _send(project: Project, spreadsheet_id: str, plan: PullPlan, *, last: bool) -> PullPlan | None:
    """Carry out the plan. None, or when rows, columns or worksheets were moved under it what failed: plan anew."""
    try:
        reply: dict[str, Any] = {}
        for body in plan.bodies():
            reply = sheets.batch_update(project.session, spreadsheet_id, body, fields=worksheets.RESPONSE_FIELDS)
        if not plan.came_out(reply):
            return plan
        for body in plan.settling():
            if not plan.settled(sheets.values_batch_update_by_data_filter(project.session, spreadsheet_id, body)):
                return plan
    except (Invalid, OutcomeUnknown) as refusal:  # also a worksheet renamed or rows gone in between: a bad range
        guard = plan.guard.told(refusal)
        if last and not guard.refused:
            raise
        return replace(plan, guard=guard)
    return None


@dataclass
class _Reading:
    """Collects responses as scorecards, each stamped with the rubric that was in force when it was sent."""

    project: Project
    book: Book
    incoming: list[Incoming] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def read(self, round_: Round, form_id: str, *, since: str | None) -> None:
        join = joins(self.book).get(round_.id, ())
        wanted = f"timestamp >= {since}" if since else None
        known = {(stored.id, stored.card.submitted_at) for stored in self.book.scorecards if stored.sound}
        forgotten, rubric = self.book.recorded.forgotten, self.project.rubric
        for page in forms.responses_list(self.project.session, form_id, filter=wanted):
            for response in page:
                if forgotten and mark_of(form_id, response["responseId"]) in forgotten:
                    continue  # about a candidate who was erased; only people can delete it from the form
                if since and (response["responseId"], response.get("lastSubmittedTime")) in known:
                    continue  # inside the overlap, and held already
                version = version_at(self.book, round_.id, response.get("lastSubmittedTime", ""))
                card, problems, other = read_response(
                    response, join, rubric, round_id=round_.id, levels=version.levels if version else None
                )
                card = replace(card, rubric_version=version.fingerprint if version else rubric.fingerprint)
                self.incoming.append(Incoming(card, not unusable(card, self.book.candidates), other))
                self.problems += problems

    def look_again(self) -> None:
        """At scorecards that are held: their candidates may have joined the panel since, or left it."""
        read = {arrived.card.response_id for arrived in self.incoming}
        for stored in _present(self.book):
            if stored.id in read or not stored.sound:
                continue
            usable = not unusable(stored.card, self.book.candidates)
            if usable == (stored.status == "problem"):
                self.incoming.append(Incoming(stored.card, usable, stored.other, held=True))


def version_at(book: Book, round_id: str, moment: str) -> Version | None:
    """The rubric that a round's form showed at a moment (RFC 3339 UTC); None when no version was recorded."""
    then = [version for version in book.versions if instant(version.since) <= instant(moment)]
    return in_force(then, round_id) or next(iter(book.versions), None)


def _edited_by_hand(project: Project, book: Book) -> bool:
    """Whether people changed our worksheets so that the forms must be asked again for what they held.

    A question that is new looks like one whose column was deleted; its column is added, so that it costs this once.
    """
    ids = {stored.id for stored in book.scorecards}
    # an edit that was cut off: the former version has its row already, and the response's own row says it still
    begun = any(worksheets.former(stored) in ids for stored in book.scorecards)
    if not book.problems_sound:
        project.on_wait("Rows of Problems were edited or taken out by hand: the forms are asked again for everything.")
        return True
    return bool(book.altered) or begun or book.remade or bool(book.scorecards and book.lacking(project.rubric))


def _asked_again(project: Project, book: Book) -> bool:
    """Whether a question is back in the form whose answers stand under Other answers; reading them again takes them out."""
    rubric = project.rubric
    wanted = {("rating", question.id) for question in rubric.questions}
    wanted |= {("evidence", competency.id) for competency in rubric.competencies}
    asked = {
        round_id: {row.question_id for row in rows if (row.kind, row.ref) in wanted}
        for round_id, rows in book.joins.items()
    }
    return any(not asked.get(stored.card.round, set()).isdisjoint(stored.other) for stored in _present(book))


def _present(book: Book) -> Iterator[StoredScorecard]:
    """The rows of responses that the forms hold, as far as we know."""
    return (stored for stored in book.scorecards if not stored.is_history and stored.status != "withdrawn")


def _since(book: Book, round_: Round, now: datetime) -> str | None:
    """From when on to ask: the newest submission of the round that we hold, less the overlap. Never later than now."""
    times = [stored.card.submitted_at for stored in book.scorecards if stored.sound and stored.card.round == round_.id]
    if not times:
        return None
    return text_of(min(datetime.fromisoformat(max(times)[:19] + "+00:00"), now) - OVERLAP)


def _found_anew(project: Project, book: Book, rows: Sequence[StoredScorecard]) -> Sequence[Problem]:
    """What is said of all scorecards together, as they stand after the pull: the panel's view, and lint."""
    present = [stored for stored in rows if stored.status in ("counted", "problem")]
    cards = [stored.card for stored in present]
    able = [stored.card for stored in rows if stored.status in ("counted", "superseded") and not stored.is_history]
    return [
        *book.panel_problems,
        *shared_addresses(able, book.panel),
        *(() if book.panel else two_spellings(cards)),
        *about_panel(cards, book),
        *not_blind(book, project.role.sharing.managers),
        *other_answers(present),
        *lint(comparable(book, project.rubric, cards, present_scale_only=True), book.panel, project.rubric),
    ]
