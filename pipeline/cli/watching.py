"""`--watch`: the same errand again and again until Ctrl-C, patient while the workspace is away."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from pipeline.cli.screen import Screen
from pipeline.errors import Moved, Refused

if TYPE_CHECKING:
    from pipeline.project import Project

LONGEST_PAUSE = 900.0  # seconds between attempts while the workspace refuses


def watch(screen: Screen, project: Project, seconds: float, once: Callable[[Project], None]) -> None:
    """Call `once` every `seconds`, the first time now; a refusal doubles the pause. Ends by KeyboardInterrupt only.

    The first run is not forgiven anything: whoever started it is there to read why.
    """
    with _between_calls() as wait:
        project = replace(project, sleep=wait)
        pause = seconds
        once(project)
        while True:
            wait(pause)
            try:
                once(project)
                pause = seconds
            except (Refused, Moved) as refused:
                pause = min(max(pause, seconds) * 2, max(LONGEST_PAUSE, seconds))
                screen.warn(f"{refused}\nStill watching; trying again in {pause:.0f} s.")


@contextmanager
def _between_calls() -> Iterator[Callable[[float], None]]:
    """A sleep in which a Ctrl-C from before, or one just then, raises KeyboardInterrupt; a second one does so anywhere.

    Plain flags: a lock, such as an Event has, may be held by the very code that the signal interrupts.
    """
    asked = waiting = False

    def ask(*_: object) -> None:
        nonlocal asked
        if asked or waiting:
            raise KeyboardInterrupt
        asked = True

    def wait(duration: float) -> None:
        nonlocal waiting
        waiting = True
        try:
            if asked:
                raise KeyboardInterrupt
            time.sleep(duration)
        finally:
            waiting = False

    former = signal.signal(signal.SIGINT, ask)
    try:
        yield wait
    finally:
        signal.signal(signal.SIGINT, former)
