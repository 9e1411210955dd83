"""A colleague at work in one worksheet: columns of their own among ours, with remarks and comments beside our rows."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from typing import Any

from pipeline.worksheets import requests as ask
from tests.conftest import Google

Json = dict[str, Any]
Told = Mapping[str, Any]  # a row by header


class Colleague:
    """`remarks` and `comments` map (identity of a row, header of a column of theirs) to what stands there.

    Args:
        identity: of a row of ours by what it holds; "" of any other.
    """

    def __init__(
        self, google: Google, spreadsheet_id: str, sheet_id: int, identity: Callable[[Told], str], seed: int
    ) -> None:
        self.google, self.path, self.sheet = google, f"/v4/spreadsheets/{spreadsheet_id}", sheet_id
        self.identity, self.pick = identity, random.Random(seed)
        self.remarks: dict[tuple[str, str], str] = {}
        self.comments: dict[tuple[str, str], str] = {}
        self.own_rows: list[str] = []
        self.deleted: set[str] = set()
        self.columns: list[str] = []
        self.count = 0
        self.log: list[str] = []
        self.insert_column()

    def act(self) -> None:
        """One to three random things."""
        for _ in range(self.pick.randint(1, 3)):
            doing = self.pick.choice(
                [
                    *(self.remark, self.comment, self.sort, self.sort, self.move_column, self.move_column),
                    *(self.move_row, self.insert_column, self.insert_row, self.delete),
                ]
            )
            self.log.append(doing.__name__)
            doing()

    # what they see

    def rows(self) -> tuple[list[str], list[tuple[int, Told, Told]]]:
        """The header; and every row below it with its number, its values and its comments by header."""
        body = {"dataFilters": [{"gridRange": {"sheetId": self.sheet}}]}
        fields = "sheets.data.rowData.values(effectiveValue,note)"
        (sheet,) = self.google.call("POST", f"{self.path}:getByDataFilter", body, fields=fields)["sheets"]
        held = [row.get("values", []) for row in sheet["data"][0]["rowData"]]
        values = [[next(iter(cell.get("effectiveValue", {}).values()), "") for cell in row] for row in held]
        notes = [[cell.get("note", "") for cell in row] for row in held]
        header = [str(name) for name in values[0]]
        below = zip(values[1:], notes[1:], strict=True)
        return header, [
            (number, dict(zip(header, told, strict=False)), dict(zip(header, said, strict=False)))
            for number, (told, said) in enumerate(below, start=1)
        ]

    def ours(self) -> list[tuple[int, str]]:
        return [(number, id_) for number, told, _ in self.rows()[1] if (id_ := self.identity(told))]

    def cell(self) -> tuple[int, int, tuple[str, str]]:
        """Row, column and identity of a cell of theirs beside a row of ours."""
        header, rows = self.rows()
        row, id_ = self.pick.choice([(number, id_) for number, told, _ in rows if (id_ := self.identity(told))])
        column = self.pick.choice(self.columns)
        return row, header.index(column), (id_, column)

    def batch(self, *requests: Json) -> None:
        self.google.call("POST", f"{self.path}:batchUpdate", {"requests": list(requests)})

    def typed(self, row: int, column: int, said: str) -> Json:
        cells = [[{"userEnteredValue": {"stringValue": said}}]]
        (request,) = ask.write(self.sheet, row, column, cells, "userEnteredValue")
        return request

    def text(self, what: str) -> str:
        self.count += 1
        return f"={what} {self.count}"

    # what they do

    def remark(self) -> None:
        row, column, place = self.cell()
        self.remarks[place] = self.text("remark")
        self.batch(self.typed(row, column, self.remarks[place]))

    def comment(self) -> None:
        row, column, place = self.cell()
        self.comments[place] = self.text("comment")
        self.batch(*ask.write(self.sheet, row, column, [[{"note": self.comments[place]}]], "note"))

    def sort(self) -> None:
        column = self.pick.randrange(len(self.rows()[0]))
        order = self.pick.choice(["ASCENDING", "DESCENDING"])
        specs = [{"dimensionIndex": column, "sortOrder": order}]
        self.batch({"sortRange": {"range": ask.grid(self.sheet, 1), "sortSpecs": specs}})

    def _move(self, which: str, start: int, goal: int) -> None:
        if goal not in (start, start + 1):
            source = ask.dimension(self.sheet, which, start, start + 1)
            self.batch({"moveDimension": {"source": source, "destinationIndex": goal}})

    def move_column(self) -> None:
        header, _ = self.rows()
        column = header.index(self.pick.choice([*self.columns, *filter(None, header)]))
        self._move("COLUMNS", column, self.pick.randint(0, len(header)))

    def move_row(self) -> None:
        row, _ = self.pick.choice(self.ours())
        self._move("ROWS", row, self.pick.randint(1, len(self.rows()[1])))

    def insert_column(self) -> None:
        if len(self.columns) > 3:
            return
        header, _ = self.rows()
        place = self.pick.randint(0, len(header))
        self.columns.append(self.text("mine"))
        ours = dict(self.ours())
        told = {row: self.text("at once") for row in ours}
        self.remarks |= {(ours[row], self.columns[-1]): said for row, said in told.items()}
        self.batch(
            ask.insert(self.sheet, "COLUMNS", place, place + 1, like_before=False),
            *(self.typed(row, place, said) for row, said in {0: self.columns[-1], **told}.items()),
        )

    def insert_row(self) -> None:
        header, rows = self.rows()
        place = self.pick.randint(1, len(rows))
        self.own_rows.append(self.text("row"))
        self.batch(
            ask.insert(self.sheet, "ROWS", place, place + 1, like_before=False),
            self.typed(place, header.index(self.columns[0]), self.own_rows[-1]),
        )

    def delete(self) -> None:
        if len(rows := self.ours()) > 2:
            row, id_ = self.pick.choice(rows)
            self.batch(ask.delete(self.sheet, "ROWS", row, row + 1))
            self.deleted.add(id_)
            self.forget(lambda gone: gone == id_)

    def forget(self, gone: Callable[[str], bool]) -> None:
        self.remarks = {place: said for place, said in self.remarks.items() if not gone(place[0])}
        self.comments = {place: said for place, said in self.comments.items() if not gone(place[0])}

    # what must hold

    def check(self) -> None:
        """Every remark and comment stands at its row, every row of their own is there, and nothing else in their columns."""
        remarks, comments, own = {}, {}, []
        for _, told, notes in self.rows()[1]:
            id_ = self.identity(told)
            for column in self.columns:
                if id_ and told.get(column):
                    remarks[id_, column] = told[column]
                elif told.get(column):
                    own.append(told[column])
                if notes.get(column):
                    comments[id_, column] = notes[column]
        assert remarks == self.remarks, [remarks, self.remarks, self.log]
        assert comments == self.comments, [comments, self.comments, self.log]
        assert sorted(own) == sorted(self.own_rows), [own, self.own_rows, self.log]
