"""`forget`: erase one candidate everywhere we can reach, and say what we cannot.

Forms first, then the spreadsheet in one batch that also marks the candidate's responses as never to be read again, then
the files under the project. Each part looks at what is there: killed anywhere, the same command does the rest.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pipeline import config, worksheets
from pipeline.errands import files
from pipeline.errands.book import joins, mend, open_book, trusted
from pipeline.errands.create_form.deciding import design_of
from pipeline.errands.own_files import erase_from_hidden, mentions_in_files
from pipeline.errands.write_rankings import spreadsheet_url, write_rankings
from pipeline.errors import PipelineError, Refused
from pipeline.form import FormPlan, name_of_candidate, near_match, offered, plan_candidates, read_response
from pipeline.google import forms, sheets
from pipeline.google.refusals import Invalid
from pipeline.google.retry import OutcomeUnknown
from pipeline.project import Project
from pipeline.scorecard import Round
from pipeline.worksheets import Book, Erasure, JoinRow, Recorded, Snapshot, is_named, mark_of

ATTEMPTS = 5  # people may move rows, or an answer may be lost, in between
NOBODY = "(nobody yet)"  # a drop-down must offer something


@dataclass
class Receipt:
    """What was erased where, and what is left for people to do."""

    candidate: str
    erased: Counter[str] = field(default_factory=Counter)
    left: list[dict[str, Any]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def document(self) -> dict[str, Any]:
        return {
            "candidate": self.candidate,
            "erased": [{"where": where, "count": count} for where, count in self.erased.items()],
            "left": self.left,
            "notes": self.notes,
        }

    def text(self) -> str:
        lines = [f"Receipt: {self.candidate}", "", "Erased:"]
        lines += [f"  {count:4}  {where}" for where, count in self.erased.items()] or ["  nothing was stored any more"]
        lines += ["", "Not erased, and what to do:"] if self.left else []
        for left in self.left:
            lines += [f"  - {left['what']}", f"    {left['todo']}"]
            lines += [f"    {place}" for place in left["places"]]
        return "\n".join([*lines, "", *self.notes])

    def leave(self, what: str, todo: str, *places: str) -> None:
        self.left.append({"what": what, "todo": todo, "places": list(places)})


@dataclass(frozen=True)
class _Response:
    """One response about the candidate that a form still holds."""

    mark: str
    submitted: str
    interviewer: str


def forget(project: Project, typed: str) -> Receipt:
    """Erase, and give the receipt.

    Raises:
        PipelineError: nobody of that name is known, and somebody of a like name is.
        Refused: a pull was cut off, or merged cells keep rows from being taken out.
    """
    candidate = name_of_candidate(typed)
    if project.state.role(project.role.id).get("unsettled") is not None:
        raise Refused(
            "The last pull was cut off: rows of Scorecards may not be in their places yet, where they would be found.",
            "Run 'pipeline pull-responses', and this again.",
        )
    ids, book = open_book(project)
    receipt = Receipt(candidate)
    held = {
        round_.id: _responses(project, round_, ids.forms[round_.id], book, candidate)
        for round_ in project.rubric.rounds
        if round_.id in ids.forms
    }
    _not_a_slip(book, candidate, any(found for found, _ in held.values()), typed)
    snapshot = _look(project, ids.spreadsheet)
    _plan(project, snapshot, candidate, {}, set(), Erasure())  # refuses before anything is sent
    applied: dict[str, FormPlan] = {}
    for round_ in project.rubric.rounds:
        if round_.id in ids.forms:
            plan = _out_of_the_form(project, round_, ids.forms[round_.id], book, candidate, held[round_.id][1])
            if plan:
                receipt.erased[f"the drop-down of the form ({round_.id})"] += bool(plan.requests)
                applied[round_.id] = plan
    marks = {response.mark for found, _ in held.values() for response in found}
    marks |= {
        mark_of(ids.forms[stored.card.round], stored.id)
        for stored in book.scorecards
        if is_named(stored.card.candidate, candidate) and stored.card.round in ids.forms
    }
    book = _out_of_the_spreadsheet(project, ids.spreadsheet, snapshot, candidate, applied, marks, receipt)
    _leave_no_comment(project, candidate)
    _rank_the_others(project, book, receipt)
    receipt.erased.update(erase_from_hidden(project.hidden, project.role.id, candidate))
    receipt.erased = Counter({where: count for where, count in receipt.erased.items() if count})
    _say_what_is_left(project, ids, held, candidate, receipt)
    return receipt


def _not_a_slip(book: Book, candidate: str, answered: bool, typed: str) -> None:
    """A name that nobody has, but for a letter, is a slip of the keyboard: nothing is erased under it."""
    names = [*book.candidates, *(stored.card.candidate for stored in book.scorecards)]
    if answered or any(is_named(name, candidate) for name in names):
        return
    proposal = near_match(candidate, list(dict.fromkeys(names)))
    if proposal:
        raise PipelineError(f"There is no candidate {typed!r}; nothing was erased.", f"Did you mean {proposal}?")


def _responses(
    project: Project, round_: Round, form_id: str, book: Book, candidate: str
) -> tuple[list[_Response], Counter[str]]:
    """The form's responses about the candidate, and how many there are about each of the others."""
    join = joins(book).get(round_.id, ())
    found: list[_Response] = []
    others: Counter[str] = Counter()
    for page in forms.responses_list(project.session, form_id):
        for response in page:
            card, _, _ = read_response(response, join, project.rubric, round_id=round_.id)
            mark = mark_of(form_id, card.response_id)
            if is_named(card.candidate, candidate):
                found.append(_Response(mark, card.submitted_at, card.interviewer))
            else:
                others[card.candidate] += 1
    return sorted(found, key=lambda response: response.submitted), others


def _out_of_the_form(
    project: Project, round_: Round, form_id: str, book: Book, candidate: str, others: Mapping[str, int]
) -> FormPlan | None:
    """Take the name out of the drop-down; what else `create-form` would change waits for it."""
    current = forms.get(project.session, form_id)
    join = joins(book).get(round_.id, ())
    names = offered(current, join)
    rest = [name for name in names if not is_named(name, candidate)]
    plan = plan_candidates(
        current,
        design_of(project.role, project.rubric, round_, [n for n in book.candidates if n in rest] or [NOBODY]),
        join=join,
        applied=book.recorded.applied.get(round_.id),
        scorecards=others,
    )
    if rest == names:  # gone already; but it may not have been recorded so
        return None if plan.requests else plan
    body: dict[str, Any] = {"requests": list(plan.requests)}
    if plan.revision_id:
        body["writeControl"] = {"requiredRevisionId": plan.revision_id}
    forms.batch_update(project.session, form_id, body)
    return plan


def _out_of_the_spreadsheet(
    project: Project,
    spreadsheet_id: str,
    snapshot: Snapshot,
    candidate: str,
    applied: Mapping[str, FormPlan],
    marks: set[str],
    receipt: Receipt,
) -> Book:
    """All worksheets of ours in one batch; looked at again until nothing is left."""
    sent = Erasure()
    for left in reversed(range(ATTEMPTS)):
        book, plan = _plan(project, snapshot, candidate, applied, marks, sent)
        receipt.erased += Counter(sent.counts) - Counter(plan.counts)
        if not plan.requests:
            return book
        sent = plan
        body = {"requests": list(plan.requests)}
        try:
            sheets.batch_update(project.session, spreadsheet_id, body, fields="spreadsheetId")
        except OutcomeUnknown:
            pass
        except Invalid:  # a worksheet went, or rows, or cells were merged since it was read
            if not left:
                raise
        snapshot = _look(project, spreadsheet_id)
    raise Refused(
        "The spreadsheet changed each time while it was written.",
        "Ask whoever is sorting or deleting rows to pause, and run this again; it goes on where it stopped.",
    )


def _plan(
    project: Project,
    snapshot: Snapshot,
    candidate: str,
    applied: Mapping[str, FormPlan],
    marks: set[str],
    sent: Erasure,
) -> tuple[Book, Erasure]:
    """What the spreadsheet holds, and what is to be sent.

    Raises:
        Refused: merged cells keep rows from being moved, and so from being taken out safely.
    """
    book = trusted(project, worksheets.book_of(snapshot, rounds=[round_.id for round_ in project.rubric.rounds]))
    recorded = _recorded(book.recorded, applied, marks, project.now().strftime("%Y-%m-%d"))
    plan = worksheets.plan_forget(snapshot, book, project.rubric, candidate, recorded, sent.keys)
    if plan.merged:
        raise Refused(
            f"Cells in {' and '.join(plan.merged)} are merged, so that nobody can sort it, nor take rows out safely.",
            "Unmerge them (in the spreadsheet: Format, Merge cells, Unmerge), and run this again.",
        )
    return book, plan


def _look(project: Project, spreadsheet_id: str) -> Snapshot:
    """What our worksheets hold, mended where need be."""
    for left in reversed(range(ATTEMPTS)):
        try:
            reply = sheets.get_by_data_filter(
                project.session, spreadsheet_id, worksheets.snapshot_body(), fields=worksheets.SNAPSHOT_FIELDS
            )
        except Invalid:  # a worksheet of ours that was asked for by its id is not there
            if not left:
                raise
        else:
            snapshot = worksheets.read_snapshot(reply)
            if not left or not (worksheets.lost_its_header(snapshot) or worksheets.astray(snapshot, project.rubric)):
                break
        mend(project, spreadsheet_id)
    return snapshot


def _recorded(before: Recorded, applied: Mapping[str, FormPlan], marks: set[str], day: str) -> Recorded:
    new = {mark: day for mark in sorted(marks) if mark not in before.forgotten}
    join = {id_: tuple(JoinRow(f.kind, f.ref, f.question_id) for f in plan.join) for id_, plan in applied.items()}
    return replace(
        before,
        forgotten={**before.forgotten, **new},
        join={**before.join, **join},
        applied={**before.applied, **{id_: plan.applied for id_, plan in applied.items()}},
    )


def _leave_no_comment(project: Project, candidate: str) -> None:
    """Of the comments that a run which gave up keeps to put them back, only those that do not name the candidate."""
    kept = project.state.role(project.role.id).get("beside")
    if kept:
        rest = worksheets.Beside.of(kept).without(worksheets.mention(candidate))
        project.state.remember(project.role.id, beside=rest.document())


def _rank_the_others(project: Project, book: Book, receipt: Receipt) -> None:
    """What is computed and told of the others must not lean on the candidate any more."""
    if not book.about.inputs:
        return  # no ranking was ever written
    try:
        write_rankings(project)
    except PipelineError as fault:
        receipt.leave(
            f"The ranking of the others could not be computed anew: {fault.what}", "Run 'pipeline write-rankings'."
        )


def _say_what_is_left(
    project: Project,
    ids: files.Ids,
    held: Mapping[str, tuple[list[_Response], Counter[str]]],
    candidate: str,
    receipt: Receipt,
) -> None:
    total = 0
    for round_id, (found, _) in held.items():
        if not found:
            continue
        total += len(found)
        count = f"{len(found)} response{'s' * (len(found) != 1)}"
        told = [f"{response.submitted[:16]}Z from {response.interviewer or 'somebody'}" for response in found]
        receipt.leave(
            f"{count} in the form ({round_id}): no program can delete a form's response",
            f"{_where(project)}, and delete {'them' if len(found) != 1 else 'it'}: "
            + project.lasting(_edit_url(project, ids.forms[round_id])),
            *told,
        )
    if total:
        receipt.notes.append(
            "Until then 'pipeline run' leaves these responses alone: the Rubric worksheet holds a salted hash of the id of each."
        )
    reply = sheets.get(project.session, ids.spreadsheet, fields=worksheets.MENTION_FIELDS)
    cells = worksheets.mentions(reply, candidate)
    if cells:
        receipt.leave(
            f"The name stands in {len(cells)} other cell{'s' * (len(cells) != 1)}, in what people wrote",
            "Look at each and edit it: " + project.lasting(spreadsheet_url(project, ids.spreadsheet)),
            *cells,
        )
    yours, unread = mentions_in_files(project.directory, candidate)
    if yours:
        receipt.leave("The name stands in files of yours, which we do not touch", "Edit or delete them.", *yours)
    if unread:
        receipt.leave("Files of yours could not be looked into", "Look for the name yourself.", *unread)
    receipt.notes += _beyond(project)


def _where(project: Project) -> str:
    if project.address is None:
        return "Open the form's editor, Responses, Individual"
    first = "" if project.address_lasts else "Run 'pipeline serve', open the link that it prints once, "
    return f"{first}{'then' if first else 'Open'} the form's page, Responses"


def _edit_url(project: Project, form_id: str) -> str:
    if project.address:
        return f"{project.address.url}/forms/d/{form_id}/edit#responses"
    return f"https://docs.google.com/forms/d/{form_id}/edit#responses"


def _beyond(project: Project) -> Iterator[str]:
    """Where copies may be that nobody can see from here."""
    if not project.address:
        yield "Google keeps earlier versions of the spreadsheet (File, Version history): only its owner can end that, with a copy."
    others = sorted(path.stem for path in (project.directory / config.FOLDER).glob("*.toml"))
    others = [name for name in others if name not in (project.role.id, Path(config.SETTINGS).stem)]
    if others:
        yield f"This was the role {project.role.id}. Other roles have files of their own: --role {', --role '.join(others)}"
    yield "Exports, mails and backups made earlier are not known to us."
