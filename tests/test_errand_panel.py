"""`panel import` and `panel add`: who interviews whom, as a CSV or one by one."""

from __future__ import annotations

from pathlib import Path

from tests.conftest import Google, Run


def test_the_panel_can_come_before_the_forms(google: Google, run: Run) -> None:
    """It makes the spreadsheet; create-form then finds it and fills the drop-down."""
    run("panel", "import", "panel.csv")
    made = run("create-form", "--json").json
    technical = google.form(made["forms"][0]["form_id"])
    (candidate,) = [item for item in technical["items"] if item.get("title") == "Candidate"]
    options = candidate["questionItem"]["question"]["choiceQuestion"]["options"]
    assert [option["value"] for option in options] == ["Ana", "Ben"]


def test_the_interviews_of_one_round_can_be_imported_alone(google: Google, run: Run) -> None:
    """What is left out is told; a fault in any row is told all the same."""
    told = run("panel", "import", "panel.csv", "--round", "team").err
    assert "2 interviews added; 2 of other rounds left out; 2 in the Panel worksheet." in told
    assert {interview["round"] for interview in run("status", "--json").json["interviews"]} == {"team"}
    assert "there is no round 'tema'" in run("panel", "import", "panel.csv", "--round", "tema", code=3).err


def test_importing_twice_doubles_nothing(google: Google, run: Run) -> None:
    """An interview that is there already stays the one it is."""
    run("panel", "import", "panel.csv")
    google.calls()
    again = run("panel", "import", "panel.csv")
    assert "Nothing to do" in again.err
    assert not [call for call in google.calls() if "batchUpdate" in call]


def test_every_fault_of_the_file_is_told_with_row_and_column(google: Google, run: Run, project: Path) -> None:
    """Nothing is written from a file with faults."""
    (project / "panel.csv").write_text(
        "candidate,interviewer,round,scheduled_at\n"
        "Ana,mara@example.com,techncal,2026-12-01 14:00\n"
        "Ana,mara,team,tomorrow\n"
        ",mara@example.com,team,\n"
        "\n"
        "ana,ivo@example.com,team,\n"
        "Ben,ivo@example.com\n"
    )
    told = run("panel", "import", "panel.csv", code=3)
    assert told.err.splitlines()[:6] == [
        "panel.csv:2:round: there is no round 'techncal'; choose one of: technical, team",
        "panel.csv:3:interviewer: 'mara' is not an e-mail address; type one such as ana@example.org",
        "panel.csv:3:scheduled_at: 'tomorrow' is not a time; type a date and time such as 2026-03-31 14:30",
        "panel.csv:4:candidate: the candidate is missing; type the name, or clear the whole row",
        (
            "panel.csv:6:candidate: 'ana' looks like another spelling of 'Ana' in row 2; "
            "if they are one person, spell both alike; if not, tell them apart"
        ),
        (
            "panel.csv:7: the row has 2 cells, the header has 4; "
            "add the missing commas, also for empty cells, or look for a missing quote"
        ),
    ]
    assert google.call("GET", "/drive/v3/files")["files"] == []


def test_one_interview_can_be_added_by_hand(google: Google, run: Run, role: dict[str, str]) -> None:
    """It stands below what the team wrote."""
    run("panel", "add", "--candidate", "Cyd", "--interviewer", "Ivo@Example.com", "--round", "team")
    rows = google.table(role["spreadsheet"], "Panel")
    assert [(row["Candidate"], row["Interviewer"], row["Round"]) for row in rows][-1] == (
        "Cyd",
        "ivo@example.com",
        "team",
    )


def test_a_new_interviewer_is_let_in_and_one_who_left_is_let_go(google: Google, run: Run, role: dict[str, str]) -> None:
    """Sharing follows the Panel worksheet, whoever edits it."""
    body = {"values": [["Cyd", "noor@example.com", "technical"]]}
    google.call("PUT", f"/v4/spreadsheets/{role['spreadsheet']}/values/Panel!A2:C2", body, valueInputOption="RAW")
    google.call("POST", f"/v4/spreadsheets/{role['spreadsheet']}/values/Panel!A4:D4:clear", {})
    run("create-form")
    permissions = google.call(
        "GET", f"/drive/v3/files/{role['technical']}/permissions", includePermissionsForView="published", fields="*"
    )["permissions"]
    assert [p["emailAddress"] for p in permissions if p.get("view") == "published"] == ["noor@example.com"]
