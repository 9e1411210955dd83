"""`demo`: the main job on the shipped question bank, from an empty directory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest


def pipeline(directory: Path, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """The program itself, in a process of its own."""
    command = [sys.executable, "-m", "pipeline", *words]
    environment = {**os.environ, **variables}
    return subprocess.run(
        command, cwd=directory, env=environment, capture_output=True, text=True, timeout=120, check=False
    )


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory, a project of somebody's, in which the demo has run once."""
    directory = tmp_path_factory.mktemp("project")
    (directory / "config").mkdir()
    ran = pipeline(directory, "demo", "--no-serve", "--json")
    assert ran.returncode == 0, ran.stderr
    (directory / "demo.json").write_text(ran.stdout)
    return directory


def test_it_ranks_the_sample_panel(demo: Path) -> None:
    """One ahead, an exact tie, one incomplete, one knocked out, and a name that stays text."""
    rows = json.loads((demo / "demo.json").read_text())["ranking"]["candidates"]
    assert [(row["rank"], row["status"], row["candidate"]) for row in rows] == [
        (1, "ranked", "Ana Ribeiro"),
        (2, "ranked", "Ben Okafor"),
        (2, "ranked", "Chloé Martin"),
        (4, "ranked", '=HYPERLINK("http://x","y")'),
        (None, "incomplete", "Emil Novak"),
        (None, "knocked-out", "Dev Patel"),
    ]


def test_the_strict_interviewer_shows(demo: Path) -> None:
    """Ivo is the severest of the five."""
    people = json.loads((demo / "demo.json").read_text())["ranking"]["interviewers"]
    assert max(people, key=lambda each: each["severity"])["interviewer"] == "ivo@example.com"


def test_it_names_form_spreadsheet_and_home(demo: Path) -> None:
    """The addresses are those at which `pipeline serve` answers."""
    told = json.loads((demo / "demo.json").read_text())
    assert {form["round"] for form in told["forms"]} == {"technical", "team"}
    assert all(form["responder_url"].startswith("http://127.0.0.1:8765/forms/d/e/") for form in told["forms"])
    assert told["spreadsheet"]["url"].startswith("http://127.0.0.1:8765/spreadsheets/d/")
    assert told["home"] == "http://127.0.0.1:8765/"


def test_it_tells_what_was_made(demo: Path) -> None:
    """The panel is there first, so that each form is made once, with its drop-down."""
    changes = json.loads((demo / "demo.json").read_text())["changes"]
    assert [change["kind"] for change in changes if change["kind"] != "shared"] == 2 * [
        "form-created",
        "form-filled",
        "form-published",
    ]


def test_a_second_demo_changes_nothing(demo: Path) -> None:
    """No second form, no second scorecard, the same ranking."""
    again = pipeline(demo, "demo", "--no-serve", "--json")
    before = json.loads((demo / "demo.json").read_text())
    told = json.loads(again.stdout)
    assert told["forms"] == before["forms"]
    assert told["ranking"] == before["ranking"]
    assert "all scorecards are in already" in again.stderr


def test_it_stays_on_this_machine(demo: Path) -> None:
    """Made-up interviewers must not be invited to anything, whatever workspace the shell names for real work."""
    again = pipeline(demo, "demo", "--no-serve", "--json", PIPELINE_WORKSPACE="google")
    assert json.loads(again.stdout)["home"] == "http://127.0.0.1:8765/"


def test_it_leaves_only_its_own_directory(demo: Path) -> None:
    """Everything is under interview-demo, the log of what it called too."""
    assert {entry.name for entry in demo.iterdir()} == {"config", "interview-demo", "demo.json"}
