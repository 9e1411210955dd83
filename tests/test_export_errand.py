"""`export`, as the user runs it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import Google, Run

ENDINGS = (".xlsx", ".csv", ".json", ".html")


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_ending_chooses_the_format_and_the_file_is_private(
    run: Run, scorecards: dict[str, str], project: Path, ending: str
) -> None:
    """Whoever else uses the machine cannot read it."""
    run("pull-responses")
    run("export", f"ranking{ending}")
    file = project / f"ranking{ending}"
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.stat().st_size > 200


def test_an_unknown_ending_is_refused_before_anything_is_read(run: Run, google: Google, project: Path) -> None:
    """The endings that there are stand in the message."""
    google.calls()
    for name in ("ranking.pdf", "ranking", "ranking."):
        ran = run("export", name, code=2)
        assert ".xlsx, .csv, .json or .html" in ran.err
        assert not (project / name).exists()
    assert google.calls() == []


def test_the_file_holds_what_rank_prints(run: Run, scorecards: dict[str, str], project: Path) -> None:
    """The same document, number for number."""
    run("pull-responses")
    run("export", "ranking.json")
    assert json.loads((project / "ranking.json").read_text()) == run("rank", "--json").json


def test_export_reads_the_spreadsheet_once_and_writes_nothing_there(
    run: Run, scorecards: dict[str, str], google: Google
) -> None:
    """One read; nothing changes for the managers."""
    run("pull-responses")
    google.calls()
    run("export", "ranking.xlsx")
    assert google.calls() == ["sheets.spreadsheets.values.batchGetByDataFilter"]


def test_one_candidate_s_file_does_not_name_the_others(run: Run, scorecards: dict[str, str], project: Path) -> None:
    """`export --candidate` answers an access request."""
    run("pull-responses")
    for ending in ENDINGS[1:]:
        run("export", f"ana{ending}", "--candidate", "Ana")
        text = (project / f"ana{ending}").read_text()
        assert "Ana" in text
        assert "Ben" not in text


def test_a_mistyped_candidate_is_not_guessed(run: Run, scorecards: dict[str, str], project: Path) -> None:
    """A file about the wrong person would be a leak: the nearest name is proposed, no more."""
    ran = run("export", "ana.json", "--candidate", "Anna", code=5)
    assert "Did you mean Ana?" in ran.err
    assert not (project / "ana.json").exists()


def test_who_may_not_be_shown_yet_is_in_no_file_but_their_own(
    run: Run, scorecards: dict[str, str], google: Google, project: Path
) -> None:
    """With release = panel-complete a candidate whose scorecards are not all in stays out of the ranking."""
    role = project / "config" / "backend.toml"
    role.write_text(role.read_text() + '\n[release]\nrule = "panel-complete"\n\n[panel]\nmin_scorecards = 1\n')
    (project / "more.csv").write_text("candidate,interviewer,round,scheduled_at\nCyd,ivo@example.com,technical,\n")
    run("panel", "import", "more.csv")
    run("pull-responses")
    run("export", "all.html")
    assert "Cyd" not in (project / "all.html").read_text()
    run("export", "cyd.html", "--candidate", "Cyd")
    text = (project / "cyd.html").read_text()
    assert "Cyd" in text
    assert "Ben" not in text
