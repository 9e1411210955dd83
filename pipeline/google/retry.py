"""The one retry policy: what is worth another attempt, how long to wait, and when to stop.

Owns time and counting; knows no HTTP library. An attempt gives its result, gives a `Trouble` (it may pass), or raises
(it will not). Three rules keep writes sound:

1. A refusal that says "not done" (quota) or a call that was never sent may always be repeated.
2. When nobody knows whether the call went through (no answer, 5xx, 408), only a call that is safe to repeat is
   repeated. Any other is first read back with `Call.settled`; without one, `OutcomeUnknown` goes to the errand, which
   reads the workspace and plans again.
3. An attempt starts only while less than `give_up_after` seconds have passed since the first.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from pipeline.errors import PipelineError, Refused
from pipeline.google.replies import Call, Json, Repeat

T = TypeVar("T")

LONGEST_WAIT = 64.0  # seconds; Google's own advice for the cap of the exponent
WORTH_A_MESSAGE = 2.0  # seconds


class OutcomeUnknown(Refused):
    """Nobody knows whether a write went through. Read the workspace before doing it again."""


class NotFound(Refused):
    """The file is not there, or this sign-in may not see it."""


@dataclass(frozen=True)
class Policy:
    """How patient to be. Time and chance are values, so that a test can be exact about them."""

    give_up_after: float = 120.0  # seconds, over all attempts of one call
    timeout: float = 180.0  # seconds for one answer: as long as Sheets itself works on a write before it stops
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    jitter: Callable[[], float] = random.random


@dataclass(frozen=True)
class Trouble:
    """Why one attempt failed in a way that may pass."""

    what: str  # "503 Service Unavailable"
    final: PipelineError  # what to raise when it did not pass
    uncertain: bool  # the call may have gone through all the same
    quota: str = ""
    wait: float | None = None  # seconds that the workspace asked for (Retry-After)
    repeats: int | None = None  # how often this kind is worth repeating; None leaves it to the clock


def persist(
    attempt: Callable[[], T | Trouble],
    call: Call,
    policy: Policy,
    *,
    who: str,
    on_wait: Callable[[str], None],
    from_answer: Callable[[Json], T],
) -> T:
    """Make attempts until one gives a result; raises when `policy` says that it is enough.

    Args:
        who: the workspace in words, for messages.
        on_wait: told before every wait that a person would notice.
        from_answer: turns the answer of `call.settled` into a result.
    """
    start = policy.clock()
    kinds: dict[str, int] = {}
    number = 1
    maybe_done = False
    while True:
        try:
            result = attempt()
        except NotFound:
            if maybe_done and call.repeat is Repeat.DELETE:
                return from_answer({})
            raise
        if not isinstance(result, Trouble):
            return result
        trouble = result
        maybe_done = maybe_done or trouble.uncertain
        ask_first = trouble.uncertain and call.repeat is Repeat.ONCE
        if ask_first and call.settled is None:
            raise outcome_unknown(call, trouble, who)
        kinds[trouble.what] = kinds.get(trouble.what, 0) + 1
        wait = min(2.0 ** (number - 1), LONGEST_WAIT) + policy.jitter()
        wait = max(wait, trouble.wait or 0.0)
        spent = trouble.repeats is not None and kinds[trouble.what] > trouble.repeats
        enough = spent or policy.clock() - start + wait > policy.give_up_after
        if not enough:
            number += 1
            if wait > WORTH_A_MESSAGE:
                on_wait(_waiting(trouble, who, wait, number))
            policy.sleep(wait)
        if ask_first and call.settled is not None:
            answer = call.settled()
            if answer is not None:
                return from_answer(answer)
        if enough:
            raise outcome_unknown(call, trouble, who) if ask_first else trouble.final


def outcome_unknown(call: Call, trouble: Trouble, who: str) -> OutcomeUnknown:
    return OutcomeUnknown(
        f"{who} did not confirm the request to {call.doing} ({trouble.what}); it may or may not have gone through.",
        "Run the same command again: it looks at what is there before it writes.",
    )


def _waiting(trouble: Trouble, who: str, wait: float, number: int) -> str:
    if trouble.quota:
        return f"{who} asks us to wait {wait:.0f} s (quota: {trouble.quota}); attempt {number}"
    return f"{who}: {trouble.what}; trying again in {wait:.0f} s; attempt {number}"
