"""The local workspace: Google's side of the wire, on this machine.

`start(directory)` serves Forms v1, Sheets v4 and Drive v3 as the discovery documents describe them, with the pages
that people see, from one SQLite file. Imports nothing of `pipeline`; only the command line imports it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .server import Workspace

__all__ = ["damage", "start"]


def start(directory: Path, *, host: str = "127.0.0.1", port: int = 0) -> Workspace:
    """A running workspace on the database in `directory`; port 0 takes a free one. Raises OSError if it is taken."""
    from .server import Workspace

    return Workspace(Path(directory), host, port)


def damage(directory: Path) -> str | None:
    """What is wrong with the database in `directory`, "" if nothing; None if there is none. Reads all of it."""
    from .store import damage

    return damage(Path(directory))
