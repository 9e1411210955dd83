"""The form that a responder fills in, what happens to the answers, and the owner's view of a form's structure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, make_response, render_template, request

from .. import forms, forms_responses
from ..calls import Json, Transaction
from ..forms_document import Form
from ..refusal import Refusal
from ..store import Store
from . import form_answers
from .access import Access, Answer
from .form_answers import Reading
from .form_model import Page
from .form_model import pages as pages_of
from .home_routes import is_open, words_of


def add(pages: Blueprint, store: Store, owner: Access) -> None:
    @pages.get("/forms/d/e/<form_id>/viewform")
    def form_page(form_id: str) -> Answer:
        with store.transaction(write=False) as tx:
            sheet = _open_form(tx, form_id)
        if not isinstance(sheet, Sheet):
            return sheet
        given = form_answers.prefilled(sheet.pages, request.args.to_dict(flat=False))
        return _show(sheet, Reading(given, request.args.get("emailAddress", ""), {}))

    @pages.post("/forms/d/e/<form_id>/formResponse")
    def form_response(form_id: str) -> Answer:
        posted = request.form.to_dict(flat=False)
        with store.transaction(write=False) as tx:
            sheet = _open_form(tx, form_id)
        if not isinstance(sheet, Sheet):
            return sheet
        reading = form_answers.read(sheet.form, posted, asks_email=bool(sheet.email))
        if reading.unknown:
            refused = (
                f"This form has no question {_names(reading.unknown)}; it may have changed since the page was opened. "
                "Look through your answers and send them again."
            )
            return _show(sheet, reading, refused=refused)
        if reading.faults:
            return _show(sheet, reading, refused="")
        try:
            with store.transaction(write=True) as tx:
                forms.submit(tx, form_id, reading.answers, reading.email or None)
        except Refusal as refusal:
            return _show(sheet, reading, refused=refusal.message, status=refusal.code)
        return _sent(sheet)

    @pages.get("/forms/d/e/<form_id>/formResponse")
    def form_response_reloaded(form_id: str) -> Answer:
        """A bookmark or a history entry of the page after sending leads back to the form."""
        return make_response("", 303, {"Location": f"/forms/d/e/{form_id}/viewform"})

    @pages.get("/forms/d/<form_id>/edit")
    def form_structure(form_id: str) -> Answer:
        if answer := owner.check():
            return answer
        with store.transaction(write=False) as tx:
            form = forms.load_published(tx, form_id)
            if form is None:
                return _unknown()
            count = forms_responses.count(tx, form_id)
            skip = min(max(request.args.get("skip", 0, int), 0), count)
            responses = forms_responses.newest(tx, form_id, SHOWN, skip)
        return render_template(
            "structure.html",
            title=_title(form),
            description=form.description,
            pages=pages_of(form.as_json("")),
            state=words_of(form),
            open=is_open(form),
            count=count,
            email=EMAIL_WORDS[form.settings.get("emailCollectionType", "")],
            answer_at=f"/forms/d/e/{form_id}/viewform",
            responses=_told(form, responses),
            earlier=skip + SHOWN if skip + SHOWN < count else None,
            delete_at=f"/forms/d/{form_id}/delete-response",
        )

    @pages.post("/forms/d/<form_id>/delete-response")
    def delete_response(form_id: str) -> Answer:
        """As the owner deletes one in Google's editor; Google's API has no such method, and so neither has ours."""
        if answer := owner.check():
            return answer
        with store.transaction(write=True) as tx:
            try:
                forms_responses.delete(tx, form_id, request.form.get("response", ""))
            except Refusal:
                return _say(404, "There is no such response", ["It was deleted already."], links=[("Back", ".")])
        return make_response("", 303, {"Location": f"/forms/d/{form_id}/edit#responses"})


SHOWN = 100  # responses on one page of the owner's


def _told(form: Form, responses: Sequence[tuple[str, str, str, dict[str, list[str]]]]) -> list[dict[str, Any]]:
    """Responses for the owner's page: when, from whom, and each answer below its question's title."""
    titles = {
        field.question_id: block.title if block.kind == "question" else f"{block.title}: {field.title}"
        for page in pages_of(form.as_json(""))
        for block in page.blocks
        for field in block.fields
    }
    return [
        {
            "id": response_id,
            "when": f"{submitted[:10]} {submitted[11:16]} UTC",
            "email": email,
            "answers": [
                (titles.get(key, "A question that is gone"), "; ".join(values)) for key, values in answers.items()
            ],
        }
        for response_id, submitted, email, answers in responses
    ]


@dataclass(frozen=True)
class Sheet:
    """An open form, ready to be filled in. `email` says why the page asks for an address, or is empty."""

    id: str
    title: str
    form: Json
    pages: Sequence[Page]
    email: str


EMAIL_WORDS = {
    "": "E-mail addresses are not collected.",
    "DO_NOT_COLLECT": "E-mail addresses are not collected.",
    "VERIFIED": "E-mail addresses are collected (verified).",
    "RESPONDER_INPUT": "E-mail addresses are collected as responders type them.",
}
NOBODY_SIGNS_IN = "In this local workspace nobody signs in, so the address you type is taken as yours."
WHY_EMAIL = {
    "VERIFIED": f"It is recorded with your answers. {NOBODY_SIGNS_IN}",
    "RESPONDER_INPUT": "It is recorded with your answers.",
}


def _title(form: Form) -> str:
    return form.title or form.document_title or "Untitled form"


def _open_form(tx: Transaction, form_id: str) -> Sheet | Answer:
    """The form to fill in, or the page that says why nobody can."""
    form = forms.load_published(tx, form_id)
    if form is None:
        return _unknown()
    if not is_open(form):
        lines = ["It no longer accepts answers. Ask its owner if you think that is a mistake."]
        if not form.published:
            lines = ["Its owner has not published it. Ask whoever sent you the link."]
        heading = "This form is closed" if form.published else "This form is not open"
        return _say(403, heading, lines, over=_title(form))
    why = WHY_EMAIL.get(form.settings.get("emailCollectionType", ""), "")
    if not why and (problem := forms.responder_problem(tx, form, None)):
        return _say(403, "This form is not for you yet", [problem, "Ask whoever sent you the link."], over=_title(form))
    told = form.as_json("")
    return Sheet(form_id, _title(form), told, pages_of(told), why)


def _show(sheet: Sheet, reading: Reading, *, refused: str | None = None, status: int = 400) -> Answer:
    """The form with what is filled in so far; `refused` is None before anything was sent."""
    titles = {
        field.question_id: block.title if block.kind == "question" else f"{block.title}: {field.title}"
        for page in sheet.pages
        for block in page.blocks
        for field in block.fields
    }
    wrong = [("email", "Your e-mail")] if "email" in reading.faults else []
    wrong += [(question, titles[question]) for question in titles if question in reading.faults]
    text = render_template(
        "form.html",
        title=sheet.title,
        action=f"/forms/d/e/{sheet.id}/formResponse",
        pages=sheet.pages,
        given=reading.given,
        said=reading.faults,
        faults=wrong,
        refused=refused,
        returned=refused is not None,
        email=reading.email,
        why_email=sheet.email,
        email_fault=reading.faults.get("email", ""),
        any_required=bool(sheet.email) or any(field.required for page in sheet.pages for field in page.fields),
    )
    return make_response(text, 200 if refused is None else status)


def _sent(sheet: Sheet) -> Answer:
    address = f"/forms/d/e/{sheet.id}/viewform"
    return _say(
        200,
        "Your response has been recorded",
        ["Thank you. You can close this page."],
        over=sheet.title,
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
