"""`run`, as the user runs it: what it costs, the panel's changes, watching, and one at a time."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from pipeline.state import lock
from pipeline.worksheets import design
from pipeline.worksheets.cells import letters
from tests import disasters
from tests.conftest import TEAM, TECHNICAL, Google, Run

READ = "sheets.spreadsheets.values.batchGetByDataFilter"
LIST = "forms.forms.responses.list"


def candidates_in(google: Google, form_id: str) -> list[str]:
    question = google.form(form_id)["items"]
    asked = next(item["questionItem"]["question"] for item in question if item.get("title") == "Candidate")
    return [option["value"] for option in asked["choiceQuestion"]["options"]]


def interviews(run: Run, *lines: str) -> None:
    Path("more.csv").write_text("\n".join(["candidate,interviewer,round", *lines]) + "\n")
    run("panel", "import", "more.csv")


def delete_panel_rows(google: Google, spreadsheet_id: str, rows: list[int]) -> None:
    """As a person deletes them, counted from 0."""
    where = [{"sheetId": design.PANEL, "dimension": "ROWS", "startIndex": i, "endIndex": i + 1} for i in rows]
    body = {"requests": [{"deleteDimension": {"range": one}} for one in reversed(where)]}
    google.call("POST", f"/v4/spreadsheets/{spreadsheet_id}:batchUpdate", body)


def test_a_run_with_nothing_new_reads_and_writes_nothing(google: Google, run: Run, scorecards: dict[str, str]) -> None:
    """One responses.list a form, one read of the spreadsheet, no write."""
    run("run")
    google.calls()
    run("run")
    assert sorted(google.calls()) == [LIST, LIST, READ]


def test_a_run_with_nothing_new_puts_back_a_score_that_was_typed_over(
    google: Google, run: Run, scorecards: dict[str, str]
) -> None:
    """What-if's check, which says so to people, says so to the run as well, in the one read that it makes."""
    run("run")
    made = google.values(scorecards["spreadsheet"], "Rankings")
    place = f"Rankings!{'ABCDEF'[made[0].index('Score')]}2"
    google.call(
        "PUT",
        f"/v4/spreadsheets/{scorecards['spreadsheet']}/values/{place}",
        {"values": [[1]]},
        valueInputOption="RAW",
    )

    told = run("run")

    assert "Cells of ours in Rankings had been typed over, and have been put back" in told.err
    assert google.values(scorecards["spreadsheet"], "Rankings") == made


@pytest.mark.parametrize(
    ("header", "typed"),
    [
        ("Rating: joins", 1),
        ("Status", "withdrawn"),
        ("Recommendation", "Maybe"),
        ("Candidate", "Ben"),
        ("Interviewer", "mara@example.com"),
        ("Round", "team"),
    ],
)
def test_what_is_changed_by_hand_in_scorecards_is_never_ranked_and_the_next_run_puts_it_back(
    google: Google, run: Run, scorecards: dict[str, str], header: str, typed: str | int
) -> None:
    """What an interviewer sent is changed in the form alone; the row's seal tells."""
    run("run")
    made = google.values(scorecards["spreadsheet"], "Scorecards")
    google.call(
        "PUT",
        f"/v4/spreadsheets/{scorecards['spreadsheet']}/values/Scorecards!{letters(made[0].index(header))}2",
        {"values": [[typed]]},
        valueInputOption="RAW",
    )
    refused = run("rank", code=6).err
    assert "Scorecards was edited by hand in row 2" in refused and "pipeline run" in refused

    run("run")

    assert google.values(scorecards["spreadsheet"], "Scorecards") == made
    google.calls()
    run("run")
    assert sorted(google.calls()) == [LIST, LIST, READ]


def test_a_run_with_nothing_new_makes_a_deleted_what_if_anew(
    google: Google, run: Run, scorecards: dict[str, str]
) -> None:
    """With its formulas, not only its name."""
    run("run")
    made = google.values(scorecards["spreadsheet"], "What-if")
    body = {"requests": [{"deleteSheet": {"sheetId": design.WHAT_IF}}]}
    google.call("POST", f"/v4/spreadsheets/{scorecards['spreadsheet']}:batchUpdate", body)

    run("run")

    assert google.values(scorecards["spreadsheet"], "What-if") == made


def test_a_worksheet_that_is_made_again_is_told_once(google: Google, run: Run, scorecards: dict[str, str]) -> None:
    """It holds what it held before."""
    run("run")
    made = google.values(scorecards["spreadsheet"], "Interviewers")
    body = {"requests": [{"deleteSheet": {"sheetId": design.INTERVIEWERS}}]}
    google.call("POST", f"/v4/spreadsheets/{scorecards['spreadsheet']}:batchUpdate", body)

    assert run("write-rankings").err.count("The worksheet Interviewers was missing and has been made again") == 1
    assert google.values(scorecards["spreadsheet"], "Interviewers") == made


def test_a_run_with_new_scorecards_stays_within_its_budget(
    google: Google, run: Run, scorecards: dict[str, str]
) -> None:
    """One responses.list a form; for pulling one read and one write, for the ranking one read and two writes at most."""
    google.calls()
    run("run")
    calls = google.calls()
    writes = [call for call in calls if call == "sheets.spreadsheets.batchUpdate" or "values.batchUpdate" in call]
    reads = [call for call in calls if call in (READ, "sheets.spreadsheets.getByDataFilter")]
    assert (calls.count(LIST), len(reads), len(calls)) == (2, 2, 4 + len(writes))
    assert len(writes) <= 3


def test_cells_that_people_merged_over_rows_are_named_when_they_keep_rankings_from_being_sorted(
    google: Google, run: Run, role: dict[str, str]
) -> None:
    """No spreadsheet sorts such a range; what is theirs is not taken apart, and after they did it the run goes on."""
    run("run")
    header = google.values(role["spreadsheet"], "Rankings")[0]
    notes = {"sheetId": design.RANKINGS, "startColumnIndex": header.index("Notes")}
    notes |= {"endColumnIndex": header.index("Notes") + 1, "startRowIndex": 1, "endRowIndex": 3}
    path = f"/v4/spreadsheets/{role['spreadsheet']}:batchUpdate"
    google.call("POST", path, {"requests": [{"mergeCells": {"range": notes, "mergeType": "MERGE_ALL"}}]})
    google.submit(role["technical"], "ivo@example.com", {"Candidate": "Ben", **TECHNICAL}).raise_for_status()
    assert "Cells in Rankings are merged" in run("run", code=5).err
    google.call("POST", path, {"requests": [{"unmergeCells": {"range": notes}}]})
    run("run")
    rows = {row["Candidate"]: row["Scorecards"] for row in google.table(role["spreadsheet"], "Rankings")}
    assert rows == {"Ana": "0 of 2", "Ben": "1 of 2"}


def test_a_candidate_added_to_the_panel_joins_the_drop_down(google: Google, run: Run, role: dict[str, str]) -> None:
    """The team adds an interview to the Panel worksheet; the next run offers the candidate and lets the interviewer in."""
    interviews(run, "Cleo,zoe@example.com,technical")
    told = run("run")
    assert candidates_in(google, role["technical"]) == ["Ana", "Ben", "Cleo"]
    assert "candidate Cleo joins the drop-down" in told.err
    sent = google.submit(role["technical"], "zoe@example.com", {"Candidate": "Cleo", **TECHNICAL})
    assert sent.ok, sent.text


def test_the_panels_change_is_followed_once(google: Google, run: Run, role: dict[str, str]) -> None:
    """Afterwards a run costs no more than any other, and create-form has nothing to do."""
    interviews(run, "Cleo,zoe@example.com,technical")
    run("run")
    google.calls()
    run("run")
    assert sorted(google.calls()) == [LIST, LIST, READ]
    assert "Nothing to do" in run("create-form").out


def test_an_interviewer_who_left_the_panel_may_not_answer_any_more(
    google: Google, run: Run, role: dict[str, str]
) -> None:
    """Their row is deleted from the Panel worksheet; the next run withdraws the permission."""
    rows = google.values(role["spreadsheet"], "Panel")
    delete_panel_rows(google, role["spreadsheet"], [i for i, row in enumerate(rows) if "ivo@example.com" in row])
    told = run("run")
    assert "ivo@example.com may no longer answer" in told.err
    assert not google.submit(role["technical"], "ivo@example.com", {"Candidate": "Ana", **TECHNICAL}).ok


def test_the_last_interviewer_who_leaves_may_not_answer_any_more_either(
    google: Google, run: Run, scorecards: dict[str, str]
) -> None:
    """An emptied panel is a panel; candidates with scorecards stay in the form all the same, and it is said once."""
    run("run")
    delete_panel_rows(google, scorecards["spreadsheet"], [1, 2, 3, 4])
    assert "ivo@example.com may no longer answer" in run("run").err
    assert not google.submit(scorecards["technical"], "ivo@example.com", {"Candidate": "Ana", **TECHNICAL}).ok
    assert "Ana" in candidates_in(google, scorecards["technical"])
    google.calls()
    run("run")
    assert sorted(google.calls()) == [LIST, LIST, READ]


def test_an_address_that_cannot_be_invited_is_told_and_holds_nothing_else_up(
    google: Google, run: Run, scorecards: dict[str, str]
) -> None:
    """The others are let in, and the ranking is written; create-form ends with 5 until the address is mended."""
    interviews(run, "Cleo,nobody@example.com,technical\nCleo,zoe@example.com,technical")
    refused = {"method": "drive.permissions.create", "status": 400, "reason": "invalidSharingRequest"}
    google.control("faults", faults=[refused])
    told = run("run")
    assert "nobody@example.com could not be let in" in told.err
    assert "nobody@example.com may answer" not in told.err and "zoe@example.com may answer" in told.err
    assert "Rankings written" in told.err
    google.calls()
    assert "nobody@example.com could not be let in" in run("run").err
    assert sorted(google.calls()) == [LIST, LIST, READ]
    assert "nobody@example.com could not be let in" in run("status").out
    google.control("faults", faults=[refused])
    again = run("create-form", code=5)
    assert "nobody@example.com could not be let in" in again.err and "Panel worksheet" in again.err
    run("create-form")  # somebody opened an account for the address
    assert "could not be let in" not in run("run").err + run("status").out


def test_a_run_leaves_reworded_questions_to_create_form(google: Google, run: Run, role: dict[str, str]) -> None:
    """A run follows the panel and nothing else: a form is not reworded without being asked."""
    bank = Path("question_bank.csv")
    bank.write_text(bank.read_text().replace("How do you speed up", "How would you speed up"))
    interviews(run, "Cleo,zoe@example.com,technical")
    run("run")
    titles = [item.get("title") for item in google.form(role["technical"])["items"]]
    assert "How do you speed up a slow join?" in titles


def test_a_candidate_with_scorecards_stays_in_the_drop_down(
    google: Google, run: Run, scorecards: dict[str, str]
) -> None:
    """A run destroys nothing: whoever has answers is only taken out by create-form with permission."""
    run("run")
    delete_panel_rows(google, scorecards["spreadsheet"], [1, 2])
    run("run", code=None)
    assert "Ana" in candidates_in(google, scorecards["technical"])


# --- watching -------------------------------------------------------------------------------------------------------


@pytest.fixture
def watching(google: Google, role: dict[str, str], project: Path) -> Any:
    """`pipeline run --watch 1` in a process of its own, which has done its first run."""
    command = [sys.executable, "-m", "pipeline", "run", "--watch", "1"]
    pipes: Any = {"stderr": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, cwd=project, **pipes) as process:
        told = [process.stderr.readline() for _ in range(2)]
        assert told[0].startswith("Scorecards: "), told
        yield process
        process.kill()


def test_watching_says_what_came_in_and_only_then(google: Google, role: dict[str, str], watching: Any) -> None:
    """Runs that find nothing are silent; a new scorecard is told. Ctrl-C ends it between calls, with 130."""
    google.calls()
    deadline = time.monotonic() + 20
    while google.call("GET", "/_emulator/log")["requests"][2:] == [] and time.monotonic() < deadline:
        time.sleep(0.1)
    google.submit(role["team"], "mara@example.com", {"Candidate": "Ana", **TEAM}).raise_for_status()
    assert watching.stderr.readline().startswith("Scorecards: 1 new; 1 counted.")
    watching.send_signal(signal.SIGINT)
    _, rest = watching.communicate(timeout=20)
    assert watching.returncode == 130
    assert "Traceback" not in rest and "Stopped" in rest


INTERRUPTED = """
import os, signal, threading, time
from pipeline.cli.watching import _between_calls

for number in range(200):
    with _between_calls() as wait:
        threading.Timer(number % 20 / 10_000, os.kill, (os.getpid(), signal.SIGINT)).start()
        try:
            while True:
                wait(0)
        except KeyboardInterrupt:
            pass
"""


def test_ctrl_c_is_never_lost_whatever_the_watch_is_doing() -> None:
    """200 of them, at all moments of waits that begin and end without a break."""
    subprocess.run([sys.executable, "-c", INTERRUPTED], timeout=60, check=True)


def test_watching_goes_on_after_the_workspace_was_away(google: Google, role: dict[str, str], watching: Any) -> None:
    """A refusal that may pass is told, waited for, and does not end the watch."""
    google.control("faults", faults=[{"method": LIST, "status": 429, "times": 1}])
    assert "kept asking us to wait" in watching.stderr.readline()
    assert "Still watching; trying again in 2 s." in [watching.stderr.readline().strip() for _ in range(2)]
    google.submit(role["team"], "mara@example.com", {"Candidate": "Ana", **TEAM}).raise_for_status()
    assert watching.stderr.readline().startswith("Scorecards: 1 new; 1 counted.")


@pytest.fixture
def patient(project: Path) -> None:
    """A project that does not give up at the first refusal."""
    settings = project / "config" / "pipeline.toml"
    settings.write_text(settings.read_text().replace("give_up_after = 0", "give_up_after = 120"))


def test_ctrl_c_ends_a_watch_that_waits_for_the_quota(google: Google, patient: None, watching: Any) -> None:
    """The wait before the next attempt lies between calls, and may be long."""
    google.control("faults", faults=[{"method": LIST, "status": 429, "retry_after": "100", "times": 9}])
    assert "asks us to wait 100 s" in watching.stderr.readline()
    watching.send_signal(signal.SIGINT)
    _, rest = watching.communicate(timeout=20)
    assert (watching.returncode, "Stopped" in rest) == (130, True)


# --- one at a time --------------------------------------------------------------------------------------------------


def test_a_second_run_is_refused_with_the_owner_and_the_age(run: Run, role: dict[str, str], project: Path) -> None:
    """Two runs on one project would do the same work twice; the second says who is at it."""
    with lock(project / ".pipeline", "run"):
        refused = run("run", code=5)
    assert f"pipeline run, process {os.getpid()}, started 0 s ago" in refused.err


def test_the_lock_of_a_killed_run_is_free(google: Google, run: Run, scorecards: dict[str, str], project: Path) -> None:
    """SIGKILL in the middle of a run leaves nothing that somebody would have to clean up."""
    google.control("faults", faults=[{"method": LIST, "delay": 30.0}])
    process = disasters.start(("run",), project, google.url, google.token)
    deadline = time.monotonic() + 20
    while google.call("GET", "/_emulator/faults")["unused"] and time.monotonic() < deadline:
        time.sleep(0.05)
    assert process.pid
    os.kill(process.pid, signal.SIGKILL)
    process.join(10)
    run("run")
