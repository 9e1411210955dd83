"""The form that a responder fills in, what happens to the answers, and the owner's view of a form's structure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, make_response, render_template, request

from .. import forms
from ..calls import Transaction
from ..refusal import Refusal
from ..store import Store
from . import form_answers
from .access import Access, Answer, from_elsewhere
from .form_answers import Reading
from .form_model import Page
from .form_model import pages as pages_of
from .home_routes import words_of

Json = dict[str, Any]


def add(pages: Blueprint, store: Store, owner: Access) -> None:
    @pages.get("/forms/d/e/<form_id>/viewform")
    def form_page(form_id: str) -> Answer:
        with store.transaction(write=False) as tx:
            form = forms.read(tx, form_id)
            closed = _closed(tx, form_id, form)
        if form is None or closed:
            return closed or _unknown()
        parts = pages_of(form)
        query = request.args.to_dict(flat=False)
        given = form_answers.prefilled(parts, query)
        email = request.args.get("emailAddress", "")
        return _show(form_id, form, parts, Reading(given, email, {}))

    @pages.post("/forms/d/e/<form_id>/formResponse")
    def form_response(form_id: str) -> Answer:
        if from_elsewhere():
            return _say(403, "Not sent", ["These answers came from another site's page. Open the form's own link."])
        posted = request.form.to_dict(flat=False)
        with store.transaction(write=False) as tx:
            form = forms.read(tx, form_id)
            closed = _closed(tx, form_id, form)
        if form is None or closed:
            return closed or _unknown()
        parts = pages_of(form)
        reading = form_answers.read(parts, posted, asks_email=bool(email_collection(form)))
        if reading.unknown:
            refused = (
                f"This form has no question {_names(reading.unknown)}; it may have changed since the page was opened. "
                "Look through your answers and send them again."
            )
            return _show(form_id, form, parts, reading, refused=refused)
        if reading.faults:
            return _show(form_id, form, parts, reading, refused="")
        try:
            with store.transaction(write=True) as tx:
                forms.submit(tx, form_id, reading.answers, reading.email or None)
        except Refusal as refusal:
            return _show(form_id, form, parts, reading, refused=refusal.message, status=refusal.code)
        return _sent(form_id, form)

    @pages.get("/forms/d/e/<form_id>/formResponse")
    def form_response_reloaded(form_id: str) -> Answer:
        """A bookmark or a history entry of the page after sending leads back to the form."""
        return make_response("", 303, {"Location": f"/forms/d/e/{form_id}/viewform"})

    @pages.get("/forms/d/<form_id>/edit")
    def form_structure(form_id: str) -> Answer:
        if answer := owner.check():
            return answer
        with store.transaction(write=False) as tx:
            form = forms.read(tx, form_id)
            if form is None:
                return _unknown()
            state = forms.publish_state(tx, form_id)
            count = forms.count_responses(tx, form_id)
        return render_template(
            "structure.html",
            title=_title(form),
            form=form,
            pages=pages_of(form),
            state=words_of(state),
            open=state == (True, True),
            count=count,
            email=EMAIL_WORDS[email_collection(form)],
            answer_at=f"/forms/d/e/{form_id}/viewform",
        )


EMAIL_WORDS = {
    "": "E-mail addresses are not collected.",
    "VERIFIED": "E-mail addresses are collected (verified).",
    "RESPONDER_INPUT": "E-mail addresses are collected as responders type them.",
}


def email_collection(form: Json) -> str:
    kind = str(form.get("settings", {}).get("emailCollectionType", ""))
    return kind if kind in ("VERIFIED", "RESPONDER_INPUT") else ""


def _title(form: Json) -> str:
    info = form.get("info", {})
    return str(info.get("title") or info.get("documentTitle") or "Untitled form")


def _show(
    form_id: str, form: Json, parts: Sequence[Page], reading: Reading, *, refused: str | None = None, status: int = 400
) -> Answer:
    """The form with what is filled in so far; `refused` is None before anything was sent."""
    titles = {
        field.question_id: block.title if block.kind == "question" else f"{block.title}: {field.title}"
        for page in parts
        for block in page.blocks
        for field in block.fields
    }
    wrong = [("email", "Your e-mail")] if "email" in reading.faults else []
    wrong += [(question, titles[question]) for question in titles if question in reading.faults]
    text = render_template(
        "form.html",
        title=_title(form),
        action=f"/forms/d/e/{form_id}/formResponse",
        pages=parts,
        given=reading.given,
        said=reading.faults,
        faults=wrong,
        refused=refused,
        returned=refused is not None,
        email=reading.email,
        email_collection=email_collection(form),
        email_fault=reading.faults.get("email", ""),
        any_required=bool(email_collection(form)) or any(f.required for page in parts for f in page.fields),
    )
    return make_response(text, 200 if refused is None else status)


def _closed(tx: Transaction, form_id: str, form: Json | None) -> Answer | None:
    """The page that says why nobody can answer now; None when the form is open."""
    if form is None:
        return None
    published, accepting = forms.publish_state(tx, form_id)
    if published and accepting:
        return None
    if not published:
        lines = ["Its owner has not published it. Ask whoever sent you the link."]
        return _say(403, "This form is not open", lines, over=_title(form))
    lines = ["It no longer accepts answers. Ask its owner if you think that is a mistake."]
    return _say(403, "This form is closed", lines, over=_title(form))


def _sent(form_id: str, form: Json) -> Answer:
    address = f"/forms/d/e/{form_id}/viewform"
    return _say(
        200,
        "Your response has been recorded",
        ["Thank you. You can close this page."],
        over=_title(form),
        links=[("Submit another response", address)],
        script="form.js",
        reset_to=address,
    )


def _unknown() -> Answer:
    return _say(
        404, "There is no such form", ["The link may be cut short, or the form was deleted. Ask for a new link."]
    )


def _say(status: int, heading: str, lines: Sequence[str], **more: Any) -> Answer:
    return make_response(render_template("message.html", heading=heading, lines=lines, **{"links": [], **more}), status)


def _names(unknown: Sequence[str]) -> str:
    shown = ", ".join(name[:40] for name in unknown[:3])
    return shown + (" and others" if len(unknown) > 3 else "")
