"""A hiring manager at work in Rankings: types, sorts, inserts, moves and deletes, and remembers what is whose.

Every cell that is typed carries the name of its candidate, so that afterwards it can be asked for at that candidate.
"""

from __future__ import annotations

import random
from typing import Any

from pipeline.worksheets import design
from pipeline.worksheets import requests as ask

from .worksheets_desk import Desk

OURS = {
    "Rank",
    "Tier",
    "Candidate",
    "Score",
    "Databases",
    "Communication",
    "Scorecards",
    "Coverage",
    "Recommendations",
} | {
    "Flags",
    "Adjusted",
    "90 % interval",
    "Chance",
    "Key",
    "Order",
}


def _shown(value: dict[str, Any]) -> Any:
    """What a cell says; an error says nothing of use."""
    return "" if "errorValue" in value else next(iter(value.values()), "")


class Manager:
    """One manager; `notes` maps (candidate, header of a column of theirs) to what stands there."""

    def __init__(self, desk: Desk, seed: int) -> None:
        self.desk, self.pick = desk, random.Random(seed)
        self.notes: dict[tuple[str, str], str] = {}
        self.own_rows: set[str] = set()
        self.columns = ["Decision", "Notes"]
        self.count = 0
        self.log: list[str] = []

    def act(self) -> None:
        """One to three random things."""
        for _ in range(self.pick.randint(1, 3)):
            doing = self.pick.choice(
                [
                    *(self.type_note, self.type_note, self.sort, self.insert_column, self.insert_row, self.delete_row),
                    *(self.move_column, self.type_over_ours, self.rename, self.add_worksheet, self.colour, self.on_top),
                    *(self.delete_own_row, self.hide),
                ]
            )
            self.log.append(doing.__name__)
            doing()

    # what they see

    def rows(self) -> list[list[Any]]:
        reply = self.desk.sheets.getByDataFilter(
            spreadsheetId=self.desk.id,
            body={"dataFilters": [{"gridRange": {"sheetId": design.RANKINGS}}]},
            fields="sheets.data.rowData.values.effectiveValue",
        ).execute()
        data = reply["sheets"][0]["data"][0].get("rowData", [])
        return [[_shown(cell.get("effectiveValue", {})) for cell in row.get("values", [])] for row in data]

    def see(self) -> tuple[int, dict[str, int], list[list[Any]]]:
        """Where the header stands, where each column is, and all rows."""
        rows = self.rows()
        top = next(i for i, row in enumerate(rows) if "Candidate" in row and "Notes" in row)
        return top, {str(name): place for place, name in enumerate(rows[top]) if name}, rows

    def candidates(self) -> list[tuple[int, str]]:
        top, at, rows = self.see()
        place = at["Candidate"]
        return [(i, str(row[place])) for i, row in enumerate(rows) if i != top and len(row) > place and row[place]]

    def put(self, row: int, column: int, said: str) -> None:
        cells = [[{"userEnteredValue": {"stringValue": said}}]]
        self.desk.batch(list(ask.write(design.RANKINGS, row, column, cells, "userEnteredValue")))

    def new_text(self, about: str) -> str:
        self.count += 1
        return f"=note {self.count} on {about}"

    # what they do

    def type_note(self) -> None:
        if people := self.candidates():
            row, name = self.pick.choice(people)
            _, at, _ = self.see()
            column = self.pick.choice([c for c in self.columns if c in at])
            self.notes[name, column] = self.new_text(name)
            self.put(row, at[column], self.notes[name, column])

    def sort(self) -> None:
        top, at, _ = self.see()
        column = self.pick.choice(list(at.values()))
        self.desk.batch([ask.sort(ask.grid(design.RANKINGS, top + 1), column)])

    def insert_column(self) -> None:
        if len(self.columns) > 6:
            return
        top, at, _ = self.see()
        place = self.pick.randint(0, max(at.values()))
        name = f"Mine {self.count}"
        self.count += 1
        self.desk.batch([ask.insert(design.RANKINGS, "COLUMNS", place, place + 1, like_before=False)])
        self.put(top, place, name)
        self.columns.append(name)
        for row, candidate in self.candidates():
            if self.pick.random() < 0.6:
                self.notes[candidate, name] = self.new_text(candidate)
                self.put(row, place, self.notes[candidate, name])

    def insert_row(self) -> None:
        top, at, rows = self.see()
        place = self.pick.randint(top + 1, len(rows))
        self.desk.batch([ask.insert(design.RANKINGS, "ROWS", place, place + 1, like_before=False)])
        said = self.new_text("a row of my own")
        self.own_rows.add(said)
        self.put(place, at["Notes"], said)

    def on_top(self) -> None:
        _, at, _ = self.see()
        self.desk.batch([ask.insert(design.RANKINGS, "ROWS", 0, 1, like_before=False)])
        said = self.new_text("a row above")
        self.own_rows.add(said)
        self.put(0, at["Notes"], said)

    def delete_row(self) -> None:
        if len(people := self.candidates()) > 3:
            row, name = self.pick.choice(people)
            where = ask.dimension(design.RANKINGS, "ROWS", row, row + 1)
            self.desk.batch([{"deleteDimension": {"range": where}}])
            self.notes = {key: said for key, said in self.notes.items() if key[0] != name}

    def delete_own_row(self) -> None:
        top, at, rows = self.see()
        mine = [
            i for i, row in enumerate(rows) if i != top and len(row) > at["Notes"] and row[at["Notes"]] in self.own_rows
        ]
        if mine:
            row = self.pick.choice(mine)
            self.own_rows.discard(rows[row][at["Notes"]])
            where = ask.dimension(design.RANKINGS, "ROWS", row, row + 1)
            self.desk.batch([{"deleteDimension": {"range": where}}])

    def move_column(self) -> None:
        _, at, _ = self.see()
        column = at[self.pick.choice([c for c in self.columns if c in at])]
        source = ask.dimension(design.RANKINGS, "COLUMNS", column, column + 1)
        goal = self.pick.randint(0, max(at.values()))
        if goal not in (column, column + 1):
            self.desk.batch([{"moveDimension": {"source": source, "destinationIndex": goal}}])

    def type_over_ours(self) -> None:
        if people := self.candidates():
            _, at, _ = self.see()
            row, _ = self.pick.choice(people)
            self.put(row, at[self.pick.choice(["Score", "Rank", "Flags", "Adjusted"])], "oops")

    def rename(self) -> None:
        self.desk.batch([ask.update_sheet(design.RANKINGS, "title", title=f"Our {self.pick.randint(1, 9)}'s ranking")])

    def add_worksheet(self) -> None:
        self.count += 1
        self.desk.batch([{"addSheet": {"properties": {"title": f"My notes {self.count}", "index": 0}}}])

    def colour(self) -> None:
        _, at, _ = self.see()
        where = ask.grid(design.RANKINGS, 1, 3, at["Notes"], at["Notes"] + 1)
        look = {"backgroundColorStyle": design.YOURS}
        self.desk.batch([ask.repeat(where, "userEnteredFormat.backgroundColorStyle", userEnteredFormat=look)])

    def hide(self) -> None:
        _, at, _ = self.see()
        self.desk.batch([ask.columns(design.RANKINGS, at["Tier"], at["Tier"] + 1, "hiddenByUser", hiddenByUser=True)])

    # what must hold

    def check(self) -> None:
        """Every note stands at its candidate, every row of their own is there once, and nothing else was added."""
        top, _, rows = self.see()
        found = {}
        own = []
        for row in rows[:top] + rows[top + 1 :]:
            cells = dict(zip(rows[top], [*row, *[""] * len(rows[top])], strict=False))
            name = str(cells["Candidate"])
            for column in self.columns:
                if cells.get(column):
                    if name:
                        found[name, column] = cells[column]
                    else:
                        own.append(cells[column])
        assert found == self.notes, (found, self.notes, own, self.log)
        assert sorted(own) == sorted(self.own_rows), self.log
