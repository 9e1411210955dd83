"""The spreadsheet page, and what a person types into it: written as USER_ENTERED through the method programs call."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from flask import Blueprint, jsonify, make_response, render_template, request

from .. import drive_files as drive
from .. import sheets
from ..a1 import Area, column_name, from_grid, text
from ..book import Book, Worksheet, opened
from ..calls import Call, Transaction
from ..cells import Reader
from ..refusal import Refusal, invalid
from ..store import Store
from ..validation import broken
from .access import Access, Answer, nonce
from .sheet_source import ROWS_A_PAGE, Shown, asked, shown
from .sheet_styles import css_color, rgb
from .sheet_view import contains

Json = dict[str, Any]


@dataclass(frozen=True)
class Tab:
    title: str
    address: str
    here: bool
    color: str


@dataclass(frozen=True)
class Pager:
    first: int
    last: int
    total: int
    links: list[tuple[str, str]]


def add(pages: Blueprint, store: Store, owner: Access) -> None:
    @pages.get("/spreadsheets/d/<file_id>/edit")
    def spreadsheet_page(file_id: str) -> Answer:
        if answer := owner.check():
            return answer
        with store.transaction(write=False) as tx:
            name = _name(tx, file_id)
            if name is None:
                lines = ["It may have been deleted. The list of files shows those that there are."]
                page = render_template("message.html", heading="There is no such spreadsheet", lines=lines,
                                       links=[("All files", "/")])  # fmt: skip
                return make_response(page, 404)
            with opened(tx.db, file_id) as book:
                sheet = _chosen(book)
                view = shown(book, sheet, _start())
                tabs = [_tab(one, sheet) for one in book.worksheets if not one.hidden or one.id == sheet.id]
        return render_template(
            "spreadsheet.html",
            title=name,
            home="/",
            tab=sheet.title,
            gid=sheet.id,
            post_to=f"/spreadsheets/d/{file_id}/cells",
            view=view.view,
            classes=_classes(view),
            charts=view.charts,
            tabs=tabs,
            pager=_pager(view, sheet.id),
            no_gridlines=view.sheet["properties"].get("gridProperties", {}).get("hideGridlines"),
            nonce=nonce(),
        )

    @pages.post("/spreadsheets/d/<file_id>/cells")
    def write_cells(file_id: str) -> Answer:
        if owner.check():
            return _refused(403, "Sign in again: open the workspace's link with its token, then reload this page.")
        try:
            given: Any = request.get_json(silent=True)
        except RecursionError:
            given = None
        if not _is_cells(given):
            return _refused(400, "Not understood; reload the page.")
        try:
            with store.transaction(write=True) as tx:
                _write(tx, file_id, given)
        except Refusal as refusal:
            return _refused(refusal.code, refusal.message)
        return jsonify(saved=True)


def _write(tx: Transaction, file_id: str, given: Json) -> None:
    owner = tx.db.execute("SELECT owner FROM files WHERE id = ?", (file_id,)).fetchone()
    values = given["values"]
    width = max(len(line) for line in values)
    with opened(tx.db, file_id) as book:
        sheet = book.worksheet(given["gid"])
        row, column = given["row"], given["column"]
        area = Area(sheet.id, row, column, row + len(values), column + width)
        for lock in sheet.doc.get("protectedRanges", []):
            if not lock.get("warningOnly") and _touches(lock, area):
                raise Refusal(403, "You are trying to edit a protected cell or object. " + lock.get("description", ""))
        where = text(area, sheet.title)
    params = {"spreadsheetId": file_id, "range": where, "valueInputOption": "USER_ENTERED"}
    call = Call("sheets.spreadsheets.values.update", params, {"range": where, "values": values})
    # The page is the workspace owner's, who may work in every file as the one whose file it is.
    sheets.HANDLERS[call.method](replace(tx, account=owner[0]), call)
    with opened(tx.db, file_id) as book:  # whatever came of it goes back when a rule forbids it
        sheet = book.worksheet(given["gid"])
        for place, rule in broken(book, Reader(book, sheet), area):
            if rule.get("strict"):
                raise invalid(
                    f"Not changed. The data you entered in cell {column_name(place[1])}{place[0] + 1} violates the data "
                    f"validation rules set on this cell. {asked(rule)}"
                )


def _touches(lock: Json, area: Area) -> bool:
    where = from_grid(lock.get("range", {}))
    free = [from_grid(part) for part in lock.get("unprotectedRanges", [])]
    return any(
        contains(where, row, column) and not any(contains(part, row, column) for part in free)
        for row in range(area.top, area.bottom)
        for column in range(area.left, area.right)
    )


def _is_cells(given: Any) -> bool:
    return (
        isinstance(given, dict)
        and all(isinstance(given.get(name), int) and given[name] >= 0 for name in ("gid", "row", "column"))
        and isinstance(given.get("values"), list)
        and 0 < len(given["values"]) <= 5000
        and all(isinstance(line, list) and line for line in given["values"])
        and all(_is_text(cell) for line in given["values"] for cell in line)
    )


def _is_text(cell: Any) -> bool:
    """Half a surrogate pair is a string to JSON, but no text."""
    return isinstance(cell, str) and not any("\ud800" <= letter <= "\udfff" for letter in cell)


def _refused(status: int, words: str) -> Answer:
    return make_response(jsonify(error=words), status)


def _name(tx: Transaction, file_id: str) -> str | None:
    found = tx.db.execute(
        "SELECT name FROM files WHERE id = ? AND mime_type = ? AND NOT trashed", (file_id, drive.SPREADSHEET)
    ).fetchone()
    return str(found[0]) if found else None


def _chosen(book: Book) -> Worksheet:
    """The worksheet that the address names, or the first that is shown."""
    asked = request.args.get("gid", type=int)
    named = book.find(asked) if asked is not None else None
    return named or next((one for one in book.worksheets if not one.hidden), book.worksheets[0])


def _start() -> int:
    """The first row to show, counted from 0."""
    return max((request.args.get("from", 1, type=int) or 1) - 1, 0)


def _tab(one: Worksheet, here: Worksheet) -> Tab:
    color = rgb(one.properties, "tabColor")
    return Tab(one.title, f"?gid={one.id}", one.id == here.id, css_color(color) if color else "")


def _pager(view: Shown, gid: int) -> Pager | None:
    if view.first <= len(view.view.head) + 1 and view.last >= view.total:
        return None
    head = len(view.view.head)

    def to(row: int) -> str:
        return f"?gid={gid}&from={row}"

    before = max(view.first - ROWS_A_PAGE, head + 1)
    last = max(view.total - ROWS_A_PAGE + 1, head + 1)
    links = [
        ("First", to(head + 1) if view.first > head + 1 else ""),
        ("Previous", to(before) if view.first > head + 1 else ""),
        ("Next", to(view.last + 1) if view.last < view.total else ""),
        ("Last", to(last) if view.last < view.total else ""),
    ]
    return Pager(view.first, view.last, view.total, links)


def _classes(view: Shown) -> dict[int, str]:
    """The classes of each column's cells: a frozen one stays, the last frozen one has a line."""
    pinned = [column.number for column in view.view.columns if column.pinned is not None]
    return {
        column.number: f"p{column.number} pin{' last-pin' if column.number == pinned[-1] else ''}"
        if column.pinned is not None
        else ""
        for column in view.view.columns
    }
