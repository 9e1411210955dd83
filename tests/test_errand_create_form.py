"""`create-form`, as the user runs it, against the workspace."""

from __future__ import annotations

import json
from pathlib import Path

from tests.conftest import TECHNICAL, Google, Run


def test_the_first_run_makes_one_form_a_round_and_the_spreadsheet(google: Google, run: Run) -> None:
    """Forms are published, and hold a page a competency."""
    made = run("create-form", "--json").json

    assert [form["round"] for form in made["forms"]] == ["technical", "team"]
    technical = google.form(made["forms"][0]["form_id"])
    assert technical["info"]["title"] == "Interview scorecard: Backend developer · Technical"
    assert technical["publishSettings"]["publishState"] == {"isPublished": True, "isAcceptingResponses": True}
    pages = [item["title"] for item in technical["items"] if "pageBreakItem" in item]
    assert pages == ["Databases", "Security", "Overall"]
    sheets = google.call("GET", f"/v4/spreadsheets/{made['spreadsheet']['spreadsheet_id']}")["sheets"]
    titles = [sheet["properties"]["title"] for sheet in sheets if not sheet["properties"].get("hidden")]
    assert titles == [
        "Rankings", "What-if", "Compare", "Scorecards", "Panel", "Interviewers", "Problems", "Rubric", "About",
    ]  # fmt: skip


def test_every_option_shows_its_level_name_and_anchor(google: Google, run: Run) -> None:
    """An interviewer reads in the option itself what earns it; a level without an anchor shows its name."""
    form_id = run("create-form", "--json").json["forms"][0]["form_id"]
    question = next(i for i in google.form(form_id)["items"] if i["title"] == "How do you speed up a slow join?")
    options = [o["value"] for o in question["questionItem"]["question"]["choiceQuestion"]["options"]]
    assert options == [
        "1 · Poor: guesses", "2 · Weak", "3 · Solid: adds an index", "4 · Strong",
        "5 · Outstanding: weighs what an index costs", "Not assessed",
    ]  # fmt: skip


def test_the_first_run_stays_within_its_budget_of_calls(google: Google, run: Run) -> None:
    """Per form one create, one batch, one publish, one label; for the spreadsheet one create and one batch."""
    run("create-form")
    calls = google.calls()
    assert calls.count("forms.forms.create") == 2
    assert calls.count("forms.forms.batchUpdate") == 2
    assert calls.count("forms.forms.setPublishSettings") == 2
    assert calls.count("drive.files.create") == 1
    assert calls.count("sheets.spreadsheets.batchUpdate") == 1
    assert calls.count("drive.files.update") == 2


def test_a_second_run_says_nothing_to_do_and_writes_nothing(google: Google, run: Run) -> None:
    """One search, one read a form, one of the spreadsheet."""
    run("create-form")
    google.calls()
    again = run("create-form")
    assert "Nothing to do" in again.out
    assert google.calls() == [
        "drive.files.list", "sheets.spreadsheets.values.batchGetByDataFilter", "forms.forms.get", "forms.forms.get",
    ]  # fmt: skip


def test_a_colleagues_machine_finds_what_was_made(google: Google, run: Run, project: Path) -> None:
    """Without `.pipeline/` nothing is made twice: the files carry the role."""
    first = run("create-form", "--json").json
    (project / ".pipeline" / "state.json").unlink()
    second = run("create-form", "--json").json
    assert [form["form_id"] for form in second["forms"]] == [form["form_id"] for form in first["forms"]]
    assert second["spreadsheet"] == first["spreadsheet"]
    assert second["changes"] == []


def test_nobody_may_answer_but_the_panel(google: Google, role: dict[str, str]) -> None:
    """Sharing is by name, to read the published form, never to write it."""
    permissions = google.call(
        "GET", f"/drive/v3/files/{role['technical']}/permissions", includePermissionsForView="published", fields="*"
    )["permissions"]
    shared = [(p["type"], p["emailAddress"], p["role"], p.get("view")) for p in permissions if p["role"] != "owner"]
    assert shared == [("user", "ivo@example.com", "reader", "published")]


def test_a_dry_run_prints_the_plan_and_sends_nothing(google: Google, run: Run) -> None:
    """What it prints is what the real run then does."""
    planned = run("create-form", "--dry-run", "--json").json
    assert google.call("GET", "/drive/v3/files")["files"] == []
    done = run("create-form", "--json").json
    assert done["steps"] == planned["steps"]
    assert done["changes"] == planned["changes"]


def test_pending_changes_have_an_exit_code_of_their_own(google: Google, run: Run) -> None:
    """For scripts: 7 while something would change, 0 when not."""
    run("create-form", "--dry-run", "--detailed-exitcode", code=7)
    run("create-form")
    run("create-form", "--dry-run", "--detailed-exitcode", code=0)


def test_a_reworded_question_keeps_its_id_and_its_answers(
    google: Google, run: Run, scorecards: dict[str, str], project: Path
) -> None:
    """A safe change: same question id, new words."""
    bank = project / "question_bank.csv"
    before = {i.get("title"): i for i in google.form(scorecards["technical"])["items"]}
    old = before["How do you speed up a slow join?"]["questionItem"]["question"]["questionId"]
    bank.write_text(bank.read_text().replace("How do you speed up a slow join?", "A join got slow. What now?"))

    changes = run("create-form", "--json").json["changes"]

    assert [change["class"] for change in changes] == ["safe"]
    after = {i.get("title"): i for i in google.form(scorecards["technical"])["items"]}
    assert after["A join got slow. What now?"]["questionItem"]["question"]["questionId"] == old
    run("run")
    cells = google.table(scorecards["spreadsheet"], "Scorecards")
    assert sorted(row["Rating: joins"] for row in cells if row["Round"] == "technical") == [2, 4]


def test_removing_a_question_with_answers_needs_a_flag(
    google: Google, run: Run, scorecards: dict[str, str], project: Path
) -> None:
    """The answers at stake are counted, and nothing at all is changed without permission."""
    bank = project / "question_bank.csv"
    bank.write_text("\n".join(line for line in bank.read_text().splitlines() if not line.startswith("schema,")))
    before = google.form(scorecards["technical"])

    refused = run("create-form", code=2)

    assert "2 answers" in refused.err
    assert "--allow-destructive" in refused.err
    assert google.form(scorecards["technical"]) == before
    removed = run("create-form", "--allow-destructive", "--json").json["changes"]
    assert [(c["class"], c["answers_at_stake"]) for c in removed if c["kind"] == "question-removed"] == [
        ("destroys-answers", 2)
    ]


def test_a_changed_weight_changes_meaning_and_is_a_new_version(
    google: Google, run: Run, role: dict[str, str], project: Path
) -> None:
    """Rubric remembers each version with its day."""
    config = project / "config" / "backend.toml"
    config.write_text(config.read_text().replace("weight = 5", "weight = 4"))
    changes = run("create-form", "--json").json["changes"]
    assert [change["class"] for change in changes] == ["changes-meaning"]
    versions = [row for row in google.table(role["spreadsheet"], "Rubric") if row["Part"] == "Version"]
    assert len(versions) == 2
    assert "weight" in versions[1]["Why"]


def test_a_hand_made_edit_is_shown_and_kept(google: Google, run: Run, role: dict[str, str]) -> None:
    """Drift is never overwritten unasked; --drift undo takes it back."""
    form = google.form(role["technical"])
    index, item = next(
        (i, x) for i, x in enumerate(form["items"]) if x.get("title") == "How do you stop cross-site scripting?"
    )
    edit = {"updateItem": {"item": {**item, "title": "XSS?"}, "location": {"index": index}, "updateMask": "title"}}
    google.call("POST", f"/v1/forms/{role['technical']}:batchUpdate", {"requests": [edit]})

    kept = run("create-form", "--json").json["changes"]
    assert [(change["class"], change["outcome"]) for change in kept] == [("drift", "keep")]
    assert google.form(role["technical"])["items"][index]["title"] == "XSS?"

    run("create-form", "--drift", "undo")
    assert google.form(role["technical"])["items"][index]["title"] == "How do you stop cross-site scripting?"


def test_a_form_deleted_by_hand_is_told_and_made_again_only_when_asked(
    google: Google, run: Run, role: dict[str, str]
) -> None:
    """Somebody may still want it out of the trash."""
    google.call("PATCH", f"/drive/v3/files/{role['team']}", {"trashed": True})
    told = run("create-form", code=5)
    assert "round team" in told.err
    assert "--recreate" in told.err
    made = run("create-form", "--recreate", "--json").json
    assert made["forms"][1]["form_id"] != role["team"]


def test_a_saved_plan_is_executed_exactly_or_not_at_all(google: Google, run: Run, project: Path) -> None:
    """A plan made for another state of the form is refused with 6."""
    run("create-form", "--dry-run", "--out", "plan.json")
    assert json.loads((project / "plan.json").read_text())["schema_version"] == 1
    run("create-form")
    refused = run("create-form", "--plan", "plan.json", code=6)
    assert "changed since the plan was saved" in refused.err


def test_a_plan_saved_and_still_true_is_carried_out(google: Google, run: Run, project: Path) -> None:
    """What the plan says is what is done, and saving it says how."""
    assert "pipeline create-form --plan plan.json" in run("create-form", "--dry-run", "--out", "plan.json").err
    run("create-form", "--plan", "plan.json")
    assert "Nothing to do" in run("create-form").out


def test_a_closed_form_stays_closed(google: Google, run: Run, role: dict[str, str]) -> None:
    """create-form does not reopen what close-form closed; --reopen does."""
    run("close-form", "--round", "technical")
    assert "Nothing to do" in run("create-form").out
    answer = google.submit(role["technical"], "ivo@example.com", {"Candidate": "Ana", **TECHNICAL})
    assert not answer.ok
    run("close-form", "--reopen")
    google.submit(role["technical"], "ivo@example.com", {"Candidate": "Ana", **TECHNICAL}).raise_for_status()


def test_a_form_unpublished_by_hand_is_shown_and_published_again_on_request(
    google: Google, run: Run, role: dict[str, str]
) -> None:
    """Whoever took it off the air meant to."""
    state = {"publishState": {"isPublished": False, "isAcceptingResponses": False}}
    body = {"publishSettings": state, "updateMask": "publishState"}
    google.call("POST", f"/v1/forms/{role['team']}:setPublishSettings", body)
    assert "was unpublished by hand; kept" in run("create-form").out
    assert "isPublished" not in google.form(role["team"])["publishSettings"].get("publishState", {})
    assert run("create-form", "--dry-run", "--detailed-exitcode").out.count("by hand") == 2
    run("create-form", "--drift", "undo")
    assert google.form(role["team"])["publishSettings"]["publishState"]["isPublished"]
    assert "Nothing to do" in run("create-form").out


def test_forms_and_spreadsheet_are_put_into_the_folder_of_the_config(google: Google, run: Run, project: Path) -> None:
    """A shared drive's folder, say, so that the team and not one person owns them; once is enough."""
    body = {"name": "Hiring", "mimeType": "application/vnd.google-apps.folder"}
    folder = google.call("POST", "/drive/v3/files", body)["id"]
    settings = project / "config" / "pipeline.toml"
    settings.write_text(f'{settings.read_text()}\n[google]\nfolder = "{folder}"\n')

    made = run("create-form", "--json").json

    files = [made["spreadsheet"]["spreadsheet_id"], *(form["form_id"] for form in made["forms"])]
    assert [google.call("GET", f"/drive/v3/files/{file}", fields="parents")["parents"] for file in files] == [
        [folder]
    ] * 3
    assert "Nothing to do" in run("create-form").out
