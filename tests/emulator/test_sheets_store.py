"""A spreadsheet kept in blocks of rows: what a change costs, what survives, and who sees what."""

from __future__ import annotations

import io
import sqlite3
from concurrent.futures import ThreadPoolExecutor

import openpyxl
import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.emulator import book as books
from pipeline.emulator.book import Book, new_worksheet
from pipeline.emulator.grid import BLOCK_ROWS, Row
from pipeline.emulator.typed import Formula

from .conftest import Http, refusal
from .sheets_maker import grid, lines
from .test_wire_processes import kill, serve


def written(db: sqlite3.Connection, change) -> int:
    """Bytes of rows that a change of the stored book writes."""
    before = dict(db.execute("SELECT id, rows FROM blocks"))
    change()
    return sum(len(rows) for number, rows in db.execute("SELECT id, rows FROM blocks") if before.get(number) != rows)


@pytest.mark.parametrize("height", [1_000, 20_000])
def test_a_small_write_stores_a_small_block(height):
    """However tall the worksheet is; a row inserted at the top costs no more."""
    db = sqlite3.connect(":memory:")
    db.executescript(books.TABLES)
    books.create(
        db, "b", {"properties": {}}, [new_worksheet(0, {"title": "S", "gridProperties": {"rowCount": height}})]
    )
    with books.opened(db, "b", write=True) as book:
        for index in range(height):
            book.worksheets[0].grid.put(index, Row([index, "text"], []))

    def change_one():
        with books.opened(db, "b", write=True) as book:
            book.worksheets[0].grid.edit(height // 2).set_value(1, "changed")

    def insert_one():
        with books.opened(db, "b", write=True) as book:
            book.worksheets[0].grid.insert(0, [Row(["new"], [])])

    one_row = len('[[99999,"text"],[]],')
    assert written(db, change_one) < 2 * BLOCK_ROWS * one_row
    assert written(db, insert_one) < 2 * BLOCK_ROWS * one_row
    fresh = Book.load(db, "b")
    with fresh.using(db):
        assert fresh.worksheets[0].value(height // 2 + 1, 1) == "changed"
        assert fresh.worksheets[0].value(0, 0) == "new"


steps = st.one_of(
    st.tuples(st.just("put"), st.integers(0, 400), st.sampled_from(["a", 1, 2.5, True, Formula("=A1")])),
    st.tuples(st.just("insert"), st.integers(0, 400), st.integers(1, 300)),
    st.tuples(st.just("delete"), st.integers(0, 400), st.integers(1, 300)),
    st.tuples(st.just("save"), st.just(0), st.just(0)),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(steps, max_size=12))
def test_blocks_behave_as_one_list_of_rows(script):
    """Whatever is put, inserted and deleted, and however often it is stored between."""
    db = sqlite3.connect(":memory:")
    db.executescript(books.TABLES)
    books.create(db, "b", {"properties": {}}, [new_worksheet(0, {"title": "S"})])
    book, plain = Book.load(db, "b"), []
    for kind, at, what in script:
        with book.using(db):
            cells = book.worksheets[0].grid
            if kind == "put":
                plain += [None] * (at + 1 - len(plain))
                plain[at] = what
                cells.put(at, Row([what], []))
            elif kind == "insert":
                plain[at:at] = [None] * what if at < len(plain) else []
                cells.insert(at, [None] * what)
            elif kind == "delete":
                del plain[at : at + what]
                cells.delete(at, what)
            else:
                book.save(db)
                book = Book.load(db, "b")
    with book.using(db):
        found = {index: row.value(0) for index, row in book.worksheets[0].grid.rows(0, 10_000)}
        assert found == {index: value for index, value in enumerate(plain) if value is not None}
        assert book.worksheets[0].grid.formulas == sum(isinstance(value, Formula) for value in plain)


def test_a_failed_batch_leaves_no_trace_in_memory(book):
    """The next read sees what is stored."""
    book.put([["kept", "=A1"]])
    for _ in range(2):
        book.refused(
            {"deleteDimension": {"range": lines(0, 1)}},
            {"addSheet": {"properties": {"title": "Sheet1"}}},
        )
        assert book.values() == [["kept", "kept"]]


def test_a_fault_before_the_commit_leaves_nothing_and_one_after_leaves_all(book, control):
    """What was answered with an error may or may not be stored, and memory agrees with the store."""
    for when, expected in (("before", []), ("after", [["x"]])):
        control("faults", faults=[{"method": "sheets.spreadsheets.values.update", "status": 503, "when": when}])
        call = book.sheets.values().update(
            spreadsheetId=book.id, range="A1", valueInputOption="RAW", body={"values": [["x"]]}
        )
        assert refusal(call).status_code == 503
        assert book.values() == expected


def test_many_writers_at_once_lose_nothing(book, workspace):
    """Fifty cells by sixteen threads, with readers between."""
    headers = {"Authorization": f"Bearer {workspace.token}"}
    path = f"{workspace.url}/v4/spreadsheets/{book.id}/values/"

    def write(row: int) -> int:
        body = {"values": [[row]]}
        requests.get(path + "Sheet1", headers=headers, timeout=60)
        return requests.put(
            f"{path}A{row + 1}?valueInputOption=RAW", json=body, headers=headers, timeout=60
        ).status_code

    with ThreadPoolExecutor(16) as pool:
        assert set(pool.map(write, range(50))) == {200}
    assert book.raw() == [[row] for row in range(50)]


def test_three_processes_share_one_spreadsheet(book, workspace):
    """Each appends to what the others have written; no row is lost or doubled."""
    others = serve(workspace.directory, 2)

    def append(url: str) -> None:
        for number in range(10):
            with Http(url, workspace.token) as http:
                path = f"/v4/spreadsheets/{book.id}/values/A1:append?valueInputOption=RAW"
                http.post(path, json={"values": [[url, number]]}).raise_for_status()

    try:
        urls = [workspace.url, *(url for _, url in others)]
        with ThreadPoolExecutor(3) as pool:
            list(pool.map(append, urls))
        assert sorted(book.raw()) == sorted([url, number] for url in urls for number in range(10))
    finally:
        for process, _ in others:
            kill(process)


def test_a_spreadsheet_is_exported(book, drive):
    """As CSV the first worksheet as it shows, as XLSX all of them with formulas and their values."""
    book.put([["name", "share"], ["Ann, A.", "10%"], [], ["sum", "=SUM(B1:B3)*2"]])
    book.change(
        {"addSheet": {"properties": {"title": "Other: [long] " + "x" * 40}}},
        {"mergeCells": {"range": grid(5, 6, 0, 2)}},
    )
    files = drive.files()
    assert files.export(fileId=book.id, mimeType="text/csv").execute() == b'name,share\r\n"Ann, A.",10%\r\n,\r\nsum,0.2'
    xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    content = files.export(fileId=book.id, mimeType=xlsx).execute()
    formulas, values = (openpyxl.load_workbook(io.BytesIO(content), data_only=only) for only in (False, True))
    assert formulas["Sheet1"]["B4"].value == "=SUM(B1:B3)*2"
    assert values["Sheet1"]["B4"].value == 0.2
    assert values["Sheet1"]["B2"].number_format == "0%"
    assert len(values.sheetnames) == 2


def test_a_copy_is_a_spreadsheet_of_its_own(book, drive):
    """Changing one leaves the other; a deleted one is gone."""
    book.put([["a", "=A1"]])
    copy_id = drive.files().copy(fileId=book.id, body={"name": "Copy"}).execute()["id"]
    book.put([["changed"]])
    values = book.sheets.values().get(spreadsheetId=copy_id, range="A1:B1").execute()["values"]
    assert values == [["a", "a"]]
    drive.files().delete(fileId=book.id).execute()
    assert refusal(book.sheets.get(spreadsheetId=book.id)).status_code == 404


def test_a_spreadsheet_born_in_drive_is_a_spreadsheet(drive, sheets):
    """With Drive's name and one empty worksheet."""
    kind = "application/vnd.google-apps.spreadsheet"
    made = drive.files().create(body={"name": "Born", "mimeType": kind}).execute()
    told = sheets.get(spreadsheetId=made["id"]).execute()
    assert told["properties"]["title"] == "Born"
    assert [sheet["properties"]["sheetId"] for sheet in told["sheets"]] == [0]
