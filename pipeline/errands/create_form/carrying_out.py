"""Executes a plan, step by step. Every step leaves a state that the next run understands."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pipeline.errands import files
from pipeline.errands.book import write_panel
from pipeline.errands.create_form.linking import link_requests
from pipeline.errands.create_form.plan import Plan, Step
from pipeline.google import drive, forms, sheets
from pipeline.google.refusals import Invalid, NotInvited
from pipeline.google.retry import NotFound
from pipeline.project import Project
from pipeline.worksheets import Book

Json = dict[str, Any]


class OtherIds(Exception):  # no error: a reason to look again
    """The workspace gave items other ids than ours."""


class Execution:
    """One run of one plan: knows the ids of what it made so far."""

    def __init__(
        self,
        project: Project,
        plan: Plan,
        ids: Mapping[str, str],
        say: Callable[[str], None],
        book: Book | None = None,
    ) -> None:
        self.book = book  # the spreadsheet as surveyed
        self.project, self.session, self.plan, self.say = project, project.session, plan, say
        self.ids = dict(ids)  # target -> file id
        self.form_documents: dict[str, Json] = {}  # target -> the form as last answered
        self.not_invited: list[str] = []  # with whom nothing could be shared; all the rest is done all the same

    def run(self) -> None:
        for step in self.plan.steps:
            self.say(f"  {step.what}")
            METHODS[step.method](self, step)

    def _remember_refusal(self, target: str, name: str, *, refused: bool) -> None:
        """An address that was refused is told until it is let in or corrected; asking each time would cost a call."""
        self.project.state.remember(self.project.role.id, refused={target: {name.lower(): True if refused else None}})

    def _remember(self, target: str, file_id: str) -> None:
        self.ids[target] = file_id
        kind, _, round_id = target.partition(":")
        facts: Json = {"forms": {round_id: file_id}} if kind == "form" else {"spreadsheet": file_id}
        self.project.state.remember(self.project.role.id, **facts)

    def create_form(self, step: Step) -> None:
        """forms.create cannot be repeated blindly: the form is born under a name that we find again."""
        round_id = step.target.partition(":")[2]
        marker = secrets.token_hex(4)
        self.project.state.remember(self.project.role.id, journal={round_id: marker})
        info = {**step.body["info"], "documentTitle": f"{step.body['info']['documentTitle']} [{marker}]"}

        def settled() -> Json | None:
            query = f"name contains '{marker}' and mimeType = '{files.FORM}' and trashed = false"
            found = [file for file in drive.files_list(self.session, query) if marker in file["name"]]
            return forms.get(self.session, found[0]["id"]) if found else None

        document = forms.create(self.session, {"info": info}, settled=settled)
        self.form_documents[step.target] = document
        self._remember(step.target, document["formId"])

    def update_file(self, step: Step) -> None:
        body = {"name": step.body["name"], "appProperties": step.body["appProperties"]}
        folder = step.body.get("folder") or None
        drive.files_update(self.session, self.ids[step.target], body, add_parents=folder)
        kind, _, round_id = step.target.partition(":")
        if kind == "form":
            self.project.state.remember(self.project.role.id, journal={round_id: None})

    def update_form(self, step: Step) -> None:
        """All changes in one guarded batch: refused as a whole when somebody edited the form meanwhile.

        Whether Google takes ids of ours is not documented: should it refuse them, it gives its own.
        """
        plan = self.plan.forms[step.target.partition(":")[2]]
        revision = plan.revision_id or self.form_documents.get(step.target, {}).get("revisionId", "")
        body: Json = {"requests": step.body["requests"]}
        if revision:
            body["writeControl"] = {"requiredRevisionId": revision}
        try:
            reply = forms.batch_update(self.session, self.ids[step.target], body)
        except Invalid:
            nameless = list(plan.without_ids())
            if nameless == body["requests"]:
                raise
            reply = forms.batch_update(self.session, self.ids[step.target], {**body, "requests": nameless})
        if plan.joined(reply.get("replies", [])) != plan.join:
            raise OtherIds

    def publish(self, step: Step) -> None:
        forms.set_publish_settings(self.session, self.ids[step.target], step.body)

    def create_file(self, step: Step) -> None:
        marks = step.body["appProperties"]

        def settled() -> Json | None:
            there = files.find(self.session, marks[files.ROLE]).spreadsheet
            return dict(there) if there else None

        self._remember(step.target, drive.files_create(self.session, step.body, settled=settled)["id"])

    def update_spreadsheet(self, step: Step) -> None:
        requests = [*step.body["requests"], *self._links(step.body.get("links", ()))]
        if requests and self.book and "links" in step.body:
            write_panel(self.project, self.ids[step.target], self.book, requests)
        elif requests:
            sheets.batch_update(self.session, self.ids[step.target], {"requests": requests})

    def put_back_headers(self, step: Step) -> None:
        sheets.values_batch_update_by_data_filter(self.session, self.ids[step.target], step.body)

    def _links(self, rounds: Sequence[str]) -> list[Json]:
        """Personal links to forms whose address is known only since this run made them."""
        documents = {round_id: self.form_documents.get(f"form:{round_id}", {}) for round_id in rounds}
        addresses = {id_: self.project.lasting(form.get("responderUri", "")) for id_, form in documents.items()}
        known = {round_id: form.join for round_id, form in self.plan.forms.items()}
        return link_requests(self.project.rubric, self.book, known, addresses) if self.book else []

    def share(self, step: Step) -> None:
        name = step.body.get("emailAddress") or step.body.get("domain") or "anyone"
        try:
            drive.permissions_create(self.session, self.ids[step.target], step.body)
        except NotInvited:
            self.not_invited.append(name)
            self._remember_refusal(step.target, name, refused=True)
        else:
            self._remember_refusal(step.target, name, refused=False)

    def unshare(self, step: Step) -> None:
        try:
            drive.permissions_delete(self.session, self.ids[step.target], step.body["id"])
        except NotFound:
            return  # gone already: just what was asked for


METHODS: Mapping[str, Callable[[Execution, Step], None]] = {
    "forms.create": Execution.create_form,
    "files.update": Execution.update_file,
    "forms.batchUpdate": Execution.update_form,
    "forms.setPublishSettings": Execution.publish,
    "files.create": Execution.create_file,
    "spreadsheets.batchUpdate": Execution.update_spreadsheet,
    "spreadsheets.values.batchUpdateByDataFilter": Execution.put_back_headers,
    "permissions.create": Execution.share,
    "permissions.delete": Execution.unshare,
}
