"""Managers and the pipeline in one spreadsheet at the same time: no manager's cell is ever lost or at another candidate."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest
from googleapiclient.errors import HttpError

from pipeline.worksheets import SURVEY_FIELDS, design, plan_repair
from pipeline.worksheets import requests as ask
from pipeline.worksheets.cells import Json, shown

from .emulator.conftest import _clients, _server, drive, sheets, workspace  # noqa: F401
from .worksheets_desk import Desk
from .worksheets_examples import CANDIDATES, card, cards
from .worksheets_manager import OURS, Manager


@pytest.fixture
def desk(sheets: Any, drive: Any) -> Desk:  # noqa: F811
    return Desk(sheets, drive)


@pytest.mark.parametrize("seed", range(6))
def test_whatever_happens_between_read_and_write_cells_stay_with_their_candidate(desk: Desk, seed: int) -> None:
    """Random edits, sorts, inserted rows and columns, deleted rows between our read and our write, and before both."""
    pick = random.Random(seed)
    desk.pull(cards(seed))
    desk.write()
    manager = Manager(desk, seed)
    for turn in range(4):
        if pick.random() < 0.7:
            who = pick.choice([*CANDIDATES, f"New {turn}"])
            desk.pull([card(who, f"i{turn}@example.org", ratings={"databases-1": pick.randint(1, 5)})])
        manager.act()
        desk.write(between=manager.act)
        manager.check()
    desk.write()  # puts back what was typed over at the very end
    assert desk.write().bodies == []
    rows = desk.rows(desk.everything()["sheets"][_place(desk)]["properties"]["title"])
    ranks = [row["Order"] for row in rows if row["Key"]]
    assert ranks == sorted(ranks) and "oops" not in str(rows)


def _place(desk: Desk) -> int:
    return next(i for i, s in enumerate(desk.everything()["sheets"]) if s["properties"]["sheetId"] == design.RANKINGS)


def test_a_column_inserted_between_read_and_write_is_not_written_into(desk: Desk) -> None:
    """The sharpest case: a new column in the middle of ours, filled at once."""
    desk.pull(cards(2))
    desk.write()
    desk.pull([card("Newcomer", "x@example.org")])

    def between() -> None:
        desk.batch([ask.insert(design.RANKINGS, "COLUMNS", 1, 2, like_before=False)])
        typed = [[{"userEnteredValue": {"stringValue": f"mine {n}"}}] for n in range(20)]
        desk.batch(list(ask.write(design.RANKINGS, 0, 1, typed, "userEnteredValue")))

    desk.write(between)
    column = [row[1] if len(row) > 1 else "" for row in desk.values("Rankings")]
    assert sorted(text for text in column if text) == sorted(f"mine {n}" for n in range(20))
    assert {row["Candidate"] for row in desk.rows("Rankings") if row["Key"]} == {*CANDIDATES, "Newcomer"}


def test_a_write_is_refused_while_a_column_is_moved_in_among_ours(desk: Desk) -> None:
    """Key stays where it was and only what lies between shifts."""
    desk.pull(cards(2))
    desk.write()
    desk.batch([ask.insert(design.RANKINGS, "COLUMNS", 0, 1, like_before=False)])
    typed = [[{"userEnteredValue": {"stringValue": f"mine {n}"}}] for n in range(20)]
    desk.batch(list(ask.write(design.RANKINGS, 0, 0, typed, "userEnteredValue")))
    desk.pull([card("Newcomer", "x@example.org")])
    source = ask.dimension(design.RANKINGS, "COLUMNS", 0, 1)
    move: Json = {"moveDimension": {"source": source, "destinationIndex": 8}}

    plan = desk.plan(lambda: desk.batch([move]))
    before = desk.values("Rankings")
    with pytest.raises(HttpError, match="createDeveloperMetadata"):
        desk.send(plan.bodies[-1])
    assert desk.values("Rankings") == before

    desk.write()
    column = [row[7] for row in desk.values("Rankings") if len(row) > 7]
    assert sorted(text for text in column if text) == sorted(f"mine {n}" for n in range(20))
    assert {row["Candidate"] for row in desk.rows("Rankings") if row["Key"]} == {*CANDIDATES, "Newcomer"}


def test_a_note_of_the_managers_stays_where_a_column_is_moved_under_ours(desk: Desk) -> None:
    """Their column stands left of Candidate; another is put in at the left just as the notes on the names are laid."""
    desk.pull(cards(2))
    desk.write()
    at = desk.values("Rankings")[0].index("Candidate")
    desk.batch([ask.insert(design.RANKINGS, "COLUMNS", at, at + 1, like_before=False)])
    theirs = [[{"userEnteredValue": {"stringValue": "Mine"}}], [{"note": "ask about Rust"}]]
    desk.batch(list(ask.write(design.RANKINGS, 0, at, theirs, "userEnteredValue,note")))

    def noted() -> list[tuple[str, str]]:
        fields = "sheets(data(rowData(values(effectiveValue,note))))"
        got = desk.sheets.get(spreadsheetId=desk.id, ranges="Rankings", fields=fields).execute()
        header, *rows = [row.get("values", []) for row in got["sheets"][0]["data"][0]["rowData"]]
        titles = [shown(cell) for cell in header]
        mine, name = titles.index("Mine"), titles.index("Candidate")
        return [(str(shown(row[name])), row[mine]["note"]) for row in rows if len(row) > name and row[mine].get("note")]

    before = noted()
    desk.pull([card("Newcomer", "x@example.org")])
    desk.write(lambda: desk.batch([ask.insert(design.RANKINGS, "COLUMNS", 0, 1, like_before=False)]))
    assert noted() == before == [(before[0][0], "ask about Rust")]


def test_a_text_that_only_looks_like_a_key_is_the_managers(desk: Desk) -> None:
    """Our own keys are known; a number of theirs that is built alike, in a row of their own, is none of them."""
    desk.pull(cards(2))
    desk.write()
    place = desk.values("Rankings")[0].index("Notes")
    row = len(desk.values("Rankings"))
    theirs = [[{"userEnteredValue": {"stringValue": "c00000000000000c"}}]]
    desk.batch([*ask.write(design.RANKINGS, row, place, theirs, "userEnteredValue")])
    desk.write()
    assert desk.values("Rankings")[row][place] == "c00000000000000c"


def test_a_header_row_on_which_formulas_were_put_back_is_known_by_its_key(desk: Desk) -> None:
    """They type over a cell in each column of ours, and sort the header down just before we put the formulas back."""
    desk.pull(cards(2))
    desk.write()
    before = desk.values("Rankings")[0]
    row = [[{"userEnteredValue": {"stringValue": "oops"}}] * (before.index("Key"))]
    desk.batch(list(ask.write(design.RANKINGS, 1, 0, row, "userEnteredValue")))
    header = ask.dimension(design.RANKINGS, "ROWS", 0, 1)
    desk.write(lambda: desk.batch([{"moveDimension": {"source": header, "destinationIndex": 3}}]))
    desk.write()
    assert desk.values("Rankings")[0] == before
    assert {row["Candidate"] for row in desk.rows("Rankings") if row["Key"]} == set(CANDIDATES)


def test_a_header_of_ours_that_was_edited_is_put_back(desk: Desk) -> None:
    """Columns are known by their mark; the text of a header comes back, and is told."""
    desk.pull(cards(2))
    desk.write()
    desk.batch(
        list(ask.write(design.RANKINGS, 0, 3, [[{"userEnteredValue": {"stringValue": "Points"}}]], "userEnteredValue"))
    )
    plan = desk.write()
    assert desk.values("Rankings")[0][3] == "Score"
    assert any("header" in notice for notice in plan.notices)


def test_a_deleted_column_of_ours_comes_back(desk: Desk) -> None:
    """Score is deleted by mistake; the next write puts it in again, filled, and nothing else moves."""
    desk.pull(cards(2))
    desk.write()
    before = desk.rows("Rankings")
    desk.batch([{"deleteDimension": {"range": ask.dimension(design.RANKINGS, "COLUMNS", 3, 4)}}])
    desk.write()
    assert desk.rows("Rankings") == before
    assert desk.write().bodies == []


def test_our_headers_are_the_ones_that_the_tests_know(desk: Desk) -> None:
    """The manager of these tests must not take one of our columns for theirs."""
    assert {name for name in desk.values("Rankings")[0] if name not in ("Decision", "Notes")} == OURS


def test_scorecards_sorted_or_deleted_between_read_and_write_lose_nothing(desk: Desk) -> None:
    """An edited response, while somebody sorts Scorecards and deletes a row: every response is there, once."""
    desk.pull(cards(4))
    first = desk.read().scorecards[0].card
    edited = replace(first, submitted_at="2026-03-09T09:00:00Z", summary="I changed my mind")

    def between() -> None:
        place = desk.read().places["response"]
        desk.batch([ask.sort(ask.grid(design.SCORECARDS, 1), place)])
        desk.batch([{"deleteDimension": {"range": ask.dimension(design.SCORECARDS, "ROWS", 2, 3)}}])

    plan = desk.pull([edited], between=between)
    stored = desk.read().scorecards
    assert {s.id: s.card for s in stored} == {s.id: s.card for s in plan.book.scorecards}
    assert len({s.id for s in stored}) == len(stored) == len(cards(4)) + 1
    assert not desk.pull([edited]).changes


@pytest.mark.parametrize("key", ["candidate", "response", "Rating: databases-2"])
def test_a_column_put_into_scorecards_between_read_and_write_takes_no_rating(desk: Desk, key: str) -> None:
    """One response is new and one was edited: each is there once as it was sent, and the column is as people made it."""
    desk.pull(cards(4))
    book = desk.read()
    place = book.places[key]
    edited = replace(book.scorecards[0].card, submitted_at="2026-03-09T09:00:00Z", summary="I changed my mind")
    new = card("Cleo", "new@example.org", response_id="new", ratings={"databases-1": 2, "databases-2": 5})

    def between() -> None:
        desk.batch([ask.insert(design.SCORECARDS, "COLUMNS", place, place + 1, like_before=False)])
        mine = [[{"userEnteredValue": {"stringValue": "Mine"}}], [{"userEnteredValue": {"stringValue": "see me"}}]]
        desk.batch([*ask.write(design.SCORECARDS, 0, place, mine, "userEnteredValue")])

    plan = desk.pull([edited, new], between=between)
    stored = desk.read().scorecards
    assert {s.id: s.card for s in stored} == {s.id: s.card for s in plan.book.scorecards}
    assert len({s.id for s in stored}) == len(stored) == len(cards(4)) + 2
    column = [row[place] for row in desk.values("Scorecards") if len(row) > place and row[place] != ""]
    assert column[0] == "Mine" and not column[2:]
    assert not desk.pull([edited, new]).changes


def test_worksheets_of_ours_that_were_deleted_are_made_again(desk: Desk) -> None:
    """Renamed and moved ones are left as they are; a deleted one comes back complete, under a free title."""
    desk.pull(cards(2))
    desk.write()
    before = desk.rows("Rankings")
    desk.batch(
        [
            {"deleteSheet": {"sheetId": design.RESULTS}},
            {"deleteSheet": {"sheetId": design.RATINGS}},
            {"deleteSheet": {"sheetId": design.COMPARE}},
            ask.update_sheet(design.SCORECARDS, "title,index", title="Raw", index=0),
            {"addSheet": {"properties": {"title": "Compare"}}},
        ]
    )
    survey = desk.sheets.get(spreadsheetId=desk.id, fields=SURVEY_FIELDS).execute()
    repair = plan_repair(survey, {}, desk.rubric)
    desk.batch(repair.requests)
    assert len(repair.notices) == 3 and any("Compare (pipeline)" in notice for notice in repair.notices)
    assert desk.values("What-if")[1][1] is False
    desk.write()
    assert desk.values("What-if")[1][1] is True
    assert desk.rows("Rankings") == before
    assert desk.values("Compare (pipeline)")[2][1] == before[0]["Candidate"]
    assert desk.write().bodies == []
    assert not desk.pull(cards(2)).changes


def test_edited_headers_of_scorecards_are_put_back_where_the_columns_stand_now(desk: Desk) -> None:
    """By their mark, also after a column was put in front of them, and one more since that was seen."""
    desk.pull(cards(2))
    typed = [[{"userEnteredValue": {"stringValue": "Who"}}]]
    desk.batch(
        [
            *ask.write(design.SCORECARDS, 0, 1, typed, "userEnteredValue"),
            ask.insert(design.SCORECARDS, "COLUMNS", 0, 1, like_before=False),
        ]
    )
    book = desk.read()
    assert book.missing == ("Candidate",)
    survey = desk.sheets.get(spreadsheetId=desk.id, fields=SURVEY_FIELDS).execute()
    desk.batch([ask.insert(design.SCORECARDS, "COLUMNS", 2, 3, like_before=False)])
    headers = plan_repair(survey, book.tables, desk.rubric).headers
    desk.sheets.values().batchUpdateByDataFilter(spreadsheetId=desk.id, body=headers).execute()
    assert desk.read().missing == ()
    assert not desk.pull(cards(2)).changes
