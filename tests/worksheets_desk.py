"""A spreadsheet of ours in the local workspace, driven by Google's own client, with every request body checked.

Stands where the errands stand: sends what the worksheets room plans and hands back the answers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from googleapiclient.errors import HttpError

from pipeline import worksheets
from pipeline.ranking import explain, rank
from pipeline.scorecard import Problem, Rubric, SubmittedScorecard
from pipeline.worksheets import Book, Incoming, PullPlan, RankingsPlan

from .worksheets_examples import RUBRIC

Json = dict[str, Any]
EVERYTHING = (
    "properties,namedRanges,developerMetadata,sheets(properties,merges,conditionalFormats,bandedRanges,protectedRanges,"
    "charts,basicFilter,developerMetadata,data(columnMetadata,rowMetadata))"
)


class Desk:
    """One spreadsheet. `sent` keeps every body of a write, `calls` the name of every call."""

    def __init__(self, sheets: Any, drive: Any, rubric: Rubric = RUBRIC, **layout: Any) -> None:
        self.sheets, self.rubric = sheets, rubric
        body = {"name": "Interviews", "mimeType": "application/vnd.google-apps.spreadsheet"}
        self.id: str = drive.files().create(body=body).execute()["id"]
        self.sent: list[Json] = []
        self.calls: list[str] = []
        self.batch(worksheets.layout_requests(rubric, **layout))

    def batch(self, requests: Sequence[Json], **more: Any) -> Json:
        return self.send({"requests": list(requests)} | more)

    def send(self, body: Json, fields: str = "*") -> Json:
        self.calls.append("batchUpdate")
        self.sent.append(body)
        return self.sheets.batchUpdate(spreadsheetId=self.id, body=body, fields=fields).execute()

    def read(self) -> Book:
        self.calls.append("values.batchGetByDataFilter")
        reply = self.sheets.values().batchGetByDataFilter(spreadsheetId=self.id, body=worksheets.READ).execute()
        return worksheets.read(reply, rounds=[round_.id for round_ in self.rubric.rounds])

    def pull(
        self,
        cards: Iterable[SubmittedScorecard],
        problems: Sequence[Problem] = (),
        between: Callable[[], None] = lambda: None,
        **more: Any,
    ) -> PullPlan:
        """What the errand does with responses: plan, send, look at the answer, and plan again when it has to."""
        incoming = [Incoming(card) for card in cards]
        failed: PullPlan | None = None
        for _ in range(4):
            book = self.read()
            between()
            between = _nothing
            plan = worksheets.plan_pull(book, incoming, self.rubric, problems_found=problems, failed=failed, **more)
            reply: Json = {}
            try:
                for body in plan.bodies():
                    reply = self.send(body, worksheets.RESPONSE_FIELDS)
            except HttpError as refused:
                assert refused.status_code == 400, refused
                failed = replace(plan, guard=plan.guard.told(refused))
                continue
            if plan.came_out(reply) and all(plan.settled(self._fill(body)) for body in plan.settling()):
                return plan
            failed = plan
        raise AssertionError("Scorecards did not come out as planned")

    def plan(
        self,
        between: Callable[[], None] = lambda: None,
        now: str = "2026-03-02T08:00:00Z",
        former: RankingsPlan | None = None,
    ) -> RankingsPlan:
        """Read, let others do something, and plan from what was read."""
        self.calls.append("getByDataFilter")
        reply = self.sheets.getByDataFilter(
            spreadsheetId=self.id, body=worksheets.snapshot_body(), fields=worksheets.SNAPSHOT_FIELDS
        ).execute()
        snapshot = worksheets.read_snapshot(reply)
        between()
        book = worksheets.book_of(snapshot, rounds=[round_.id for round_ in self.rubric.rounds])
        ranking = rank(self.rubric, book.counted, candidates=book.candidates)
        names = [result.candidate for result in ranking.candidates]
        told = {name: explain(ranking, self.rubric, book.counted, name).text() for name in names}
        inputs = worksheets.inputs_fingerprint(self.rubric, book.counted, book.panel)
        return worksheets.plan_rankings(
            ranking,
            self.rubric,
            book,
            snapshot,
            counted=book.counted,
            now=now,
            inputs=inputs,
            explanations=told,
            former=former,
        )

    def write(
        self, between: Callable[[], None] = lambda: None, now: str = "2026-03-02T08:00:00Z", tries: int = 6
    ) -> RankingsPlan:
        """What the errand does: plan, send, look at the answer, and plan again when people were in between."""
        first: RankingsPlan | None = None
        plan: RankingsPlan | None = None
        for _ in range(tries):
            plan = self.plan(between, now, plan)
            first = first or plan
            failed = self._apply(plan)
            if failed is None:
                return first
            plan = failed
            between = _nothing
        raise AssertionError("Rankings did not come out as planned")

    def _apply(self, plan: RankingsPlan) -> RankingsPlan | None:
        """None, or the plan as it failed."""
        reply: Json = {}
        self._fill(plan.mend)
        try:
            for body in plan.bodies:
                reply = self.send(body, worksheets.RESPONSE_FIELDS)
        except HttpError as refused:
            assert refused.status_code == 400, refused
            return replace(plan, guard=plan.guard.told(refused))
        if plan.bodies and not plan.came_out(reply):
            return plan
        self._fill(plan.fill)
        return None

    def _fill(self, body: Json | None) -> Json:
        if not body:
            return {}
        self.calls.append("values.batchUpdateByDataFilter")
        return self.sheets.values().batchUpdateByDataFilter(spreadsheetId=self.id, body=body).execute()

    def values(self, title: str, render: str = "UNFORMATTED_VALUE") -> list[list[Any]]:
        got = (
            self.sheets.values()
            .get(spreadsheetId=self.id, range="'" + title.replace("'", "''") + "'", valueRenderOption=render)
            .execute()
        )
        return got.get("values", [])

    def rows(self, title: str) -> list[dict[str, Any]]:
        """The worksheet's rows below its header, by header."""
        header, *rest = self.values(title)
        return [dict(zip(header, row + [""] * (len(header) - len(row)), strict=False)) for row in rest]

    def everything(self) -> Json:
        """The whole spreadsheet's metadata."""
        return self.sheets.get(spreadsheetId=self.id, fields=EVERYTHING, includeGridData=True).execute()

    def sheet(self, sheet_id: int) -> Json:
        return next(s for s in self.everything()["sheets"] if s["properties"]["sheetId"] == sheet_id)


def _nothing() -> None:
    """Nobody does anything."""
