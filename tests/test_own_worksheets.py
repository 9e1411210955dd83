"""What people do by hand in the worksheets that are ours alone: ours goes back to its place, theirs stays theirs."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.worksheets import design
from tests.between import door
from tests.conftest import TECHNICAL, Google, Run

Json = dict[str, Any]
OURS = ("What-if", "Compare", "Interviewers", "Problems", "Rubric", "About")
IDS = {
    "What-if": design.WHAT_IF,
    "Compare": design.COMPARE,
    "Interviewers": design.INTERVIEWERS,
    "Problems": design.PROBLEMS,
    "Rubric": design.RUBRIC,
    "About": design.ABOUT,
    "Results": design.RESULTS,
    "Panel": design.PANEL,
}


def change(google: Google, spreadsheet_id: str, *requests: Json) -> None:
    google.call("POST", f"/v4/spreadsheets/{spreadsheet_id}:batchUpdate", {"requests": list(requests)})


def lines(worksheet: str, which: str, start: int) -> Json:
    return {"sheetId": IDS[worksheet], "dimension": which, "startIndex": start, "endIndex": start + 1}


def insert(worksheet: str, which: str, start: int) -> Json:
    return {"insertDimension": {"range": lines(worksheet, which, start)}}


def delete(worksheet: str, which: str, start: int) -> Json:
    return {"deleteDimension": {"range": lines(worksheet, which, start)}}


def move(worksheet: str, which: str, start: int, to: int) -> Json:
    return {"moveDimension": {"source": lines(worksheet, which, start), "destinationIndex": to}}


def typed(worksheet: str, row: int, column: int, text: str | float) -> Json:
    value = {"stringValue": text} if isinstance(text, str) else {"numberValue": text}
    where = {"sheetId": IDS[worksheet], "rowIndex": row, "columnIndex": column}
    cells = [{"values": [{"userEnteredValue": value}]}]
    return {"updateCells": {"start": where, "rows": cells, "fields": "userEnteredValue"}}


def held(google: Google, spreadsheet_id: str, worksheet: str) -> list[list[Any]]:
    """What it shows; About without the minute of its writing."""
    rows = google.values(spreadsheet_id, worksheet)
    return [[row[0]] if row[:1] == ["Written"] else row for row in rows]


def without(rows: list[list[Any]], column: int) -> list[list[Any]]:
    """The rows up to this column, as a read of values gives them."""
    kept = [row[:column] for row in rows]
    for row in kept:
        while row and row[-1] == "":
            row.pop()
    while kept and not kept[-1]:
        kept.pop()
    return kept


def a_problem(google: Google, spreadsheet_id: str) -> None:
    """A row of the panel that cannot be used."""
    change(google, spreadsheet_id, typed("Panel", 6, 0, "Cleo"))


@pytest.mark.parametrize("worksheet", OURS)
def test_a_column_put_in_comes_to_stand_right_of_ours_and_nothing_is_misread(
    google: Google, run: Run, scorecards: Json, worksheet: str
) -> None:
    """Commands that only read refuse, or read what it does not touch; the next run moves it and says so."""
    sheet = scorecards["spreadsheet"]
    run("run")
    before = {name: held(google, sheet, name) for name in OURS}
    width = 5 if worksheet == "About" else max(map(len, before[worksheet]))
    change(
        google,
        sheet,
        insert(worksheet, "COLUMNS", 1),
        typed(worksheet, 0, 1, "Mine"),
        typed(worksheet, 2, 1, "my note"),
    )
    assert worksheet in run("rank", code=6).err if worksheet in ("Rubric", "Problems") else run("rank").out

    told = run("run")

    assert f"Columns of {worksheet} were not in their places and have been moved back" in told.err
    now = held(google, sheet, worksheet)
    assert (now[0][width], now[2][width]) == ("Mine", "my note")
    assert without(now, width) == before[worksheet]
    assert {name: held(google, sheet, name) for name in OURS if name != worksheet} == {
        name: rows for name, rows in before.items() if name != worksheet
    }


HANDS = {
    "a row above the header": lambda name: [insert(name, "ROWS", 0), typed(name, 0, 0, "As of Monday")],
    "the header deleted": lambda name: [delete(name, "ROWS", 0)],
    "the header edited": lambda name: [typed(name, 0, 0, "Anything")],
    "a column deleted": lambda name: [delete(name, "COLUMNS", 2)],
    "columns moved": lambda name: [move(name, "COLUMNS", 0, 4)],
}


@pytest.mark.parametrize("worksheet", ["Problems", "Rubric", "Results"])
def test_what_is_ours_is_brought_back_whatever_was_done_to_its_rows_and_columns(
    google: Google, run: Run, scorecards: Json, worksheet: str
) -> None:
    """With all that it held, and told; after that a run finds nothing to do."""
    sheet = scorecards["spreadsheet"]
    a_problem(google, sheet)
    run("run", code=8)
    before = held(google, sheet, worksheet)
    rankings = google.values(sheet, "Rankings")
    for hands in HANDS.values():
        change(google, sheet, *hands(worksheet))

        told = run("run", code=8).err

        assert any(
            line.startswith(("Rows", "Columns", "The header", "Headers", worksheet)) for line in told.splitlines()
        )
        assert held(google, sheet, worksheet) == before
        assert google.values(sheet, "Rankings") == rankings
    google.calls()
    run("run", code=8)
    assert len(google.calls()) == 3


def test_the_managers_weights_and_choices_stay_where_they_belong(google: Google, run: Run, scorecards: Json) -> None:
    """Rows above, columns between, a row gone: a weight stays at its competency, a choice in its cell."""
    sheet = scorecards["spreadsheet"]
    run("run")
    change(google, sheet, typed("What-if", 4, 9, 7), typed("Compare", 1, 2, "Ben"))
    weighed, compared = google.values(sheet, "What-if"), google.values(sheet, "Compare")
    change(
        google,
        sheet,
        insert("What-if", "ROWS", 0),
        insert("What-if", "ROWS", 4),
        insert("What-if", "COLUMNS", 9),
        delete("What-if", "ROWS", 7),  # "Weight used", a row of formulas
        insert("Compare", "ROWS", 1),
        insert("Compare", "COLUMNS", 0),
    )

    run("run")

    assert google.values(sheet, "What-if") == weighed
    assert google.values(sheet, "Compare") == compared


@pytest.mark.parametrize(
    "hands",
    [
        lambda row: [typed("Rubric", row, 7, "12345678")],
        lambda row: [delete("Rubric", "ROWS", row)],
        lambda row: [delete("Rubric", "ROWS", row) for _ in range(30)],
        lambda row: [{"deleteSheet": {"sheetId": design.RUBRIC}}],
    ],
    ids=["the form's id of a question edited", "its row deleted", "the record deleted", "Rubric deleted"],
)
def test_what_rubric_records_of_the_forms_holds_whatever_is_typed_there(
    google: Google, run: Run, scorecards: Json, hands: Any
) -> None:
    """From it answers are read: one that comes in afterwards is read right, and the next run puts the record back."""
    sheet = scorecards["spreadsheet"]
    run("run")
    before = google.values(sheet, "Rubric")
    row = next(i for i, held in enumerate(before) if held[:4] == ["Form item", "technical", "joins", "rating"])
    change(google, sheet, *hands(row))
    answers = {"Candidate": "Ana", **TECHNICAL, "How do you speed up a slow join?": "1"}
    google.submit(scorecards["technical"], "ivo@example.com", answers).raise_for_status()

    told = run("run", code=None)

    assert "edited by hand" in told.err
    assert google.values(sheet, "Rubric") == before
    cards = [
        card for card in google.table(sheet, "Scorecards") if card["Candidate"] == "Ana" and card["Status"] == "counted"
    ]
    assert 1 in [card.get("Rating: joins") for card in cards]


def test_a_record_that_nobody_knows_any_more_is_refused_until_create_form_makes_it_anew(
    google: Google, run: Run, scorecards: Json, project: Any
) -> None:
    """On a colleague's machine: better no ranking than one of answers that are taken for others."""
    sheet = scorecards["spreadsheet"]
    run("run")
    before = google.values(sheet, "Rubric")
    row = next(i for i, held in enumerate(before) if held[:4] == ["Form item", "technical", "joins", "rating"])
    change(google, sheet, typed("Rubric", row, 7, "12345678"))
    (project / ".pipeline" / "state.json").unlink()

    for command in ("rank", "run", "write-rankings", "status"):
        assert "Rubric was edited by hand" in run(command, code=6).err

    run("create-form")
    run("run")
    assert google.values(sheet, "Rubric") == before


@pytest.mark.parametrize(("worksheet", "column"), [("Rubric", 4), ("Interviewers", 2), ("About", 1)])
def test_a_run_with_nothing_new_puts_back_what_was_typed_over(
    google: Google, run: Run, scorecards: Json, worksheet: str, column: int
) -> None:
    """It sees so in the one read that it makes."""
    sheet = scorecards["spreadsheet"]
    run("run")
    before = held(google, sheet, worksheet)
    change(google, sheet, typed(worksheet, 2, column, 99))

    run("run")

    assert held(google, sheet, worksheet) == before


@pytest.mark.parametrize("worksheet", ["Problems", "Results", "What-if"])
def test_columns_put_in_between_two_calls_of_a_run_leave_nothing_wrong(
    google: Google, run: Run, scorecards: Json, monkeypatch: pytest.MonkeyPatch, worksheet: str
) -> None:
    """Before every call in turn; what was written beside its place is written anew, and nothing is invented or lost."""
    sheet = scorecards["spreadsheet"]
    a_problem(google, sheet)
    for number in (2, 4, 5, 6):

        def put_in(call: int, number: int = number) -> None:
            if call == number:
                change(google, sheet, insert(worksheet, "COLUMNS", 3))

        answers = {
            "Candidate": "Ben",
            "Overall recommendation": "Yes",
            "How do you speed up a slow join?": str(number - 1),
        }
        google.submit(scorecards["technical"], "ivo@example.com", answers).raise_for_status()
        with door(google.url, before=put_in) as opened:
            monkeypatch.setenv("PIPELINE_WORKSPACE_URL", opened.url)
            run("run", code=8)
        monkeypatch.setenv("PIPELINE_WORKSPACE_URL", google.url)
        run("run", code=8)
    left = held(google, sheet, worksheet)
    change(google, sheet, {"deleteSheet": {"sheetId": IDS[worksheet]}})

    run("run", code=8)

    now = held(google, sheet, worksheet)
    width = max(map(len, now))
    assert without(left, width) == without(now, width)
    assert run("rank").out and google.values(sheet, "What-if")[1][1] is True
