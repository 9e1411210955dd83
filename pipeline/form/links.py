"""Personal links: the form's page with candidate and e-mail filled in, so that nobody mistypes either.

The parameter names are Google's own but undocumented (`entry.<question id as a decimal>`, `emailAddress`); they are
known here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote, urlencode

from pipeline.form.fields import Field, of_kind


def entry(question_id: str) -> str:
    """The name under which the form's page takes the answer to a question."""
    return f"entry.{int(question_id, 16)}"


def personal_link(responder_uri: str, join: Sequence[Field], *, candidate: str = "", email: str = "") -> str:
    """The form's address with candidate and interviewer filled in; what is empty is left to be filled in."""
    filled = [("usp", "pp_url")]
    asked = of_kind(join, "candidate") or of_kind(join, "typed-candidate")
    if candidate and asked:
        filled.append((entry(asked.question_id), candidate))
    if email:
        own_question = of_kind(join, "interviewer")
        filled.append((entry(own_question.question_id) if own_question else "emailAddress", email))
    return f"{responder_uri}{'&' if '?' in responder_uri else '?'}{urlencode(filled, quote_via=quote, safe='')}"


def link_parts(responder_uri: str, join: Sequence[Field]) -> tuple[str, str]:
    """`personal_link` around its two values: what stands before the candidate, and between candidate and e-mail."""
    before, between = personal_link(responder_uri, join, candidate="{}", email="{}").split(quote("{}"))[:2]
    return before, between
