"""Google's Sheets API: one function a REST method, its names, dict in, dict out. Decides nothing about worksheets.

gspread's HTTP client writes the requests; the session sends them, with its timeouts and retries.
"""

from __future__ import annotations

import json as json_text
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import requests
from gspread.http_client import HTTPClient
from gspread.urls import SPREADSHEET_URL

from pipeline.google.replies import Call, Json, Repeat
from pipeline.google.session import Session

# Kinds of request that say how things shall be, not how they shall change, and so may be applied twice.
REPEATABLE = frozenset(
    {
        "autoResizeDimensions",
        "repeatCell",
        "setBasicFilter",
        "setDataValidation",
        "updateCells",
        "updateDimensionProperties",
        "updateSheetProperties",
        "updateSpreadsheetProperties",
    }
)


def get(session: Session, spreadsheet_id: str, *, fields: str, ranges: Sequence[str] = ()) -> Json:
    """spreadsheets.get of what `fields` names, and no more: the mask alone decides whether cells come along."""
    client = _Client(session, Call("sheets.spreadsheets.get"))
    return dict(client.spreadsheets_get(spreadsheet_id, params={"fields": fields, "ranges": list(ranges)}))


def get_by_data_filter(session: Session, spreadsheet_id: str, body: Json, *, fields: str) -> Json:
    """spreadsheets.getByDataFilter: as `get`, ranges by worksheet id or developer metadata instead of by title."""
    client = _Client(session, Call("sheets.spreadsheets.getByDataFilter"))
    return client.post(spreadsheet_id, ":getByDataFilter", body, {"fields": fields})


def batch_update(session: Session, spreadsheet_id: str, body: Json, *, fields: str = "") -> Json:
    """spreadsheets.batchUpdate: all of the requests, in order, or none; answers with `fields`, "" being everything.

    Requests that leave the same when they are applied twice are repeated after a lost answer. With any other among
    them (rows inserted, ranges sorted, things added) a lost answer raises OutcomeUnknown: read, and plan again.
    """
    harmless = all(kind in REPEATABLE for request in body.get("requests", []) for kind in request)
    call = Call("sheets.spreadsheets.batchUpdate", Repeat.SAFE if harmless else Repeat.ONCE)
    return _Client(session, call).post(spreadsheet_id, ":batchUpdate", body, {"fields": fields} if fields else None)


def values_batch_get_by_data_filter(session: Session, spreadsheet_id: str, body: Json) -> Json:
    """spreadsheets.values.batchGetByDataFilter: cells of ranges named by worksheet id or developer metadata."""
    client = _Client(session, Call("sheets.spreadsheets.values.batchGetByDataFilter"))
    return client.post(spreadsheet_id, "/values:batchGetByDataFilter", body)


def values_batch_update_by_data_filter(session: Session, spreadsheet_id: str, body: Json) -> Json:
    """spreadsheets.values.batchUpdateByDataFilter: the same cells get the same values, so it may be repeated."""
    client = _Client(session, Call("sheets.spreadsheets.values.batchUpdateByDataFilter"))
    return client.post(spreadsheet_id, "/values:batchUpdateByDataFilter", body)


class _Client(HTTPClient):
    """gspread's client for one call, sending through the session's door."""

    def __init__(self, session: Session, call: Call) -> None:
        super().__init__(session.credentials, session=session.http)
        self._session = session
        self._call = call

    def request(
        self,
        method: str,
        endpoint: str,
        params: Mapping[str, Any] | None = None,
        data: bytes | None = None,
        json: Mapping[str, Any] | None = None,
        files: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> requests.Response:
        url = self._session.address(endpoint)
        if params:
            url += "?" + urlencode(params, doseq=True)
        if json is None:
            return self._session.send(self._call, method, url, data=data, headers=headers)
        body = json_text.dumps(json, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
        return self._session.send(self._call, method, url, data=body, headers={"content-type": "application/json"})

    def post(self, spreadsheet_id: str, verb: str, body: Json, params: Mapping[str, Any] | None = None) -> Json:
        """A method of Google's that gspread has no name for."""
        return dict(self.request("post", SPREADSHEET_URL % spreadsheet_id + verb, params=params, json=body).json())
