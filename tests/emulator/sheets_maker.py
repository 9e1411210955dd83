"""One spreadsheet under test, driven through Google's own client in few words."""

from __future__ import annotations

from typing import Any

from .conftest import refusal

Json = dict[str, Any]


class SpreadsheetMaker:
    """A new spreadsheet, made of `body`; the resource is googleapiclient's resource for `spreadsheets`."""

    def __init__(self, resource: Any, /, **body: Any) -> None:
        self.sheets = resource
        self.id: str = resource.create(body=body).execute()["spreadsheetId"]

    def get(self, **how: Any) -> Json:
        return self.sheets.get(spreadsheetId=self.id, **how).execute()

    def tab(self, index: int = 0, **how: Any) -> Json:
        return self.get(**how)["sheets"][index]

    def batch(self, *requests: Json, **more: Any) -> Any:
        return self.sheets.batchUpdate(spreadsheetId=self.id, body={"requests": list(requests), **more})

    def change(self, *requests: Json, **more: Any) -> list[Json]:
        """Runs a batch; gives its replies."""
        return self.batch(*requests, **more).execute()["replies"]

    def refused(self, *requests: Json, **more: Any) -> str:
        """The words with which a batch is refused."""
        refused = refusal(self.batch(*requests, **more))
        assert refused.status_code == 400
        return refused.reason

    def put(self, values: list[list[Any]], at: str = "A1", *, raw: bool = False, **how: Any) -> Json:
        option = "RAW" if raw else "USER_ENTERED"
        call = self.sheets.values().update(
            spreadsheetId=self.id, range=at, valueInputOption=option, body={"values": values}, **how
        )
        return call.execute()

    def append(self, values: list[list[Any]], to: str = "Sheet1", **how: Any) -> Json:
        call = self.sheets.values().append(
            spreadsheetId=self.id, range=to, valueInputOption="RAW", body={"values": values}, **how
        )
        return call.execute()

    def values(self, at: str = "Sheet1", **how: Any) -> list[list[Any]]:
        return self.sheets.values().get(spreadsheetId=self.id, range=at, **how).execute().get("values", [])

    def raw(self, at: str = "Sheet1") -> list[list[Any]]:
        return self.values(at, valueRenderOption="UNFORMATTED_VALUE")

    def formulas(self, at: str = "Sheet1") -> list[list[Any]]:
        return self.values(at, valueRenderOption="FORMULA")

    def cell(self, at: str = "A1") -> Json:
        rows = self.tab(ranges=at, includeGridData=True)["data"][0].get("rowData", [{}])
        return rows[0].get("values", [{}])[0]


def lines(start: int, end: int, dimension: str = "ROWS") -> Json:
    """Rows (or columns) start..end of the first worksheet, as a DimensionRange."""
    return {"dimension": dimension, "startIndex": start, "endIndex": end}


def grid(top: int | None = None, bottom: int | None = None, left: int | None = None, right: int | None = None) -> Json:
    """A GridRange on the first worksheet; what is left out is open."""
    names = ("startRowIndex", "endRowIndex", "startColumnIndex", "endColumnIndex")
    return {name: value for name, value in zip(names, (top, bottom, left, right), strict=True) if value is not None}
