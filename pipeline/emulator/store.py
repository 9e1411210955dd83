"""The workspace's database: one SQLite file in WAL mode that several processes share, and the clock they agree on.

Owns connections, transactions and the `settings` table. Knows nothing of forms, spreadsheets or files: each of those
rooms brings its own tables as SQL and is handed a `Transaction`.
"""

from __future__ import annotations

import json
import os
import sqlite3
import threading
import time
import traceback
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, nullcontext, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from .calls import Transaction

DATABASE = "workspace.db"
OWNER = "owner@workspace.example"
OWNER_CLIENT = "local-workspace"

TABLES = """
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
"""


class Store:
    """Transactions on `directory/workspace.db`, for any number of threads and processes."""

    def __init__(self, directory: Path, tables: Iterable[str]) -> None:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.path = directory / DATABASE
        os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))  # others on the machine may not read answers
        self._idle: list[sqlite3.Connection] = []
        self._written: float | None = None  # when, if the write-ahead file was not emptied since
        self._lock = threading.Lock()
        self._writing = threading.Lock()  # threads queue here; processes queue at SQLite's own lock
        db = self._open()
        script = "\n".join([TABLES, *tables])
        db.executescript(f"BEGIN IMMEDIATE;\n{script}\nCOMMIT;")
        self._idle.append(db)

    def _open(self) -> sqlite3.Connection:
        db = sqlite3.connect(self.path, timeout=60, isolation_level=None, check_same_thread=False)
        for _ in range(200):
            # Two processes that meet on a new file: switching to WAL does not wait for the other's lock by itself.
            with suppress(sqlite3.OperationalError):
                db.execute("PRAGMA journal_mode=WAL")
                break
            time.sleep(0.02)
        # NORMAL survives the death of the process at any moment; only a power cut may lose the last commits.
        db.execute("PRAGMA synchronous=NORMAL")
        db.execute("PRAGMA cache_size=-16000")
        db.execute("PRAGMA secure_delete=ON")  # what people delete is overwritten, not only let go
        return db

    @contextmanager
    def transaction(
        self, *, write: bool, account: str = OWNER, client: str = OWNER_CLIENT, sees_all: bool = True
    ) -> Iterator[Transaction]:
        """Commits when the block ends, rolls back when it raises; a reader sees one state of the file throughout."""
        with self._lock:
            db = self._idle.pop() if self._idle else None
        db = db or self._open()
        try:
            with self._writing if write else nullcontext():
                db.execute("BEGIN IMMEDIATE" if write else "BEGIN")
                try:
                    yield Transaction(db, now(db), account, client, sees_all)
                except BaseException:
                    db.execute("ROLLBACK")
                    raise
                db.execute("COMMIT")
                if write:
                    self._written = time.monotonic()
        finally:
            with self._lock:
                self._idle.append(db)

    @property
    def unsettled(self) -> bool:
        return self._written is not None

    def settle(self, quiet: float) -> None:
        """Empty the write-ahead file, which still holds what was overwritten, after so many seconds without a write.

        Waits for nobody: while others read or write, it is left for the next time.
        """
        written = self._written
        if written is None or time.monotonic() - written < quiet:
            return
        address = self.path.absolute().as_uri() + "?mode=rw"  # never makes a file that somebody took away
        with suppress(sqlite3.Error), closing(sqlite3.connect(address, uri=True, timeout=0)) as db:
            (busy, *_) = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            if not busy and self._written == written:
                self._written = None

    def reset(self) -> None:
        """Empties every table."""
        with self.transaction(write=True) as tx:
            names = tx.db.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
            for (name,) in names.fetchall():
                tx.db.execute(f'DELETE FROM "{name}"')  # noqa: S608 - the names are our own tables

    def close(self) -> None:
        with self._lock:
            for db in self._idle:
                db.close()
            self._idle.clear()


def damage(directory: Path) -> str | None:
    """What SQLite finds wrong with the database, "" if nothing; None if there is no database."""
    if not (directory / DATABASE).exists():
        return None
    address = (directory / DATABASE).absolute().as_uri() + "?mode=ro"
    try:
        with closing(sqlite3.connect(address, uri=True, timeout=10)) as db:
            (told,) = db.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.Error as fault:
        return str(fault)
    return "" if told == "ok" else str(told)


def note_bug(directory: Path, request: str, fault: BaseException) -> None:
    """Where the code went wrong, for the owner's eyes: places and the kind of fault, never what people typed."""
    places = "".join(traceback.format_tb(fault.__traceback__))
    handle = os.open(directory / "workspace.log", os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "a", encoding="utf-8", errors="backslashreplace") as log:
        log.write(f"{request}\n{places}{type(fault).__name__}\n\n")


def setting(db: sqlite3.Connection, name: str, default: Any = None) -> Any:
    row = db.execute("SELECT value FROM settings WHERE name = ?", (name,)).fetchone()
    return json.loads(row[0]) if row else default


def set_setting(db: sqlite3.Connection, name: str, value: Any) -> None:
    db.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", (name, json.dumps(value)))


def now(db: sqlite3.Connection) -> datetime:
    """The workspace's clock: the machine's, moved or stopped by `/_emulator/clock`."""
    clock = setting(db, "clock", {})
    if "stopped_at" in clock:
        return datetime.fromisoformat(clock["stopped_at"])
    return datetime.now(UTC) + timedelta(seconds=clock.get("ahead", 0))


def stamp(moment: datetime, digits: int = 3) -> str:
    """RFC 3339 in UTC with so many digits of a second, as Google writes it."""
    text = moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")
    return text[: len(text) - 6 + digits] + "Z"
