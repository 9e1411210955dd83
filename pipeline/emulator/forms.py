"""Forms v1: forms and their batch updates. Responses live in `forms_responses`, the rules of items in `forms_items`."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from . import drive, forms_items, forms_responses, masks, schema
from .calls import Call, Handler, Json, Transaction
from .refusal import Refusal, invalid
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

_NEW_SETTINGS: Json = {"emailCollectionType": "DO_NOT_COLLECT"}


@dataclass
class Form:
    """A form as stored; `document_title` is the name of its file in Drive."""

    id: str
    revision: int
    title: str
    description: str
    settings: Json
    items: list[Json]
    published: bool
    accepting: bool
    legacy: bool  # older than publish settings: always open to answers
    document_title: str = ""
    # With a target revision: the item ids as the writer last saw them, kept in step with the batch.
    seen: list[str] | None = field(default=None, repr=False)

    @property
    def revision_id(self) -> str:
        return f"{self.revision:08x}"

    def as_json(self, base_url: str) -> Json:
        told: Json = {
            "formId": self.id,
            "info": {"title": self.title, "description": self.description, "documentTitle": self.document_title},
            "settings": self.settings,
            "revisionId": self.revision_id,
            "responderUri": f"{base_url}/forms/d/e/{self.id}/viewform",
            "items": self.items,
        }
        if not self.legacy:
            state = {"isPublished": self.published, "isAcceptingResponses": self.accepting}
            told["publishSettings"] = {"publishState": state}
        return schema.omit_defaults("forms", "Form", told)


def load(tx: Transaction, form_id: str, *, write: bool = False) -> Form:
    """The form, for a caller who may see it (and change it)."""
    file = drive.require_file(tx, form_id, drive.FORM, write)
    return _load(tx, form_id, file["name"])


def load_published(tx: Transaction, form_id: str) -> Form | None:
    """The form for whoever has its link; None when there is none, or it lies in the trash."""
    row = tx.db.execute("SELECT name FROM files WHERE id = ? AND NOT trashed", (form_id,)).fetchone()
    has_form = row and tx.db.execute("SELECT 1 FROM forms WHERE id = ?", (form_id,)).fetchone()
    return _load(tx, form_id, row[0]) if has_form else None


def _load(tx: Transaction, form_id: str, name: str) -> Form:
    row = tx.db.execute(
        "SELECT id, revision, title, description, settings, items, published, accepting, legacy FROM forms WHERE id = ?",
        (form_id,),
    ).fetchone()
    return Form(*row[:4], json.loads(row[4]), json.loads(row[5]), *map(bool, row[6:]), document_title=name)


def _save(tx: Transaction, form: Form) -> None:
    form.revision += 1
    tx.db.execute(
        "UPDATE forms SET revision = ?, title = ?, description = ?, settings = ?, items = ? WHERE id = ?",
        (form.revision, form.title, form.description, json.dumps(form.settings), json.dumps(form.items), form.id),
    )
    _note_revision(tx, form.id, form.revision, form.items)
    drive.touch(tx, form.id)


def _note_revision(tx: Transaction, form_id: str, revision: int, items: list[Json]) -> None:
    day_ago = stamp(tx.now - timedelta(hours=24))  # so long a revision id is good for
    tx.db.execute("DELETE FROM form_revisions WHERE form_id = ? AND made < ?", (form_id, day_ago))
    ids = json.dumps([item["itemId"] for item in items])
    tx.db.execute("INSERT INTO form_revisions VALUES (?, ?, ?, ?)", (form_id, revision, ids, stamp(tx.now)))


# --- births and deaths, by whichever API ---------------------------------------------------------------------------


def _born(tx: Transaction, form_id: str, name: str, title: str = "") -> None:
    tx.db.execute(
        "INSERT INTO forms (id, revision, title, settings) VALUES (?, 1, ?, ?)",
        (form_id, title, json.dumps(_NEW_SETTINGS)),
    )
    _note_revision(tx, form_id, 1, [])


def _copied(tx: Transaction, source: str, target: str) -> None:
    tx.db.execute(
        "INSERT INTO forms (id, revision, title, description, settings, items) "
        "SELECT ?, 1, title, description, settings, items FROM forms WHERE id = ?",
        (target, source),
    )
    (items,) = tx.db.execute("SELECT items FROM forms WHERE id = ?", (target,)).fetchone()
    _note_revision(tx, target, 1, json.loads(items))


def _gone(tx: Transaction, form_id: str) -> None:
    for table, column in (("forms", "id"), ("form_revisions", "form_id"), ("responses", "form_id")):
        tx.db.execute(f"DELETE FROM {table} WHERE {column} = ?", (form_id,))  # noqa: S608 - our own names


drive.KINDS[drive.FORM] = drive.Kind(_born, _copied, _gone, "/forms/d/{id}/edit")


# --- methods ---------------------------------------------------------------------------------------------------------


def _create(tx: Transaction, call: Call) -> Json:
    info = call.body.get("info", {})
    if set(schema.omit_defaults("forms", "Form", call.body)) - {"info"} or set(info) - {"title", "documentTitle"}:
        raise invalid(
            "Only info.title can be set when creating a form. To add items and change settings, use batchUpdate."
        )
    title = _title(info.get("title", ""))
    # Without a name of its own the file is called as the Forms editor calls a new one.
    name = info.get("documentTitle") or "Untitled form"
    form_id = drive.make_file(tx, drive.FORM, name)
    # Since mid-2026 every new form is unpublished, whether `unpublished` is sent or not.
    _born(tx, form_id, name, title)
    return load(tx, form_id).as_json(call.base_url)


def _title(text: str) -> str:
    if not text.strip():
        raise invalid("info.title was not provided")
    if "\n" in text or "\r" in text:
        raise invalid("Displayed text cannot contain newlines")
    return text


def _get(tx: Transaction, call: Call) -> Json:
    return load(tx, call.params["formId"]).as_json(call.base_url)


def _batch_update(tx: Transaction, call: Call) -> Json:
    form = load(tx, call.params["formId"], write=True)
    requests = call.body.get("requests")
    if not requests:
        raise invalid("Must specify at least one request.")
    control = call.body.get("writeControl", {})
    _control(tx, form, control)
    replies = []
    for index, request in enumerate(requests):
        name = next(iter(request), "")
        if not name:
            raise invalid(f"Invalid requests[{index}]: No request set.")
        try:
            replies.append(_REQUESTS[name](form, request[name]))
        except Refusal as refusal:
            raise invalid(f"Invalid requests[{index}].{name}: {refusal.message}") from None
    _save(tx, form)
    answer: Json = {"replies": replies, "writeControl": {"requiredRevisionId": form.revision_id}}
    if "targetRevisionId" in control:
        answer["writeControl"] = {"targetRevisionId": form.revision_id}
    if call.body.get("includeFormInResponse"):
        answer["form"] = form.as_json(call.base_url)
    return answer


def _control(tx: Transaction, form: Form, control: Json) -> None:
    if required := control.get("requiredRevisionId"):
        if required != form.revision_id:
            raise invalid(f"The required revision ID '{required[:100]}' does not match the latest revision.")
    if target := control.get("targetRevisionId"):
        rows = tx.db.execute("SELECT revision, item_ids FROM form_revisions WHERE form_id = ?", (form.id,))
        known = {f"{revision:08x}": ids for revision, ids in rows}
        if target not in known:
            raise invalid(f"The target revision ID '{target[:100]}' is invalid or too old.")
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
    told = form.as_json(call.base_url)
    return {"formId": form.id, "publishSettings": told["publishSettings"]}


# --- the six kinds of request ------------------------------------------------------------------------------------------


def _place(form: Form, location: Json | None, name: str, *, end: bool = False) -> tuple[int, int]:
    """An index as it stands now and as the writer saw it; `end` admits the place after the last item."""
    index = (location or {}).get("index")
    if index is None:
        raise invalid(f"{name}.index was not provided")
    seen = form.seen if form.seen is not None else [item["itemId"] for item in form.items]
    if not 0 <= index < len(seen) + end:
        raise invalid(f"{name}.index {index} is out of range; the form has {len(seen)} items")
    if form.seen is None:
        return index, index
    now = [item["itemId"] for item in form.items]
    if index == len(seen):
        return len(now), index
    if seen[index] not in now:
        raise invalid(f"The item at {name}.index {index} was deleted after the target revision")
    return now.index(seen[index]), index


def _create_item(form: Form, request: Json) -> Json:
    item = request.get("item")
    if item is None:
        raise invalid("item was not provided")
    now, seen = _place(form, request.get("location"), "location", end=True)
    forms_items.give_ids(item, form.items)
    forms_items.check(item, form.items, is_quiz=_is_quiz(form))
    item = forms_items.stored(item)
    form.items.insert(now, item)
    if form.seen is not None:
        form.seen.insert(seen, item["itemId"])
    ids = [question["questionId"] for question in forms_items.questions(item)]
    return {"createItem": {"itemId": item["itemId"], **({"questionId": ids} if ids else {})}}


def _update_item(form: Form, request: Json) -> Json:
    now, seen = _place(form, request.get("location"), "location")
    others = form.items[:now] + form.items[now + 1 :]
    new = request.get("item")
    if new is None:
        raise invalid("item was not provided")
    if not request.get("updateMask"):
        raise invalid("update_mask was not provided")
    item = forms_items.updated(form.items[now], new, request["updateMask"])
    forms_items.give_ids(item, others)
    forms_items.check(item, others, is_quiz=_is_quiz(form))
    form.items[now] = forms_items.stored(item)
    if form.seen is not None:
        form.seen[seen] = item["itemId"]
    return {}


def _delete_item(form: Form, request: Json) -> Json:
    now, seen = _place(form, request.get("location"), "location")
    item = form.items.pop(now)
    if form.seen is not None:
        del form.seen[seen]
    if "pageBreakItem" in item:
        forms_items.forget_section(form.items, item["itemId"])
    return {}


def _move_item(form: Form, request: Json) -> Json:
    now, seen = _place(form, request.get("originalLocation"), "original_location")
    new_now, new_seen = _place(form, request.get("newLocation"), "new_location")
    form.items.insert(new_now, form.items.pop(now))
    if form.seen is not None:
        form.seen.insert(new_seen, form.seen.pop(seen))
    return {}


def _update_form_info(form: Form, request: Json) -> Json:
    info = request.get("info", {})
    for path in _mask(request, "Info"):
        if path in (["*"], ["title"]):
            form.title = _title(info.get("title", ""))
        if path in (["*"], ["description"]):
            form.description = info.get("description", "")
        if path == ["documentTitle"]:
            raise invalid("document_title cannot be updated; rename the file with the Drive API")
    return {}


def _update_settings(form: Form, request: Json) -> Json:
    settings = request.get("settings", {})
    for path in _mask(request, "FormSettings"):
        if path[0] in ("*", "emailCollectionType"):
            wanted = settings.get("emailCollectionType", "EMAIL_COLLECTION_TYPE_UNSPECIFIED")
            if wanted != "EMAIL_COLLECTION_TYPE_UNSPECIFIED":
                form.settings["emailCollectionType"] = wanted
        if path[0] in ("*", "quizSettings"):
            is_quiz = settings.get("quizSettings", {}).get("isQuiz", False)
            form.settings.pop("quizSettings", None)
            if is_quiz:
                form.settings["quizSettings"] = {"isQuiz": True}
            else:  # a form that stops being a quiz loses its answer keys
                for item in form.items:
                    for question in forms_items.questions(item):
                        question.pop("grading", None)
    return {}


def _mask(request: Json, message: str) -> list[list[str]]:
    wanted = masks.paths(request.get("updateMask", ""))
    if not wanted:
        raise invalid("update_mask was not provided")
    for path in wanted:
        if path != ["*"] and not forms_items.known_path(message, path):
            raise invalid(f"update_mask contains an invalid path: {'.'.join(path)}")
    return wanted


def _is_quiz(form: Form) -> bool:
    return bool(form.settings.get("quizSettings", {}).get("isQuiz"))


_REQUESTS: dict[str, Callable[[Form, Json], Json]] = {
    "createItem": _create_item,
    "updateItem": _update_item,
    "deleteItem": _delete_item,
    "moveItem": _move_item,
    "updateFormInfo": _update_form_info,
    "updateSettings": _update_settings,
}


def _get_response(tx: Transaction, call: Call) -> Json:
    load(tx, call.params["formId"])
    return forms_responses.get(tx, call.params["formId"], call.params["responseId"])


def _list_responses(tx: Transaction, call: Call) -> Json:
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


def read(tx: Transaction, form_id: str) -> Json | None:
    """The form as JSON for whoever has its link; None when there is none, or it lies in the trash."""
    form = load_published(tx, form_id)
    return form.as_json("") if form else None


def publish_state(tx: Transaction, form_id: str) -> tuple[bool, bool]:
    """Whether the form is published, and whether it takes answers; a legacy form is and does."""
    row = tx.db.execute(
        "SELECT published OR legacy, accepting OR legacy FROM forms WHERE id = ?", (form_id,)
    ).fetchone()
    return (bool(row[0]), bool(row[1])) if row else (False, False)


def count_responses(tx: Transaction, form_id: str) -> int:
    return forms_responses.count(tx, form_id)


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
    allowed = drive.permissions.of_view(tx, form.id, "published")
    if any(drive.permissions.matches(one, email) for one in allowed) or (allowed and not _collects_email(form)):
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
        raise Refusal(404, "Requested entity was not found.")
    if _collects_email(form) and not email:
        raise invalid("This form collects e-mail addresses; emailAddress is required.")
    if problem := responder_problem(tx, form, email):
        raise Refusal(403, problem)
    forms_responses.check_answers(form.items, answers)
    return forms_responses.keep(tx, form_id, answers, email if _collects_email(form) else None, response_id)
