"""`write-rankings`: compute, and write Rankings and the worksheets around it.

People work in the spreadsheet at the same time. The batch itself tells whether it came out as planned; if somebody
moved rows in between, we read again and plan again, until it did.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import pipeline
from pipeline import ranking, worksheets
from pipeline.config import Role
from pipeline.errands import files
from pipeline.errands.book import guarded, keep_recorded, mend, trusted, try_guards
from pipeline.errands.rank import Ranked, from_book, known, policy_of
from pipeline.errands.times import text_of
from pipeline.errors import Refused
from pipeline.google import sheets
from pipeline.google.refusals import Invalid
from pipeline.google.retry import OutcomeUnknown
from pipeline.project import Project, choose_round
from pipeline.state import write_atomically
from pipeline.worksheets import Book, Limits
from pipeline.worksheets.design import RANKINGS

ATTEMPTS = 8  # people would have to move rows or columns in each of eight short moments


@dataclass(frozen=True)
class Written:
    """The ranking, and whether the spreadsheet had to change for it."""

    ranked: Ranked
    changed: bool
    url: str
    notices: tuple[str, ...] = ()
    round_id: str | None = None  # the only round that Rankings is of now

    def document(self) -> dict[str, Any]:
        return {
            "changed": self.changed,
            "url": self.url,
            "round": self.round_id,
            "notices": list(self.notices),
            "ranking": ranking.document(self.ranked.ranking),
        }

    def summary(self) -> str:
        rows = self.ranked.ranking.candidates
        ranked = sum(row.status == "ranked" for row in rows)
        rest = f", {len(rows) - ranked} not (see Flags)" if len(rows) > ranked else ""
        told = "written" if self.changed else "unchanged"
        of = f" of the round {self.round_id} alone" if self.round_id else ""
        lines = [
            f"Rankings{of} {told}: {ranked} candidate{'s' * (ranked != 1)} ranked{rest}. {self.url}".rstrip(),
            *self.notices,
        ]
        if self.round_id:
            lines.append("It leaves out the other rounds until 'pipeline write-rankings' or 'run' without --round.")
        return "\n".join(lines)


def write_rankings(
    project: Project,
    *,
    releases: Sequence[str] = (),
    present_scale_only: bool = False,
    round_id: str | None = None,
    book: Book | None = None,
) -> Written:
    """Write what differs from the ranking of the counted scorecards.

    Args:
        releases: candidates to show although their panel is not complete; recorded.
        present_scale_only: leave out scorecards on another rating scale instead of refusing.
        round_id: write the ranking of this round alone; the worksheets say so.
        book: the spreadsheet as a pull just left it; read here when None.
    """
    if round_id is not None and (choose_round(project.rubric, round_id),) == project.rubric.rounds:
        round_id = None  # there is no other
    ids = files.ids(project)
    url = project.lasting(spreadsheet_url(project, ids.spreadsheet))
    limits = Limits(project.role.ranking.min_coverage, project.role.ranking.min_interviewers)
    left = project.state.role(project.role.id).get("beside")
    if book is not None:
        book = _with_releases(project, book, releases)
        ranked = from_book(project, book, present_scale_only=present_scale_only, round_id=round_id)
        stands = left is None and not (book.disagrees or book.remade)
        stands = stands and book.about.inputs == _inputs(project, book, ranked)
        only = ranked.rubric if round_id else None
        if stands and worksheets.is_as_written(ranked.ranking, project.rubric, book, limits, only):
            return Written(ranked, False, url, round_id=round_id)
    notices: list[str] = []
    changed = False
    plan: worksheets.RankingsPlan | None = None
    for attempt in range(ATTEMPTS):
        try:
            reply = sheets.get_by_data_filter(
                project.session,
                ids.spreadsheet,
                worksheets.snapshot_body(with_inputs=book is None),
                fields=worksheets.SNAPSHOT_FIELDS,
            )
        except Invalid:  # a worksheet that was asked for by its id is not there
            snapshot = None
        else:
            snapshot = worksheets.read_snapshot(reply)
        if snapshot is None or worksheets.astray(snapshot, project.rubric):
            mend(project, ids.spreadsheet)
            book = None
            continue
        rounds = [round_.id for round_ in project.rubric.rounds]
        held = book or _with_releases(project, trusted(project, worksheets.book_of(snapshot, rounds=rounds)), releases)
        ranked = from_book(project, held, present_scale_only=present_scale_only, round_id=round_id)
        inputs = _inputs(project, held, ranked)
        explanations = {
            row.candidate: ranking.explain(ranked.ranking, ranked.rubric, ranked.scorecards, row.candidate).text()
            for row in ranked.ranking.candidates
        }
        plan = worksheets.plan_rankings(
            ranked.ranking,
            project.rubric,
            held,
            snapshot,
            counted=ranked.scorecards,
            now=text_of(project.now()),
            inputs=inputs,
            limits=limits,
            explanations=explanations,
            only=ranked.rubric if round_id else None,
            former=plan,
            beside=worksheets.Beside.of(left),
            guarded=guarded(project),
        )
        notices += plan.notices
        if plan.sorts and snapshot.sheets[RANKINGS].cannot_be_sorted:
            raise Refused(
                "Cells in Rankings are merged, so that nobody can sort it.",
                "Unmerge them (in the spreadsheet: Format, Merge cells, Unmerge), and run this again.",
            )
        if plan.sorts:  # should this run end before all is seen to be in its place, the next one looks
            project.state.remember(project.role.id, beside=plan.beside.document())
        failed = _send(project, ids.spreadsheet, plan, last=attempt + 1 == ATTEMPTS)
        if failed is None:
            if plan.bodies:
                keep_recorded(project, worksheets.record_of(held.recorded))
                _keep_record(project, ranked, inputs)
                changed = True
            if not (plan.mend or plan.fill) or attempt + 1 == ATTEMPTS:
                project.state.remember(project.role.id, beside=None)
                return Written(ranked, changed, url, tuple(dict.fromkeys(notices)), round_id)
            # formulas that are put back name rows and columns where they were read: see whether they still stood there
        if failed and failed.guard.refused:
            try_guards(project, ids.spreadsheet)
        plan = failed or plan
        book = None  # people are at work in it: take nothing for granted that was read before
    raise Refused(
        "Rows or columns of Rankings were moved each time while it was written.",
        "Ask whoever is sorting or moving them to pause, and run this again.",
    )


def spreadsheet_url(project: Project, spreadsheet_id: str) -> str:
    """Where people open the spreadsheet."""
    base = project.address.url if project.address else "https://docs.google.com"
    return f"{base}/spreadsheets/d/{spreadsheet_id}/edit"


def _send(
    project: Project, spreadsheet_id: str, plan: worksheets.RankingsPlan, *, last: bool
) -> worksheets.RankingsPlan | None:
    """Carry out the plan. None, or when rows, columns or worksheets were moved under it what failed: plan anew."""
    reply: dict[str, Any] = {}
    try:
        if plan.mend:
            sheets.values_batch_update_by_data_filter(project.session, spreadsheet_id, plan.mend)
        for body in plan.bodies:
            reply = sheets.batch_update(project.session, spreadsheet_id, body, fields=worksheets.RESPONSE_FIELDS)
        if plan.bodies and not plan.came_out(reply):
            return plan
        if plan.fill:
            sheets.values_batch_update_by_data_filter(project.session, spreadsheet_id, plan.fill)
    except (Invalid, OutcomeUnknown) as refusal:  # also a worksheet renamed or rows gone in between: a bad range
        guard = plan.guard.told(refusal)
        if last and isinstance(refusal, Invalid) and not guard.refused:
            raise
        return replace(plan, guard=guard)
    return None


def _with_releases(project: Project, book: Book, releases: Sequence[str]) -> Book:
    """The book with these candidates recorded as released."""
    new = [name for name in releases if name not in book.recorded.released]
    if not new:
        return book
    everybody = from_book(project, book, releases=[*book.candidates, *new])
    told = f"{text_of(project.now())}, by {project.user}"
    released = {**book.recorded.released, **{known(everybody.ranking, name): told for name in new}}
    return replace(book, recorded=replace(book.recorded, released=released))


def _inputs(project: Project, book: Book, ranked: Ranked) -> str:
    """Fingerprint of everything that Rankings follows from."""
    return worksheets.inputs_fingerprint(
        ranked.rubric, ranked.scorecards, book.panel, settings=_settings(project.role, book, ranked.told)
    )


def _settings(role: Role, book: Book, told: Sequence[str]) -> str:
    """What is computed with, beside rubric and scorecards, and what is told of the rest."""
    released = sorted(book.recorded.released)
    return repr((policy_of(role), role.release, role.panel, released, *told, pipeline.__version__))


def _keep_record(project: Project, ranked: Ranked, inputs: str) -> None:
    """The decision record: inputs, rubric, weights, program and result, so that the ranking can be made again."""
    made_at = text_of(project.now())
    record = ranking.record.make(
        ranked.ranking,
        ranked.rubric,
        ranked.scorecards,
        policy_of(project.role),
        program_version=pipeline.__version__,
        made_at=made_at,
        candidates=[row.candidate for row in ranked.ranking.candidates],
        told=ranked.told,
    )
    name = f"{made_at.replace(':', '')}-{inputs}.json"
    write_atomically(project.hidden / "records" / name, json.dumps(record, ensure_ascii=False, indent=1) + "\n")
