"""What a handler is given: one call of one method of Google's, inside one transaction of the store."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Json = dict[str, Any]
JSON = "application/json; charset=UTF-8"


@dataclass(frozen=True)
class Transaction:
    """An open transaction on the workspace's database; commits when the handler returns, rolls back when it raises."""

    db: sqlite3.Connection
    now: datetime  # the workspace's clock, UTC
    account: str  # e-mail of the caller
    client: str  # OAuth client id of the caller: `drive.file` shows a client its own files only
    sees_all: bool = True  # whether the scopes granted reach beyond the files of the caller's own client

    def rows(self, sql: str, *values: Any) -> list[sqlite3.Row]:
        """What a query finds, each column by its name."""
        cursor = self.db.cursor()
        cursor.row_factory = sqlite3.Row
        return cursor.execute(sql, values).fetchall()


@dataclass(frozen=True)
class Call:
    """A validated call. `method` is the discovery id, such as `sheets.spreadsheets.values.get`."""

    method: str
    params: Mapping[str, Any]  # path and query parameters by discovery name, converted; repeated ones are lists
    body: Json = field(default_factory=dict)
    base_url: str = ""  # of this server, for links in answers

    @property
    def given(self) -> Json:
        """All that was asked, for methods that differ in where they take it: parameters and body."""
        return {**self.params, **self.body}


@dataclass(frozen=True)
class Content:
    """An answer already written: an export, or JSON too large to be built as dictionaries first."""

    body: bytes
    content_type: str


# `None` is an answer without a body: 204, as Drive's deletions give.
Handler = Callable[[Transaction, Call], Json | Content | None]
