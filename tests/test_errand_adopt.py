"""`adopt`: files that people made, checked before they are used, and kept as they are."""

import shutil

import pytest


@pytest.fixture
def by_hand(google):
    """A spreadsheet with a worksheet of somebody's own, and a form with one question."""
    sheet = google.call("POST", "/v4/spreadsheets", {"properties": {"title": "Hiring"}})["spreadsheetId"]
    google.call("PUT", f"/v4/spreadsheets/{sheet}/values/A1", {"values": [["budget"]]}, valueInputOption="RAW")
    form = google.call("POST", "/v1/forms", {"info": {"title": "Talk"}})["formId"]
    item = {"title": "Parking?", "questionItem": {"question": {"textQuestion": {}}}}
    google.call(
        "POST",
        f"/v1/forms/{form}:batchUpdate",
        {"requests": [{"createItem": {"item": item, "location": {"index": 0}}}]},
    )
    return {"spreadsheet": sheet, "form": form}


def test_our_worksheets_join_what_the_spreadsheet_holds(google, by_hand, run):
    """By its address; the owner's worksheet stays, and create-form makes no second spreadsheet."""
    run("adopt", "spreadsheet", f"{google.url}/spreadsheets/d/{by_hand['spreadsheet']}/edit#gid=0")
    made = run("create-form", "--json").json
    assert made["spreadsheet"]["spreadsheet_id"] == by_hand["spreadsheet"]
    assert google.values(by_hand["spreadsheet"], "Sheet1") == [["budget"]]
    assert google.values(by_hand["spreadsheet"], "Panel")[0][0] == "Candidate"


def test_a_hand_made_form_keeps_its_items_and_gets_ours(google, by_hand, run):
    """create-form fills the round's pages in beside the question that was there."""
    done = run("adopt", "form", by_hand["form"], "--round", "team", "--json").json
    assert done["done"] == ["labelled as ours", "its 1 items stay as they are"]
    made = run("create-form", "--json").json
    assert {form["round"]: form["form_id"] for form in made["forms"]}["team"] == by_hand["form"]
    titles = [item.get("title") for item in google.form(by_hand["form"])["items"]]
    assert "Parking?" in titles
    assert "Tell me about feedback you took." in titles


def test_adopting_twice_changes_nothing(google, by_hand, run):
    """The second time it was in use already."""
    run("adopt", "spreadsheet", by_hand["spreadsheet"])
    assert "it was in use already" in run("adopt", "spreadsheet", by_hand["spreadsheet"]).err


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["form", "{spreadsheet}", "--round", "team"], 5, '"Hiring" is a spreadsheet, not a form.'),
        (["form", "{form}"], 2, "This role has several rounds, and each has a form of its own.\nGive --round: technical, team"),
        (["form", "nonsense", "--round", "team"], 2, "'nonsense' is neither the address of a form nor its id."),
        (["spreadsheet", "1" * 44], 5, "found nothing when asked to look up the file"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_refused_with_the_reason(google, by_hand, run, words, code, message):
    """Before anything is changed."""
    assert message in run("adopt", *(word.format(**by_hand) for word in words), code=code).err


def test_names_of_ours_that_are_taken_are_told(google, by_hand, run):
    """A worksheet called Panel of somebody's own is not overwritten."""
    body = {"requests": [{"addSheet": {"properties": {"title": "Panel"}}}]}
    google.call("POST", f"/v4/spreadsheets/{by_hand['spreadsheet']}:batchUpdate", body)
    refused = run("adopt", "spreadsheet", by_hand["spreadsheet"], code=5).err
    assert "has worksheets of its own under names of ours: Panel. Nothing was changed.\nRename them there" in refused


def test_a_second_file_for_one_purpose_is_refused(google, role, by_hand, run):
    """The round has its form: the message names it."""
    refused = run("adopt", "form", by_hand["form"], "--round", "team", code=5).err
    assert 'For the round team there is a form already: "Interview scorecard: Backend developer · Team"' in refused


def test_the_form_of_another_round_is_refused(google, role, run):
    """Two rounds never share a form."""
    refused = run("adopt", "form", role["technical"], "--round", "team", code=5).err
    assert "is in use for another purpose (round technical)" in refused


def test_a_colleague_or_a_lost_pipeline_directory_finds_the_same_files(google, role, run, project):
    """Forms and spreadsheet carry the role; nothing is made a second time."""
    shutil.rmtree(project / ".pipeline")
    run("status")
    made = run("create-form", "--json").json
    assert made["steps"] == []
    assert {form["round"]: form["form_id"] for form in made["forms"]} == {
        k: v for k, v in role.items() if k != "spreadsheet"
    }
