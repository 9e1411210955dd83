"""The workspace's own knobs under `/_emulator/`, for whoever has the owner's token: one table of small routes.

    GET    /_emulator/log          every request so far                       DELETE forgets it
    POST   /_emulator/faults       {"faults": [...]} orders, see `faults`     GET tells which were used, DELETE clears
    POST   /_emulator/quota        {"on": true, "limits": {"sheets.read": 5}}
    POST   /_emulator/clock        {"now": "...Z"} or {"advance": seconds}, with {"stopped": true} to stand still
    POST   /_emulator/settings     {"disabled": ["forms"], "page_size_cap": 7, "refresh_token_days": 7,
                                    "delegation": ["robot@project.iam.gserviceaccount.com"]}
    POST   /_emulator/responses    {"formId": ..., "responses": [{"answers": {...}, "email": ..., "responseId": ...}]}
    DELETE /_emulator/responses    {"formId": ..., "responseId": ...}, as the owner deletes one in the editor
    POST   /_emulator/legacy       {"formId": ...}: a form from before publish settings
    POST   /_emulator/reset        everything as new

Google has none of these, and the pipeline never calls one.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from . import forms, forms_responses, schema, store, wire
from .faults import Faults, Quota
from .refusal import Refusal, not_found
from .wire import Answer, Request

Json = dict[str, Any]

SETTINGS: dict[str, Callable[[Any], bool]] = {
    "disabled": lambda value: isinstance(value, list) and set(value) <= set(schema.DOCUMENTS),
    "page_size_cap": lambda value: type(value) is int and value > 0,
    "refresh_token_days": lambda value: type(value) is int and value >= 0,
    "delegation": lambda value: isinstance(value, list) and all(type(one) is str for one in value),
}


@dataclass
class Trace:
    """What the request log learns of a call on its way."""

    method: str = ""  # as a fault names it: the discovery id, `token` or `formResponse`; empty for other pages
    client: str = ""
    started: float = field(default_factory=time.monotonic)


class Control:
    def __init__(self, workspace_store: store.Store) -> None:
        self.store = workspace_store
        self.faults = Faults()
        self.quota = Quota()
        self._lock = threading.Lock()
        self._log: deque[Json] = deque(maxlen=100_000)

    def log(self, trace: Trace, request: Request, status: int, sent: int) -> None:
        """Notes one request."""
        entry = {
            "method": trace.method,
            "verb": request.http,
            "path": request.path,
            "status": status,
            "bytesIn": len(request.body),
            "bytesOut": sent,
            "client": trace.client,
            "ms": round((time.monotonic() - trace.started) * 1000, 1),
        }
        with self._lock:
            self._log.append(entry)

    def answer(self, request: Request) -> Answer:
        route, *known = _ROUTES.get((request.http, request.path.removeprefix("/_emulator/")), (None,))
        if route is None:
            raise Refusal(404, f"The workspace has no control {request.http} {request.path}.")
        body = wire.read_json(request)
        if not isinstance(body, dict):
            raise Refusal(400, "The body must be a JSON object.")
        if unknown := set(body) - set(known):
            raise Refusal(400, f"This control has no {', '.join(sorted(unknown))}.")
        try:
            return wire.answer_json(route(self, body) or {})
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as fault:
            raise Refusal(400, f"This control cannot read its body: {type(fault).__name__} {fault}.") from None

    # --- the routes -------------------------------------------------------------------------------------------------

    def _tell_log(self, _: Json) -> Json:
        with self._lock:
            return {"requests": list(self._log)}

    def _forget_log(self, _: Json) -> None:
        with self._lock:
            self._log.clear()

    def _set_quota(self, body: Json) -> Json:
        self.quota.set(body)
        return {"limits": {name: list(limit) for name, limit in self.quota.limits.items()}}

    def _clock(self, body: Json) -> Json:
        with self.store.transaction(write=True) as tx:
            wanted = tx.now
            if "now" in body:
                wanted = datetime.fromisoformat(body["now"]).astimezone(UTC)
            wanted += timedelta(seconds=body.get("advance", 0))
            if not 2000 <= wanted.year <= 2200:
                raise ValueError("the clock goes from 2000 to 2200")
            if body.get("stopped"):
                clock: Json = {"stopped_at": wanted.isoformat()}
            else:
                clock = {"ahead": (wanted - datetime.now(UTC)).total_seconds()}
            store.set_setting(tx.db, "clock", clock)
            return {"now": store.stamp(store.now(tx.db), 6)}

    def _settings(self, body: Json) -> Json:
        with self.store.transaction(write=True) as tx:
            for name, value in body.items():
                if not SETTINGS[name](value):
                    raise ValueError(f"{name} cannot be that")
                store.set_setting(tx.db, name, value)
            return {name: store.setting(tx.db, name) for name in SETTINGS}

    def _take_responses(self, body: Json) -> Json:
        with self.store.transaction(write=True) as tx:
            ids = [
                forms.submit(
                    tx, body["formId"], one.get("answers", {}), one.get("email"), response_id=one.get("responseId", "")
                )
                for one in body["responses"]
            ]
        return {"responseIds": ids}

    def _delete_response(self, body: Json) -> None:
        with self.store.transaction(write=True) as tx:
            forms_responses.delete(tx, body["formId"], body["responseId"])

    def _make_legacy(self, body: Json) -> None:
        with self.store.transaction(write=True) as tx:
            if not tx.db.execute("UPDATE forms SET legacy = 1 WHERE id = ?", (body["formId"],)).rowcount:
                raise not_found()

    def _reset(self, _: Json) -> None:
        self.store.reset()
        self.faults.clear()
        self.quota.set({})
        self._forget_log({})


# Each route with the names that its body may have.
_ROUTES: dict[tuple[str, str], Any] = {
    ("GET", "log"): (Control._tell_log,),
    ("DELETE", "log"): (Control._forget_log,),
    ("POST", "faults"): (lambda control, body: control.faults.order(body["faults"]), "faults"),
    ("GET", "faults"): (lambda control, _: control.faults.told(),),
    ("DELETE", "faults"): (lambda control, _: control.faults.clear(),),
    ("POST", "quota"): (Control._set_quota, "on", "limits"),
    ("POST", "clock"): (Control._clock, "now", "advance", "stopped"),
    ("POST", "settings"): (Control._settings, *SETTINGS),
    ("POST", "responses"): (Control._take_responses, "formId", "responses"),
    ("DELETE", "responses"): (Control._delete_response, "formId", "responseId"),
    ("POST", "legacy"): (Control._make_legacy, "formId"),
    ("POST", "reset"): (Control._reset,),
}
