"""Times as text, RFC 3339 in UTC with a `Z`: what Google takes and what people's machines sort."""

from __future__ import annotations

from datetime import UTC, datetime


def text_of(moment: datetime) -> str:
    """`2026-11-23T09:30:00Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def exact_text_of(moment: datetime) -> str:
    """`2026-11-23T09:30:00.123Z`: for what is compared with the times of responses."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03}Z"
