"""`status`, personal links, blindness and closing, as the user runs them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests

from tests.conftest import TEAM, TECHNICAL, Google, Run

Json = dict[str, Any]
IVO, MARA = "ivo@example.com", "mara@example.com"


def panel(project: Path, *lines: str) -> None:
    (project / "panel.csv").write_text("\n".join(["candidate,interviewer,round,scheduled_at", *lines]) + "\n")


def ago(**span: float) -> str:
    """A time before now, as a panel tells it."""
    return (datetime.now(UTC) - timedelta(**span)).strftime("%Y-%m-%d %H:%MZ")


def made(run: Run) -> dict[str, str]:
    run("panel", "import", "panel.csv")
    document = run("create-form", "--json").json
    return {f["round"]: f["form_id"] for f in document["forms"]} | document["spreadsheet"]


def config(project: Path, more: str) -> None:
    file = project / "config" / "backend.toml"
    file.write_text(file.read_text().replace('[[round]]\nid = "technical"', f'{more}\n[[round]]\nid = "technical"'))


def post(google: Google, link: str, answers: dict[str, str], form_id: str) -> requests.Response:
    """Open a personal link, fill in the rest, and send the page with what the link had filled in."""
    page = requests.get(link, timeout=30)
    assert page.ok
    filled = {name: value for name, value in parse_qsl(urlsplit(link).query) if name != "usp"}
    assert all(escape(value) in page.text for value in filled.values())
    for item in google.form(form_id)["items"]:
        question = item.get("questionItem", {}).get("question", {})
        if item.get("title") in answers:
            options = [o["value"] for o in question.get("choiceQuestion", {}).get("options", [])]
            given = answers[item["title"]]
            filled[f"entry.{int(question['questionId'], 16)}"] = next(
                (o for o in options if o == given or o.startswith(f"{given} ·")), given
            )
    return requests.post(f"{google.url}/forms/d/e/{form_id}/formResponse", data=filled, timeout=30)


def test_links_of_forms_that_do_not_know_the_panel_are_not_handed_out_unwarned(
    google: Google, run: Run, project: Path
) -> None:
    """A form made before the panel asks for a typed name: its links change once it offers the panel's."""
    run("create-form")
    panel(project, f"Ana,{IVO},technical,", f"Ana,{MARA},team,")
    run("panel", "import", "panel.csv")
    assert "The forms of the rounds technical, team do not know this panel yet" in run("status").out
    assert "The form of the round team does not know" in run("status", "--round", "team").out
    run("create-form")
    assert "know this panel" not in run("status").out


# --- who owes what --------------------------------------------------------------------------------------------------


def test_a_scorecard_is_late_since_the_scheduled_end(google: Google, run: Run, project: Path) -> None:
    """The end is the start and the round's duration: an hour unless the configuration says otherwise."""
    panel(
        project,
        f"Ana,{IVO},technical,{ago(hours=3)}",
        f"Ben,{IVO},technical,{ago(minutes=30)}",
        f"Cyd,{IVO},technical,",
    )
    made(run)
    late = {i["candidate"]: i["late_hours"] for i in run("status", "--json").json["interviews"]}
    assert late == {"Ana": 2.0, "Ben": None, "Cyd": None}
    assert "late by 2 h" in run("status").out


def test_a_rounds_own_duration_counts(google: Google, run: Run, project: Path) -> None:
    """Two hours of interview end two hours after they began."""
    file = project / "config" / "backend.toml"
    file.write_text(file.read_text().replace('id = "team"', 'id = "team"\nminutes = 120'))
    panel(project, f"Ana,{MARA},team,{ago(hours=3)}")
    made(run)
    assert run("status", "--json").json["interviews"][0]["late_hours"] == 1.0


def test_what_is_in_is_neither_late_nor_owed(google: Google, run: Run, scorecards: Json) -> None:
    """And a candidate with everything in is complete."""
    run("run")
    status = run("status", "--json").json
    assert {(i["submitted"], i["late_hours"]) for i in status["interviews"]} == {(True, None)}
    assert status["candidates"] == [
        {"candidate": "Ana", "complete": True, "released": True},
        {"candidate": "Ben", "complete": True, "released": True},
    ]
    assert status["reminder"] == ""


def test_the_reminder_is_ready_to_paste(google: Google, run: Run, role: Json) -> None:
    """One paragraph an interviewer, with a link for each scorecard that is missing, and no other."""
    google.submit(role["technical"], IVO, {"Candidate": "Ana", **TECHNICAL}).raise_for_status()
    run("run")
    status = run("status", "--json").json
    links = {(i["candidate"], i["interviewer"]): i["link"] for i in status["interviews"]}
    assert status["reminder"] == (
        f"ivo@example.com: 1 scorecard of yours is still missing.\n- Ben (technical): {links['Ben', IVO]}\n\n"
        "mara@example.com: 2 scorecards of yours are still missing.\n"
        f"- Ana (team): {links['Ana', MARA]}\n- Ben (team): {links['Ben', MARA]}"
    )
    assert run("status").out.rstrip().endswith(status["reminder"])


def test_whoever_sent_a_scorecard_is_not_reminded_of_it(google: Google, run: Run, role: Json) -> None:
    """Though nobody pulled it yet."""
    google.submit(role["technical"], IVO, {"Candidate": "Ana", **TECHNICAL}).raise_for_status()
    google.calls()
    status = run("status", "--json").json
    assert [i["submitted"] for i in status["interviews"]] == [True, False, False, False]
    assert "Ana (technical)" not in status["reminder"]
    assert "1 scorecard is in the forms and not in the spreadsheet yet: 'pipeline run' brings it in." in status["notes"]
    assert not [call for call in google.calls() if "pdate" in call]


# --- personal links -------------------------------------------------------------------------------------------------


def test_a_personal_links_answer_lands_in_the_right_row(google: Google, run: Run, role: Json) -> None:
    """Candidate and e-mail are filled in, so that nobody mistypes either."""
    links = {(i["candidate"], i["round"]): i["link"] for i in run("status", "--json").json["interviews"]}
    post(google, links["Ben", "team"], TEAM, role["team"]).raise_for_status()
    run("run")
    (row,) = google.table(role["spreadsheet"], "Scorecards")
    assert (row["Candidate"], row["Interviewer"], row["Round"], row["Status"]) == ("Ben", MARA, "team", "counted")


def test_a_personal_link_carries_any_name(google: Google, run: Run, project: Path) -> None:
    """Letters of every script, signs of formulas and of addresses."""
    name = "=Zoë & Søn “π” #1+2?"
    panel(project, f'"{name}",zoe+x@example.com,team,')
    ids = made(run)
    (interview,) = run("status", "--json").json["interviews"]
    post(google, interview["link"], TEAM, ids["team"]).raise_for_status()
    run("run")
    (row,) = google.table(ids["spreadsheet_id"], "Scorecards")
    assert (row["Candidate"], row["Interviewer"]) == (name, "zoe+x@example.com")
    assert google.table(ids["spreadsheet_id"], "Panel")[0]["Personal link"] == interview["link"]


def test_where_the_form_asks_for_the_e_mail_the_link_fills_it_in(google: Google, run: Run, project: Path) -> None:
    """Without Google's own collection of addresses it is a question like others."""
    config(project, '[form]\nemail_collection = "none"')
    ids = made(run)
    links = {(i["candidate"], i["round"]): i["link"] for i in run("status", "--json").json["interviews"]}
    post(google, links["Ben", "team"], TEAM, ids["team"]).raise_for_status()
    run("run")
    (row,) = google.table(ids["spreadsheet_id"], "Scorecards")
    assert (row["Candidate"], row["Interviewer"], row["Status"]) == ("Ben", MARA, "counted")


def test_the_panel_worksheet_shows_each_rows_link(google: Google, run: Run, role: Json) -> None:
    """The same as `status` gives."""
    links = [i["link"] for i in run("status", "--json").json["interviews"]]
    assert [row["Personal link"] for row in google.table(role["spreadsheet"], "Panel")] == links


def cell(google: Google, role: Json, where: str, *values: str) -> None:
    path = f"/v4/spreadsheets/{role['spreadsheet']}/values/{where}"
    google.call("PUT", path, {"values": [list(values)]}, valueInputOption="USER_ENTERED")


def test_a_link_follows_what_the_team_types_in_its_row(google: Google, run: Run, role: Json) -> None:
    """At once, without a run: it is a formula over the row's own cells."""
    cell(google, role, "Panel!B2", "noor@example.com")
    row = google.table(role["spreadsheet"], "Panel")[0]
    assert dict(parse_qsl(urlsplit(row["Personal link"]).query))["emailAddress"] == "noor@example.com"
    cell(google, role, "Panel!A2", "")
    assert google.values(role["spreadsheet"], "Panel!E2") == []


def test_links_stay_with_their_row_when_the_team_sorts(google: Google, run: Run, role: Json) -> None:
    """Nothing has to be mended afterwards."""
    order = {
        "sortRange": {
            "range": {"sheetId": 105, "startRowIndex": 1, "endRowIndex": 5},
            "sortSpecs": [{"dimensionIndex": 1, "sortOrder": "DESCENDING"}],
        }
    }
    google.call("POST", f"/v4/spreadsheets/{role['spreadsheet']}:batchUpdate", {"requests": [order]})
    for row in google.table(role["spreadsheet"], "Panel"):
        assert dict(parse_qsl(urlsplit(row["Personal link"]).query))["emailAddress"] == row["Interviewer"]
    assert "Nothing to do" in run("create-form").out


def test_what_the_team_typed_in_place_of_a_link_is_left_alone(google: Google, run: Run, role: Json) -> None:
    """Nor is a column brought back that somebody deleted."""
    cell(google, role, "Panel!E2", "sent on Monday")
    assert "Nothing to do" in run("create-form").out
    assert google.table(role["spreadsheet"], "Panel")[0]["Personal link"] == "sent on Monday"
    gone = {"deleteDimension": {"range": {"sheetId": 105, "dimension": "COLUMNS", "startIndex": 4, "endIndex": 5}}}
    google.call("POST", f"/v4/spreadsheets/{role['spreadsheet']}:batchUpdate", {"requests": [gone]})
    assert "Nothing to do" in run("create-form").out


def test_an_interview_added_later_stands_right_below_and_gets_its_link(google: Google, run: Run, role: Json) -> None:
    """Links stand only in rows that hold an interview, so that new rows do not land far below; `run` writes theirs."""
    run("panel", "add", "--candidate", "Cyd", "--interviewer", MARA, "--round", "team")
    assert [row[0] for row in google.values(role["spreadsheet"], "Panel!A2:A9")] == ["Ana", "Ana", "Ben", "Ben", "Cyd"]
    run("run")
    row = google.table(role["spreadsheet"], "Panel")[-1]
    assert dict(parse_qsl(urlsplit(row["Personal link"]).query))["emailAddress"] == MARA


# --- blindness ------------------------------------------------------------------------------------------------------


def test_a_form_shows_nothing_of_others_scorecards(google: Google, run: Run, role: Json) -> None:
    """Neither its page nor what comes after sending says who sent what, or how many did."""
    link = run("status", "--json").json["interviews"][0]["link"]
    before = requests.get(link, timeout=30).text
    told = {**TECHNICAL, "Summary": "a summary nobody may see", "Concerns": "a concern nobody may see"}
    first = google.submit(role["technical"], IVO, {"Candidate": "Ben", **told})
    run("run")
    assert requests.get(link, timeout=30).text == before
    second = google.submit(role["technical"], IVO, {"Candidate": "Ana", **TECHNICAL})
    assert first.text == second.text
    assert "nobody may see" not in first.text + before


def test_without_the_owners_token_nothing_else_opens(google: Google, run: Run, scorecards: Json) -> None:
    """Spreadsheet, editor, responses and files are the owner's."""
    run("run")
    for path in (
        "/",
        f"/spreadsheets/d/{scorecards['spreadsheet']}/edit",
        f"/forms/d/{scorecards['technical']}/edit",
        f"/v1/forms/{scorecards['technical']}/responses",
        f"/v4/spreadsheets/{scorecards['spreadsheet']}",
        "/drive/v3/files",
        "/_emulator/log",
    ):
        answer = requests.get(google.url + path, timeout=30)
        assert answer.status_code in (401, 403), path
        assert "Ana" not in answer.text


def everything(google: Google, spreadsheet_id: str, *but: str) -> dict[str, str]:
    """Every worksheet as one text, notes and hidden ones included."""
    fields = "sheets(properties(title),data(rowData(values(formattedValue,userEnteredValue,note))))"
    found = google.call("GET", f"/v4/spreadsheets/{spreadsheet_id}", fields=fields)["sheets"]
    return {
        sheet["properties"]["title"]: str(sheet["data"]) for sheet in found if sheet["properties"]["title"] not in but
    }


THEIRS = ("Scorecards", "Panel")  # each is about single scorecards, not about their ranking


def test_a_candidate_whose_panel_is_not_complete_is_in_no_result(google: Google, run: Run, project: Path) -> None:
    """Not in Rankings, What-if, Compare, their hidden data, Interviewers, About, Problems or any note."""
    config(project, '[release]\nrule = "panel-complete"')
    panel(project, f"Ana,{IVO},technical,", f"Ana,{MARA},team,", f"Ben,{IVO},technical,", f"Ben,{MARA},team,")
    ids = made(run)
    for candidate in ("Ana", "Ben"):
        google.submit(ids["technical"], IVO, {"Candidate": candidate, **TECHNICAL}).raise_for_status()
    google.submit(ids["team"], MARA, {"Candidate": "Ana", **TEAM}).raise_for_status()
    told = run("run", "--json").json["written"]["ranking"]
    assert [row["candidate"] for row in told["candidates"]] == ["Ana"]
    assert {row["interviewer"]: row["scorecards"] for row in told["interviewers"]} == {IVO: 1, MARA: 1}
    left_out = "1 candidate is left out until the panel is complete, or --release shows them: see 'pipeline status'."
    assert left_out in told["notes"] and left_out in str(google.values(ids["spreadsheet_id"], "About"))
    shown = everything(google, ids["spreadsheet_id"], *THEIRS)
    assert [title for title, text in shown.items() if "Ben" in text] == ["Interviewers"]
    missing = {row["Interviewer"]: row["Missing"] for row in google.table(ids["spreadsheet_id"], "Interviewers")}
    assert missing == {IVO: "", MARA: "Ben (team)"}  # what is owed, which the panel says anyway
    assert "not in Rankings until it is" in run("status").out


def test_a_released_candidate_shows_and_the_release_is_recorded(google: Google, run: Run, project: Path) -> None:
    """With when and by whom, for good: the next run needs no flag."""
    config(project, '[release]\nrule = "panel-complete"')
    panel(project, f"Ana,{IVO},technical,", f"Ana,{MARA},team,", f"Ben,{IVO},technical,", f"Ben,{MARA},team,")
    ids = made(run)
    google.submit(ids["technical"], IVO, {"Candidate": "Ben", **TECHNICAL}).raise_for_status()
    assert run("run", "--json").json["written"]["ranking"]["candidates"] == []
    run("run", "--release", "Ben")
    assert [row["Candidate"] for row in google.table(ids["spreadsheet_id"], "Rankings")] == ["Ben"]
    (record,) = [row for row in google.table(ids["spreadsheet_id"], "Rubric") if row["Part"] == "Released"]
    assert record["Id"] == "Ben"
    assert record["Text"].startswith("20") and ", by " in record["Text"]
    run("run")
    assert [row["Candidate"] for row in google.table(ids["spreadsheet_id"], "Rankings")] == ["Ben"]
    released = {c["candidate"]: c["released"] for c in run("status", "--json").json["candidates"]}
    assert released == {"Ana": False, "Ben": True}
    run("create-form")
    assert [row["Id"] for row in google.table(ids["spreadsheet_id"], "Rubric") if row["Part"] == "Released"] == ["Ben"]


def test_a_release_of_nobody_known_is_refused_with_the_nearest_name(run: Run, scorecards: Json) -> None:
    """A slip of the keyboard releases nobody."""
    run("pull-responses")
    refused = run("write-rankings", "--release", "Anna", code=None)
    assert refused.code != 0
    assert "Did you mean Ana?" in refused.err


# --- publishing and closing -----------------------------------------------------------------------------------------


def test_a_closed_form_tells_whoever_opens_it_and_opens_again(google: Google, run: Run, role: Json) -> None:
    """Google leaves out what is false: a missing word is a closed form."""
    closed = run("close-form", "--json").json["forms"]
    assert [form["accepting"] for form in closed] == [False, False]
    state = google.form(role["team"])["publishSettings"]["publishState"]
    assert state == {"isPublished": True}
    assert run("close-form", "--json").json["forms"] == closed
    assert "The form of the round team takes no responses, and scorecards are owed there" in run("status").out
    assert "close-form --reopen" in run("doctor", code=5).out
    assert (
        "no longer accepts answers" in requests.get(f"{google.url}/forms/d/e/{role['team']}/viewform", timeout=30).text
    )
    assert [form["accepting"] for form in run("close-form", "--reopen", "--json").json["forms"]] == [True, True]
    assert google.form(role["team"])["publishSettings"]["publishState"]["isAcceptingResponses"]


def test_a_form_from_before_publishing_is_told_and_otherwise_used(google: Google, run: Run, role: Json) -> None:
    """Programs cannot close it; answers are pulled as from any other, and create-form leaves its state alone."""
    google.control("legacy", formId=role["team"])
    assert "Nothing to do" in run("create-form").out
    refused = run("close-form", "--round", "team", code=5)
    assert "by hand in its editor" in refused.err
    google.submit(role["team"], MARA, {"Candidate": "Ana", **TEAM}).raise_for_status()
    run("run")
    assert [row["Status"] for row in google.table(role["spreadsheet"], "Scorecards")] == ["counted"]


def test_closing_before_there_is_a_form_says_what_to_do(google: Google, run: Run) -> None:
    """Nothing is there to close; of two forms the one that is there is closed."""
    assert "pipeline create-form" in run("close-form", code=5).err
    run("create-form", "--round", "team")
    assert [form["round"] for form in run("close-form", "--json").json["forms"]] == ["team"]
    assert "There is no form of the round technical yet" in run("close-form", "--round", "technical", code=5).err


def test_status_and_doctor_remind_of_what_is_kept_too_long(run: Run, scorecards: dict[str, str], project: Path) -> None:
    """By the newest scorecard of each candidate, and with the command that erases it."""
    settings = project / "config" / "pipeline.toml"
    run("run")
    settings.write_text(settings.read_text() + "\n[retention]\ndays = 1\n")
    assert "Ana: kept longer than 1 day; 'pipeline forget' erases what is stored." in run("status").out
    assert "forget" in run("doctor", code=None).out
    settings.write_text(settings.read_text().replace("days = 1", "days = 0"))
    assert "kept longer" not in run("status").out


def test_a_spreadsheet_in_the_trash_is_told(google: Google, run: Run, scorecards: dict[str, str]) -> None:
    """It goes on answering there until it is deleted for good, so that no other call shows it."""
    assert "trash" not in run("status").out
    google.call("PATCH", f"/drive/v3/files/{scorecards['spreadsheet']}", {"trashed": True})
    assert "The spreadsheet is in the trash" in run("status").out
    assert "is in the trash" in run("doctor", code=5).out
