"""From what is there to the steps that bring it up to date. Values in, values out; sends nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from pipeline import worksheets
from pipeline.config import Role, Settings
from pipeline.errands import files
from pipeline.errands.book import joins
from pipeline.errands.create_form.linking import link_requests
from pipeline.errands.create_form.plan import Piece, Plan, Step
from pipeline.errands.create_form.sharing import PEOPLE, invited, people_of, sharing
from pipeline.errands.create_form.survey import Found, FoundForm, Stakes
from pipeline.form import (
    Change,
    FormDesign,
    FormPlan,
    design,
    offered,
    plan,
    questions_changed,
    weighing,
    weighing_changes,
)
from pipeline.scorecard import Round, Rubric
from pipeline.worksheets import Book, JoinRow, Recorded, Version, scale_of, with_version

Json = dict[str, Any]


def design_of(role: Role, rubric: Rubric, round_: Round, candidates: Sequence[str]) -> FormDesign:
    """What the form of one round should be, now."""
    return design(
        rubric,
        round_,
        title=role.form_title(round_),
        description=role.form.description,
        email_collection=role.form.email_collection,
        candidates=candidates,
    )


def plan_form(
    role: Role,
    rubric: Rubric,
    round_: Round,
    found: Found,
    *,
    stakes: Stakes | None = None,
    drift: str = "keep",
    allow_destructive: bool = False,
) -> FormPlan:
    """The plan of one round's form; with `stakes` it knows how many answers each change would cost."""
    book = found.book
    here = found.forms.get(round_.id)
    # without a spreadsheet nobody says who the candidates are: those whom the form offers stay
    candidates = book.candidates if book else offered(here.document, None) if here else ()
    return plan(
        here.document if here else {},
        design_of(role, rubric, round_, candidates),
        join=found.join(round_.id),
        applied=book.recorded.applied.get(round_.id) if book else None,
        answers=stakes.answers if stakes else None,
        scorecards=stakes.scorecards if stakes else None,
        drift="undo" if drift == "undo" else "keep",
        allow_destructive=allow_destructive,
    )


def decide(
    role: Role,
    rubric: Rubric,
    rounds: Sequence[Round],
    found: Found,
    forms: Mapping[str, FormPlan],
    *,
    now: str,
    who: str,
    settings: Settings,
    dropped: Mapping[str, Change] = MappingProxyType({}),
    undo: bool = False,
) -> Plan:
    """Every step for these rounds' forms and the spreadsheet, in the order in which a lost connection does least harm.

    Args:
        forms: the plan of each round's form.
        now: RFC 3339 UTC, for the rubric's version.
        who: whoever runs the command, for the same.
        dropped: rounds that the configuration has no more, and what is told of the forms that they leave.
        undo: publish a form again that was unpublished by hand.
    """
    changes: list[Change] = []
    steps: list[Step] = []
    for round_ in rounds:
        for change, own in _form(role, round_, found, forms[round_.id], settings.google.folder, undo=undo):
            changes += [change] if change else []
            steps += own
    for round_id, told in dropped.items():
        changes.append(told)
        steps += _closed(round_id, found.forms[round_id]) if told.outcome == "apply" else []
    for change, own in _spreadsheet(role, rubric, found, forms, now=now, who=who, settings=settings):
        changes += [change] if change else []
        steps += own
    inputs = hashlib.sha256(repr(rubric).encode("utf-8", "surrogatepass")).hexdigest()[:12]
    return Plan(tuple(changes), tuple(steps), forms, inputs)


def _form(role: Role, round_: Round, found: Found, form: FormPlan, folder: str, *, undo: bool) -> Iterator[Piece]:
    target = f"form:{round_.id}"
    title = role.form_title(round_)
    here = found.forms.get(round_.id)
    label: Json = {"name": title, "appProperties": files.properties(role.id, "form", round_.id)}
    if here is None:
        body = {"info": {"title": title, "documentTitle": title}}
        what = f'make the form "{title}"'
        yield Change("form-created", "safe", f'the form "{title}" is made'), [Step("forms.create", target, what, body)]
    if here is None or not _labelled(here, label):
        yield None, [Step("files.update", target, f'label "{title}" as ours', {**label, "folder": folder})]
    for change in form.changes:
        yield change, []
    yield None, _filled(target, title, form)
    if here and _unpublished(here) and _was_up_to_date(found.book, round_) and not undo:
        what = f'"{title}" was unpublished by hand; kept'
        yield Change("unpublished-by-hand", "drift", what, outcome="keep"), []
    elif here is None or _unpublished(here) or _back(here, found.book, round_):
        step = Step("forms.setPublishSettings", target, f'publish "{title}"', publish_settings(accepting=True))
        yield Change("form-published", "safe", f'"{title}" is published'), [step]
    shares = sharing(
        target, title, invited(role, found.book, round_), here.file if here else None, view="published", role="reader"
    )
    # without a spreadsheet nobody says who left either
    yield from (piece for piece in shares if found.book or piece[1][0].method == "permissions.create")


def decide_people(
    role: Role, rubric: Rubric, rounds: Sequence[Round], found: Found, forms: Mapping[str, FormPlan]
) -> Plan:
    """Only what follows from a changed panel: these rounds' drop-downs, sharing and links, and the record."""
    assert found.book is not None  # noqa: S101 - for the type checker
    changes: list[Change] = []
    steps: list[Step] = []
    for round_ in rounds:
        target, title, here = f"form:{round_.id}", role.form_title(round_), found.forms[round_.id]
        changes += forms[round_.id].changes
        steps += _filled(target, title, forms[round_.id])
        people = invited(role, found.book, round_)
        for change, own in sharing(target, title, people, here.file, view="published", role="reader"):
            changes += [change] if change else []
            steps += own
    recorded = _with_forms(found.book.recorded, role, found.book, rounds, forms)
    steps += _book(rubric, found, forms, recorded, _title(role))
    return Plan(tuple(change for change in changes if change.outcome == "apply"), tuple(steps), forms)


def _filled(target: str, title: str, form: FormPlan) -> list[Step]:
    """The step that writes a form's plan, when there is anything to write."""
    if not form.requests:
        return []
    what = f'write {len(form.requests)} change{"s" * (len(form.requests) != 1)} into "{title}"'
    return [Step("forms.batchUpdate", target, what, {"requests": list(form.requests)})]


def _labelled(here: FoundForm, label: Json) -> bool:
    marks = here.file.get("appProperties", {})
    return bool(here.file.get("name") == label["name"] and label["appProperties"].items() <= marks.items())


def dropped_rounds(rubric: Rubric, found: Found) -> list[str]:
    """Rounds of forms that still take responses, and that the configuration has no more."""
    rounds = {round_.id for round_ in rubric.rounds}
    return [round_id for round_id, here in found.forms.items() if round_id not in rounds and _accepting(here)]


def round_dropped(round_id: str, here: FoundForm, unread: int, *, allow_destructive: bool) -> Change:
    """What is told of such a form: it is closed, for nobody would read what is sent to it."""
    what = (
        f'the round {round_id} is gone: "{here.file["name"]}" takes no more responses; scorecards that came in count on'
    )
    if not unread:
        return Change("round-removed", "safe", what)
    what += f"; {unread} answer{'s' * (unread != 1)} not in the spreadsheet yet at stake"
    return Change("round-removed", "destroys-answers", what, unread, "apply" if allow_destructive else "hold")


def _closed(round_id: str, here: FoundForm) -> list[Step]:
    what = f'close "{here.file["name"]}"'
    return [Step("forms.setPublishSettings", f"form:{round_id}", what, publish_settings(accepting=False))]


def _accepting(here: FoundForm) -> bool:
    return bool(here.document.get("publishSettings", {}).get("publishState", {}).get("isAcceptingResponses"))


def _back(here: FoundForm, book: Book | None, round_: Round) -> bool:
    """Whether the round was dropped and is there again: closed by us, and since then brought up to date for nobody."""
    known = book is not None and round_.id in book.recorded.applied
    return known and not _was_up_to_date(book, round_) and not _accepting(here)


def _was_up_to_date(book: Book | None, round_: Round) -> bool:
    """Whether a run came to its end with this round, publishing and all."""
    return book is not None and PEOPLE in book.recorded.applied.get(round_.id, {})


def _unpublished(here: FoundForm) -> bool:
    """Whether nobody can open the form. One closed since stays closed; a legacy form knows no publishing."""
    settings = here.document.get("publishSettings")
    return settings is not None and not settings.get("publishState", {}).get("isPublished", False)


def publish_settings(*, accepting: bool) -> Json:
    """The body of forms.setPublishSettings; a closed form stays published, so that its page can say so."""
    state = {"isPublished": True, "isAcceptingResponses": accepting}
    return {"publishSettings": {"publishState": state}, "updateMask": "publishState"}


def _spreadsheet(
    role: Role,
    rubric: Rubric,
    found: Found,
    forms: Mapping[str, FormPlan],
    *,
    now: str,
    who: str,
    settings: Settings,
) -> Iterator[Piece]:
    target, title = "spreadsheet", _title(role)
    before = found.book.recorded if found.book else Recorded()
    meaning = list(weighing_changes(before.weighing, weighing(rubric))) if before.weighing else []
    told = [
        change.what for change in [*(c for form in forms.values() for c in form.changes), *meaning] if _meaning(change)
    ]
    told += questions_changed(before.weighing, weighing(rubric)) if before.weighing else []
    version = Version(rubric.fingerprint, now, who, "; ".join(told), scale_of(rubric))
    recorded = replace(
        _without_dropped(
            _with_forms(before, role, found.book, [r for r in rubric.rounds if r.id in forms], forms), rubric
        ),
        versions=with_version(before.versions, version, list(forms), rubric),
        weighing=weighing(rubric),
    )
    if found.spreadsheet is None:
        body: Json = {"name": title, "mimeType": files.SPREADSHEET, "appProperties": files.properties(role.id, target)}
        if settings.google.folder:
            body["parents"] = [settings.google.folder]
        step = Step("files.create", target, f'make the spreadsheet "{title}"', body)
        yield Change("spreadsheet-created", "safe", f'the spreadsheet "{title}" is made'), [step]
    if found.book is None:
        yield from _laid_out(rubric, found, recorded, settings, title)
    else:
        for change in meaning:
            yield change, []
        yield None, list(_book(rubric, found, forms, recorded, title))
    yield from sharing(target, title, role.sharing.managers, found.spreadsheet, view="", role="writer")


def _book(
    rubric: Rubric, found: Found, forms: Mapping[str, FormPlan], recorded: Recorded, title: str
) -> Iterator[Step]:
    """Rubric and the personal links, in one call."""
    assert found.book is not None  # noqa: S101 - for the type checker
    requests = worksheets.plan_rubric(rubric, found.book, recorded)
    told = [f'bring the Rubric worksheet of "{title}" up to date'] if requests else []
    known = {**joins(found.book), **{round_id: form.join for round_id, form in forms.items()}}
    addresses = {round_id: form.address for round_id, form in found.forms.items()}
    wanted = link_requests(rubric, found.book, known, addresses)
    new = {round_id for round_id in forms if round_id not in found.forms}
    if wanted or any(row.round in new for row in found.book.panel):
        told.append("write the personal links into the Panel worksheet")
    if told:
        # of a form that is still to be made nobody knows the address yet
        body: Json = {"requests": [*requests, *wanted], "links": sorted(new)}
        yield Step("spreadsheets.batchUpdate", "spreadsheet", " and ".join(told), body)


def _meaning(change: Change) -> bool:
    return change.klass == "changes-meaning" and change.outcome == "apply"


def _title(role: Role) -> str:
    return f"{role.title}: interviews"


def _with_forms(
    before: Recorded, role: Role, book: Book | None, rounds: Sequence[Round], forms: Mapping[str, FormPlan]
) -> Recorded:
    """The record once these rounds' plans are carried out: what each form asks, was last told, and for whom."""
    joins = {r.id: tuple(JoinRow(f.kind, f.ref, f.question_id) for f in forms[r.id].join) for r in rounds}
    applied = {r.id: {**forms[r.id].applied, PEOPLE: people_of(role, book, r)} for r in rounds}
    return replace(before, join={**before.join, **joins}, applied={**before.applied, **applied})


def _without_dropped(record: Recorded, rubric: Rubric) -> Recorded:
    """The same, and rounds that the configuration has no more are for nobody."""
    rounds = {round_.id for round_ in rubric.rounds}
    applied = {
        id_: texts if id_ in rounds else {key: text for key, text in texts.items() if key != PEOPLE}
        for id_, texts in record.applied.items()
    }
    return replace(record, applied=applied)


def _laid_out(rubric: Rubric, found: Found, recorded: Recorded, settings: Settings, title: str) -> Iterator[Piece]:
    """The worksheets of a new spreadsheet, or those that people removed."""
    if not found.has_worksheets:
        sheet = settings.sheet
        requests = worksheets.layout_requests(rubric, recorded=recorded, time_zone=sheet.time_zone, locale=sheet.locale)
        what = f'lay out the worksheets of "{title}"'
        yield None, [Step("spreadsheets.batchUpdate", "spreadsheet", what, {"requests": requests})]
        return
    repair = worksheets.plan_repair(found.survey, found.tables, rubric)
    for notice in repair.notices:
        yield Change("repaired", "drift", notice), []
    what = f'mend the worksheets of "{title}"'
    if repair.requests:
        yield None, [Step("spreadsheets.batchUpdate", "spreadsheet", what, {"requests": list(repair.requests)})]
    if repair.headers:
        what = f'put back headers in "{title}"'
        yield None, [Step("spreadsheets.values.batchUpdateByDataFilter", "spreadsheet", what, repair.headers)]
