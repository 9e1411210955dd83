"""The log of a project, `.pipeline/logs/pipeline.log`: one JSON object a line, kept small by rotation.

It says which command ran, which methods it called with what result and how long that took, and how it ended. It never
holds a name, an address of a person, an answer, an argument of a command or the content of a call.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

from pipeline.state import hidden_directory, private_directory

LARGEST, KEPT = 1_000_000, 3  # bytes of one file; files before it
TOLD = ("method", "status", "ms", "exit")  # what a line may say, beside time, process and command

_log = logging.getLogger("pipeline")


@contextmanager
def logged(directory: Path, command: str, *, verbose: bool) -> Iterator[dict[str, Any]]:
    """Log what happens inside; the caller puts the exit code under `exit` into the dict that it is given.

    `verbose` shows the calls on stderr as well. Outside a project, and where nothing can be written, no log is kept.
    """
    handlers: list[logging.Handler] = []
    if (directory / "config").is_dir():
        handlers += _file(directory / ".pipeline" / "logs", command)
    if verbose:
        shown = logging.StreamHandler(sys.stderr)
        shown.addFilter(lambda record: not hasattr(record, "exit"))
        handlers.append(shown)
    before = _log.level, _log.propagate
    _log.setLevel(logging.DEBUG)
    _log.propagate = False
    for handler in handlers:
        _log.addHandler(handler)
    started = time.monotonic()
    end: dict[str, Any] = {"exit": 0}
    try:
        yield end
    finally:
        end["ms"] = round((time.monotonic() - started) * 1000)
        _log.info("%s ended", command, extra=end)
        for handler in handlers:
            _log.removeHandler(handler)
            handler.close()
        _log.level, _log.propagate = before


def _file(folder: Path, command: str) -> list[logging.Handler]:
    try:
        private_directory(hidden_directory(folder.parent) / folder.name)
        handler = _Private(folder / "pipeline.log", maxBytes=LARGEST, backupCount=KEPT, encoding="utf-8")
    except OSError:
        return []
    handler.setFormatter(_JsonLines(command))
    handler.addFilter(lambda record: any(hasattr(record, name) for name in TOLD))
    return [handler]


class _Private(RotatingFileHandler):
    """For the owner's eyes only; a full disk stops the log, not the command."""

    def _open(self) -> TextIOWrapper:
        descriptor = os.open(self.baseFilename, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        return TextIOWrapper(os.fdopen(descriptor, "ab", buffering=0), encoding="utf-8", write_through=True)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        pass


class _JsonLines(logging.Formatter):
    def __init__(self, command: str) -> None:
        super().__init__()
        self.command = command

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        line = {"time": at, "process": record.process, "command": self.command}
        return json.dumps(line | {name: getattr(record, name) for name in TOLD if hasattr(record, name)})
