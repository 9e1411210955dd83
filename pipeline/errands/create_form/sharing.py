"""Who may answer a form and who may open the spreadsheet: whom to let in, and whom to let go."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pipeline.config import Grantee, Role
from pipeline.errands.create_form.plan import Json, Piece, Step
from pipeline.form import Change
from pipeline.scorecard import Round
from pipeline.worksheets import Book

PEOPLE = "people"  # among what was last applied to a form: for whom


def invited(role: Role, book: Book | None, round_: Round) -> list[Grantee]:
    """Who may answer the form of a round: those named in the configuration, and the panel's interviewers."""
    panel = book.panel if book else ()
    return [*role.sharing.responders, *(Grantee("user", row.interviewer) for row in panel if row.round == round_.id)]


def people_of(role: Role, book: Book | None, round_: Round) -> str:
    """Fingerprint of whom a form was last brought up to date for: candidates, responders, and who interviews whom."""
    responders = sorted({(one.kind, one.name.lower()) for one in invited(role, book, round_)})
    pairs = sorted((row.candidate, row.interviewer) for row in (book.panel if book else ()) if row.round == round_.id)
    told = repr((book.candidates if book else (), responders, pairs))
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _permission(grantee: Grantee, *, view: str, role: str) -> Json:
    """A body for permissions.create."""
    body: Json = {"type": grantee.kind, "role": role}
    if view:
        body["view"] = view
    if grantee.kind == "user":
        body["emailAddress"] = grantee.name
    if grantee.kind == "domain":
        body["domain"] = grantee.name
    return body


def _who(body: Mapping[str, Any]) -> tuple[str, str]:
    return str(body.get("type")), str(body.get("emailAddress") or body.get("domain") or "").lower()


def sharing(
    target: str,
    title: str,
    wanted: Iterable[Grantee],
    file: Mapping[str, Any] | None,
    *,
    view: str,
    role: str,
) -> Iterator[Piece]:
    """Let in who is missing; of a form's responders let go who is no longer asked. Editors are never let go by us."""
    held = [p for p in (file or {}).get("permissions", []) if p.get("role") != "owner" and p.get("view", "") == view]
    have = {_who(held_by): held_by for held_by in held}
    want = {_who(body): body for body in (_permission(grantee, view=view, role=role) for grantee in wanted)}
    for who, body in sorted(want.items()):
        if who not in have:
            name = who[1] or "anyone with the link"
            step = Step("permissions.create", target, f'share "{title}" with {name}', body)
            yield Change("shared", "safe", f'{name} may {"answer" if view else "open"} "{title}"'), [step]
    for who, body in sorted(have.items()):
        if view and who not in want:
            name = who[1] or "anyone with the link"
            step = Step("permissions.delete", target, f'stop sharing "{title}" with {name}', {"id": body["id"]})
            yield Change("unshared", "safe", f'{name} may no longer answer "{title}"'), [step]
