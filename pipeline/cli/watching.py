"""`--watch`: the same errand again and again until Ctrl-C, patient while the workspace is away."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from threading import Event
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
    with _between_calls() as stop:

        def sleep(duration: float) -> None:
            if stop.wait(duration):
                raise KeyboardInterrupt

        project = replace(project, sleep=sleep)
        pause = seconds
        once(project)
        while not stop.wait(pause):
            try:
                once(project)
                pause = seconds
            except (Refused, Moved) as refused:
                pause = min(max(pause, seconds) * 2, max(LONGEST_PAUSE, seconds))
                screen.warn(f"{refused}\nStill watching; trying again in {pause:.0f} s.")
    raise KeyboardInterrupt


@contextmanager
def _between_calls() -> Iterator[Event]:
    """An event that the first Ctrl-C sets, so that a run ends where it waits, or when done; a second one ends at once."""
    stop = Event()

    def asked(*_: object) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()

    former = signal.signal(signal.SIGINT, asked)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, former)
