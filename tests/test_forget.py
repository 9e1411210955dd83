"""`forget`: one candidate gone from everything that a program can reach, and the rest said plainly."""

import json
import random
import re
import time
import zipfile

import pytest
import requests

from pipeline import emulator
from pipeline.worksheets import cells, design, key_of
from pipeline.worksheets import requests as ask
from tests.between import door
from tests.colleague import Colleague
from tests.conftest import TEAM, TECHNICAL, Google
from tests.disasters import differences
from tests.inbox import Inbox


@pytest.fixture
def ranked(google, scorecards, run):
    """Ana and Ben are ranked; a manager has written beside both, and Ana's name is in every worksheet that holds names."""
    run("run")
    return scorecards


def everything(google, role):
    """All that the API tells of spreadsheet and forms, as one text."""
    sheet = google.call("GET", f"/v4/spreadsheets/{role['spreadsheet']}", includeGridData="true")
    forms = [google.form(id_) for round_, id_ in role.items() if round_ != "spreadsheet"]
    files = google.call("GET", "/drive/v3/files")
    return json.dumps([sheet, forms, files], ensure_ascii=False)


def delete_by_hand(google, form_id, name):
    """The owner opens the form's page, finds the responses about the candidate, and deletes each."""
    with requests.Session() as browser:
        page = browser.get(f"{google.url}/forms/d/{form_id}/edit", params={"token": google.token}, timeout=30).text
        for response in re.findall(r"<h3>.*?</li>", page, re.DOTALL):
            if f">{name}</dd>" in response:
                found = re.search(r'name="response" value="([^"]+)"', response)[1]
                answer = browser.post(
                    f"{google.url}/forms/d/{form_id}/delete-response", data={"response": found}, timeout=30
                )
                assert answer.ok, answer.text


def test_the_name_is_nowhere_in_spreadsheet_form_or_files(google, ranked, run, project):
    """Worksheets with notes, the drop-down, decision records: what is left is the panel file, which is the user's."""
    assert "Ana" in everything(google, ranked)
    receipt = run("forget", "Ana", "--yes", "--json").json

    assert "Ana" not in everything(google, ranked)
    holding = [p.name for p in project.rglob("*") if p.is_file() and b"Ana" in p.read_bytes()]
    assert holding == ["panel.csv"]
    assert ["panel.csv"] in [left["places"] for left in receipt["left"]]
    assert {"Scorecards", "Panel", "Results (hidden)", "Ratings (hidden)"} <= {
        row["where"] for row in receipt["erased"]
    }


def test_the_others_keep_rank_notes_and_form(google, ranked, run):
    """Ben moves up, and what a manager wrote beside Ben stays beside Ben."""
    values = google.values(ranked["spreadsheet"], "Rankings")
    decision = values[0].index("Decision")
    rows = {row[values[0].index("Candidate")]: number for number, row in enumerate(values[1:], start=2)}
    for name, text in (("Ana", "Hire"), ("Ben", "Hold")):
        path = f"/v4/spreadsheets/{ranked['spreadsheet']}/values/Rankings!{chr(65 + decision)}{rows[name]}"
        google.call("PUT", path, {"values": [[text]]}, valueInputOption="RAW")

    run("forget", "Ana", "--yes")

    (row,) = google.table(ranked["spreadsheet"], "Rankings")
    assert (row["Candidate"], row["Decision"], row["Rank"]) == ("Ben", "Hold", 1)
    assert [card["Candidate"] for card in google.table(ranked["spreadsheet"], "Scorecards")] == ["Ben", "Ben"]


def test_a_later_run_does_not_bring_the_candidate_back(google, ranked, run):
    """The responses are still in the form; nothing of them returns, not even with --full."""
    run("forget", "Ana", "--yes")
    run("run", "--full")
    assert "Ana" not in everything(google, ranked)


def test_the_receipt_names_the_responses_that_only_people_can_delete(google, ranked, run):
    """With their number, when and from whom, and the page where they are deleted."""
    out = run("forget", "Ana", "--yes").out
    assert "1 response in the form (technical): no program can delete a form's response" in out
    assert f"/forms/d/{ranked['technical']}/edit#responses" in out
    assert "from ivo@example.com" in out
    assert "salted hash" in out


def test_once_people_deleted_them_nothing_is_left_to_say(google, ranked, run, project):
    """Run again after the responses are gone, the receipt lists neither erasures nor responses."""
    run("forget", "Ana", "--yes")
    (project / "panel.csv").unlink()
    for round_ in ("technical", "team"):
        delete_by_hand(google, ranked[round_], "Ana")
    again = run("forget", "Ana", "--yes", "--json").json
    assert again["erased"] == []
    assert again["left"] == []


def test_a_colleagues_computer_does_not_bring_the_candidate_back(google, ranked, run, project):
    """It knows an earlier record, and somebody has deleted the seal that would tell."""
    file = project / ".pipeline" / "state.json"
    earlier = file.read_text()
    run("forget", "Ana", "--yes")
    file.write_text(earlier)
    rows = google.values(ranked["spreadsheet"], "Rubric")
    row = next(index for index, held in enumerate(rows) if held[0] == "Seal")
    gone = ask.delete(design.RUBRIC, "ROWS", row, row + 1)
    google.call("POST", f"/v4/spreadsheets/{ranked['spreadsheet']}:batchUpdate", {"requests": [gone]})
    run("run")
    run("pull-responses", "--full")
    assert "Ana" not in everything(google, ranked)


def test_a_slip_of_the_keyboard_erases_nothing(google, ranked, run):
    """A name that nobody has, but for a letter, is asked back."""
    ran = run("forget", "Anna", "--yes", code=5)
    assert "There is no candidate 'Anna'; nothing was erased.\nDid you mean Ana?" in ran.err
    assert "Ana" in everything(google, ranked)


def test_a_mention_in_what_was_written_about_others_is_pointed_at(google, ranked, run):
    """Texts about others are theirs: the receipt says in which cell the name stands."""
    google.submit(
        ranked["team"], "mara@example.com", {"Candidate": "Ben", **TEAM, "Summary": "Better than Ana."}
    ).raise_for_status()
    run("run")
    left = run("forget", "Ana", "--yes", "--json").json["left"]
    (cells,) = [row["places"] for row in left if "in what people wrote" in row["what"]]
    assert [cell.partition("!")[0] for cell in cells] == ["Scorecards"]


def test_a_candidate_who_was_never_pulled_is_forgotten_too(google, scorecards, run):
    """Responses that no run has read yet are found in the form, and never read."""
    run("forget", "Ana", "--yes")
    run("run")
    assert "Ana" not in everything(google, scorecards)


def test_the_last_candidate_leaves_a_form_that_still_opens(google, scorecards, run):
    """A drop-down must offer something: it says that nobody is there."""
    run("forget", "Ana", "--yes")
    run("forget", "Ben", "--yes")
    items = google.form(scorecards["technical"])["items"]
    (options,) = [
        item["questionItem"]["question"]["choiceQuestion"]["options"]
        for item in items
        if item.get("title") == "Candidate"
    ]
    assert options == [{"value": "(nobody yet)"}]


def test_the_receipt_reminds_of_other_roles(google, ranked, run, project):
    """Each role has a spreadsheet of its own."""
    (project / "config" / "designer.toml").write_text((project / "config" / "backend.toml").read_text())
    notes = run("forget", "Ana", "--yes", "--role", "backend", "--json").json["notes"]
    assert "This was the role backend. Other roles have files of their own: --role designer" in notes


def test_without_a_terminal_it_wants_yes(google, ranked, run):
    """Nothing is erased unconfirmed."""
    ran = run("forget", "Ana", code=2)
    assert "Give --yes to confirm." in ran.err


def test_the_local_workspace_keeps_no_trace_on_disk(project, run, monkeypatch):
    """Once the responses are deleted on the form's page, no byte of the name is left in any file but the user's own."""
    with emulator.start(project / ".pipeline") as workspace:
        monkeypatch.setenv("PIPELINE_WORKSPACE_URL", workspace.url)
        monkeypatch.setenv("PIPELINE_WORKSPACE_TOKEN", workspace.token)
        google = Google(workspace.url, workspace.token)
        (project / "panel.csv").write_text("candidate,interviewer,round\nZoe Quax,ivo@example.com,technical\n")
        run("panel", "import", "panel.csv")
        (form,) = [f for f in run("create-form", "--json").json["forms"] if f["round"] == "technical"]
        google.submit(form["form_id"], "ivo@example.com", {"Candidate": "Zoe Quax", **TECHNICAL}).raise_for_status()
        run("run")
        run("forget", "Zoe Quax", "--yes")
        delete_by_hand(google, form["form_id"], "Zoe Quax")
        until = time.monotonic() + 20  # it takes a moment without calls; the workspace may stay up for weeks
        while (found := holding(project, b"Zoe Quax")) != ["panel.csv"] and time.monotonic() < until:
            time.sleep(0.1)
        assert found == ["panel.csv"]
    assert holding(project, b"Zoe Quax") == ["panel.csv"]


def holding(project, name):
    """Files of the project in which the name stands, database and write-ahead file included."""
    return [path.name for path in project.rglob("*") if path.is_file() and name in path.read_bytes()]


def test_files_that_cannot_be_looked_into_are_told(google, ranked, run, project):
    """One unfolds to more than a machine holds, one has a password, one is no workbook: the receipt comes all the same."""
    with zipfile.ZipFile(project / "huge.xlsx", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("sheet.xml", b" " * 50_000_001)
    with zipfile.ZipFile(project / "locked.xlsx", "w") as packed:
        packed.writestr("sheet.xml", b"Ana")
    locked = bytearray((project / "locked.xlsx").read_bytes())
    locked[6] |= 1
    locked[locked.index(b"PK\x01\x02") + 8] |= 1
    (project / "locked.xlsx").write_bytes(locked)
    (project / "none.xlsx").write_bytes(b"Ana")
    left = {one["what"]: one["places"] for one in run("forget", "Ana", "--yes", "--json").json["left"]}
    assert left["Files of yours could not be looked into"] == ["huge.xlsx", "locked.xlsx", "none.xlsx"]


PEOPLE = ("Ana", "Ben", "Cleo", "Dan")
NAMES = {key_of(name): name for name in PEOPLE}
IDENTITY = {
    design.RANKINGS: lambda row: NAMES.get(row.get("Key"), ""),
    design.SCORECARDS: lambda row: f"{row['Candidate']}: {row['Response']}" if row.get("Response") else "",
    design.PANEL: lambda row: ": ".join(filter(None, (row.get(n, "") for n in ("Candidate", "Interviewer", "Round")))),
}


@pytest.mark.parametrize("seed", range(4))
def test_what_others_have_beside_them_stays_whatever_people_do_meanwhile(
    google, role, run, _running, monkeypatch, seed
):
    """Before every call somebody types, comments, sorts, inserts, moves and deletes in Rankings, Scorecards and Panel."""
    inbox, pick = Inbox(google, _running.store), random.Random(seed)
    for name in PEOPLE[2:]:
        run("panel", "add", "--candidate", name, "--interviewer", "ivo@example.com", "--round", "technical")
    run("create-form")
    for name in (*PEOPLE, *PEOPLE):
        inbox.put(role["technical"], name, f"i{pick.randint(1, 9)}@example.com", rating=str(pick.randint(1, 5)))
    run("run", code=8)
    people = {id_: Colleague(google, role["spreadsheet"], id_, identity, seed) for id_, identity in IDENTITY.items()}
    before = {id_: {row for _, row in colleague.ours()} for id_, colleague in people.items()}

    def act(
        _: int,
    ) -> None:  # as long as there is something to forget; the ranking of the others is `test_managers`' matter
        if any(row.startswith("Ana") for colleague in people.values() for _, row in colleague.ours()):
            for colleague in people.values():
                colleague.act()

    with door(google.url, before=act) as opened:
        monkeypatch.setenv("PIPELINE_WORKSPACE_URL", opened.url)
        run("forget", "Ana", "--yes", code=None)
    monkeypatch.setenv("PIPELINE_WORKSPACE_URL", google.url)
    run("forget", "Ana", "--yes")  # in peace: it goes on where people made it give up

    assert "Ana" not in everything(google, role)
    for sheet_id, colleague in people.items():
        colleague.forget(lambda id_: id_.startswith("Ana"))
        colleague.check()
        left = [row for _, row in colleague.ours()]
        others = {row for row in before[sheet_id] if not row.startswith("Ana")}
        assert len(set(left)) == len(left), colleague.log
        assert others - colleague.deleted <= set(left) <= others, colleague.log


def test_a_column_of_theirs_may_be_named_as_ours(google, ranked, run):
    """A manager's own Key, left of ours, has nothing to do with it."""
    column = ask.insert(design.RANKINGS, "COLUMNS", 0, 1, like_before=False)
    header = ask.write(design.RANKINGS, 0, 0, [[cells.text("Key")]], "userEnteredValue")
    google.call("POST", f"/v4/spreadsheets/{ranked['spreadsheet']}:batchUpdate", {"requests": [column, *header]})
    run("forget", "Ana", "--yes")
    assert [row["Candidate"] for row in google.table(ranked["spreadsheet"], "Rankings")] == ["Ben"]


def test_cells_that_people_merged_are_named_before_anything_is_sent(google, ranked, run):
    """Merged cells cannot be moved, and without moving rows nobody can be sure which one is deleted."""
    merged = {"sheetId": design.PANEL, "startRowIndex": 1, "endRowIndex": 3, "startColumnIndex": 0, "endColumnIndex": 1}
    path = f"/v4/spreadsheets/{ranked['spreadsheet']}:batchUpdate"
    google.call("POST", path, {"requests": [{"mergeCells": {"range": merged}}]})
    before = everything(google, ranked)
    assert "Cells in Panel are merged" in run("forget", "Ana", "--yes", code=5).err
    assert everything(google, ranked) == before
    google.call("POST", path, {"requests": [{"unmergeCells": {"range": merged}}]})
    run("forget", "Ana", "--yes")
    assert "Ana" not in everything(google, ranked)


def test_what_is_left_stands_as_after_any_deletion(google, ranked, run):
    """Heights and hidden rows, ranges, and what people's formulas point at follow the rows; all else is as it was."""
    path = f"/v4/spreadsheets/{ranked['spreadsheet']}"
    bens = [ask.dimension(design.PANEL, "ROWS", row, row + 1) for row in (3, 4)]
    looks = [(bens[0], "pixelSize", 77), (bens[1], "hiddenByUser", True)]
    rule = {"condition": {"type": "NOT_BLANK"}, "format": {"textFormat": {"italic": True}}}
    ranges = [ask.grid(design.PANEL, 3, 5, 0, 2)]
    requests = [
        *({"updateDimensionProperties": {"range": r, "properties": {f: v}, "fields": f}} for r, f, v in looks),
        {"addConditionalFormatRule": {"rule": {"ranges": ranges, "booleanRule": rule}, "index": 0}},
        {"addSheet": {"properties": {"sheetId": 7, "title": "Mine"}}},
        *ask.write(7, 0, 0, [[cells.formula("=Panel!A4")]], "userEnteredValue"),
    ]
    google.call("POST", f"{path}:batchUpdate", {"requests": requests})
    kinds = "sheets(properties(title,gridProperties),protectedRanges,basicFilter,data(columnMetadata))"
    before = google.call("GET", path, fields=kinds, includeGridData="true")

    run("forget", "Ana", "--yes")

    assert not differences(google.call("GET", path, fields=kinds, includeGridData="true"), before)
    fields = "sheets(properties(sheetId),conditionalFormats,data(rowMetadata))"
    sheets = google.call("GET", path, fields=fields, includeGridData="true")["sheets"]
    (panel,) = (sheet for sheet in sheets if sheet["properties"]["sheetId"] == design.PANEL)
    assert panel["data"][0]["rowMetadata"][1:3] == [{"pixelSize": 77}, {"pixelSize": 21, "hiddenByUser": True}]
    assert panel["conditionalFormats"][0]["ranges"] == [ask.grid(design.PANEL, 1, 3, 0, 2)]
    assert google.call("GET", f"{path}/values/Mine!A1", valueRenderOption="FORMULA")["values"] == [["=Panel!A2"]]


def test_a_comment_kept_to_be_put_back_is_forgotten_where_it_names_the_candidate(google, ranked, run, project):
    """A run that gave up remembers it in a file; also when the ranking of the others has to wait."""
    file = project / ".pipeline" / "state.json"
    state = json.loads(file.read_text())
    (known,) = (role for roles in state["workspaces"].values() for role in roles.values())
    known["beside"] = {"theirs": [["one row", "before Ana"], ["another", "the board decides"]], "laid": []}
    file.write_text(json.dumps(state))
    google.control("faults", faults=[{"method": "sheets.spreadsheets.getByDataFilter", "nth": 3, "status": 403}])

    run("forget", "Ana", "--yes")

    assert "before Ana" not in file.read_text()
    assert "the board decides" in file.read_text()


def test_forget_waits_for_a_pull_that_was_cut_off(scorecards, run, project):
    """A row that is not in its place yet would not be found."""
    run("pull-responses", code=None)
    file = project / ".pipeline" / "state.json"
    state = json.loads(file.read_text())
    (known,) = (role for roles in state["workspaces"].values() for role in roles.values())
    known["unsettled"] = True
    file.write_text(json.dumps(state))

    told = run("forget", "Ana", "--yes", code=5).err
    assert "Run 'pipeline pull-responses', and this again." in told
    run("pull-responses", code=None)
    run("forget", "Ana", "--yes")
