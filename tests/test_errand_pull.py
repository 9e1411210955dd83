"""`pull-responses`, as the user runs it: what is new, edited, withdrawn; what cannot be used; what it costs."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from pipeline.worksheets import design
from tests.conftest import Google, Ran, Run
from tests.inbox import Inbox

READ = "sheets.spreadsheets.values.batchGetByDataFilter"
WRITE = "sheets.spreadsheets.batchUpdate"
LIST = "forms.forms.responses.list"
JOINS = "How do you speed up a slow join?"


@pytest.fixture
def inbox(google: Google, _running: Any) -> Inbox:
    return Inbox(google, _running.store)


@pytest.fixture
def rows(google: Google, role: dict[str, str]) -> Any:
    """`rows()` is what Scorecards holds, by header."""
    return lambda: google.table(role["spreadsheet"], "Scorecards")


def problems(ran: Ran) -> dict[str, str]:
    """Of a pull run with --json: what was wrong, by kind."""
    return {problem["kind"]: problem["what"] for problem in ran.json["problems"]}


# --- new ones -------------------------------------------------------------------------------------------------------


def test_short_pages_in_any_order_are_read_to_the_end(
    google: Google, run: Run, role: dict[str, str], inbox: Inbox, rows: Any
) -> None:
    """A page may hold fewer than asked for; only a missing token is the end."""
    google.control("settings", page_size_cap=3)
    sent = {inbox.put(role["technical"], "Ana", f"i{number}@example.com") for number in range(10)}
    run("pull-responses", code=8)  # none of them is on the panel
    google.control("settings", page_size_cap=5000)
    assert {row["Response"] for row in rows()} == sent


def test_a_pull_asks_only_for_what_is_new(google: Google, run: Run, role: dict[str, str], inbox: Inbox) -> None:
    """After 20 old ones, the newest comes alone, with those of the ten minutes before."""
    for number in range(20):
        inbox.put(role["technical"], "Ana", f"i{number}@example.com")
    run("pull-responses", code=8)
    google.control("clock", advance=3600)
    inbox.put(role["technical"], "Ana")
    google.call("DELETE", "/_emulator/log")
    run("pull-responses", code=8)
    google.control("clock", advance=3600)
    google.call("DELETE", "/_emulator/log")
    run("pull-responses", code=8)
    entries = google.call("GET", "/_emulator/log")["requests"]
    assert max(entry["bytesOut"] for entry in entries if entry["method"] == LIST) < 2_000  # one response, not 21


def test_n_new_responses_cost_one_read_and_one_write(
    google: Google, run: Run, role: dict[str, str], inbox: Inbox
) -> None:
    """One responses.list a form, however many came."""
    for number in range(30):
        inbox.put(role["technical"], ("Ana", "Ben")[number % 2], f"i{number}@example.com")
    google.calls()
    run("pull-responses", code=8)
    assert sorted(google.calls()) == [LIST, LIST, WRITE, READ]


def test_pulling_again_writes_nothing(google: Google, run: Run, role: dict[str, str], inbox: Inbox) -> None:
    """What lies in the overlap is known, with --full everything is."""
    inbox.put(role["technical"], "Ana")
    inbox.put(role["technical"], "Nobody", rating="no idea")
    run("pull-responses", code=8)
    google.calls()
    run("pull-responses", code=8)
    run("pull-responses", "--full", code=8)
    assert WRITE not in google.calls()


def test_times_are_kept_to_the_microsecond(
    google: Google, run: Run, role: dict[str, str], inbox: Inbox, rows: Any
) -> None:
    """RFC 3339 UTC, exactly as received; the first sending and the last are two times."""
    google.control("clock", now="2026-03-05T10:00:00.123456Z", stopped=True)
    sent = inbox.put(role["technical"], "Ana")
    google.control("clock", now="2026-03-05T11:30:00.000001Z", stopped=True)
    inbox.put(role["technical"], "Ana", rating="5", edits=sent)
    run("pull-responses")
    (row,) = rows()
    assert row["Created at (UTC)"] == "2026-03-05T10:00:00.123Z"
    assert row["Submitted at (UTC)"] == "2026-03-05T11:30:00.000001Z"


def test_times_are_shown_in_the_spreadsheets_time_zone(google: Google, run: Run, project: Path, inbox: Inbox) -> None:
    """Ten past ten UTC is early in the morning in New York; another zone shows all rows anew, and only once."""
    settings = project / "config" / "pipeline.toml"
    settings.write_text(settings.read_text() + '\n[sheet]\ntime_zone = "America/New_York"\n')
    run("panel", "import", "panel.csv")
    made = run("create-form", "--json").json
    google.control("clock", now="2026-03-05T10:10:00Z", stopped=True)
    inbox.put(made["forms"][0]["form_id"], "Ana")
    run("pull-responses")
    path = f"/v4/spreadsheets/{made['spreadsheet']['spreadsheet_id']}/values/Scorecards!A2"
    assert google.call("GET", path)["values"] == [["2026-03-05 05:10"]]
    settings.write_text(settings.read_text().replace("America/New_York", "Asia/Kathmandu"))
    run("create-form")
    run("pull-responses")
    assert google.call("GET", path)["values"] == [["2026-03-05 15:55"]]
    spreadsheet = google.call("GET", f"/v4/spreadsheets/{made['spreadsheet']['spreadsheet_id']}")
    assert spreadsheet["properties"]["timeZone"] == "Asia/Kathmandu"
    google.calls()
    run("pull-responses")
    assert WRITE not in google.calls()


# --- edited, withdrawn, back again ----------------------------------------------------------------------------------


def test_an_edited_response_keeps_what_it_said_before(
    google: Google, run: Run, role: dict[str, str], inbox: Inbox, rows: Any
) -> None:
    """The row is updated where it stands; the earlier version becomes a row of its own, superseded."""
    sent = inbox.put(role["technical"], "Ana", rating="2")
    run("pull-responses")
    before = rows()[0]["Submitted at (UTC)"]
    google.control("clock", advance=60)
    inbox.put(role["technical"], "Ana", rating="5", edits=sent)
    assert run("pull-responses", "--json").json["edited"] == 1
    now, former = rows()
    assert (now["Response"], now["Status"], now["Rating: joins"]) == (sent, "counted", 5)
    assert (former["Response"], former["Status"], former["Rating: joins"]) == (f"{sent}@{before}", "superseded", 2)


def _cut_off(google: Google, run: Run, role: dict[str, str], inbox: Inbox) -> None:
    """A scorecard of the technical round is edited, and one sent an hour later; of the pull, only its first write arrives."""
    sent = inbox.put(role["technical"], "Ana", rating="2")
    run("pull-responses", code=None)
    google.control("clock", advance=60)
    inbox.put(role["technical"], "Ana", rating="5", edits=sent)
    google.control("clock", advance=3600)
    inbox.put(role["technical"], "Ben", rating="3")
    google.control("faults", faults=[{"method": "sheets.spreadsheets.values.batchUpdateByDataFilter", "status": 403}])
    run("pull-responses", code=5)
    google.call("DELETE", "/_emulator/faults")


def test_an_edit_that_was_cut_off_is_finished_by_the_next_pull(
    google: Google, run: Run, role: dict[str, str], inbox: Inbox, rows: Any, project: Path
) -> None:
    """The former version has its row, the response's own is not changed yet, and newer ones are there: nobody asks for
    what is so old, were it not for that; even if nothing was remembered of the pull that was cut off."""
    _cut_off(google, run, role, inbox)
    assert [row["Rating: joins"] for row in rows()] == [2, 2, 3]
    shutil.rmtree(project / ".pipeline")
    assert run("pull-responses", "--json").json["edited"] == 1
    assert [row["Rating: joins"] for row in rows()] == [5, 2, 3]


def test_rows_are_known_again_when_their_ids_were_deleted(
    google: Google, run: Run, role: dict[str, str], inbox: Inbox, rows: Any
) -> None:
    """Somebody deletes the column Response: each row gets its id back where it stands, and with it what is beside it."""
    sent = inbox.put(role["technical"], "Ana", rating="2")
    inbox.put(role["technical"], "Ben", rating="3")
    run("pull-responses")
    google.control("clock", advance=60)
    inbox.put(role["technical"], "Ana", rating="5", edits=sent)
    run("pull-responses")

    def filled(row: dict[str, Any]) -> dict[str, Any]:
        return {header: value for header, value in row.items() if value != ""}

    before = [filled(row) for row in rows()]
    place = list(rows()[0]).index("Response")
    path = f"/v4/spreadsheets/{role['spreadsheet']}:batchUpdate"
    column = {"sheetId": design.SCORECARDS, "dimension": "COLUMNS", "startIndex": place, "endIndex": place + 1}
    google.call("POST", path, {"requests": [{"deleteDimension": {"range": column}}]})
    run("pull-responses")
    assert [filled(row) for row in rows()] == before


def test_only_the_latest_of_one_interviewer_counts(
    google: Google, run: Run, role: dict[str, str], inbox: Inbox, rows: Any
) -> None:
    """Somebody sends an improved scorecard: the earlier one stays, superseded, and it is a hint."""
    inbox.put(role["technical"], "Ana", answers={JOINS: "2"})
    google.control("clock", advance=60)
    inbox.put(role["technical"], "Ana", answers={JOINS: "5"})
    told = run("pull-responses", "--json").json
    assert [(row["Status"], row["Rating: joins"]) for row in rows()] == [("superseded", 2), ("counted", 5)]
    assert "sent-twice" in {hint["kind"] for hint in told["hints"]}


def test_two_people_with_one_address_are_a_problem_until_one_response_is_deleted(
    google: Google, run: Run, role: dict[str, str], inbox: Inbox, rows: Any
) -> None:
    """With Mara's to come, what has nothing in common is no improvement; every pull and run says it and exits 8."""
    run("panel", "add", "--candidate", "Ana", "--interviewer", "mara@example.com", "--round", "technical")
    inbox.put(role["technical"], "Ana", rating="5", answers={"Summary": "Convincing.", "Concerns": "None"})
    google.control("clock", advance=60)
    second = inbox.put(role["technical"], "Ana", rating="2", answers={"Summary": "Vague.", "Concerns": "None"})
    said = "ivo@example.com sent 2 scorecards about Ana that have little in common"
    assert said in problems(run("pull-responses", "--json", code=8))["shared-address"]
    assert "WORTH A SECOND LOOK\n" in run("explain", "Ana").out  # not "changes no score": one of the two does not count
    assert said in run("run", code=8).err
    assert [row["Status"] for row in rows()] == ["superseded", "counted"]
    inbox.take_away(role["technical"], second)
    told = run("pull-responses", "--full", "--json").json
    assert not told["problems"] and "sent-twice" not in {hint["kind"] for hint in told["hints"]}
    assert [row["Status"] for row in rows()] == ["counted", "withdrawn"]


def test_an_interviewer_who_may_open_the_spreadsheet_is_told(
    run: Run, role: dict[str, str], inbox: Inbox, project: Path
) -> None:
    """Managers see everybody's ratings; one who interviews as well is not blind, which a team may want or not know."""
    file = project / "config" / "backend.toml"
    file.write_text(file.read_text() + '\n[sharing]\nmanagers = ["ivo@example.com"]\n')
    inbox.put(role["technical"], "Ana")
    hints = {hint["kind"]: hint for hint in run("pull-responses", "--json").json["hints"]}
    assert hints["not-blind"]["interviewer"] == "ivo@example.com"


def test_a_deleted_response_is_withdrawn_by_a_full_pull(
    google: Google, run: Run, role: dict[str, str], inbox: Inbox, rows: Any
) -> None:
    """An incremental pull cannot see it; --full marks the row and takes nothing away."""
    sent = inbox.put(role["technical"], "Ana")
    run("pull-responses")
    inbox.take_away(role["technical"], sent)
    run("pull-responses")
    assert rows()[0]["Status"] == "counted"
    assert run("pull-responses", "--full", "--json").json["withdrawn"] == 1
    assert (rows()[0]["Status"], rows()[0]["Rating: joins"]) == ("withdrawn", 4)


def test_an_earlier_scorecard_counts_again_when_the_later_one_is_withdrawn(
    google: Google, run: Run, role: dict[str, str], inbox: Inbox, rows: Any
) -> None:
    """What stood in its place steps back in."""
    inbox.put(role["technical"], "Ana", answers={JOINS: "2"})
    google.control("clock", advance=60)
    later = inbox.put(role["technical"], "Ana", answers={JOINS: "5"})
    run("pull-responses")
    inbox.take_away(role["technical"], later)
    run("pull-responses", "--full")
    assert [row["Status"] for row in rows()] == ["counted", "withdrawn"]


def test_a_response_that_reappears_counts_again(
    google: Google, run: Run, role: dict[str, str], inbox: Inbox, rows: Any, _running: Any
) -> None:
    """Gone from the answers once (an incomplete listing, a restored form), back the next time."""
    sent = inbox.put(role["technical"], "Ana")
    run("pull-responses")
    with _running.store.transaction(write=True) as tx:
        kept = tx.db.execute("SELECT * FROM responses WHERE id = ?", (sent,)).fetchone()
    inbox.take_away(role["technical"], sent)
    run("pull-responses", "--full")
    with _running.store.transaction(write=True) as tx:
        tx.db.execute(f"INSERT INTO responses VALUES ({','.join('?' * len(kept))})", tuple(kept))
    run("pull-responses", "--full")
    assert [row["Status"] for row in rows()] == ["counted"]


def test_answers_to_a_question_that_left_the_form_are_kept(
    google: Google, run: Run, role: dict[str, str], inbox: Inbox, rows: Any, project: Path
) -> None:
    """Its column stays with what was answered; answers that arrive later stand under Other answers."""
    early = inbox.put(role["technical"], "Ana", rating="3")
    run("pull-responses")
    late = inbox.put(role["technical"], "Ben", rating="5")
    bank = project / "question_bank.csv"
    bank.write_text("".join(line for line in bank.read_text().splitlines(True) if not line.startswith("schema")))
    run("create-form", "--allow-destructive")
    run("pull-responses")
    run("pull-responses")  # the second says the same
    hints = [row for row in google.table(role["spreadsheet"], "Problems") if row["Kind"] == "other-answers"]
    assert [hint["Response"] for hint in hints] == [late]
    held = {row["Response"]: row for row in rows()}
    assert held[early]["Rating: schema"] == 3
    assert "5 ·" in held[late]["Other answers"] and held[late]["Rating: joins"] == 5
    run("pull-responses", "--full")
    assert {row["Response"]: row for row in rows()}[early]["Rating: schema"] == 3


def test_answers_to_a_question_that_is_back_in_the_form_are_used_again(
    google: Google, run: Run, role: dict[str, str], inbox: Inbox, rows: Any, project: Path
) -> None:
    """The next pull finds them under Other answers and reads the form from its start once more."""
    inbox.put(role["technical"], "Ana", rating="3")
    bank = project / "question_bank.csv"
    whole = bank.read_text()
    bank.write_text("".join(line for line in whole.splitlines(True) if not line.startswith("schema")))
    run("create-form", "--allow-destructive")
    run("pull-responses")
    google.control("clock", advance=3600)
    inbox.put(role["technical"], "Ben")
    run("pull-responses")
    bank.write_text(whole)
    run("create-form")
    run("pull-responses")
    first = next(row for row in rows() if row["Candidate"] == "Ana")
    assert (first["Rating: schema"], first["Other answers"]) == (3, "")
    google.calls()
    run("pull-responses")
    assert WRITE not in google.calls()


# --- what cannot be used --------------------------------------------------------------------------------------------


def test_an_unknown_option_costs_one_rating_and_no_more(
    google: Google, run: Run, role: dict[str, str], inbox: Inbox, rows: Any
) -> None:
    """An option that somebody edited in Google's editor: the other ratings count, and it exits 8."""
    question = "How do you speed up a slow join?"
    inbox.put(role["technical"], "Ana", answers={question: "splendid"})
    told = run("pull-responses", "--json", code=8)
    assert problems(told) == {
        "unknown-option": "Question joins was answered “splendid”, which names no level; it counts as not assessed"
    }
    assert (rows()[0]["Rating: joins"], rows()[0]["Rating: schema"]) == ("", 4)


def test_a_rating_off_the_scale_is_not_used(google: Google, run: Run, role: dict[str, str], inbox: Inbox) -> None:
    """Nine on a scale of five is nobody's rating."""
    inbox.put(role["technical"], "Ana", answers={"How do you speed up a slow join?": "9 · Beyond"})
    assert "off the scale 1 to 5" in problems(run("pull-responses", "--json", code=8))["off-scale"]


def test_an_unknown_candidate_is_kept_and_not_counted(
    google: Google, run: Run, role: dict[str, str], inbox: Inbox, rows: Any
) -> None:
    """A near name is proposed, never taken; when the panel has the candidate, the next pull counts it."""
    inbox.put(role["technical"], "Anna")
    told = run("pull-responses", code=8)
    assert "If Ana is meant" in told.err
    assert rows()[0]["Status"] == "problem"
    Path("more.csv").write_text("candidate,interviewer,round\nAnna,ivo@example.com,technical\n")
    run("panel", "import", "more.csv")
    run("pull-responses")
    assert rows()[0]["Status"] == "counted"


def test_a_missing_address_is_told(google: Google, run: Run, role: dict[str, str], inbox: Inbox, rows: Any) -> None:
    """Nobody knows who sent it, so it cannot count."""
    inbox.put(role["technical"], "Ana", None)
    assert "no interviewer's e-mail" in problems(run("pull-responses", "--json", code=8))["missing-email"]
    assert rows()[0]["Status"] == "problem"


def test_an_interviewer_not_on_the_panel_counts_and_is_told(
    google: Google, run: Run, role: dict[str, str], inbox: Inbox, rows: Any
) -> None:
    """The scorecard may be a stand-in's; people decide."""
    inbox.put(role["technical"], "Ana", "stranger@example.com")
    assert "stranger@example.com" in problems(run("pull-responses", "--json", code=8))["unknown-interviewer"]
    assert rows()[0]["Status"] == "counted"


def test_problems_stay_in_their_worksheet_until_they_are_solved(
    google: Google, run: Run, role: dict[str, str], inbox: Inbox
) -> None:
    """A pull with nothing new says them again; a corrected response takes them away."""
    sent = inbox.put(role["technical"], "Ana", rating="splendid")
    run("pull-responses", code=8)
    run("pull-responses", code=8)
    weights = [row["Class"] for row in google.table(role["spreadsheet"], "Problems")]
    assert weights.count("problem") == 3
    google.control("clock", advance=60)
    inbox.put(role["technical"], "Ana", rating="4", edits=sent)
    run("pull-responses")
    assert "problem" not in [row["Class"] for row in google.table(role["spreadsheet"], "Problems")]


@pytest.mark.parametrize("wrong", [{"rating": "splendid"}, {"answers": {JOINS: "9 · Beyond"}}])
def test_a_problem_is_solved_by_sending_the_scorecard_again(
    google: Google, run: Run, role: dict[str, str], inbox: Inbox, wrong: Any
) -> None:
    """As Problems asks for: the new one counts, and what was wrong with the one before concerns nobody any more."""
    inbox.put(role["technical"], "Ana", **wrong)
    run("pull-responses", code=8)
    google.control("clock", advance=3600)
    inbox.put(role["technical"], "Ana")
    run("pull-responses")
    run("pull-responses", "--full")


def test_a_problem_of_a_deleted_response_is_solved(
    google: Google, run: Run, role: dict[str, str], inbox: Inbox
) -> None:
    """What has no candidate or no address can only be sent anew and deleted, which Problems says."""
    sent = inbox.put(role["technical"], "Ana", None, rating="splendid")
    said = run("pull-responses", code=8).err
    assert "sent again from their personal link; then delete this one in the form, and run `pipeline pull-resp" in said
    inbox.take_away(role["technical"], sent)
    run("pull-responses", code=8)
    run("pull-responses", "--full")


def test_a_problems_worksheet_that_was_deleted_holds_them_again(
    google: Google, run: Run, role: dict[str, str], inbox: Inbox
) -> None:
    """What could not be used stands nowhere else, so the next pull asks the form for everything."""
    inbox.put(role["technical"], "Ana", rating="splendid")
    run("pull-responses", code=8)
    path = f"/v4/spreadsheets/{role['spreadsheet']}:batchUpdate"
    google.call("POST", path, {"requests": [{"deleteSheet": {"sheetId": design.PROBLEMS}}]})
    told = run("pull-responses", code=8).err
    assert "The worksheet Problems was missing and has been made again" in told
    assert [row["Class"] for row in google.table(role["spreadsheet"], "Problems")].count("problem") == 3


def test_a_pull_of_one_round_takes_up_what_was_cut_off_in_another(
    google: Google, run: Run, role: dict[str, str], inbox: Inbox, rows: Any
) -> None:
    _cut_off(google, run, role, inbox)
    run("pull-responses", "--round", "team", code=None)
    assert [row["Rating: joins"] for row in rows()] == [5, 2, 3]
