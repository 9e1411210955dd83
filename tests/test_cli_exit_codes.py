"""Every exit code, provoked as a user would provoke it, with the exact words on stderr."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from pipeline.cli import COMMANDS
from pipeline.cli.screen import command
from tests.conftest import Google, Run


def test_0_done(run: Run) -> None:
    """A sound project."""
    assert run("check", "-q").err == ""


def test_1_a_fault_of_ours(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line, and a file that holds the traceback: code places, no values. Here a command with a bug in it."""

    @command("buggy")
    def buggy(screen: object) -> None:
        raise AttributeError(" ".join(["Ana", "Ribeiro"]))

    monkeypatch.setitem(sys.modules, "pipeline.cli.buggy", SimpleNamespace(buggy=buggy))
    monkeypatch.setitem(COMMANDS, "buggy", ("buggy", "Fails."))
    told = run("buggy", code=1).err
    found = re.fullmatch(
        r"pipeline: a fault of ours \(AttributeError\)\. The traceback is in (\S+\.txt); please report it\.\n", told
    )
    assert found, told
    kept = Path(found[1]).read_text(encoding="utf-8")
    assert "AttributeError" in kept
    assert "Ana Ribeiro" not in kept


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["rnak"], 2, "Error: There is no command 'rnak'. Did you mean 'rank'?"),
        (["frobnicate"], 2, "Error: There is no command 'frobnicate'. 'pipeline --help' lists them."),
        (["rank", "--colour"], 2, "Error: No such option"),
        (["explain"], 2, "Error: Missing argument 'CANDIDATE'."),
        (
            ["forget", "Ana"], 2,
            ("pipeline: This needs a confirmation, and nobody is here to ask: Erase everything stored about 'Ana'?\n"
            "Give --yes to confirm.\n"),
        ),
        (
            ["rank", "--ratings", "a.csv", "--record", "b.json"], 2,
            "pipeline: --ratings and --record both say what to rank.\nGive one of the two.\n",
        ),
        (
            ["serve", "--host", "0.0.0.0"], 2,
            ("pipeline: --host 0.0.0.0 would open the workspace to the network, without encryption.\n"
            "Leave --host out, or add --i-understand-this-is-not-encrypted.\n"),
        ),
        (
            ["status", "--role", "backnd"], 3,
            "config: there is no role 'backnd'; choose one with --role: backend\n1 fault; nothing was sent.\n",
        ),
        (["rank", "--ratings", "none.csv"], 3, "none.csv: "),
        (
            ["status", "--round", "third"], 3,
            "config/backend.toml:round: there is no round 'third'; choose one of: technical, team\n",
        ),
        (
            ["check", "--project", "config"], 3,
            ("config: this is not a pipeline project: it has no config/; "
            "run 'pipeline init' to start one here, or name yours with --project DIR\n1 fault; nothing was sent.\n"),
        ),
        (
            ["run"], 5,
            "pipeline: There is no spreadsheet of the role backend yet.\nRun 'pipeline create-form' first.\n",
        ),
        (
            ["export", "ranking.pdf"], 2, "ranking.pdf",
        ),
    ],
)  # fmt: skip
def test_the_message_says_what_and_what_next(
    google: Google, run: Run, words: list[str], code: int, message: str
) -> None:
    """2 usage or nobody to ask, 3 files, 5 the workspace."""
    assert message in run(*words, code=code).err


def test_3_the_question_bank(run: Run, project: Path) -> None:
    """Every fault at its place, and how many."""
    bank = project / "question_bank.csv"
    bank.write_text(bank.read_text().replace("joins,databases", "joins,databses"), encoding="utf-8")
    assert run("create-form", code=3).err == (
        'question_bank.csv:2:competency: there is no competency "databses"; did you mean "databases"?\n'
        "1 fault; nothing was sent.\n"
    )


def test_4_not_signed_in(run: Run, project: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Names the command that signs in."""
    monkeypatch.setenv("PIPELINE_WORKSPACE", "google")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "nobody"))
    (project / "config" / "pipeline.toml").write_text('[google]\nclient_file = "client.json"\n', encoding="utf-8")
    client = {
        "client_id": "1-a.apps.googleusercontent.com",
        "client_secret": "s",
        "auth_uri": "https://a",
        "token_uri": "https://t",
    }
    (project / "client.json").write_text(json.dumps({"installed": client}), encoding="utf-8")
    assert "pipeline login" in run("status", code=4).err


def test_6_the_form_moved(google: Google, role: dict[str, str], run: Run, project: Path) -> None:
    """A plan is carried out as it was shown, or not at all."""
    bank = project / "question_bank.csv"
    bank.write_text(bank.read_text().replace("a slow join?", "a very slow join?"), encoding="utf-8")
    run("create-form", "--dry-run", "--out", "plan.json")
    change = {"updateFormInfo": {"info": {"description": "Edited meanwhile"}, "updateMask": "description"}}
    google.call("POST", f"/v1/forms/{role['technical']}:batchUpdate", {"requests": [change]})
    assert run("create-form", "--plan", "plan.json", code=6).err == (
        "pipeline: A form, or what it is made from, changed since the plan was saved.\n"
        "Look again with 'pipeline create-form --dry-run --out PLAN.json'.\n"
    )


def test_7_changes_are_pending(google: Google, run: Run) -> None:
    """Only when asked for; the plan itself is on stdout."""
    assert "make the form" in run("create-form", "--dry-run", "--detailed-exitcode", code=7).out
    run("create-form", "--dry-run")


def test_8_a_response_that_cannot_be_used(google: Google, scorecards: dict[str, str], run: Run) -> None:
    """The list is printed; everything else was used."""
    rename = {"find": "Ben", "replacement": "Bea", "matchEntireCell": True, "range": {"sheetId": 105}}
    google.call(
        "POST", f"/v4/spreadsheets/{scorecards['spreadsheet']}:batchUpdate", {"requests": [{"findReplace": rename}]}
    )
    told = run("pull-responses", code=8).err
    assert "  Ben is not on the panel: not counted; Add the candidate to the Panel worksheet" in told
    assert [row["Status"] for row in google.table(scorecards["spreadsheet"], "Scorecards")].count("counted") == 2


def test_130_ctrl_c(google: Google, role: dict[str, str], project: Path) -> None:
    """At any moment; here in the pause of --watch."""
    watching = subprocess.Popen(
        [sys.executable, "-m", "pipeline", "run", "--watch", "60"],
        cwd=project, stderr=subprocess.PIPE, text=True, env=os.environ,
    )  # fmt: skip
    assert watching.stderr
    said = ""
    for line in watching.stderr:
        said += line
        if "Rankings" in line:
            break
    time.sleep(0.3)
    watching.send_signal(signal.SIGINT)
    _, told = watching.communicate(timeout=30)
    assert watching.returncode == 130, said + told
    assert told.endswith("pipeline: Stopped. Nothing is half done: run the same command again to go on.\n")
    assert "Traceback" not in told
