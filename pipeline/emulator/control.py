"""The workspace's own knobs under `/_emulator/`: faults to order, quotas, the clock, the request log, reset."""

from __future__ import annotations

import threading
import time
from collections import deque
from dataclasses import dataclass
from typing import Any

from .oauth import Caller
from .refusal import Refusal
from .schema import Method
from .store import Store
from .wire import Answer, Request, answer_json


@dataclass(frozen=True)
class Taken:
    """What a call meets: an answer in place of the handler's, before or after its work is committed."""

    before: Answer | None = None
    after: Answer | None = None


class Control:
    def __init__(self, store: Store) -> None:
        self.store = store
        self._lock = threading.Lock()
        self._log: deque[dict[str, Any]] = deque(maxlen=10_000)

    def log(self, method: str, request: Request, status: int, sent: int, client: str, started: float) -> None:
        entry = {
            "method": method,
            "verb": request.http,
            "path": request.path,
            "status": status,
            "bytesIn": len(request.body),
            "bytesOut": sent,
            "client": client,
            "ms": round((time.monotonic() - started) * 1000, 1),
        }
        with self._lock:
            self._log.append(entry)

    def take(self, method: Method, caller: Caller) -> Taken:
        return Taken()

    def answer(self, request: Request) -> Answer:
        if request.path == "/_emulator/log":
            with self._lock:
                return answer_json({"requests": list(self._log)})
        if request.path == "/_emulator/reset" and request.http == "POST":
            self.store.reset()
            with self._lock:
                self._log.clear()
            return answer_json({})
        raise Refusal(404, f"The workspace has no control {request.path}.")
