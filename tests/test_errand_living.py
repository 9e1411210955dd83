"""Living forms, as the user runs them: what each kind of edit does while answers are in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
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


def test_a_plan_brings_its_options_and_hears_no_others(run: Run, scorecards: Json, project: Path) -> None:
    """What is given beside it is refused, not ignored; a plan that is not there is told as any file."""
    EDITS["question removed"][0](project)
    run("create-form", "--dry-run", "--out", "plan.json")
    for option in (["--round", "team"], ["--allow-destructive"], ["--drift", "undo"]):
        assert f"not saved with this {option[0]}" in run("create-form", "--plan", "plan.json", *option, code=2).err
    assert "Save the plan again with --allow-destructive" in run("create-form", "--plan", "plan.json", code=2).err
    assert "none.json: there is no such file" in run("create-form", "--plan", "none.json", code=3).err


# --- versions of the rubric -----------------------------------------------------------------------------------------


def versions(google: Google, role: Json) -> list[Json]:
    return [row for row in google.table(role["spreadsheet"], "Rubric") if row["Part"] == "Version"]


def test_a_version_says_when_by_whom_what_and_its_fingerprint(
    google: Google, run: Run, role: Json, project: Path
) -> None:
    """The first is what create-form made; a change of meaning adds one, a new wording does not."""
    EDITS["must-have added"][0](project)
    run("create-form")
    EDITS["look for"][0](project)
    run("create-form")
    first, second = versions(google, role)
    assert first["Id"] != second["Id"]
    assert second["Text"].startswith("in force since 20") and "set by " in second["Text"]
    assert second["Why"] == "competency teamwork: must-have threshold is new: 2"


def test_an_added_question_is_told_in_its_version(google: Google, run: Run, role: Json, project: Path) -> None:
    """It changes what a score is made of, though no answer means anything else."""
    EDITS["question added"][0](project)
    run("create-form")
    assert versions(google, role)[-1]["Why"] == "question csp is new"


def test_a_scorecard_is_stamped_with_the_version_in_force_when_it_was_sent(
    google: Google, run: Run, role: Json, project: Path
) -> None:
    """Also when it is pulled only after the next version has come, and within one second of it."""
    google.control("clock", now=datetime.now(UTC).isoformat())
    sent = {"Candidate": "Ana", **TECHNICAL}
    google.submit(role["technical"], IVO, sent).raise_for_status()
    config("weight = 5", "weight = 4")(project)
    run("create-form")
    google.submit(role["technical"], IVO, {**sent, "Candidate": "Ben"}).raise_for_status()
    run("run")
    first, second = (row["Id"] for row in versions(google, role))
    stamped = {row["Candidate"]: row["Rubric version"] for row in google.table(role["spreadsheet"], "Scorecards")}
    assert stamped == {"Ana": first, "Ben": second}


def test_a_version_holds_for_the_rounds_whose_forms_show_it(
    google: Google, run: Run, role: Json, project: Path
) -> None:
    """A scorecard of the other round, or sent before `create-form`, is never stamped with anchors that nobody saw."""
    google.control("clock", now=datetime.now(UTC).isoformat())
    bank("none,one example", "takes none,one example")(project)
    run("run")  # the files are ahead of the forms: no version comes in force
    (first,) = versions(google, role)

    told = run("create-form", "--round", "technical").err
    assert "The form of the round team still shows an earlier rubric: run 'pipeline create-form'." in told
    google.submit(role["team"], MARA, {"Candidate": "Ana", **TEAM}).raise_for_status()
    google.submit(role["technical"], IVO, {"Candidate": "Ana", **TECHNICAL}).raise_for_status()
    assert "still shows" not in run("create-form").err
    google.submit(role["team"], MARA, {"Candidate": "Ben", **TEAM}).raise_for_status()
    run("run")

    assert [row["Round"] for row in versions(google, role)] == ["", "technical", "team"]
    second = versions(google, role)[-1]["Id"]
    stamped = {
        (row["Candidate"], row["Round"]): row["Rubric version"]
        for row in google.table(role["spreadsheet"], "Scorecards")
    }
    assert stamped == {("Ana", "team"): first["Id"], ("Ana", "technical"): second, ("Ben", "team"): second}
    assert "Nothing to do" in run("create-form").out


# --- rounds ---------------------------------------------------------------------------------------------------------


def test_one_round_can_be_made_before_the_other(google: Google, run: Run) -> None:
    """`--round` makes that form alone; the other joins the same spreadsheet later."""
    first = run("create-form", "--round", "team", "--json").json
    assert [form["round"] for form in first["forms"]] == ["team"]
    both = run("create-form", "--json").json
    assert [form["round"] for form in both["forms"]] == ["technical", "team"]
    assert both["spreadsheet"] == first["spreadsheet"]
    assert "Nothing to do" in run("create-form").out


def test_one_round_can_be_pulled_closed_and_looked_at_alone(google: Google, run: Run, scorecards: Json) -> None:
    """`--round` limits each command."""
    run("pull-responses", "--round", "team")
    assert {row["Round"] for row in google.table(scorecards["spreadsheet"], "Scorecards")} == {"team"}
    assert {i["round"] for i in run("status", "--round", "team", "--json").json["interviews"]} == {"team"}
    closed = run("close-form", "--round", "team", "--json").json["forms"]
    assert [(form["round"], form["accepting"]) for form in closed] == [("team", False)]
    assert google.form(scorecards["technical"])["publishSettings"]["publishState"]["isAcceptingResponses"]


def test_a_round_that_is_gone_closes_its_form_and_back_again_opens_it(
    google: Google, run: Run, scorecards: Json, project: Path
) -> None:
    """Nobody would read what is sent to it. What came in counts on; what did not takes permission."""

    def rename(old: str, new: str) -> None:
        config(f'id = "{old}"\ncompetencies', f'id = "{new}"\ncompetencies')(project)
        bank(f",{old}\n", f",{new}\n")(project)

    rename("team", "people")
    told = run("create-form", code=2)
    assert "the round team is gone" in told.err and "2 answers not in the spreadsheet yet at stake" in told.err

    rename("people", "team")
    run("run")
    rename("team", "people")
    changes = run("create-form", "--json").json["changes"]
    assert ("round-removed", "safe", 0) in [(c["kind"], c["class"], c["answers_at_stake"]) for c in changes]
    assert not google.submit(scorecards["team"], MARA, {"Candidate": "Ana", **TEAM}).ok
    assert "Nothing to do" in run("create-form").out
    run("run", code=None)
    assert [row["Status"] for row in google.table(scorecards["spreadsheet"], "Scorecards")] == ["counted"] * 4

    rename("people", "team")
    run("run", code=None)  # leaves the form to create-form
    run("create-form")
    assert google.submit(scorecards["team"], MARA, {"Candidate": "Ana", **TEAM}).ok
    assert "Nothing to do" in run("create-form").out


def test_the_ranking_is_made_across_rounds(run: Run, scorecards: Json) -> None:
    """Databases and security from one form, teamwork from the other."""
    ranked = run("run", "--json").json["written"]["ranking"]["candidates"]
    assert [row["candidate"] for row in ranked] == ["Ana", "Ben"]
    assert {name: round(c["score"], 2) for name, c in ranked[0]["competencies"].items()} == {
        "databases": 3.5, "security": 4.0, "teamwork": 5.0,
    }  # fmt: skip


def test_one_round_can_be_ranked_explained_and_exported_alone(run: Run, scorecards: Json, project: Path) -> None:
    """By its own competencies, so that nobody is incomplete for want of the other."""
    run("pull-responses", "--round", "technical")
    team = run("rank", "--round", "team", "--json").json
    assert [set(row["competencies"]) for row in team["candidates"]] == [{"teamwork"}] * 2
    assert [row["scorecards"] for row in team["candidates"]] == [0, 0]  # not pulled yet

    run("run")
    team = run("rank", "--round", "team", "--json").json
    assert [(row["candidate"], row["coverage"], row["scorecards"]) for row in team["candidates"]] == [
        ("Ana", 1, 1),
        ("Ben", 1, 1),
    ]
    assert not any("earlier version" in note for note in team["notes"])
    assert "databases" not in run("explain", "Ana", "--round", "team").out
    run("export", "team.json", "--round", "team")
    exported = (project / "team.json").read_text()
    assert "teamwork" in exported and "databases" not in exported
    for command in (
        ["rank"],
        ["explain", "Ana"],
        ["run"],
        ["export", "other.json"],
        ["check"],
        ["doctor"],
        ["write-rankings"],
    ):
        assert "there is no round 'tema'" in run(*command, "--round", "tema", code=3).err
    config('id = "teamwork"\nweight = 2', 'id = "teamwork"\nweight = 0')(project)
    assert "Nothing of the round team counts" in run("rank", "--round", "team", code=2).err


def test_one_round_can_be_written_alone_and_says_so(google: Google, run: Run, scorecards: Json, project: Path) -> None:
    """In every row, in About and on the screen; managers' cells stay, and the next run is of all rounds again."""
    spreadsheet = scorecards["spreadsheet"]
    run("panel", "add", "--candidate", "Cyd", "--interviewer", IVO, "--round", "technical")
    run("run")
    typed = "What-if!I5:K5"
    google.call(
        "PUT", f"/v4/spreadsheets/{spreadsheet}/values/{typed}", {"values": [[1, 2, 3]]}, valueInputOption="RAW"
    )
    whole = google.table(spreadsheet, "Rankings")

    told = run("write-rankings", "--round", "team").err
    assert "Rankings of the round team alone written" in told and "It leaves out the other rounds until" in told
    ana, _, cyd = google.table(spreadsheet, "Rankings")
    assert (ana["Score"], ana["Databases"], ana["Teamwork"], ana["Scorecards"]) == (5, "–", 5, "1 of 1")
    assert ana["Flags"] == "Incomplete: rated by 1 interviewer, 2 are needed; of the round team alone"
    assert cyd["Flags"] == "no scorecard, and not on the panel, in the round team"
    about = [row[1] for row in google.values(spreadsheet, "About") if len(row) > 1]
    assert "Of the round team alone: its questions, and the scorecards about them." in about
    assert "round team alone: nobody is ranked" in about
    assert google.values(spreadsheet, "What-if!B2")[0][0] is True
    assert google.values(spreadsheet, typed) == [[1, 2, 3]]
    (record,) = [p for p in (project / ".pipeline" / "records").iterdir() if "team alone" in p.read_text()]
    assert "Of the round team alone" in run("rank", "--record", str(record)).err

    google.calls()
    again = run("run", "--round", "team", "--json").json["written"]
    assert google.calls() == ["sheets.spreadsheets.values.batchGetByDataFilter", "forms.forms.responses.list"]
    assert (again["changed"], again["round"]) == (False, "team")
    alone = run("rank", "--round", "team", "--json").json
    assert again["ranking"]["candidates"] == alone["candidates"]

    assert "Rankings written" in run("run").err
    assert google.table(spreadsheet, "Rankings") == whole
    assert google.values(spreadsheet, typed) == [[1, 2, 3]]


def test_problems_of_another_round_are_not_told_of_this_one(google: Google, run: Run, scorecards: Json) -> None:
    """They stay in the Problems worksheet, and in the exit code of a run of all rounds."""
    panel(google, scorecards, [*ANA, ["Ben", MARA, "team"]])
    run("run")
    panel(google, scorecards, [*ANA, ["Ben", "ivo", "technical"]])
    told = run("run", "--round", "team", code=8)
    assert "Ben is not on the panel" in told.err and "'ivo' is not an e-mail address" not in told.err
    assert "; 1 counted. See the Problems worksheet: 1 problem" in told.err
    assert "'ivo' is not an e-mail address" in run("run", code=8).err


def test_the_only_round_leaves_nothing_out(google: Google, run: Run, project: Path) -> None:
    """Of a role without [[round]] its one round is everything."""
    file = project / "config" / "backend.toml"
    file.write_text(file.read_text().partition("[[round]]")[0])
    (project / "question_bank.csv").write_text(BANK.replace(",technical\n", ",\n").replace(",team\n", ",\n"))
    (form,) = run("create-form", "--json").json["forms"]
    written = run("run", "--round", form["round"], "--json").json["written"]
    assert written["round"] is None
    assert not run("write-rankings", "--json").json["changed"]


def test_one_round_can_be_checked_alone(run: Run, role: Json, project: Path) -> None:
    """Warnings of its questions, checks of its form; a fault anywhere is told all the same."""
    warned = run("check", "--round", "team", "--json").json
    assert warned["questions"] == 1 and {w["row"] for w in warned["warnings"]} == {5}
    assert {w["row"] for w in run("check", "--json").json["warnings"]} > {5}
    forms = {c["name"] for c in run("doctor", "--round", "team", "--json").json["checks"] if "form (" in c["name"]}
    assert forms == {"form (team) reachable", "form (team) published", "form (team) responders"}
    bank("joins,databases", "joins,databses")(project)
    assert "databses" in run("check", "--round", "team", code=3).err


def test_a_candidate_is_not_forgotten_by_halves(
    google: Google, run: Run, scorecards: Json, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither by the flag nor by the environment that limits the other commands; with the way to what may be meant."""
    google.calls()
    told = run("forget", "Ana", "--yes", "--round", "team", code=2).err
    assert "A candidate is erased of all rounds" in told and "pull-responses --full --round team" in told
    monkeypatch.setenv("PIPELINE_ROUND", "team")
    assert "A candidate is erased of all rounds" in run("forget", "Ana", "--yes", code=2).err
    assert not google.calls()


@pytest.mark.parametrize("command", [("run",), ("status",), ("pull-responses", "--round", "team"), ("close-form",)])
def test_a_form_deleted_by_hand_is_told_by_every_command(
    google: Google, run: Run, scorecards: Json, command: tuple[str, ...]
) -> None:
    """With the round and the two ways out; the other rounds go on alone, and nothing that was pulled is lost."""
    run("run")
    google.call("PATCH", f"/drive/v3/files/{scorecards['team']}", {"trashed": True})
    for _ in range(2):
        told = run(*command, code=5)
        assert "The form of the round team was made once" in told.err
        assert "create-form --recreate" in told.err
    run("pull-responses", "--round", "technical")
    assert len(google.table(scorecards["spreadsheet"], "Scorecards")) == 4


def test_what_was_pulled_from_a_deleted_form_counts_on_when_it_is_made_anew(
    google: Google, run: Run, scorecards: Json
) -> None:
    """Also after everything was read again; what is deleted from the new form is withdrawn as ever."""
    run("run")
    google.control("clock", advance=60)
    google.call("PATCH", f"/drive/v3/files/{scorecards['technical']}", {"trashed": True})
    anew = run("create-form", "--recreate", "--json").json["forms"][0]["form_id"]
    google.submit(anew, IVO, {"Candidate": "Ana", **TECHNICAL}).raise_for_status()
    run("run", "--full")
    before = [row["Status"] for row in google.table(scorecards["spreadsheet"], "Scorecards")]
    assert sorted(before) == ["counted"] * 4 + ["superseded"]
    sent = google.call("GET", f"/v1/forms/{anew}/responses")["responses"]
    google.call("DELETE", "/_emulator/responses", {"formId": anew, "responseId": sent[0]["responseId"]})
    run("run", "--full")
    after = [row["Status"] for row in google.table(scorecards["spreadsheet"], "Scorecards")]
    assert sorted(after) == ["counted"] * 4 + ["withdrawn"]


@pytest.mark.parametrize("gone", ["trashed", "deleted"])
def test_a_spreadsheet_deleted_by_hand_is_told_and_made_again_only_when_asked(
    google: Google, run: Run, scorecards: Json, gone: str
) -> None:
    """The forms stay as they are, candidates and all, so that every scorecard comes in again once the panel is back."""
    run("run")
    before = google.form(scorecards["technical"])["items"]
    path = f"/drive/v3/files/{scorecards['spreadsheet']}"
    google.call("PATCH", path, {"trashed": True}) if gone == "trashed" else google.call("DELETE", path)
    for command in ("create-form", "panel import panel.csv"):
        told = run(*command.split(), code=5)
        assert "The spreadsheet was made once" in told.err and "create-form --recreate" in told.err
    assert run("create-form", "--recreate", "--json").json["changes"][-1]["kind"] == "spreadsheet-created"
    run("panel", "import", "panel.csv")
    run("run")
    made = run("create-form", "--json").json
    assert made["changes"] == []
    assert google.form(scorecards["technical"])["items"] == before
    again = google.table(made["spreadsheet"]["spreadsheet_id"], "Scorecards")
    assert [row["Status"] for row in again] == ["counted"] * 4


def test_a_form_that_a_colleague_made_anew_is_found(google: Google, run: Run, role: Json, project: Path) -> None:
    """This machine still remembers the old one."""
    state = project / ".pipeline" / "state.json"
    remembered = state.read_text()
    google.call("DELETE", f"/drive/v3/files/{role['team']}")
    run("create-form", "--recreate")
    state.write_text(remembered)
    run("run")
    state.write_text(remembered)
    assert [form["round"] for form in run("close-form", "--json").json["forms"]] == ["technical", "team"]


# --- the panel ------------------------------------------------------------------------------------------------------


def test_bad_rows_of_the_panel_go_to_problems_with_their_row(google: Google, run: Run, role: Json) -> None:
    """The good ones count all the same."""
    panel(
        google,
        role,
        [
            ["Ana", "ivo", "technical"],
            ["Ana", IVO, "technical", "2026-03-02 09:00"],
            ["ána", MARA, "team"],
            ["Ben", MARA, "tema"],
            ["Ben", IVO, "technical", "31 February"],
        ],
    )
    run("run", code=8)
    problems = [row["What"] for row in google.table(role["spreadsheet"], "Problems")]
    assert sorted(problems) == [
        "Panel row 2: 'ivo' is not an e-mail address",
        "Panel row 4: 'ána' looks like another spelling of 'Ana' in row 2",
        "Panel row 5: there is no round 'tema'",
        "Panel row 6: '31 February' is not a time",
    ]


def test_a_free_typed_name_near_a_known_one_is_proposed_and_never_merged(
    google: Google, run: Run, project: Path
) -> None:
    """The form came before the panel: names were typed."""
    made = run("create-form", "--json").json
    team = made["forms"][1]["form_id"]
    by_hand_answers = {"Candidate": "Anna", **TEAM}
    share = {"type": "anyone", "role": "reader", "view": "published"}
    google.call("POST", f"/drive/v3/files/{team}/permissions", share)
    google.submit(team, MARA, by_hand_answers).raise_for_status()
    run("panel", "import", "panel.csv")
    told = run("run", code=8)
    assert "Anna is not on the panel: not counted; If Ana is meant, ask for it to be sent again for Ana" in told.err
    (row,) = google.table(made["spreadsheet"]["spreadsheet_id"], "Scorecards")
    assert (row["Candidate"], row["Status"]) == ("Anna", "problem")


def permissions(google: Google, file_id: str) -> set[tuple[str, str, str, str]]:
    found = google.call(
        "GET", f"/drive/v3/files/{file_id}/permissions", includePermissionsForView="published", fields="*"
    )["permissions"]
    return {
        (p["type"], p.get("emailAddress") or p.get("domain", ""), p["role"], p.get("view", ""))
        for p in found
        if p["role"] != "owner"
    }


def test_an_interviewer_who_leaves_the_panel_may_not_answer_any_more(google: Google, run: Run, role: Json) -> None:
    """Their permission is withdrawn, of the round that they left."""
    panel(google, role, [["Ana", "noor@example.com", "technical"], ["Ana", IVO, "team"], *BEN[1:]])
    run("create-form")
    assert permissions(google, role["technical"]) == {("user", "noor@example.com", "reader", "published")}
    answer = google.submit(role["technical"], IVO, {"Candidate": "Ana", **TECHNICAL})
    assert answer.status_code == 403


def test_a_domain_may_answer_and_managers_may_write_when_the_configuration_says_so(
    google: Google, run: Run, project: Path
) -> None:
    """Responders see the published form only; managers the spreadsheet."""
    config('title = "Backend developer"', 'title = "Backend developer"\n\n[sharing]\nresponders = ["example.com"]\n'
           'managers = ["hm@example.org"]')(project)  # fmt: skip
    made = run("create-form", "--json").json
    assert permissions(google, made["forms"][0]["form_id"]) == {("domain", "example.com", "reader", "published")}
    assert permissions(google, made["spreadsheet"]["spreadsheet_id"]) == {("user", "hm@example.org", "writer", "")}


def test_anyone_may_answer_only_when_the_configuration_says_so(google: Google, run: Run, project: Path) -> None:
    """And nobody any more once it does not."""
    config('title = "Backend developer"', 'title = "Backend developer"\n\n[sharing]\nresponders = ["anyone"]')(project)
    form = run("create-form", "--json").json["forms"][0]["form_id"]
    assert permissions(google, form) == {("anyone", "", "reader", "published")}
    config('responders = ["anyone"]', "responders = []")(project)
    run("create-form")
    assert permissions(google, form) == set()


# --- other ids than ours --------------------------------------------------------------------------------------------


def test_should_google_refuse_our_ids_its_own_are_taken_recorded_and_read(
    google: Google, run: Run, project: Path
) -> None:
    """Everything works as before: links, answers, rewording, ranking, and a second run has nothing to do."""
    run("panel", "import", "panel.csv")
    google.control("faults", faults=[{"method": "forms.forms.batchUpdate", "status": 400, "times": 1}])
    made = run("create-form", "--json").json
    assert google.call("GET", "/_emulator/faults")["unused"] == 0
    assert "Nothing to do" in run("create-form").out
    ids = {form["round"]: form["form_id"] for form in made["forms"]} | made["spreadsheet"]
    google.submit(ids["technical"], IVO, {"Candidate": "Ana", **TECHNICAL}).raise_for_status()
    bank(JOINS, "A join got slow. What now?")(project)
    assert [c["kind"] for c in run("create-form", "--json").json["changes"]] == ["reworded"]
    run("run")
    (row,) = google.table(ids["spreadsheet_id"], "Scorecards")
    assert (row["Candidate"], row["Rating: joins"], row["Status"]) == ("Ana", 4, "counted")
    assert row["Other answers"] == ""


# --- size -----------------------------------------------------------------------------------------------------------


def test_a_bank_of_two_hundred_questions_becomes_a_form_and_a_scorecard(
    google: Google, run: Run, project: Path
) -> None:
    """One batch each; the filled scorecard has all its ratings."""
    header = BANK.splitlines()[0]
    rows = [f"q{n},databases,Question {n}?,signal,poor {n},fair {n},good {n},technical" for n in range(200)]
    (project / "question_bank.csv").write_text("\n".join([header, *rows, *BANK.splitlines()[3:]]) + "\n")
    run("panel", "import", "panel.csv")
    google.calls()
    made = run("create-form", "--json").json
    assert google.calls().count("forms.forms.batchUpdate") == 2
    answers = {f"Question {n}?": str(n % 5 + 1) for n in range(200)}
    technical = made["forms"][0]["form_id"]
    google.submit(technical, IVO, {"Candidate": "Ana", **TECHNICAL, **answers}).raise_for_status()
    run("run")
    (row,) = google.table(made["spreadsheet"]["spreadsheet_id"], "Scorecards")
    assert [row[f"Rating: q{n}"] for n in range(200)] == [n % 5 + 1 for n in range(200)]
    assert "Nothing to do" in run("create-form").out


def test_another_scale_is_a_change_of_meaning_and_never_averaged_with_the_old(
    google: Google, run: Run, scorecards: Json, project: Path
) -> None:
    """Ranking refuses and says how to choose; told to, it leaves the others out."""
    run("run")
    config('[[round]]\nid = "team"', '[scale]\nhigh = 4\nnames = ["A", "B", "C", "D"]\n[[round]]\nid = "team"')(project)
    bank("anchor_3,anchor_5", "anchor_2,anchor_4")(project)
    changes = run("create-form", "--json").json["changes"]
    assert {"kind": "scale-changed", "class": "changes-meaning"}.items() <= changes[-1].items()
    refused = run("run", code=5)
    assert "4 on the scale 1 to 5" in refused.err and "--present-scale-only" in refused.err
    run("run", "--present-scale-only")
    (note,) = [
        n for n in run("rank", "--round", "team", "--present-scale-only", "--json").json["notes"] if "scale" in n
    ]
    assert note.startswith("2 scorecards")


def test_answers_on_an_earlier_scale_are_read_as_they_were_meant_however_late(
    google: Google, run: Run, role: Json, project: Path
) -> None:
    """A 5 of 1 to 5 stays a 5 in Scorecards, though the scale ends at 4 by the time that it is pulled."""
    google.control("clock", now=datetime.now(UTC).isoformat())
    sent = {"Candidate": "Ana", **TECHNICAL, "How do you speed up a slow join?": "5"}
    google.submit(role["technical"], IVO, sent).raise_for_status()
    config('[[round]]\nid = "team"', '[scale]\nhigh = 4\nnames = ["A", "B", "C", "D"]\n[[round]]\nid = "team"')(project)
    bank("anchor_3,anchor_5", "anchor_2,anchor_4")(project)
    run("create-form")
    google.submit(role["technical"], IVO, {**sent, "Candidate": "Ben", "How do you speed up a slow join?": "4"})
    for _ in range(2):
        run("pull-responses", "--full")
        rated = {row["Candidate"]: row["Rating: joins"] for row in google.table(role["spreadsheet"], "Scorecards")}
        assert rated == {"Ana": 5, "Ben": 4}
    assert "no-evidence" not in {
        row["Kind"] for row in google.table(role["spreadsheet"], "Problems") if row["Candidate"] == "Ana"
    }


def test_answers_to_a_removed_question_stay_in_the_spreadsheet_and_count_no_more(
    google: Google, run: Run, scorecards: Json, project: Path
) -> None:
    """Also after all responses were read again."""
    run("run")
    EDITS["question removed"][0](project)
    run("create-form", "--allow-destructive")
    run("run", "--full", code=None)
    rows = [row for row in google.table(scorecards["spreadsheet"], "Scorecards") if row["Round"] == "technical"]
    assert all(row.get("Rating: schema") == 3 or "3 · Solid" in row["Other answers"] for row in rows)
    ranked = run("rank", "--json").json["candidates"]
    assert ranked[0]["competencies"]["databases"] == {"score": 4.0, "ratings": 1}
