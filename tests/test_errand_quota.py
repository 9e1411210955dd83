"""Google's quotas, as small numbers of the same kind: work goes on, and says why it waits."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.conftest import Google, Run
from tests.inbox import Inbox


def test_a_pull_in_short_pages_waits_for_the_quota_and_ends(
    google: Google, run: Run, role: dict[str, str], project: Path, _running: Any
) -> None:
    """Four pages a round under three reads a minute: the next minute's are waited for, and nothing is lost."""
    settings = project / "config" / "pipeline.toml"
    settings.write_text(settings.read_text().replace("give_up_after = 0", "give_up_after = 90"), encoding="utf-8")
    inbox = Inbox(google, _running.store)
    for number in range(12):
        inbox.put(role["technical"], "Ana", f"i{number}@example.com")
    google.control("settings", page_size_cap=3)
    google.control("clock", now="2026-03-05T10:00:57Z")
    google.control("quota", limits={"forms.expensive_read": 3})
    told = run("pull-responses", code=8)
    google.control("quota")
    google.control("settings", page_size_cap=5000)
    assert "quota: expensive read requests per minute" in told.err and "attempt 3" in told.err
    assert len(google.table(role["spreadsheet"], "Scorecards")) == 12


def test_a_quota_that_stays_exhausted_ends_the_command_with_what_to_do(
    google: Google, run: Run, role: dict[str, str]
) -> None:
    """Without patience left it exits 5, and nothing is half written."""
    google.control("quota", limits={"sheets.read": 0})
    refused = run("pull-responses", code=5)
    google.control("quota")
    assert "quota" in refused.err
    run("pull-responses")
