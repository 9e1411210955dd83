"""Living forms, as the user runs them: what each kind of edit does while answers are in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import BANK, TEAM, TECHNICAL, Google, Run

Json = dict[str, Any]

# --- edits of ours --------------------------------------------------------------------------------------------------


def bank(old: str, new: str) -> Callable[[Path], None]:
    """The question bank with one text in another's place."""

    def edit(project: Path) -> None:
        file = project / "question_bank.csv"
        assert old in file.read_text()
        file.write_text(file.read_text().replace(old, new))

    return edit


def config(old: str, new: str) -> Callable[[Path], None]:
    """The role's configuration with one text in another's place."""

    def edit(project: Path) -> None:
        file = project / "config" / "backend.toml"
        assert old in file.read_text()
        file.write_text(file.read_text().replace(old, new))

    return edit


def order(project: Path) -> None:
    """The first two questions of the bank change places."""
    header, joins, schema, *rest = BANK.splitlines()
    (project / "question_bank.csv").write_text("\n".join([header, schema, joins, *rest]) + "\n")


EDITS = {
    "order": (order, [("moved", "safe", 0)]),
    "look for": (bank("no downtime", "nobody notices"), [("description-changed", "safe", 0)]),
    "question added": (
        bank("feedback,teamwork", "csp,security,What is a CSP?,headers,no,some,all,technical\nfeedback,teamwork"),
        [("question-added", "safe", 0)],
    ),
    "anchor reworded": (bank("guesses", "does not know"), [("anchors-changed", "changes-meaning", 0)]),
    "level renamed": (
        config('[[round]]\nid = "team"', '[scale]\nnames = ["Bad", "Weak", "Solid", "Strong", "Top"]\n[[round]]\nid = "team"'),
        [("anchors-changed", "changes-meaning", 0)] * 4 + [("description-changed", "safe", 0)] * 2,
    ),
    "competency changed": (
        bank("schema,databases", "schema,security"),
        [("moved", "safe", 0), ("competency-changed", "changes-meaning", 0)],
    ),
    "must-have added": (
        config('id = "teamwork"\nweight = 2', 'id = "teamwork"\nweight = 2\nmust_have = true\nthreshold = 2'),
        [("must-have-changed", "changes-meaning", 0)],
    ),
    "other round": (
        lambda project: (
            bank("undone,technical", "undone,team")(project),
            config('competencies = ["teamwork"]', 'competencies = ["teamwork", "databases"]')(project),
        ),
        [
            ("question-removed", "destroys-answers", 2),
            ("page-added", "safe", 0),
            ("question-added", "safe", 0),
            ("question-added", "safe", 0),
        ],
    ),
    "question removed": (
        lambda project: (project / "question_bank.csv").write_text(
            "".join(line for line in BANK.splitlines(True) if not line.startswith("schema,"))
        ),
        [("question-removed", "destroys-answers", 2)],
    ),
    "e-mail no longer collected": (
        config("[[round]]\nid = \"technical\"", '[form]\nemail_collection = "none"\n[[round]]\nid = "technical"'),
        [("form-collection", "safe", 0), ("question-added", "safe", 0)] * 2,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", EDITS)
def test_each_edit_is_classed_with_the_answers_at_stake_and_done_once(
    google: Google, run: Run, scorecards: Json, project: Path, name: str
) -> None:
    """The dry run says it, the real run does exactly that, and a second one has nothing to do."""
    edit, expected = EDITS[name]
    edit(project)
    permission = ["--allow-destructive"] * any(klass == "destroys-answers" for _, klass, _ in expected)
    planned = run("create-form", "--dry-run", "--json", *permission).json["changes"]
    assert sorted((c["kind"], c["class"], c["answers_at_stake"]) for c in planned) == sorted(expected)

    done = run("create-form", "--json", *permission).json["changes"]

    assert done == planned
    assert run("create-form", "--dry-run", "--detailed-exitcode", "--json").json["steps"] == []


@pytest.mark.parametrize("name", ["order", "level renamed", "competency changed", "e-mail no longer collected"])
def test_no_edit_but_a_removal_costs_a_rating(
    google: Google, run: Run, scorecards: Json, project: Path, name: str
) -> None:
    """Every answer given before stays joined to its question."""
    EDITS[name][0](project)
    run("create-form")
    run("run", code=None)
    cells = {(r["Candidate"], r["Round"]): r for r in google.table(scorecards["spreadsheet"], "Scorecards")}
    assert cells["Ana", "technical"]["Rating: joins"] == 4
    assert cells["Ana", "technical"]["Rating: schema"] == 3
    assert cells["Ana", "team"]["Rating: feedback"] == 5


def panel(google: Google, role: Json, rows: list[list[str]]) -> None:
    """The Panel worksheet as the team leaves it."""
    path = f"/v4/spreadsheets/{role['spreadsheet']}/values/Panel!A2:D"
    google.call("POST", f"{path}:clear", {})
    where = f"/v4/spreadsheets/{role['spreadsheet']}/values/Panel!A2"
    google.call("PUT", where, {"values": rows}, valueInputOption="USER_ENTERED")


IVO, MARA = "ivo@example.com", "mara@example.com"
ANA = [["Ana", IVO, "technical"], ["Ana", MARA, "team"]]
BEN = [["Ben", IVO, "technical"], ["Ben", MARA, "team"]]


def test_a_candidate_who_joins_or_leaves_without_a_scorecard_costs_nothing(
    google: Google, run: Run, role: Json
) -> None:
    """Both are safe."""
    panel(google, role, [*ANA, ["Cyd", IVO, "technical"]])
    changes = run("create-form", "--round", "technical", "--json").json["changes"]
    assert [(c["kind"], c["class"], c["answers_at_stake"]) for c in changes] == [
        ("candidate-removed", "safe", 0),
        ("candidate-added", "safe", 0),
    ]


def test_a_candidate_with_a_scorecard_leaves_only_with_permission(google: Google, run: Run, scorecards: Json) -> None:
    """Counted in the form itself, pulled or not; the answers stay in the spreadsheet."""
    panel(google, scorecards, ANA)
    refused = run("create-form", code=2)
    assert refused.err.count("candidate Ben leaves the drop-down; 1 answer at stake") == 2
    changes = run("create-form", "--allow-destructive", "--json").json["changes"]
    assert [(c["class"], c["answers_at_stake"]) for c in changes if c["kind"] == "candidate-removed"] == [
        ("destroys-answers", 1)
    ] * 2
    run("run", code=8)
    assert len(google.table(scorecards["spreadsheet"], "Scorecards")) == 4


# --- edits by hand --------------------------------------------------------------------------------------------------


def by_hand(google: Google, form_id: str, *requests: Json) -> None:
    """As somebody edits a form in Google's editor."""
    google.call("POST", f"/v1/forms/{form_id}:batchUpdate", {"requests": list(requests)})


def place(google: Google, form_id: str, title: str) -> int:
    return [item.get("title") for item in google.form(form_id)["items"]].index(title)


JOINS = "How do you speed up a slow join?"
EDITED = {
    "added-by-hand": lambda at: {
        "createItem": {"item": {"title": "Was the room fine?", "textItem": {}}, "location": {"index": 0}}
    },
    "moved-by-hand": lambda at: {"moveItem": {"originalLocation": {"index": at}, "newLocation": {"index": at + 1}}},
    "deleted-by-hand": lambda at: {"deleteItem": {"location": {"index": at}}},
}


@pytest.mark.parametrize("kind", EDITED)
def test_what_was_done_by_hand_is_shown_and_kept(google: Google, run: Run, scorecards: Json, kind: str) -> None:
    """As drift; it is nothing pending, and no run writes over it."""
    form = scorecards["technical"]
    by_hand(google, form, EDITED[kind](place(google, form, JOINS)))
    before = google.form(form)
    changes = run("create-form", "--json").json["changes"]
    assert [(c["kind"], c["class"], c["outcome"]) for c in changes] == [(kind, "drift", "keep")]
    assert google.form(form) == before
    run("create-form", "--dry-run", "--detailed-exitcode", code=0)


@pytest.mark.parametrize("kind", ["moved-by-hand", "deleted-by-hand"])
def test_what_was_done_by_hand_is_undone_on_request(google: Google, run: Run, scorecards: Json, kind: str) -> None:
    """Order and questions are then the bank's again, and answers given before are still joined."""
    form = scorecards["technical"]
    before = [(i["itemId"], i.get("title")) for i in google.form(form)["items"]]
    by_hand(google, form, EDITED[kind](place(google, form, JOINS)))
    run("create-form", "--drift", "undo")
    assert [(i["itemId"], i.get("title")) for i in google.form(form)["items"]] == before
    run("run")
    cells = google.table(scorecards["spreadsheet"], "Scorecards")
    assert sorted(row["Rating: joins"] for row in cells if row["Round"] == "technical") == [2, 4]


def test_an_item_added_by_hand_survives_an_undo_and_its_answers_are_kept(google: Google, run: Run, role: Json) -> None:
    """It is not ours: what is answered there stands under Other answers."""
    question = {"required": False, "textQuestion": {}}
    item = {"title": "Was the room fine?", "questionItem": {"question": question}}
    by_hand(google, role["team"], {"createItem": {"item": item, "location": {"index": 0}}})
    run("create-form", "--drift", "undo")
    google.submit(role["team"], MARA, {"Candidate": "Ana", "Was the room fine?": "cold", **TEAM}).raise_for_status()
    run("run")
    (row,) = google.table(role["spreadsheet"], "Scorecards")
    assert "cold" in row["Other answers"]
    assert row["Status"] == "counted"


# --- plans ----------------------------------------------------------------------------------------------------------


def test_a_plan_is_refused_when_the_form_was_edited_since(google: Google, run: Run, role: Json, project: Path) -> None:
    """Exit 6, and nothing is written."""
    EDITS["anchor reworded"][0](project)
    run("create-form", "--dry-run", "--out", "plan.json")
    by_hand(google, role["technical"], EDITED["added-by-hand"](0))
    before = google.form(role["technical"])
    run("create-form", "--plan", "plan.json", code=6)
    assert google.form(role["technical"]) == before


def test_a_plan_is_refused_when_the_bank_was_edited_since(run: Run, role: Json, project: Path) -> None:
    """It would no longer be what create-form does."""
    EDITS["anchor reworded"][0](project)
    run("create-form", "--dry-run", "--out", "plan.json")
    EDITS["look for"][0](project)
    told = run("create-form", "--plan", "plan.json", code=6)
    assert "--dry-run --out" in told.err


def test_a_plan_is_refused_when_only_a_weight_was_edited_since(run: Run, role: Json, project: Path) -> None:
    """A weight stands in no form, but in the plan's version of the rubric."""
    EDITS["anchor reworded"][0](project)
    run("create-form", "--dry-run", "--out", "plan.json")
    config("weight = 5", "weight = 4")(project)
    run("create-form", "--plan", "plan.json", code=6)


def test_a_plan_keeps_its_word_about_destroying_answers(
    google: Google, run: Run, scorecards: Json, project: Path
) -> None:
    """What was planned without permission is not carried out with it half done."""
    EDITS["question removed"][0](project)
    run("create-form", "--dry-run", "--out", "plan.json")
    run("create-form", "--plan", "plan.json", code=2)
    run("create-form", "--dry-run", "--allow-destructive", "--out", "plan.json")
    run("create-form", "--plan", "plan.json", "--allow-destructive")
    assert "Nothing to do" in run("create-form").out
