"""Finds the local workspace for a command, or starts one inside it. The only door to `pipeline.emulator`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.errors import NotSignedIn
from pipeline.project import SERVE_PORT, Address
from pipeline.state import hidden_directory, holder

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
    from pipeline import emulator

    hidden_directory(hidden)
    try:
        workspace = emulator.start(hidden, port=SERVE_PORT if stays else 0)
    except OSError:
        workspace = emulator.start(hidden)
    with workspace:
        yield Address(workspace.url, workspace.token, lasts=stays)
