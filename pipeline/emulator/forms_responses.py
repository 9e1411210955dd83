"""Responses of forms: what is kept of a submission, and `responses.get` and `responses.list`.

Order is not promised, so pages come in the order of response ids, which are random; a page token is bound to its
filter. Each page costs in proportion to its size, whatever the form has received.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from json.encoder import encode_basestring as quoted
from typing import Any

from .calls import JSON, Content, Json, Transaction
from .refusal import Refusal, invalid, not_found
from .store import setting, stamp

TABLES = """
CREATE TABLE IF NOT EXISTS responses (
  form_id TEXT NOT NULL, id TEXT NOT NULL, created TEXT NOT NULL, submitted TEXT NOT NULL, email TEXT,
  answers TEXT NOT NULL, PRIMARY KEY (form_id, id)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS responses_by_time ON responses (form_id, submitted);
"""
# `created` has milliseconds and `submitted` microseconds, as at Google, so that an untouched response has two times.

MOST = 5000
_FILTER = re.compile(r"\s*timestamp\s*(>=|>)\s*(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z\s*")


# --- taking submissions -----------------------------------------------------------------------------------------------


def keep(
    tx: Transaction, form_id: str, answers: Mapping[str, Sequence[str]], email: str | None, response_id: str = ""
) -> str:
    """Writes a new response, or what an edit leaves of an old one, whose id and first time stay.

    An edit is later than what it edits even while the clock stands still, or nobody could see that there was one.
    """
    text = json.dumps({key: values for key, values in answers.items() if values}, ensure_ascii=False)
    if response_id:
        row = tx.db.execute(
            "SELECT submitted FROM responses WHERE form_id = ? AND id = ?", (form_id, response_id)
        ).fetchone()
        if row is None:
            raise not_found()
        moment = max(tx.now, datetime.fromisoformat(row[0]) + timedelta(microseconds=1))
        tx.db.execute(
            "UPDATE responses SET submitted = ?, email = ?, answers = ? WHERE form_id = ? AND id = ?",
            (stamp(moment, 6), email, text, form_id, response_id),
        )
        return response_id
    response_id = "ACYDBN" + secrets.token_urlsafe(36)
    tx.db.execute(
        "INSERT INTO responses VALUES (?, ?, ?, ?, ?, ?)",
        (form_id, response_id, stamp(tx.now), stamp(tx.now, 6), email, text),
    )
    return response_id


def delete(tx: Transaction, form_id: str, response_id: str) -> None:
    """As the form's owner deletes a response in the editor: nothing is left of it."""
    gone = tx.db.execute("DELETE FROM responses WHERE form_id = ? AND id = ?", (form_id, response_id))
    if not gone.rowcount:
        raise not_found()


def count(tx: Transaction, form_id: str) -> int:
    (number,) = tx.db.execute("SELECT count(*) FROM responses WHERE form_id = ?", (form_id,)).fetchone()
    return int(number)


def newest(tx: Transaction, form_id: str, most: int, skip: int = 0) -> list[tuple[str, str, str, dict[str, list[str]]]]:
    """Id, time of the last submission, address and answers of responses, the newest first: for the owner's page."""
    rows = tx.db.execute(
        "SELECT id, submitted, email, answers FROM responses WHERE form_id = ? ORDER BY submitted DESC, id LIMIT ? OFFSET ?",
        (form_id, most, skip),
    )
    return [(id_, submitted, email or "", json.loads(answers)) for id_, submitted, email, answers in rows]


# --- reading ------------------------------------------------------------------------------------------------------------


def _told(tx: Transaction, form_id: str, response_id: str) -> str:
    """One response as JSON text, written straight away: a page of 5,000 as dictionaries would fill 200 MB."""
    row = tx.db.execute(
        "SELECT created, submitted, email, answers FROM responses WHERE form_id = ? AND id = ?", (form_id, response_id)
    ).fetchone()
    if row is None:
        raise not_found()
    created, submitted, email, answers = row
    told = [f'"responseId":"{response_id}","createTime":"{created}","lastSubmittedTime":"{submitted}"']
    if email:
        told.append(f'"respondentEmail":{quoted(email)}')
    given = []
    for key, values in json.loads(answers).items():
        texts = ",".join([f'{{"value":{quoted(value)}}}' for value in values])
        given.append(f'"{key}":{{"questionId":"{key}","textAnswers":{{"answers":[{texts}]}}}}')
    if given:
        told.append(f'"answers":{{{",".join(given)}}}')
    return ",".join(told)


def get(tx: Transaction, form_id: str, response_id: str) -> Json:
    told: Json = json.loads(f'{{"formId":"{form_id}",{_told(tx, form_id, response_id)}}}')
    return told


def list_page(tx: Transaction, form_id: str, params: Mapping[str, Any]) -> Content:
    size = params.get("pageSize", 0)
    if size < 0:
        raise invalid("page_size must not be negative.")
    size = min(size or MOST, MOST, setting(tx.db, "page_size_cap", MOST))
    filter_ = params.get("filter", "")
    binding = hashlib.sha256(f"{form_id}\0{filter_}".encode()).hexdigest()[:12]
    after = _read_token(params.get("pageToken", ""), binding)
    since, operator = _since(filter_)
    where = f"AND submitted {operator} ?" if since else ""
    # The ids first, from the index alone, so that a filter never reads the answers that it leaves out.
    source = "INDEXED BY responses_by_time" if since else ""
    found = tx.db.execute(
        f"SELECT id FROM responses {source} WHERE form_id = ? AND id > ? {where} ORDER BY id LIMIT ?",  # noqa: S608
        (form_id, after, *([since] if since else []), size + 1),
    )
    ids = [row[0] for row in found]
    page = ids[:size]
    # Written into one buffer: a page may be 20 MB, and every copy of it would be kept by the thread's allocator.
    told = bytearray(b"{")
    for response_id in page:
        told += f"{',' if len(told) > 1 else STARTS}{{{_told(tx, form_id, response_id)}}}".encode()
    if page:
        told += b"]"
    if len(ids) > size:
        token = base64.urlsafe_b64encode(f"{page[-1]}:{binding}".encode()).decode()
        told += f',"nextPageToken":"{token}"'.encode()
    told += b"}"
    return Content(bytes(told), JSON)


STARTS = '"responses":['


def _since(text: str) -> tuple[str, str]:
    if not text:
        return "", ""
    match = _FILTER.fullmatch(text)
    try:
        if match:
            datetime.fromisoformat(match[2]).replace(tzinfo=UTC)
            digits = (match[3] or "").ljust(9, "0")
            # Times are kept to the microsecond: at or after one that is finer is after its microsecond.
            operator = ">" if match[1] == ">" or digits[6:] != "000" else ">="
            return f"{match[2]}.{digits[:6]}Z", operator
    except ValueError:
        pass
    raise invalid(
        "Invalid filter. The filter must have the form `timestamp > N` or `timestamp >= N`, N in RFC3339 UTC."
    )


def _read_token(token: str, binding: str) -> str:
    if not token:
        return ""
    try:
        after, _, bound = base64.urlsafe_b64decode(token.encode()).decode().rpartition(":")
    except ValueError:
        bound = ""
    if bound != binding:
        raise Refusal(400)
    return after
