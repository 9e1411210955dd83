"""Forms v1: its methods, and how forms are kept.

`forms_document` holds what a form is and how requests change it, `forms_items` the rules of items,
`forms_responses` what was answered.
"""

from __future__ import annotations

import json
from datetime import timedelta

from . import drive_files as drive
from . import drive_permissions, forms_answers, forms_responses, masks, schema
from .calls import Call, Content, Handler, Json, Transaction
from .forms_document import Form, apply, checked_title
from .refusal import Refusal, invalid, not_found
from .store import stamp

TABLES = (
    """
CREATE TABLE IF NOT EXISTS forms (
  id TEXT PRIMARY KEY, revision INTEGER NOT NULL, title TEXT NOT NULL, description TEXT NOT NULL DEFAULT '',
  settings TEXT NOT NULL, items TEXT NOT NULL DEFAULT '[]', published INTEGER NOT NULL DEFAULT 0,
  accepting INTEGER NOT NULL DEFAULT 0, legacy INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS form_revisions (
  form_id TEXT NOT NULL, revision INTEGER NOT NULL, item_ids TEXT NOT NULL, made TEXT NOT NULL,
  PRIMARY KEY (form_id, revision)
) WITHOUT ROWID;
"""
    + forms_responses.TABLES
)


def load(tx: Transaction, form_id: str, *, write: bool = False) -> Form:
    """The form, for a caller who may see it (and change it)."""
    return _load(tx, form_id, drive.require_file(tx, form_id, drive.FORM, write)["name"])


def load_published(tx: Transaction, form_id: str) -> Form | None:
    """The form for whoever has its link; None when there is none, or it lies in the trash."""
    found = tx.rows("SELECT name FROM files JOIN forms USING (id) WHERE id = ? AND NOT trashed", form_id)
    return _load(tx, form_id, found[0]["name"]) if found else None


def _load(tx: Transaction, form_id: str, name: str) -> Form:
    row = tx.db.execute(
        "SELECT id, revision, title, description, settings, items, published, accepting, legacy "
        "FROM forms WHERE id = ?",
        (form_id,),
    ).fetchone()
    id_, revision, title, about, settings, items, published, accepting, legacy = row
    content = json.loads(settings), json.loads(items)
    return Form(id_, revision, title, about, *content, bool(published), bool(accepting), bool(legacy), name)


def _save(tx: Transaction, form: Form) -> None:
    form.revision += 1
    tx.db.execute(
        "UPDATE forms SET revision = ?, title = ?, description = ?, settings = ?, items = ? WHERE id = ?",
        (form.revision, form.title, form.description, json.dumps(form.settings), json.dumps(form.items), form.id),
    )
    _note_revision(tx, form.id, form.revision, form.item_ids)
    drive.touch(tx, form.id)


def _note_revision(tx: Transaction, form_id: str, revision: int, item_ids: list[str]) -> None:
    day_ago = stamp(tx.now - timedelta(hours=24))  # so long a revision id is good for
    tx.db.execute("DELETE FROM form_revisions WHERE form_id = ? AND made < ?", (form_id, day_ago))
    noted = (form_id, revision, json.dumps(item_ids), stamp(tx.now))
    tx.db.execute("INSERT INTO form_revisions VALUES (?, ?, ?, ?)", noted)


# --- births and deaths, by whichever API ---------------------------------------------------------------------------


def _born(tx: Transaction, form_id: str, name: str, title: str = "") -> None:
    tx.db.execute(
        "INSERT INTO forms (id, revision, title, settings) VALUES (?, 1, ?, ?)",
        (form_id, title, json.dumps({"emailCollectionType": "DO_NOT_COLLECT"})),
    )
    _note_revision(tx, form_id, 1, [])


def _copied(tx: Transaction, source: str, target: str) -> None:
    tx.db.execute(
        "INSERT INTO forms (id, revision, title, description, settings, items) "
        "SELECT ?, 1, title, description, settings, items FROM forms WHERE id = ?",
        (target, source),
    )
    _note_revision(tx, target, 1, _load(tx, target, "").item_ids)


def _gone(tx: Transaction, form_id: str) -> None:
    for table, column in (("forms", "id"), ("form_revisions", "form_id"), ("responses", "form_id")):
        tx.db.execute(f"DELETE FROM {table} WHERE {column} = ?", (form_id,))  # noqa: S608 - our own names


drive.KINDS[drive.FORM] = drive.Kind(_born, _copied, _gone, "/forms/d/{id}/edit")


# --- methods ---------------------------------------------------------------------------------------------------------


def _create(tx: Transaction, call: Call) -> Json:
    given = schema.omit_defaults("forms", "Form", call.body)
    info = given.get("info", {})
    if set(given) - {"info"} or set(info) - {"title", "documentTitle"}:
        raise invalid(
            "Only info.title can be set when creating a form. To add items and change settings, use batchUpdate."
        )
    title = checked_title(info.get("title", ""))
    # Without a name of its own the file is called as the Forms editor calls a new one.
    name = info.get("documentTitle") or "Untitled form"
    form_id = drive.make_file(tx, drive.FORM, name)
    # Since mid-2026 every new form is unpublished, whether `unpublished` is sent or not.
    _born(tx, form_id, name, title)
    return load(tx, form_id).as_json(call.base_url)


def _get(tx: Transaction, call: Call) -> Json:
    return load(tx, call.params["formId"]).as_json(call.base_url)


def _batch_update(tx: Transaction, call: Call) -> Json:
    form = load(tx, call.params["formId"], write=True)
    requests = call.body.get("requests")
    if not requests:
        raise invalid("Must specify at least one request.")
    control = call.body.get("writeControl", {})
    _control(tx, form, control)
    replies = apply(form, requests)
    _save(tx, form)
    answer: Json = {"replies": replies, "writeControl": {"requiredRevisionId": form.revision_id}}
    if "targetRevisionId" in control:
        answer["writeControl"] = {"targetRevisionId": form.revision_id}
    if call.body.get("includeFormInResponse"):
        answer["form"] = form.as_json(call.base_url)
    return answer


def _control(tx: Transaction, form: Form, control: Json) -> None:
    if control.get("requiredRevisionId", form.revision_id) != form.revision_id:
        raise invalid("The required revision ID does not match the latest revision of the form.")
    if target := control.get("targetRevisionId"):
        rows = tx.db.execute("SELECT revision, item_ids FROM form_revisions WHERE form_id = ?", (form.id,))
        known = {f"{revision:08x}": ids for revision, ids in rows}
        if target not in known:
            raise invalid("The target revision ID is invalid or too old.")
        form.seen = json.loads(known[target])


def _set_publish_settings(tx: Transaction, call: Call) -> Json:
    form = load(tx, call.params["formId"], write=True)
    if form.legacy:
        raise invalid("Publish settings are not supported for this form.")
    mask = masks.paths(call.body.get("updateMask", "*"))
    if not mask or any(path not in (["*"], ["publishState"]) for path in mask):
        raise invalid("update_mask contains an invalid path; it may hold publish_state or *.")
    settings = call.body.get("publishSettings")
    if settings is None:
        raise invalid("publish_settings was not provided")
    state = settings.get("publishState")
    if state is None or not {"isPublished", "isAcceptingResponses"} <= set(state):
        raise invalid("Both publish_state.is_published and publish_state.is_accepting_responses must be set.")
    if state["isAcceptingResponses"] and not state["isPublished"]:
        raise invalid("A form that is not published cannot accept responses.")
    form.published, form.accepting = state["isPublished"], state["isAcceptingResponses"]
    tx.db.execute(
        "UPDATE forms SET published = ?, accepting = ? WHERE id = ?", (form.published, form.accepting, form.id)
    )
    drive.touch(tx, form.id)  # the revision stays: it speaks of the form's content only
    return {"formId": form.id, "publishSettings": form.as_json(call.base_url)["publishSettings"]}


def _get_response(tx: Transaction, call: Call) -> Json:
    load(tx, call.params["formId"])
    return forms_responses.get(tx, call.params["formId"], call.params["responseId"])


def _list_responses(tx: Transaction, call: Call) -> Content:
    load(tx, call.params["formId"])
    return forms_responses.list_page(tx, call.params["formId"], call.params)


HANDLERS: dict[str, Handler] = {
    "forms.forms.create": _create,
    "forms.forms.get": _get,
    "forms.forms.batchUpdate": _batch_update,
    "forms.forms.setPublishSettings": _set_publish_settings,
    "forms.forms.responses.get": _get_response,
    "forms.forms.responses.list": _list_responses,
}


# --- answering ----------------------------------------------------------------------------------------------------


def _collects_email(form: Form) -> bool:
    return form.settings.get("emailCollectionType") in ("VERIFIED", "RESPONDER_INPUT")


def responder_problem(tx: Transaction, form: Form, email: str | None) -> str:
    """Why this responder may not answer, or nothing. `email` is who they say they are: there are no accounts here.

    A form that asks for no address cannot tell who answers, so there any responder permission will do.
    """
    if form.legacy:
        return ""
    if not form.published:
        return "This form is not published."
    if not form.accepting:
        return "This form is no longer accepting responses."
    allowed = drive_permissions.of_view(tx, form.id, "published")
    if any(drive_permissions.matches(one, email) for one in allowed) or (allowed and not _collects_email(form)):
        return ""
    return "You need permission: this form was not shared with you as a responder."


def submit(
    tx: Transaction,
    form_id: str,
    answers: dict[str, list[str]],
    email: str | None = None,
    *,
    response_id: str = "",
) -> str:
    """Takes one submission, or the edit of an earlier one, and gives its response id; raises `Refusal`.

    `answers` holds the texts given by question id; questions on pages that the answers lead past need none.
    """
    form = load_published(tx, form_id)
    if form is None:
        raise not_found()
    collects = _collects_email(form)
    if collects and not email:
        raise invalid("This form collects e-mail addresses; emailAddress is required.")
    if problem := responder_problem(tx, form, email):
        raise Refusal(403, problem)
    for unknown in set(answers) - {question["questionId"] for question in forms_answers.asked(form.items)}:
        raise invalid(f"The form has no question {unknown[:40]}.")
    kept, faults = forms_answers.judged(form.items, answers)
    for question_id, said in faults.items():
        raise invalid(f"Question {question_id}: {said}")
    return forms_responses.keep(tx, form_id, kept, email if collects else None, response_id)
