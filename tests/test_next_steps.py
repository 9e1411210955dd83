"""What the commands say to somebody who does not know them: why it is not done yet, and what comes next."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import Google, Run


def test_a_panel_that_is_too_small_is_told_why_it_is_not_complete(
    google: Google, run: Run, project: Path, scorecards: dict[str, str]
) -> None:
    """Two of two are in, and still something is missing."""
    file = project / "config" / "backend.toml"
    file.write_text(file.read_text() + "\n[panel]\nmin_scorecards = 3\n")
    run("run")
    shown = run("status").out
    assert "Ana: 2 of 2 scorecards, not complete: at least 3 are needed ([panel] min_scorecards)" in shown


def test_a_dry_run_does_not_promise_what_a_real_run_refuses(
    run: Run, project: Path, scorecards: dict[str, str]
) -> None:
    """The question with answers is gone: without the flag nothing at all is done."""
    bank = project / "question_bank.csv"
    bank.write_text(bank.read_text().replace("feedback,", "criticism,", 1))
    shown = run("create-form", "--dry-run").out
    assert "destroys answers" in shown
    assert "A real run would refuse" in shown
    assert "write" not in shown


def test_what_befalls_every_form_alike_is_told_once(run: Run, role: dict[str, str]) -> None:
    """A new candidate joins each round's form."""
    run("panel", "add", "--candidate", "Cyd", "--interviewer", "ivo@example.com", "--round", "team")
    assert run("create-form").out.count("Cyd joins the drop-down") == 1


def test_an_empty_ranking_is_told_once(run: Run, google: Google) -> None:
    """The table says it; a note that repeats it looks like a second fault."""
    run("create-form")
    ran = run("rank")
    assert (ran.out + ran.err).count("There are no scorecards yet") == 1


def test_addresses_without_a_server_are_told_apart(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A link that opens nothing is worse than none."""
    monkeypatch.delenv("PIPELINE_WORKSPACE_URL", raising=False)
    assert "only while 'pipeline serve' runs" in run("create-form").err


def test_init_names_the_check_of_the_project_that_it_wrote(run: Run, tmp_path: Path) -> None:
    """Typed as it stands, wherever the project is."""
    told = run("init", str(tmp_path / "new")).err
    assert f"Next: edit {tmp_path}/new/config/backend-developer.toml" in told
    assert f"'pipeline check --project {tmp_path}/new'" in told
