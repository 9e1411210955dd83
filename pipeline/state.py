"""What one project remembers under `.pipeline/`: ids, a journal of calls whose answer may be lost, a lock.

All of it is a cache or a safety line: forms and spreadsheets carry their role in Drive's `appProperties`, so that a
lost `.pipeline/` costs a search and nothing else. Files are replaced atomically; directories are the owner's alone.
"""

from __future__ import annotations

import errno
import json
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from pipeline.errors import Fault, InvalidInput, Refused

SCHEMA_VERSION = 1


def private_directory(path: Path) -> Path:
    """Make `path` (and its parents) so that only the owner can look inside."""
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def hidden_directory(path: Path) -> Path:
    """A project's `.pipeline/`: the owner's alone, even if the user made it, and nothing that git would take along."""
    private_directory(path)
    for inner in (path, path / "logs", path / "records"):
        _without_links(inner)
    with suppress(OSError):
        if path.stat().st_mode & 0o077:
            path.chmod(0o700)
        if not (ignored := path / ".gitignore").exists():
            ignored.write_text("*\n", encoding="utf-8")
    return path


def _without_links(directory: Path) -> None:
    """OSError if a link lies there: in a project that somebody handed over it would lead our writing elsewhere."""
    with suppress(FileNotFoundError, NotADirectoryError), os.scandir(directory) as found:
        for entry in found:
            if entry.is_symlink():
                raise OSError(errno.ELOOP, "a link, where only files of pipeline's own belong", entry.path)


def write_atomically(path: Path, content: str | bytes) -> None:
    """Replace `path` by `content` (a text as UTF-8; mode 0600): a reader sees the old file or the new one, never a part."""
    descriptor, temporary = tempfile.mkstemp(dir=private_directory(path.parent), prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content if isinstance(content, bytes) else content.encode())
            stream.flush()
            os.fsync(stream.fileno())
        Path(temporary).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(temporary).unlink()
        raise


class State:
    """The remembered ids of one project, by workspace: `local`, `google`, or the address given by the environment."""

    def __init__(self, directory: Path, workspace: str) -> None:
        self.path = directory / "state.json"
        self.workspace = workspace

    def role(self, role: str) -> dict[str, Any]:
        """What is remembered of `role`: `spreadsheet` (id), `forms` (round -> id), `journal`, `refused` (whom a file could
        not be shared with), `recorded` (the record in Rubric, should people edit it there)."""
        known: dict[str, Any] = self._load()["workspaces"].get(self.workspace, {}).get(role, {})
        return known

    def remember(self, role: str, **facts: Any) -> None:
        """Merge `facts` into what is known of `role`; a dict is merged key by key, None forgets."""
        document = self._load()
        known = document["workspaces"].setdefault(self.workspace, {}).setdefault(role, {})
        before = json.dumps(document, sort_keys=True)
        _merge(known, facts)
        if json.dumps(document, sort_keys=True) != before:
            write_atomically(self.path, json.dumps(document, indent=1, sort_keys=True) + "\n")

    def _load(self) -> dict[str, Any]:
        try:
            document = json.loads(self.path.read_text(encoding="utf-8"))
            version = document["schema_version"]
            workspaces = document["workspaces"].values()
            if not all(isinstance(known, dict) for roles in workspaces for known in roles.values()):
                raise TypeError
        except FileNotFoundError:
            return {"schema_version": SCHEMA_VERSION, "workspaces": {}}
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise self._unreadable("this is not a state file of ours, or only a part of one") from None
        if version != SCHEMA_VERSION:
            raise self._unreadable(f"it was written by another version of pipeline (schema {version!r})")
        return dict(document)

    def _unreadable(self, what: str) -> InvalidInput:
        todo = "move it away: the next command finds form and spreadsheet again by their role, and writes a new one"
        return InvalidInput([Fault(str(self.path), 0, "", what, todo)])


def _merge(known: dict[str, Any], facts: dict[str, Any]) -> None:
    for key, value in facts.items():
        if value is None:
            known.pop(key, None)
        elif isinstance(value, dict):
            if not isinstance(known.get(key), dict):
                known[key] = {}
            _merge(known[key], value)
        else:
            known[key] = value


@contextmanager
def lock(directory: Path, errand: str, *, name: str = "lock", **facts: str) -> Iterator[None]:
    """Hold the project for one writing errand; a second one is refused with the owner and its age.

    The operating system holds the lock, so that a dead owner's is free at once; the file only says who has it.
    """
    path = hidden_directory(directory) / name
    with path.open("a+", encoding="utf-8") as stream:
        if not _take(stream.fileno()):
            stream.seek(0)
            raise Refused(
                f"Another command is at work in this project ({_owner(stream.read())}).",
                "Wait until it is done, or stop it, and run this again.",
            )
        stream.truncate(0)
        stream.write(json.dumps({"pid": os.getpid(), "errand": errand, "since": time.time(), **facts}))
        stream.flush()
        yield
        stream.truncate(0)


def holder(directory: Path, *, name: str = "lock") -> dict[str, Any] | None:
    """What the owner of a lock said of itself; None when nobody alive holds it."""
    try:
        with (directory / name).open("a+", encoding="utf-8") as stream:
            if _take(stream.fileno()):
                return None
            stream.seek(0)
            facts: dict[str, Any] = json.loads(stream.read())
            return facts
    except (OSError, ValueError, RecursionError):
        return None


def _owner(text: str) -> str:
    try:
        owner = json.loads(text)
        age = max(0, round(time.time() - float(owner["since"])))
        return f"pipeline {owner['errand']}, process {owner['pid']}, started {age} s ago"
    except (ValueError, KeyError, TypeError, RecursionError):
        return "owner not known"


if os.name == "nt":  # pragma: no cover

    def _take(descriptor: int) -> bool:
        import msvcrt

        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        except OSError:
            return False
        return True

else:

    def _take(descriptor: int) -> bool:
        import fcntl

        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
