"""A hiring manager at work in Scorecards: columns of their own among ours, with remarks on the responses beside them."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from pipeline.worksheets import design
from pipeline.worksheets import requests as ask

Json = dict[str, Any]
SHEET = design.SCORECARDS


class Book(Protocol):
    """A spreadsheet that a person has before them."""

    sheets: Any
    id: str

    def batch(self, requests: Sequence[Json]) -> Json: ...


class Reader:
    """One manager; `remarks` maps (id of a response, its candidate, header of a column of theirs) to what stands there.

    `about` maps ids, also of earlier versions, to the candidates that they are about, as their rows have to show.
    """

    def __init__(self, book: Book, seed: int, about: Mapping[str, str]) -> None:
        self.book, self.pick, self.about = book, random.Random(seed), about
        self.remarks: dict[tuple[str, str, str], str | int] = {}
        self.own_rows: list[str] = []
        self.columns: list[str] = []
        self.count = 0
        self.log: list[str] = []

    def act(self) -> None:
        """One to three random things, seldom the same twice running."""
        for _ in range(self.pick.randint(1, 3)):
            doing = self.pick.choice(
                [
                    self.type,
                    self.type,
                    self.sort,
                    self.insert_column,
                    self.move,
                    self.move,
                    self.insert_row,
                    self.delete,
                ]
            )
            self.log.append(doing.__name__)
            doing()

    # what they see

    def see(self) -> tuple[list[Any], list[list[Any]]]:
        """The header, and all rows."""
        body = {"dataFilters": [{"gridRange": {"sheetId": SHEET}}], "valueRenderOption": "UNFORMATTED_VALUE"}
        reply = self.book.sheets.values().batchGetByDataFilter(spreadsheetId=self.book.id, body=body).execute()
        rows: list[list[Any]] = reply["valueRanges"][0]["valueRange"]["values"]
        width = max(map(len, rows))
        rows = [[*row, *[""] * (width - len(row))] for row in rows]
        return rows[0], rows

    def responses(self) -> list[tuple[int, str, str]]:
        """Row, id and candidate of every response; at no moment does a row show another's, or a name and no response."""
        header, rows = self.see()
        shown = [(row[header.index("Response")], row[header.index("Candidate")]) for row in rows]
        wrong = [each for each in shown[1:] if any(each) and each[1] not in self.names(each[0])]
        assert not wrong, [*wrong, *self.log]
        return [(row, id_, name) for row, (id_, name) in enumerate(shown) if row and id_]

    def names(self, id_: str) -> set[str]:
        """Whom a row may show: an edit that names another is in the form before it is here."""
        return {name for known, name in self.about.items() if known == id_ or known.startswith(f"{id_}@")}

    def put(self, row: int, column: int, said: str | int) -> None:
        value = {"numberValue": said} if isinstance(said, int) else {"stringValue": said}
        self.book.batch(list(ask.write(SHEET, row, column, [[{"userEnteredValue": value}]], "userEnteredValue")))

    # what they do

    def type(self) -> None:
        header, _ = self.see()
        if self.columns and (found := self.responses()):
            row, id_, name = self.pick.choice(found)
            column = self.pick.choice(self.columns)
            self.count += 1
            said = self.pick.choice([f"=remark {self.count} on {id_}", 100 + self.count])
            self.remarks[id_, name, column] = said
            self.put(row, header.index(column), said)

    def sort(self) -> None:
        header, _ = self.see()
        column = self.pick.randrange(len(header))
        self.book.batch([ask.sort(ask.grid(SHEET, 1), column)])

    def insert_column(self) -> None:
        if len(self.columns) > 3:
            return
        header, _ = self.see()
        place = self.pick.randint(0, len(header))
        self.count += 1
        self.columns.append(f"Mine {self.count}")
        self.book.batch([ask.insert(SHEET, "COLUMNS", place, place + 1, like_before=False)])
        self.put(0, place, self.columns[-1])
        for row, id_, name in self.responses():
            self.remarks[id_, name, self.columns[-1]] = f"=at once, on {id_}"
            self.put(row, place, f"=at once, on {id_}")

    def move(self) -> None:
        """A column of theirs in among ours, or one of ours."""
        header, _ = self.see()
        column = header.index(self.pick.choice([*self.columns, *self.columns, *filter(None, header)]))
        goal = self.pick.randint(0, len(header))
        if goal not in (column, column + 1):
            source = ask.dimension(SHEET, "COLUMNS", column, column + 1)
            self.book.batch([{"moveDimension": {"source": source, "destinationIndex": goal}}])

    def insert_row(self) -> None:
        header, rows = self.see()
        if self.columns:
            place = self.pick.randint(1, len(rows))
            self.count += 1
            self.own_rows.append(f"row {self.count} of my own")
            self.book.batch([ask.insert(SHEET, "ROWS", place, place + 1, like_before=False)])
            self.put(place, header.index(self.columns[0]), self.own_rows[-1])

    def delete(self) -> None:
        """A row of ours, with what they remarked on it."""
        found = self.responses()
        if len(found) > 3:
            row, gone, name = self.pick.choice(found)
            self.book.batch([{"deleteDimension": {"range": ask.dimension(SHEET, "ROWS", row, row + 1)}}])
            self.remarks = {
                place: said
                for place, said in self.remarks.items()
                if place[:2] != (gone, name) and self.row_of(*place[:2]) != gone
            }

    # what must hold

    def check(self) -> None:
        """Every remark stands at its response, every row of their own is there, and their columns hold nothing else."""
        header, rows = self.see()
        found, own = {}, []
        for row in rows[1:]:
            told = dict(zip(header, row, strict=True))
            for column in self.columns:
                if told[column] != "" and told["Response"]:
                    found[told["Response"], column] = told[column]
                elif told[column] != "":
                    own.append(told[column])
        wanted = {(self.row_of(id_, name), column): said for (id_, name, column), said in self.remarks.items()}
        differ = {place for place in found.keys() | wanted.keys() if found.get(place) != wanted.get(place)}
        assert not differ, [(place, found.get(place), wanted.get(place)) for place in differ] + self.log
        assert sorted(map(str, own)) == sorted(self.own_rows), [own, self.own_rows, *self.log]

    def row_of(self, id_: str, name: str) -> str:
        """The id of the row by now: what was said of another candidate than the response is about today stays there."""
        if self.about.get(id_) == name:
            return id_
        return max(known for known, about in self.about.items() if known.startswith(f"{id_}@") and about == name)
