"""What people type, edit and send to make a number wrong, a ranking incomplete without a word, or a screen lie."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import requests

from pipeline.worksheets import design
from tests.conftest import TECHNICAL, Google, Run
from tests.inbox import Inbox

SCORECARDS = 104  # the worksheet's fixed id


def scores(run: Run) -> dict[str, float]:
    return {row["candidate"]: row["score"] for row in run("rank", "--json").json["candidates"]}


def type_over(google: Google, spreadsheet: str, header: str, row: int, value: object) -> None:
    """As a manager does: any cell of Scorecards, protection or not."""
    place = google.values(spreadsheet, "Scorecards")[0].index(header)
    cell = f"Scorecards!{chr(65 + place)}{row}"
    body = {"values": [[value]]}
    google.call("PUT", f"/v4/spreadsheets/{spreadsheet}/values/{cell}", body, valueInputOption="RAW")


def delete_column(google: Google, spreadsheet: str, header: str) -> None:
    place = google.values(spreadsheet, "Scorecards")[0].index(header)
    where = {"sheetId": SCORECARDS, "dimension": "COLUMNS", "startIndex": place, "endIndex": place + 1}
    body = {"requests": [{"deleteDimension": {"range": where}}]}
    google.call("POST", f"/v4/spreadsheets/{spreadsheet}:batchUpdate", body)


# --- Scorecards edited by hand


@pytest.mark.parametrize("typed", ["4", "4,0", 2.7, True, "good"])
def test_a_rating_that_is_no_whole_number_is_refused_and_read_again(
    google: Google, run: Run, scorecards: dict[str, str], typed: object
) -> None:
    """A number as text or with decimals is neither taken as missing nor rounded; `run` asks the form again."""
    run("run")
    before = scores(run)
    type_over(google, scorecards["spreadsheet"], "Rating: joins", 2, typed)
    refused = run("rank", code=6)
    assert "edited by hand in row 2" in refused.err
    assert "pipeline run" in refused.err
    run("run")
    assert scores(run) == before


@pytest.mark.parametrize("header", ["Candidate", "Interviewer", "Round", "Status", "Submitted at (UTC)", "Response"])
def test_a_deleted_column_is_never_ranked_without(
    google: Google, run: Run, scorecards: dict[str, str], header: str
) -> None:
    """`rank` says what is gone; `run` brings it back from the forms, and nothing counts twice."""
    run("run")
    before = scores(run)
    delete_column(google, scorecards["spreadsheet"], header)
    assert f"Scorecards has lost the column {header}" in run("rank", code=6).err
    run("run")
    assert scores(run) == before
    rows = google.table(scorecards["spreadsheet"], "Scorecards")
    assert [row["Status"] for row in rows] == ["counted"] * 4
    assert "nothing new" in run("run", "--full").err


def test_a_row_that_says_nothing_and_no_form_knows_is_withdrawn(
    google: Google, run: Run, scorecards: dict[str, str]
) -> None:
    """Such a row is left when people insert columns under a write; the forms know that it is none of theirs."""
    run("run")
    before = scores(run)
    for header, value in (("Candidate", 4), ("Round", ""), ("Submitted at (UTC)", "Ana"), ("Response", "no-response")):
        type_over(google, scorecards["spreadsheet"], header, 6, value)
    assert "edited by hand in row 6" in run("rank", code=6).err
    assert "1 withdrawn" in run("run").err
    assert scores(run) == before
    assert google.table(scorecards["spreadsheet"], "Scorecards")[4]["Status"] == "withdrawn"
    google.calls()
    assert "nothing new" in run("run").err
    assert "sheets.spreadsheets.batchUpdate" not in google.calls()


def test_a_deleted_column_of_ratings_comes_back(google: Google, run: Run, scorecards: dict[str, str]) -> None:
    """Nothing is ranked without it; `run` asks the forms again."""
    run("run")
    before = scores(run)
    delete_column(google, scorecards["spreadsheet"], "Rating: joins")
    assert "Scorecards was edited by hand in row 2" in run("rank", code=6).err
    run("run")
    assert scores(run) == before
    assert "Rating: joins" not in run("rank").err


def test_a_renamed_column_of_ratings_gets_its_name_back(google: Google, run: Run, scorecards: dict[str, str]) -> None:
    """Under another name it would be a column of the managers', and its ratings missing."""
    run("run")
    before = scores(run)
    type_over(google, scorecards["spreadsheet"], "Rating: joins", 1, "Joins")
    assert "it has no column Rating: joins" in run("rank", code=6).err
    run("run")
    assert scores(run) == before
    assert "Rating: joins" in google.values(scorecards["spreadsheet"], "Scorecards")[0]


@pytest.mark.parametrize("typed", ["soon", 46000, "9999-12-31T00:00:00Z", "2026-03-99T00:00:00Z", "2026-03-04 09:00"])
def test_a_time_typed_over_hides_no_later_scorecard(
    google: Google, run: Run, scorecards: dict[str, str], typed: object
) -> None:
    """The newest time says from when on to ask; one that is none, or is still to come, must not."""
    run("run")
    type_over(google, scorecards["spreadsheet"], "Submitted at (UTC)", 2, typed)
    later = {"Candidate": "Ben", "Tell me about feedback you took.": "1", "Overall recommendation": "No"}
    google.control("clock", advance=86_400)
    google.submit(scorecards["team"], "mara@example.com", later).raise_for_status()
    run("status")
    assert "1 new" in run("run", code=None).err


@pytest.mark.parametrize("what", ["the problem's row deleted", "a hint's class emptied"])
def test_what_problems_tells_comes_back(
    google: Google, run: Run, scorecards: dict[str, str], _running: Any, what: str
) -> None:
    """What could not be used is never hidden by deleting its row, and a hint becomes no problem for good."""
    question = "How do you speed up a slow join?"
    Inbox(google, _running.store).put(scorecards["technical"], "Ben", "mara@example.com", {question: "super"})
    assert "1 problem and" in run("run", code=8).err
    row = {"sheetId": design.PROBLEMS, "dimension": "ROWS", "startIndex": 1, "endIndex": 2}
    cell = {"start": {"sheetId": design.PROBLEMS, "rowIndex": 2, "columnIndex": 0}, "rows": [{"values": [{}]}]}
    emptied = {"updateCells": {**cell, "fields": "userEnteredValue"}}
    request = {"deleteDimension": {"range": row}} if "deleted" in what else emptied
    google.call("POST", f"/v4/spreadsheets/{scorecards['spreadsheet']}:batchUpdate", {"requests": [request]})
    again = run("run", code=8).err
    assert "Rows of Problems were edited or taken out by hand" in again
    assert "1 problem and" in again
    google.calls()
    run("run", code=8)
    assert not [call for call in google.calls() if "pdate" in call]


def test_a_status_typed_by_hand_is_put_right(google: Google, run: Run, scorecards: dict[str, str]) -> None:
    """A word that is no status of ours would look as if the scorecard did not count."""
    run("run")
    type_over(google, scorecards["spreadsheet"], "Status", 2, "ignored")
    run("rank", code=6)
    run("run")
    assert google.table(scorecards["spreadsheet"], "Scorecards")[0]["Status"] == "counted"


# --- what a terminal would obey

NAME = "Eve\x1b]0;ours\x07\x9b2J\u202eadA"


def test_no_name_reaches_the_terminal_as_a_command(google: Google, run: Run, project: Path) -> None:
    """Escape sequences of seven and of eight bits, and letters that turn the line round, are spelt out everywhere."""
    (project / "panel.csv").write_text(f"candidate,interviewer,round\n{NAME},ivo@example.com,technical\n")
    said = [run("panel", "import", "panel.csv"), run("create-form", "--json")]
    form = said[1].json["forms"][0]["form_id"]
    given = {"Candidate": NAME, **TECHNICAL, "Summary": "fine\x1b[2J"}
    google.submit(form, "ivo@example.com", given).raise_for_status()
    for words in (["run"], ["status"], ["rank"], ["rank", "--json"], ["explain", NAME], ["explain", NAME, "--json"]):
        said.append(run(*words))
    said.append(run("explain", "Nobody\x1b[2J", code=None))
    said.append(run("panel", "add", "--candidate", "Ana", "--interviewer", "no\x1b[2J", code=None))
    for ran in said:
        assert not set(ran.out + ran.err) & set("\x1b\x07\x9b\u202e")
    assert run("rank", "--json").json["candidates"][0]["candidate"] == NAME


# --- the pages


@pytest.mark.parametrize("path", ["/forms/d/a%0D%0AX-Mine%3A1/edit", "/spreadsheets/d/%0Aa/edit?x=%0D%0Ay"])
def test_an_odd_address_gets_no_header_of_its_own(google: Google, path: str) -> None:
    """The address without its token is led to as it was written, and to nowhere else."""
    joint = "&" if "?" in path else "?"
    led = requests.get(f"{google.url}{path}{joint}token={google.token}", allow_redirects=False, timeout=30)
    assert led.status_code == 303
    assert led.headers["Location"] == path
    assert "X-Mine" not in led.headers


@pytest.mark.parametrize("address", ["//example.com/", "/%2Fexample.com/", "/\\example.com/", "/http://example.com/"])
def test_a_link_with_the_token_leads_nowhere_else(google: Google, address: str) -> None:
    """Whoever lures the owner to an odd address of the workspace learns nothing and leads nowhere."""
    led = requests.get(f"{google.url}{address}?token={google.token}", allow_redirects=False, timeout=30)
    assert led.status_code == 404
    assert "Set-Cookie" not in led.headers


def test_a_page_takes_no_bottomless_json(google: Google, role: dict[str, str]) -> None:
    """Nesting without end is not understood, and no fault of the workspace."""
    with requests.Session() as browser:
        browser.get(f"{google.url}/?token={google.token}", timeout=30)
        address = f"{google.url}/spreadsheets/d/{role['spreadsheet']}/cells"
        told = browser.post(address, "[" * 100_000, headers={"Content-Type": "application/json"}, timeout=30)
    assert told.status_code == 400


# --- one candidate, two names


def test_names_that_look_alike_are_told_where_they_are_typed(google: Google, run: Run) -> None:
    """Without a panel interviewers type the name: each spelling is ranked for itself, and that is said."""
    form = run("create-form", "--json").json["forms"][0]["form_id"]
    anyone = {"type": "anyone", "role": "reader", "view": "published"}
    google.call("POST", f"/drive/v3/files/{form}/permissions", anyone)
    for at, name in enumerate(("Ana", "Ana ", "ana", "Ana\u200b", "Ben")):
        google.control("clock", advance=60)
        google.submit(form, f"i{at}@example.com", {"Candidate": name, **TECHNICAL}).raise_for_status()
    told = run("run", code=8).err
    assert told.count("looks like another spelling of Ana") == 2
    assert "nothing new" in run("run", code=8).err


def test_a_candidate_who_left_the_panel_leaves_the_ranking_at_once(
    google: Google, run: Run, scorecards: dict[str, str]
) -> None:
    """What Problems calls not counted is not counted, with --full and without; back on the panel, it counts again."""
    run("run")
    before = scores(run)
    sheet = scorecards["spreadsheet"]
    rows = [at for at, row in enumerate(google.values(sheet, "Panel"), start=1) if row[0] == "Ben"]

    def name(typed: str) -> None:
        for row in rows:
            path = f"/v4/spreadsheets/{sheet}/values/Panel!A{row}"
            google.call("PUT", path, {"values": [[typed]]}, valueInputOption="RAW")

    name("Benjamin")
    assert "Ben is not on the panel: not counted" in run("run", code=8).err
    assert scores(run) == {"Ana": before["Ana"], "Benjamin": None}
    run("run", "--full", code=8)
    assert scores(run) == {"Ana": before["Ana"], "Benjamin": None}
    name("Ben")
    run("run")
    assert scores(run) == before


# --- what others on this computer, and git, may see


def test_nothing_under_the_hidden_directory_is_for_others(
    run: Run, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Answers, tokens and logs stay with the owner, and `git add .` takes none of them along."""
    monkeypatch.delenv("PIPELINE_WORKSPACE_URL", raising=False)
    (project / ".pipeline").mkdir(mode=0o755)
    run("panel", "import", "panel.csv")
    run("create-form")
    run("run")
    subprocess.run(["git", "init", "-q", str(project)], check=True)
    told = subprocess.run(
        ["git", "status", "--porcelain", "-uall"], cwd=project, check=True, capture_output=True, text=True
    )
    assert ".pipeline" not in told.stdout
    assert (project / ".pipeline").stat().st_mode & 0o077 == 0
    secret = [path for path in (project / ".pipeline").rglob("*") if path.suffix in (".db", ".token", ".json", ".log")]
    assert len(secret) >= 3
    assert not [path for path in secret if path.stat().st_mode & 0o077]


@pytest.mark.parametrize("name", ["lock", "logs", "records", "logs/pipeline.log", ".gitignore", "workspace.token"])
def test_no_link_leads_our_writing_elsewhere(
    google: Google, run: Run, project: Path, tmp_path: Path, name: str
) -> None:
    """A project that somebody handed over may hold a link where a lock or a log belongs."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "notes.txt").write_text("Ana\n")
    link = project / ".pipeline" / name
    link.parent.mkdir(parents=True)
    link.symlink_to(elsewhere if name in ("logs", "records") else elsewhere / "notes.txt")
    for words in (["panel", "import", "panel.csv"], ["forget", "Ana", "--yes"]):
        assert f".pipeline/{name}: a link, where only files of pipeline's own belong" in run(*words, code=5).err
    assert [path.read_text() for path in elsewhere.iterdir()] == ["Ana\n"]


# --- a plan that somebody else wrote


def test_a_saved_plan_sends_nothing_that_we_would_not(google: Google, run: Run, project: Path) -> None:
    """Whatever bodies and methods the file holds, what is sent is decided from the project's own files."""
    run("panel", "import", "panel.csv")
    run("create-form", "--dry-run", "--out", "plan.json")
    plan = json.loads((project / "plan.json").read_text())
    share = next(step for step in plan["steps"] if step["method"] == "permissions.create")
    share["body"] = {"type": "anyone", "role": "writer"}
    plan["steps"][0]["body"]["info"]["title"] = "Ours now"
    (project / "plan.json").write_text(json.dumps(plan))
    ran = run("create-form", "--plan", "plan.json", "--json", code=None)
    assert ran.code in (0, 6)
    for form in run("create-form", "--json").json["forms"]:
        assert google.form(form["form_id"])["info"]["title"] != "Ours now"
        address = f"/drive/v3/files/{form['form_id']}/permissions"
        held = google.call("GET", address, fields="permissions(type,role)", includePermissionsForView="published")
        assert {"type": "anyone", "role": "writer"} not in held["permissions"]


@pytest.mark.parametrize(
    "text", ["[1]", "[" * 100_000, '{"schema_version": 1}', '"x"', "null", '{"steps": {"a": 1}, "forms": []}']
)
def test_what_is_no_plan_is_said_to_be_none(google: Google, run: Run, project: Path, text: str) -> None:
    """A file of another kind is an invalid input, and no fault of ours."""
    (project / "plan.json").write_text(text)
    assert "this is not a saved plan of ours" in run("create-form", "--plan", "plan.json", code=3).err
