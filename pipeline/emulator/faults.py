"""Faults that a test orders, and Google's quotas: what a call meets besides its handler. In the memory of one server.

A fault is an order such as `{"method": "forms.forms.create", "status": 503, "when": "after"}`. The orders for a
method are used up one after another, and can be asked whether they were.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from . import schema, wire
from .refusal import Refusal
from .wire import Answer

Json = dict[str, Any]


SUBMISSION = "formResponse"  # a person's POST to the page of a form


@dataclass
class Fault:
    """One order. Without status, drop or delay it does nothing but count."""

    method: str  # a discovery id, `token`, `formResponse` for what a person sends in, or `*` for any of these
    nth: int = 1  # from the nth matching call on, counted from when its turn came
    times: int = 1
    when: str = "before"  # the call does its work, or not: `before` or `after` it is committed
    status: int = 0
    reason: str = ""
    message: str = ""
    retry_after: str = ""
    html: bool = False
    drop: bool = False  # the connection closes without an answer
    delay: float = 0.0  # seconds
    seen: int = 0
    used: int = 0

    def meet(self, api: str) -> Answer | None:
        """Sleeps its delay, and says what goes out in place of the handler's answer; None when it is only a delay."""
        time.sleep(self.delay)
        if self.drop:
            return Answer(drop=True)
        if not self.status:
            return None
        headers = {"Retry-After": self.retry_after} if self.retry_after else {}
        if self.html or api == SUBMISSION:
            return Answer(self.status, _HTML.format(self.status).encode(), "text/html; charset=UTF-8", headers)
        if api == "":  # the token endpoint has an error body of its own
            error = {"error": self.reason or "temporarily_unavailable"}
            answer = wire.answer_json({**error, "error_description": self.message or "Bad Request"}, self.status)
            answer.headers.update(headers)
            return answer
        return wire.refused(
            Refusal(
                self.status,
                self.message,
                reason=self.reason,
                domain="usageLimits" if self.status == 429 or "imit" in self.reason else "global",
                details=[wire.error_info(self.reason)] if self.reason and api != "drive" else [],
                headers=headers,
            ),
            api,
        )


_HTML = (
    "<!DOCTYPE html>\n<html lang=en>\n<title>Error {0} (Server Error)!!1</title>\n<p><b>{0}.</b> That's an error.\n"
    "<p>The server encountered a temporary error and could not complete your request. Please try again in 30 seconds."
)


class Faults:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._orders: list[Fault] = []

    def order(self, orders: list[Json]) -> Json:
        """Adds orders, and tells all; an unknown name in one, or a wrong type, refuses them all."""
        made = []
        for order in orders:
            wrong = [name for name in order if name not in _MAY_BE or not _MAY_BE[name](order[name])]
            if wrong or "method" not in order:
                raise Refusal(400, f"A fault has a method and any of {', '.join(_MAY_BE)}; wrong: {', '.join(wrong)}.")
            made.append(Fault(**order))
        with self._lock:
            self._orders += made
        return self.told()

    def take(self, method: str) -> Fault | None:
        """The fault that this call meets, if any; only the first order not used up counts the call."""
        with self._lock:
            for fault in self._orders:
                if fault.used < fault.times and fault.method in (method, "*"):
                    fault.seen += 1
                    if fault.seen < fault.nth:
                        return None
                    fault.used += 1
                    return fault
        return None

    def told(self) -> Json:
        with self._lock:
            return {
                "faults": [asdict(fault) for fault in self._orders],
                "unused": sum(fault.times - fault.used for fault in self._orders),
            }

    def clear(self) -> None:
        with self._lock:
            self._orders.clear()


def _within(low: float, high: float, *kinds: type) -> Callable[[Any], bool]:
    return lambda value: type(value) in kinds and low <= value <= high


def _is(kind: type) -> Callable[[Any], bool]:
    return lambda value: type(value) is kind


_MAY_BE: dict[str, Callable[[Any], bool]] = {
    "method": lambda value: (
        value in ("*", "token", SUBMISSION) or any(value in schema.methods(api) for api in schema.DOCUMENTS)
    ),
    "nth": _within(1, 10**6, int),
    "times": _within(1, 10**6, int),
    "when": lambda value: value in ("before", "after"),
    "status": _within(400, 599, int),
    "reason": _is(str),
    "message": _is(str),
    "retry_after": lambda value: type(value) is str and value.isprintable(),
    "html": _is(bool),
    "drop": _is(bool),
    "delay": _within(0, 600, int, float),
}


# --- quotas ---------------------------------------------------------------------------------------------------------

# Google's numbers a minute: for one user, and for the project.
LIMITS: Mapping[str, tuple[int, int]] = {
    "forms.read": (390, 975),
    "forms.expensive_read": (180, 450),
    "forms.write": (150, 375),
    "sheets.read": (60, 300),
    "sheets.write": (60, 300),
    "drive.queries": (12_000, 12_000),
}
_NAMES = {"read": "Read requests", "expensive_read": "Expensive read requests", "write": "Write requests"}


_is_limit = _within(0, 10**9, int)


def bucket(method: str, http: str) -> str:
    api = method.partition(".")[0]
    if api == "drive":
        return "drive.queries"
    if method == "forms.forms.responses.list":
        return "forms.expensive_read"
    reads = http == "GET" or (method.endswith(("ByDataFilter", ".search")) and "Update" not in method)
    return f"{api}.read" if reads and "Clear" not in method else f"{api}.write"


class Quota:
    """Counts calls a minute of the workspace's clock; off until a test turns it on."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.limits: dict[str, tuple[int, int]] = {}
        self._minute = ""
        self._counts: Counter[tuple[str, str]] = Counter()

    def set(self, wanted: Json) -> None:
        """`{"on": true}` for Google's numbers; `limits` changes some, for one user and the project alike."""
        on = wanted.get("on", False)
        if type(on) is not bool:
            raise Refusal(400, "Quotas are on or not: true or false.")
        limits = dict(LIMITS) if on else {}
        for name, limit in wanted.get("limits", {}).items():
            if name not in LIMITS or not _is_limit(limit):
                raise Refusal(400, f"A quota is a number from 0, for one of {', '.join(LIMITS)}; wrong: {name}.")
            limits[name] = (limit, limit)
        with self._lock:
            self.limits, self._counts = limits, Counter()

    def spend(self, method: str, http: str, account: str, now: datetime) -> None:
        """Counts the call; raises Google's refusal when the user's or the project's minute is used up."""
        name = bucket(method, http)
        with self._lock:
            if name not in self.limits:
                return
            minute = now.strftime("%Y-%m-%dT%H:%M")
            if minute != self._minute:
                self._minute, self._counts = minute, Counter()
            for who, limit in ((account, self.limits[name][0]), ("", self.limits[name][1])):
                if self._counts[name, who] >= limit:
                    raise _exceeded(name, per_user=bool(who))
            self._counts[name, account] += 1
            self._counts[name, ""] += 1


def _exceeded(name: str, *, per_user: bool) -> Refusal:
    api, _, kind = name.partition(".")
    if api == "drive":
        reason = "userRateLimitExceeded" if per_user else "rateLimitExceeded"
        words = "User Rate Limit Exceeded" if per_user else "Rate Limit Exceeded"
        return Refusal(403, f"{words}. Rate of requests exceeds the limit.", reason=reason, domain="usageLimits")
    metric = _NAMES[kind]
    limit = f"{metric} per minute" + (" per user" if per_user else "")
    service = schema.service(api)
    return Refusal(
        429,
        f"Quota exceeded for quota metric '{metric}' and limit '{limit}' of service '{service}' for consumer "
        "'project_number:1'.",
        details=[wire.error_info("RATE_LIMIT_EXCEEDED", service, consumer="projects/1", quota_metric=metric)],
    )
