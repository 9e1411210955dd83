"""`create-form`: make the role's forms and spreadsheet, or bring them up to date.

Survey (read), decide (pure), carry out (write). Nothing else is remembered: killed anywhere, the next run surveys what
is there and does the rest. A write whose outcome is unknown is settled the same way.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pipeline import worksheets
from pipeline.errands import files
from pipeline.errands.book import keep_recorded
from pipeline.errands.create_form.carrying_out import Execution, OtherIds
from pipeline.errands.create_form.deciding import decide, dropped_rounds, plan_form, round_dropped
from pipeline.errands.create_form.plan import Plan
from pipeline.errands.create_form.survey import Found, Stakes, stakes, survey, unread
from pipeline.errands.times import exact_text_of
from pipeline.errors import CannotAsk, Fault, InvalidInput, Moved, Refused
from pipeline.form import Change, FormPlan
from pipeline.google.refusals import NotInvited
from pipeline.google.retry import OutcomeUnknown
from pipeline.project import Project, choose_round
from pipeline.question_bank.table import read_text
from pipeline.scorecard import Round
from pipeline.state import write_atomically
from pipeline.worksheets import in_force

ATTEMPTS = 3  # to settle writes whose outcome is unknown
SAVED = ("round_id", "allow_destructive", "drift", "recreate")  # options that a saved plan brings with it


@dataclass(frozen=True)
class Options:
    """What the command line asked for."""

    round_id: str | None = None
    dry_run: bool = False
    detailed_exitcode: bool = False
    out: Path | None = None
    plan_file: Path | None = None
    allow_destructive: bool = False
    drift: str = "keep"
    recreate: bool = False


@dataclass(frozen=True)
class Outcome:
    """What was changed (or would be), and where everything is."""

    changes: tuple[Change, ...]
    steps: tuple[str, ...]
    forms: tuple[Mapping[str, str], ...]
    spreadsheet: Mapping[str, str]
    dry_run: bool
    next_step: str = ""

    @property
    def pending(self) -> bool:
        """Whether anything is to be done; a hand-made edit that is kept is not."""
        return bool(self.steps) or any(change.outcome != "keep" for change in self.changes)

    def document(self) -> dict[str, Any]:
        return {
            "dry_run": self.dry_run,
            "forms": list(self.forms),
            "spreadsheet": dict(self.spreadsheet),
            "changes": [change.document() for change in self.changes],
            "steps": list(self.steps),
        }

    def text(self) -> str:
        # what befalls every form alike, such as a new candidate, is told once
        lines = list(dict.fromkeys(_line(change, self.dry_run) for change in self.changes))
        if self.dry_run and any(change.outcome == "hold" for change in self.changes):
            lines += ["", "A real run would refuse, for it destroys answers; see the rest with --allow-destructive."]
        elif self.dry_run and self.steps:
            lines += ["", "A real run would:", *(f"  {what}" for what in self.steps)]
        if not lines:
            lines = ["Nothing to do: forms and spreadsheet are as question bank and rubric say."]
        links = [f"form ({form['round']}): {form['responder_url']}" for form in self.forms]
        if self.spreadsheet:
            links.append(f"spreadsheet: {self.spreadsheet['url']}")
        return "\n".join([*lines, *([""] if links else []), *links])


def _line(change: Change, dry_run: bool) -> str:
    marks = {"safe": "safe", "changes-meaning": "changes meaning", "destroys-answers": "destroys answers"}
    return f"{'~' if dry_run else '+'} [{marks.get(change.klass, 'by hand')}] {change.what}"


def create_form(project: Project, options: Options, *, say: Callable[[str], None]) -> Outcome:
    """Bring everything up to date, or with `dry_run` say what that would take."""
    saved = _load(options.plan_file) if options.plan_file else None
    if saved is not None:
        _not_otherwise(saved, options)
        options = replace(options, **{name: saved.options[name] for name in SAVED})
    rounds = chosen_rounds(project, options.round_id)
    for attempt in range(ATTEMPTS):
        found = survey(project)
        _nothing_lost(found, rounds, options)
        plan = _decide(project, rounds, found, options)
        if saved is not None:
            _still_holds(saved, plan)
            saved = None  # from here on it is known to be what we would do ourselves, also when a try is repeated
        if options.out:
            kept = replace(plan, options={name: getattr(options, name) for name in SAVED})
            write_atomically(options.out, json.dumps(kept.document(), ensure_ascii=False, indent=1) + "\n")
        refused = plan.held and not options.allow_destructive
        if options.dry_run:
            outcome = _outcome(project, found, plan, dry_run=True)
            if options.out and not refused:
                told = f"Next: 'pipeline create-form --plan {options.out}' executes exactly this plan."
                outcome = replace(outcome, next_step=told)
            return outcome
        if refused:
            raise _needs_permission(plan.held, saved=options.plan_file is not None)
        ids = {f"form:{round_id}": form.id for round_id, form in found.forms.items()}
        if found.spreadsheet:
            ids["spreadsheet"] = str(found.spreadsheet["id"])
        try:
            execution = Execution(project, plan, ids, say, found.book)
            execution.run()
        except OutcomeUnknown:
            if attempt + 1 == ATTEMPTS:
                raise
            say("  the workspace did not answer; looking at what is there")
            continue
        except OtherIds:
            continue  # looked at again, the form's own ids are what Rubric records
        if any(change.kind == "repaired" for change in plan.changes):
            continue  # what the mended worksheets hold is decided by looking again
        if execution.not_invited:
            raise NotInvited(
                f"{not_invited(execution.not_invited)}; everything else was done.",
                "Correct the address in the Panel worksheet, or in [sharing] of config/<role>.toml.",
            )
        if plan.steps:
            found = survey(project)
        if found.book:
            keep_recorded(project, worksheets.record_of(found.book.recorded))
        return _outcome(project, found, plan, dry_run=False)
    raise AssertionError("unreachable")


def ensure_spreadsheet(project: Project) -> Mapping[str, Any]:
    """The role's spreadsheet, laid out; made when there is none yet. The panel needs no form."""
    for _ in range(ATTEMPTS):
        found = survey(project)
        if found.spreadsheet and found.book:
            return found.spreadsheet
        _nothing_lost(found, (), Options())
        plan = decide(
            project.role,
            project.rubric,
            (),
            found,
            {},
            now=exact_text_of(project.now()),
            who=project.user,
            settings=project.settings,
        )
        ids = {"spreadsheet": str(found.spreadsheet["id"])} if found.spreadsheet else {}
        with suppress(OutcomeUnknown):
            Execution(project, plan, ids, lambda _: None).run()
    raise Refused("The spreadsheet could not be made.", "Run the same command again.")


def chosen_rounds(project: Project, round_id: str | None) -> Sequence[Round]:
    """All rounds, or the one asked for; a fault with the list otherwise."""
    return project.rubric.rounds if round_id is None else [choose_round(project.rubric, round_id)]


def _decide(project: Project, rounds: Sequence[Round], found: Found, options: Options) -> Plan:
    forms = {round_.id: _form_plan(project, round_, found, options) for round_ in rounds}
    dropped = {}
    for round_id in () if options.round_id else dropped_rounds(project.rubric, found):
        here = found.forms[round_id]
        waiting = unread(project, here.id, found.book)
        dropped[round_id] = round_dropped(round_id, here, waiting, allow_destructive=options.allow_destructive)
    return decide(
        project.role,
        project.rubric,
        rounds,
        found,
        forms,
        now=exact_text_of(project.now()),
        who=project.user,
        settings=project.settings,
        dropped=dropped,
        undo=options.drift == "undo",
    )


def _form_plan(project: Project, round_: Round, found: Found, options: Options) -> FormPlan:
    """Plan; only where answers may be at stake are they counted, which costs reading the responses."""

    def made(counted: Stakes | None) -> FormPlan:
        return plan_form(
            project.role,
            project.rubric,
            round_,
            found,
            stakes=counted,
            drift=options.drift,
            allow_destructive=options.allow_destructive,
        )

    plan = made(None)
    if not any(_may_cost_answers(change) for change in plan.changes):
        return plan
    return made(stakes(project, found.forms[round_.id].id, round_, plan.join))


def _may_cost_answers(change: Change) -> bool:
    return change.klass in ("destroys-answers", "changes-meaning") or change.kind in (
        "kind-changed",
        "candidate-removed",
    )


def _nothing_lost(found: Found, rounds: Sequence[Round], options: Options) -> None:
    """What was deleted by hand is told, not made again unasked."""
    if found.lost_spreadsheet and not options.recreate:
        raise files.lost_spreadsheet()
    lost = [round_.id for round_ in rounds if round_.id in found.lost]
    if lost and not options.recreate:
        raise files.lost(lost)


def not_invited(names: Iterable[str]) -> str:
    """With whom nothing could be shared, in words."""
    told = ", ".join(dict.fromkeys(names))
    return f"{told} could not be let in: no Google account has this address, or it may not be invited"


def _needs_permission(held: Sequence[Change], *, saved: bool) -> CannotAsk:
    lines = "\n".join(f"  {change.what}" for change in held)
    return CannotAsk(
        f"This would destroy answers; nothing was changed:\n{lines}",
        f"{'Save the plan again with' if saved else 'Give'} --allow-destructive to do it all the same, or put back what "
        "was removed.",
    )


def _not_otherwise(saved: Plan, options: Options) -> None:
    """A saved plan brings its options with it: others beside it would be taken for granted, and not heard."""
    usual = Options()
    for name in SAVED:
        given = getattr(options, name)
        if given not in (getattr(usual, name), saved.options[name]):
            flag = "--" + name.removesuffix("_id").replace("_", "-")
            raise CannotAsk(
                f"The plan was not saved with this {flag}, and is executed exactly as it was saved.",
                f"Leave {flag} out, or give it to 'pipeline create-form --dry-run --out PLAN.json' and save the plan again.",
            )


def _load(path: Path) -> Plan:
    todo = "make it again with 'pipeline create-form --dry-run --out PLAN.json'"
    absent = todo.replace("make it again", "save one")
    text, faults = read_text(path, str(path), absent=absent, save_as=todo)
    if faults:
        raise InvalidInput(faults)
    try:
        return Plan.from_document(json.loads(text))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise InvalidInput([Fault(str(path), 0, "", "this is not a saved plan of ours", todo)]) from None


def _still_holds(saved: Plan, fresh: Plan) -> None:
    """A saved plan is carried out only if deciding now gives the very same from the very same state."""

    def forms(plan: Plan) -> dict[str, tuple[str, str, str]]:
        return {id_: (form.inputs, form.form, form.revision_id) for id_, form in plan.forms.items()}

    def costs(plan: Plan) -> list[str]:
        return [change.what for change in plan.changes if change.klass == "destroys-answers"]

    for what, same in (
        ("The question bank or the rubric", saved.inputs == fresh.inputs),
        ("A form, or what it is made from,", forms(saved) == forms(fresh)),
        ("The number of answers that it would destroy", costs(saved) == costs(fresh)),
        ("The spreadsheet or the sharing", [s.what for s in saved.steps] == [s.what for s in fresh.steps]),
    ):
        if not same:
            raise Moved(
                f"{what} changed since the plan was saved.",
                "Look again with 'pipeline create-form --dry-run --out PLAN.json'.",
            )


def _behind(project: Project, found: Found) -> list[str]:
    """Rounds whose forms do not show the present rubric: a change of meaning was made in another round alone."""
    shown = {id_: in_force(found.book.versions, id_) for id_ in found.forms} if found.book else {}
    rounds = (round_.id for round_ in project.rubric.rounds)
    return [
        id_ for id_ in rounds if (held := shown.get(id_)) is not None and held.fingerprint != project.rubric.fingerprint
    ]


def _outcome(project: Project, found: Found, plan: Plan, *, dry_run: bool) -> Outcome:
    links = []
    for round_ in project.rubric.rounds:
        form = found.forms.get(round_.id)
        if form:
            links.append(
                {
                    "round": round_.id,
                    "form_id": form.id,
                    "responder_url": project.lasting(form.document.get("responderUri", "")),
                    "edit_url": project.lasting(str(form.file.get("webViewLink", ""))),
                }
            )
    sheet = found.spreadsheet
    spreadsheet = (
        {"spreadsheet_id": str(sheet["id"]), "url": project.lasting(str(sheet.get("webViewLink", "")))} if sheet else {}
    )
    next_step = ""
    if not dry_run and (behind := _behind(project, found)):
        next_step = (
            f"The form of the round {', '.join(behind)} still shows an earlier rubric: run 'pipeline create-form'."
        )
    elif not dry_run and not (found.book and found.book.panel):
        next_step = "Next: say who interviews whom with 'pipeline panel import FILE.csv', or in the Panel worksheet."
    elif not dry_run:
        next_step = "Next: hand out the personal links that 'pipeline status' shows; 'pipeline run' brings answers in."
    return Outcome(
        changes=plan.changes,
        steps=tuple(step.what for step in plan.steps),
        forms=tuple(links),
        spreadsheet=spreadsheet,
        dry_run=dry_run,
        next_step=next_step,
    )
