"""Managers at work in the spreadsheet between any two calls of `run`: each of their cells stays at its candidate.

What one write of Rankings does to a manager's cells is shown in `test_worksheets_managers`. Here the whole command
runs, through a door at which a manager acts before every call, in Rankings and in the worksheets that are ours alone.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from contextlib import closing, suppress
from typing import Any

import pytest

from pipeline.worksheets import design
from pipeline.worksheets import requests as ask
from pipeline.worksheets.results import key_of
from tests.between import door
from tests.conftest import Google, Run
from tests.emulator.conftest import service
from tests.inbox import Inbox
from tests.scorecards_manager import Reader
from tests.worksheets_manager import Manager

Json = dict[str, Any]

PEOPLE = ("Ana", "Ben", "Cleo", "Dan")
NAMES = {key_of(name): name for name in PEOPLE}


class Seat:
    """The role's spreadsheet, with a person before it."""

    def __init__(self, google: Google, spreadsheet_id: str) -> None:
        self.client = service(google, "sheets")
        self.sheets = self.client.spreadsheets()
        self.id = spreadsheet_id

    def close(self) -> None:
        self.sheets.close()
        self.client.close()

    def batch(self, requests: Sequence[Json]) -> Json:
        body = {"requests": list(requests)}
        return dict(self.sheets.batchUpdate(spreadsheetId=self.id, body=body).execute())


def _name(row: Sequence[Any], at: dict[str, int]) -> bool:
    return len(row) > at["Candidate"] and row[at["Candidate"]] in PEOPLE


class Busy(Manager):
    """Also sorts, deletes and inserts in Scorecards and Problems, types beside our columns, and renames worksheets."""

    OTHERS = (design.SCORECARDS, design.PROBLEMS, design.INTERVIEWERS, design.PANEL)

    def act(self) -> None:
        with suppress(StopIteration):  # no header in sight for a moment: they wait
            super().act()
        doing = self.pick.choice([self.sort_ours, self.delete_ours, self.insert_ours, self.rename_ours, self.move_ours])
        self.log.append(doing.__name__)
        doing()

    def sort_ours(self) -> None:
        self.desk.batch([ask.sort(ask.grid(design.SCORECARDS, 1), self.pick.randint(0, 5))])

    def delete_ours(self) -> None:
        row = self.pick.randint(1, 4)
        for sheet_id in (design.SCORECARDS, design.PROBLEMS):
            self.desk.batch([{"deleteDimension": {"range": ask.dimension(sheet_id, "ROWS", row, row + 1)}}])

    def insert_ours(self) -> None:
        row = self.pick.randint(1, 4)
        self.desk.batch([ask.insert(design.SCORECARDS, "ROWS", row, row + 1, like_before=False)])

    def rename_ours(self) -> None:
        self.count += 1
        self.desk.batch([ask.update_sheet(self.pick.choice(self.OTHERS), "title", title=f"It's {self.count}")])

    def move_ours(self) -> None:
        self.desk.batch([ask.update_sheet(self.pick.choice(self.OTHERS), "index", index=self.pick.randint(0, 3))])


# What these once showed. 3: a column moved from the left into ours left Key in its place, and a new row, shifted under it,
# passed for sound. 4: formulas put back landed on the header row, just sorted down, and it was no longer known. 1, 5 and
# 7: a row that had come out elsewhere than planned showed a name for a moment, its own or another's, and invited a note.
@pytest.mark.parametrize("seed", [1, 2, 3, 4, 5, 7])
def test_every_cell_of_a_manager_stays_at_its_candidate(
    google: Google, run: Run, role: dict[str, str], _running: Any, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """Scorecards come in, and before every call of `run` somebody types, sorts, inserts, moves, renames or deletes."""
    pick = random.Random(seed)
    inbox = Inbox(google, _running.store)
    run("panel", "add", "--candidate", "Cleo", "--interviewer", "ivo@example.com", "--round", "technical")
    run("panel", "add", "--candidate", "Dan", "--interviewer", "ivo@example.com", "--round", "technical")
    run("create-form")
    for name in PEOPLE[:3]:
        inbox.put(role["technical"], name, rating=str(pick.randint(1, 5)))
    run("run")
    with closing(Seat(google, role["spreadsheet"])) as seat:
        manager = Busy(seat, seed)
        for turn in range(2):
            google.control("clock", advance=60)
            inbox.put(role["technical"], pick.choice(PEOPLE), f"i{turn}@example.com", rating=str(pick.randint(1, 5)))
            with door(google.url, before=lambda _: manager.act()) as opened:
                monkeypatch.setenv("PIPELINE_WORKSPACE_URL", opened.url)
                run("run", code=None)
            monkeypatch.setenv("PIPELINE_WORKSPACE_URL", google.url)
            run("run", "--full", code=8)  # in peace: it goes on where people made it give up; strangers are told
            run("write-rankings")  # looks at Rankings also when nothing is new
            manager.check()
    sent = google.call("GET", f"/v1/forms/{role['technical']}/responses")["responses"]
    book = google.call("GET", f"/v4/spreadsheets/{role['spreadsheet']}")["sheets"]
    title = next(s["properties"]["title"] for s in book if s["properties"]["sheetId"] == design.SCORECARDS)
    held = [row["Response"] for row in google.table(role["spreadsheet"], f"'{title}'".replace("It's", "It''s"))]
    assert sorted(held) == sorted(response["responseId"] for response in sent)


def test_no_note_of_ours_is_laid_on_a_column_that_people_move_among_ours(
    google: Google, run: Run, role: dict[str, str], _running: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody moves a column with a comment to where the names stand, before every write, and away again before the
    next read: the run gives up, and no cell of that column has another comment than theirs at any moment."""
    inbox = Inbox(google, _running.store)
    run("create-form")
    inbox.put(role["technical"], "Ana")
    inbox.put(role["technical"], "Ben")
    run("run")
    with closing(Seat(google, role["spreadsheet"])) as seat:
        manager = Manager(seat, 0)
        comment = [[{"note": "ask about notice"}]]
        place = manager.see()[1]["Notes"]
        seat.batch(
            list(ask.write(design.RANKINGS, dict(map(reversed, manager.candidates()))["Ana"], place, comment, "note"))
        )

        def notes() -> dict[str, str]:
            """By candidate, in the column Notes."""
            fields = {"fields": "sheets(properties(sheetId),data(rowData(values(note))))"}
            book = google.call("GET", f"/v4/spreadsheets/{role['spreadsheet']}", **fields)["sheets"]
            (rows,) = [s["data"][0]["rowData"] for s in book if s["properties"]["sheetId"] == design.RANKINGS]
            place, names = manager.see()[1]["Notes"], dict(manager.candidates())
            cells = {names[row]: held.get("values", [])[place:] for row, held in enumerate(rows) if row in names}
            return {name: cell[0]["note"] for name, cell in cells.items() if cell and "note" in cell[0]}

        def swing(_: int) -> None:
            assert notes() == {"Ana": "ask about notice"}
            _, at, _ = manager.see()
            goal = max(at.values()) + 1 if at["Notes"] < at["Key"] else at["Candidate"]
            source = ask.dimension(design.RANKINGS, "COLUMNS", at["Notes"], at["Notes"] + 1)
            seat.batch([{"moveDimension": {"source": source, "destinationIndex": goal}}])

        swing(0)  # away from the names whenever the run reads, and among them whenever it writes
        google.control("clock", advance=60)
        inbox.put(role["technical"], "Ben", "mara@example.com", rating="1")
        with door(google.url, before=swing) as opened:
            monkeypatch.setenv("PIPELINE_WORKSPACE_URL", opened.url)
            told = run("run", code=5)
        monkeypatch.setenv("PIPELINE_WORKSPACE_URL", google.url)
        assert "Rows or columns of Rankings were moved each time" in told.err
        run("run", code=None)
        assert notes() == {"Ana": "ask about notice"}


@pytest.mark.parametrize("seed", range(6))
def test_every_remark_in_scorecards_stays_at_its_response(
    google: Google, run: Run, role: dict[str, str], _running: Any, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """Responses come in anew, edited and once more from the same interviewer, while somebody moves columns of theirs in
    among ours, sorts, inserts and deletes rows, and types, before every call of each pull."""
    pick = random.Random(seed)
    inbox = Inbox(google, _running.store)
    run("panel", "add", "--candidate", "Cleo", "--interviewer", "ivo@example.com", "--round", "technical")
    run("create-form")
    sent = {inbox.put(role["technical"], name, rating=str(pick.randint(1, 5))): name for name in PEOPLE[:3]}
    run("pull-responses", code=None)
    with closing(Seat(google, role["spreadsheet"])) as seat:
        reader = Reader(seat, seed, sent)
        reader.insert_column()
        for _ in range(3):
            google.control("clock", advance=60)
            edited = pick.choice([id_ for id_ in sent if "@" not in id_])
            told = google.call("GET", f"/v1/forms/{role['technical']}/responses/{edited}")["lastSubmittedTime"]
            before = {about for id_, about in sent.items() if id_.startswith(edited)}
            sent[f"{edited}@{told}"] = sent[edited]
            name = sent[edited] = pick.choice(
                [name for name in PEOPLE[:3] if name == sent[edited] or name not in before]
            )
            inbox.put(role["technical"], name, rating=str(pick.randint(1, 5)), edits=edited)
            name = pick.choice(PEOPLE[:3])
            sent[inbox.put(role["technical"], name, rating=str(pick.randint(1, 5)))] = name
            with door(google.url, before=lambda _: reader.act()) as opened:
                monkeypatch.setenv("PIPELINE_WORKSPACE_URL", opened.url)
                run("pull-responses", code=None)
            monkeypatch.setenv("PIPELINE_WORKSPACE_URL", google.url)
            run("pull-responses", "--full", code=None)  # in peace: it goes on where people made it give up
            reader.check()
            google.calls()
            run("pull-responses", "--full", code=None)
            assert not [call for call in google.calls() if "pdate" in call], reader.log
            rows = google.table(role["spreadsheet"], "Scorecards")
            held = {id_: row["Candidate"] for row in rows if (id_ := row.get("Response"))}
            now = {id_: name for id_, name in sent.items() if "@" not in id_}
            assert now.items() <= held.items() <= sent.items(), reader.log
