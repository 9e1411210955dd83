"""The home page: every form and spreadsheet of the workspace, with its links and state."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, render_template

from .. import drive_files as drive
from .. import forms, forms_responses
from ..calls import Transaction
from ..forms_document import Form
from ..store import Store
from .access import Access, Answer

FORM = drive.FORM
SPREADSHEET = drive.SPREADSHEET


@dataclass(frozen=True)
class File:
    name: str
    kind: str  # Form, Spreadsheet
    address: str
    changed: str
    changed_exactly: str
    state: str = ""
    open: bool = False
    responses: int | None = None
    answer_at: str = ""


def add(pages: Blueprint, store: Store, owner: Access) -> None:
    @pages.get("/")
    def home() -> Answer:
        if answer := owner.check():
            return answer
        with store.transaction(write=False) as tx:
            files = [_file(tx, row) for row in drive.all_files(tx) if row["mime_type"] in (FORM, SPREADSHEET)]
        return render_template("home.html", files=files)


def _file(tx: Transaction, row: Any) -> File:
    file_id, moment = row["id"], datetime.fromisoformat(row["modified"])
    changed, exactly = ago(moment, tx.now), moment.strftime("%Y-%m-%d %H:%M UTC")
    if row["mime_type"] == SPREADSHEET:
        return File(row["name"], "Spreadsheet", f"/spreadsheets/d/{file_id}/edit", changed, exactly)
    form = forms.load_published(tx, file_id)
    return File(
        row["name"],
        "Form",
        f"/forms/d/{file_id}/edit",
        changed,
        exactly,
        words_of(form) if form else "Empty",
        form is not None and is_open(form),
        forms_responses.count(tx, file_id),
        f"/forms/d/e/{file_id}/viewform",
    )


def words_of(form: Form) -> str:
    if is_open(form):
        return "Accepting answers"
    return "Closed" if form.published else "Not published"


def is_open(form: Form) -> bool:
    return form.legacy or (form.published and form.accepting)


def ago(moment: datetime, now: datetime) -> str:
    """How long ago, for the eye; the exact time stands beside it."""
    seconds = (now - moment.astimezone(UTC)).total_seconds()
    for length, name in ((86400, "day"), (3600, "hour"), (60, "minute")):
        count = int(seconds // length)
        if count >= 1:
            return f"{count} {name}{'s' if count > 1 else ''} ago"
    return "just now"
