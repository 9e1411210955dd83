"""`rank`, `explain` and `demo`, as the user runs them."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import pytest

from tests.conftest import Google, Run

EXAMPLE_BANK = """\
id,competency,question,anchor_1,anchor_3,anchor_5
t1,tech,First?,a,b,c
t2,tech,Second?,a,b,c
t3,tech,Third?,a,b,c
c1,comm,Fourth?,a,b,c
c2,comm,Fifth?,a,b,c
k1,cult,Sixth?,a,b,c
k2,cult,Seventh?,a,b,c
"""
EXAMPLE_ROLE = """\
title = "Example"
[[competency]]
id = "tech"
weight = 5
{floor}
[[competency]]
id = "comm"
weight = 3
[[competency]]
id = "cult"
weight = 2
"""


def ratings(*scorecards: tuple[str, str, dict[str, int | str]]) -> str:
    lines = ["candidate,interviewer,round,question,rating,submitted_at"]
    for candidate, interviewer, given in scorecards:
        lines += [f"{candidate},{interviewer},interview,{q},{level},2026-03-02T10:00:00Z" for q, level in given.items()]
    return "\n".join(lines) + "\n"


def write_example(project: Path, floor: str = "") -> None:
    (project / "question_bank.csv").write_text(EXAMPLE_BANK)
    (project / "config" / "backend.toml").write_text(EXAMPLE_ROLE.format(floor=floor))


def full(level: int) -> dict[str, int | str]:
    return dict.fromkeys(("t1", "t2", "t3", "c1", "c2", "k1", "k2"), level)


def test_what_is_missing_lowers_no_one_and_scores_are_exact(run: Run, project: Path) -> None:
    """Ben has 4; Ana, with gaps, 1439/360: second, and both would print as 4.00."""
    write_example(project)
    (project / "r.csv").write_text(
        ratings(
            ("Ana", "i1", {"t1": 4, "t2": 5, "c1": 3, "c2": 4, "k1": 4}),
            ("Ana", "i2", {"t1": 3, "k1": 5}),
            ("Ana", "i3", {"t1": 4, "t2": 4, "t3": 5, "c1": 4}),
            ("Ben", "i1", full(4)),
            ("Ben", "i2", full(4)),
        )
    )
    rows = {row["candidate"]: row for row in run("rank", "--ratings", "r.csv", "--json").json["candidates"]}
    assert rows["Ana"]["score"] == float(Fraction(1439, 360))
    assert (rows["Ben"]["rank"], rows["Ana"]["rank"]) == (1, 2)
    assert "3.997" in run("rank", "--ratings", "r.csv").out


def test_floors_and_coverage_decide_who_is_ranked_at_all(run: Run, project: Path) -> None:
    """A must-have below its floor knocks out; exactly on it passes; half the weight is not enough."""
    write_example(project, floor="must_have = true\nthreshold = 3")
    (project / "r.csv").write_text(
        ratings(
            ("Cyd", "i1", {"t1": 3, "t2": 2, "t3": 3, "c1": 5, "c2": 5, "k1": 5}),
            ("Cyd", "i2", {"t1": 3, "t2": 3, "t3": 3, "c1": 5, "c2": 5, "k1": 5}),
            ("Dov", "i1", full(3)),
            ("Dov", "i3", {"t1": 3, "t3": 3, "c1": 3, "c2": 4, "k1": 3}),
            ("Eve", "i1", {"c1": 5, "c2": 5, "k1": 5}),
            ("Eve", "i2", {"c1": 5, "c2": 4, "k1": 5}),
            ("Fay", "i2", full(5)),
            ("Gus", "i1", {"t1": 4, "t2": 4, "t3": 5, "k1": 4}),
            ("Gus", "i3", {"t1": 5, "t2": 4, "t3": 4, "k1": 3}),
        )
    )
    rows = {row["candidate"]: row for row in run("rank", "--ratings", "r.csv", "--json").json["candidates"]}
    assert {name: (row["status"], row["rank"]) for name, row in rows.items()} == {
        "Gus": ("ranked", 1), "Dov": ("ranked", 2), "Eve": ("incomplete", None), "Fay": ("incomplete", None),
        "Cyd": ("knocked-out", None),
    }  # fmt: skip
    assert rows["Gus"]["score"] == float(Fraction(86, 21))
    assert rows["Gus"]["range"] == [float(Fraction(19, 6)), float(Fraction(131, 30))]
    assert rows["Cyd"]["score"] == float(Fraction(47, 12))
    assert rows["Eve"]["range"] == [2.925, 4.925]


def test_who_was_not_assessed_may_still_end_anywhere(run: Run, project: Path) -> None:
    """No score, the whole scale as its range, and nothing about agreement: each named, none left out."""
    write_example(project)
    (project / "r.csv").write_text(ratings(("Ana", "i1", {"t1": ""})))
    told = run("rank", "--ratings", "r.csv", "--json").json
    assert [(row["score"], row["percent"], row["range"]) for row in told["candidates"]] == [(None, None, [1, 5])]
    assert told["agreement"] == {"icc1": None, "icck": None, "alpha_interval": None}


@pytest.mark.parametrize("text", [ratings(("Ana", "i1", full(4)), ("Zo\u00eb", "i2", full(3))), ratings(), "", "\n\n"])
def test_the_document_is_written_row_by_row_and_is_one(run: Run, project: Path, text: str) -> None:
    """A great many candidates are never held as one text, which nobody who reads it can see."""
    write_example(project)
    (project / "r.csv").write_text(text)
    told = run("rank", "--ratings", "r.csv", "--json")
    assert told.out == json.dumps(told.json, ensure_ascii=False, indent=1) + "\n"


def test_every_fault_of_a_ratings_file_is_told_at_its_row(run: Run, project: Path) -> None:
    """Nothing is ranked from a file with faults."""
    write_example(project)
    (project / "r.csv").write_text(
        "candidate,interviewer,round,question,rating,submitted_at\n"
        "Ana,i1,interview,t1,6,2026-03-02T10:00:00Z\n"
        "Ana,i1,interview,t2,four,2026-03-02T10:00:00Z\n"
        "Ana,i1,interview,t9,4,2026-03-02T10:00:00Z\n"
        "Ana,i1,interview,t3,4,yesterday\n"
    )
    told = run("rank", "--ratings", "r.csv", code=3)
    assert [line.split(": ")[0] for line in told.err.splitlines()[:4]] == [
        "r.csv:2:rating", "r.csv:3:rating", "r.csv:4:question", "r.csv:5:submitted_at",
    ]  # fmt: skip
    assert told.out == ""


def test_rank_reads_the_spreadsheet_and_writes_nothing(google: Google, run: Run, scorecards: dict[str, str]) -> None:
    """The same numbers as Rankings, for the terminal."""
    run("run")
    google.calls()
    rows = run("rank", "--json").json["candidates"]
    assert google.calls() == ["sheets.spreadsheets.values.batchGetByDataFilter"]
    shown = google.table(scorecards["spreadsheet"], "Rankings")
    assert [(row["Candidate"], row["Score"]) for row in shown] == [
        (row["candidate"], pytest.approx(row["score"])) for row in rows
    ]


def test_explain_can_be_followed_by_hand(google: Google, run: Run, scorecards: dict[str, str]) -> None:
    """From each answer to the score, in the order in which one would compute it."""
    run("run")
    text = run("explain", "Ana").out
    assert "joins 4, schema 3 → 3.5" in text
    assert "(5 x 3.5 + 3 x 4 + 2 x 5) / 10 = 3.95" in text


def test_explain_shows_the_hints_on_the_scorecards_and_leaves_the_score_alone(
    google: Google, run: Run, scorecards: dict[str, str]
) -> None:
    """A 5 without a word of evidence stands out; the score is as it was."""
    run("run")
    text = run("explain", "Ana").out
    assert "WORTH A SECOND LOOK (changes no score)" in text
    assert "mara@example.com (team): Rated at an end of the scale without evidence: feedback (5)." in text
    noted = run("explain", "Ana", "--json").json["noted"]
    assert ("no-evidence", "team", True) in {(each["kind"], each["round"], each["hint"]) for each in noted}


def test_explain_proposes_a_name_for_one_nobody_knows(google: Google, run: Run, scorecards: dict[str, str]) -> None:
    """A slip of the finger is answered with the name meant."""
    run("run")
    assert "Did you mean Ana?" in run("explain", "Anna", code=5).err


def test_a_decision_record_gives_the_same_ranking_again(
    google: Google, run: Run, scorecards: dict[str, str], project: Path
) -> None:
    """Each write leaves one; later scorecards do not change what it says."""
    run("run")
    before = run("rank", "--json").json
    (record,) = (project / ".pipeline" / "records").glob("*.json")
    google.submit(
        scorecards["team"],
        "mara@example.com",
        {"Candidate": "Ana", "Tell me about feedback you took.": "1", "Overall recommendation": "No"},
    )
    run("run")
    again = run("rank", "--record", str(record), "--json").json
    assert again["candidates"] == before["candidates"]
    assert run("rank", "--json").json["candidates"] != before["candidates"]


def test_an_altered_record_is_refused(google: Google, run: Run, scorecards: dict[str, str], project: Path) -> None:
    """A record that somebody touched is no record."""
    run("run")
    (record,) = (project / ".pipeline" / "records").glob("*.json")
    record.write_text(record.read_text().replace('"joins": 4', '"joins": 5'))
    assert "altered since it was made" in run("rank", "--record", str(record), code=3).err
    for text in ("[" * 100_000, '{"schema_version": 1, "inputs": []}'):
        record.write_text(text)
        assert "not a decision record" in run("rank", "--record", str(record), code=3).err


def test_ratings_on_two_scales_are_not_averaged(
    google: Google, run: Run, scorecards: dict[str, str], project: Path
) -> None:
    """After the scale is changed the old scorecards are refused by name, or left out when asked."""
    run("run")
    config = project / "config" / "backend.toml"
    config.write_text(config.read_text() + '\n[scale]\nlow = 1\nhigh = 6\nnames = ["a", "b", "c", "d", "e", "f"]\n')
    bank = project / "question_bank.csv"
    head, *rows = bank.read_text().splitlines()
    bank.write_text("\n".join([f"{head},anchor_6", *(f"{row},best of all" for row in rows)]) + "\n")
    google.control("clock", advance=3600)
    run("create-form")

    refused = run("rank", code=5)

    assert "4 on the scale 1 to 5, and the rubric's scale is now 1 to 6" in refused.err
    assert "--present-scale-only" in refused.err
    rows_left = run("rank", "--present-scale-only", "--json").json
    assert [row["score"] for row in rows_left["candidates"]] == [None, None]
    assert "4 scorecards on another rating scale are left out." in rows_left["notes"]


def test_scorecards_under_earlier_weights_are_ranked_and_noted(
    google: Google, run: Run, scorecards: dict[str, str], project: Path
) -> None:
    """The numbers use today's weights, and the ranking says so."""
    run("run")
    config = project / "config" / "backend.toml"
    config.write_text(config.read_text().replace("weight = 5", "weight = 4"))
    google.control("clock", advance=3600)
    run("create-form")
    notes = run("rank", "--json").json["notes"]
    assert any(note.startswith("4 scorecards submitted under an earlier version of the rubric") for note in notes)
