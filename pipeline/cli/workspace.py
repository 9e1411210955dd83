"""Finds the local workspace for a command, or starts one inside it. The only door to `pipeline.emulator`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import NotSignedIn, Refused
from pipeline.project import SERVE_PORT, Address
from pipeline.state import hidden_directory, holder

if TYPE_CHECKING:
    from pipeline.emulator.server import Workspace

SERVED = "serve.lock"  # held by a running `pipeline serve`, with its address inside
TOKEN_FILE = "workspace.token"  # noqa: S105 - a file's name


@contextmanager
def local_workspace(hidden: Path, *, stays: bool = False) -> Iterator[Address]:
    """The workspace named by PIPELINE_WORKSPACE_URL, else a running `pipeline serve`, else one of our own.

    `hidden` is the project's `.pipeline/`, where the database of the last two lies. `stays`: the command keeps its own
    workspace up for people, at the usual address if that is free.
    """
    url = os.environ.get("PIPELINE_WORKSPACE_URL", "").rstrip("/")
    if url:
        token = os.environ.get("PIPELINE_WORKSPACE_TOKEN", "").strip()
        if not token:
            raise NotSignedIn(
                "PIPELINE_WORKSPACE_URL names a local workspace, but there is no token for it.",
                "Set PIPELINE_WORKSPACE_TOKEN to the content of the token_file that 'pipeline serve --json' names.",
            )
        yield Address(url, token)
        return
    served = holder(hidden, name=SERVED)
    if served and "url" in served:
        yield Address(str(served["url"]), (hidden / TOKEN_FILE).read_text(encoding="utf-8").strip())
        return
    hidden_directory(hidden)
    try:
        workspace = started(hidden, port=SERVE_PORT if stays else 0)
    except OSError:
        workspace = started(hidden)
    with workspace:
        yield Address(workspace.url, workspace.token, lasts=stays)


def started(hidden: Path, *, host: str = "127.0.0.1", port: int = 0) -> Workspace:
    """A workspace on the project's database; Refused when that cannot be used, OSError when the port is taken."""
    import sqlite3

    from pipeline import emulator

    try:
        return emulator.start(hidden, host=host, port=port)
    except sqlite3.DatabaseError as fault:
        raise _unusable(hidden, fault) from None


def examine(hidden: Path) -> bool:
    """Read the whole database for damage; whether there is one. Raises Refused when it is damaged."""
    from pipeline import emulator

    found = emulator.damage(hidden)
    if found:
        raise _unusable(hidden, found)
    return found is not None


def _unusable(hidden: Path, why: object) -> Refused:
    return Refused(
        f"The local workspace's file {hidden / 'workspace.db'} cannot be used: {why}.",
        "Check its permissions and the free space; if it is damaged, put a copy of it back, or move it away to "
        "begin with an empty workspace.",
    )
