"""What one candidate's name stands in on this computer: our files under `.pipeline/`, and the user's in the project."""

from __future__ import annotations

import errno
import html
import json
import unicodedata
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from pipeline.state import write_atomically
from pipeline.worksheets import mention

_NOT_OURS = {".git", ".venv", "venv", "node_modules", "__pycache__", ".pipeline"}
_LARGEST = 50_000_000  # bytes, unpacked


def erase_from_hidden(hidden: Path, role: str, candidate: str) -> Counter[str]:
    """Delete the role's decision records in which the candidate stands, and take lines with the name out of logs."""
    pattern = mention(candidate)
    erased: Counter[str] = Counter()
    for path in _plain_files(hidden / "records", "*.json"):
        text = path.read_text(encoding="utf-8", errors="replace")
        if any(map(pattern.search, _readings(text))) and _role(text) in (role, ""):
            path.unlink()
            erased["decision records (deleted; they could not be replayed without the candidate)"] += 1
    for path in _plain_files(hidden / "logs", "*"):
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines(keepends=True)
        kept = [line for line in lines if not pattern.search(line)]
        if len(kept) < len(lines):
            write_atomically(path, "".join(kept))
            erased["lines in logs"] += len(lines) - len(kept)
    return erased


def _plain_files(directory: Path, pattern: str) -> list[Path]:
    return sorted(path for path in directory.glob(pattern) if path.is_file())


def _role(text: str) -> str:
    try:
        return str(json.loads(text)["role"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""


def _readings(text: str) -> Iterator[str]:
    """The text as it stands, and without the marks that JSON, CSV and HTML put into names."""
    plain = " ".join(unicodedata.normalize("NFC", text).split())
    yield plain
    if '"' in plain or "&" in plain:
        yield plain.replace('\\"', '"').replace('""', '"')
        yield html.unescape(plain)


def mentions_in_files(directory: Path, candidate: str) -> tuple[list[str], list[str]]:
    """Files of the project, and other roles' records, that still hold the name (looks into .xlsx too); and those that
    could not be looked into."""
    pattern = mention(candidate)
    holding: list[str] = []
    unread: list[str] = []
    for path in sorted(_files(directory)):
        name = str(path.relative_to(directory))
        try:
            if any(pattern.search(reading) for text in _texts(path) for reading in _readings(text)):
                holding.append(name)
        except (OSError, EOFError, zlib.error, zipfile.BadZipFile, zipfile.LargeZipFile, RuntimeError):
            unread.append(name)  # RuntimeError: it has a password, or is packed in a way that Python does not know
    return holding, unread


def _files(directory: Path) -> Iterator[Path]:
    yield from _plain_files(directory / ".pipeline" / "records", "*.json")
    for path in directory.iterdir():
        if path.name in _NOT_OURS or path.is_symlink():
            continue
        if path.is_file():
            yield path
        elif path.is_dir():
            yield from (inner for inner in path.rglob("*") if inner.is_file() and not _NOT_OURS & set(inner.parts))


def _texts(path: Path) -> Iterator[str]:
    if path.stat().st_size > _LARGEST:
        raise OSError(errno.EFBIG, "too large to look into", str(path))
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(path) as held:
            for part in held.infolist():
                if part.file_size > _LARGEST:  # a little file can unfold to any size
                    raise zipfile.LargeZipFile(part.filename)
                yield held.read(part).decode("utf-8", "replace")
    else:
        yield path.read_text(encoding="utf-8", errors="replace")
