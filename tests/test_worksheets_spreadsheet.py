"""The spreadsheet in the local workspace: made, filled, written again, through Google's own client."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.scorecard import PanelRow, Problem
from pipeline.worksheets import design, panel, plan_panel, rankings
from pipeline.worksheets import requests as ask
from pipeline.worksheets.cells import number, text
from pipeline.worksheets.requests import RECOMMENDED_BYTES, length

from .emulator.conftest import _clients, _server, drive, sheets, workspace  # noqa: F401
from .worksheets_desk import Desk
from .worksheets_examples import CANDIDATES, HOSTILE, INTERVIEWERS, RUBRIC, card, cards, rubric_of


@pytest.fixture
def desk(sheets: Any, drive: Any) -> Desk:  # noqa: F811
    return Desk(sheets, drive)


TITLES = [
    "Rankings",
    "What-if",
    "Compare",
    "Scorecards",
    "Panel",
    "Interviewers",
    "Problems",
    "Rubric",
    "About",
    "Ratings",
    "Results",
]


def test_a_new_spreadsheet_is_complete_after_one_batch(desk: Desk) -> None:
    """One call makes all worksheets, in order, and takes away the one that the spreadsheet was born with."""
    found = [(s["properties"]["title"], s["properties"]["sheetId"]) for s in desk.everything()["sheets"]]
    assert found == list(zip(TITLES, (*range(101, 110), design.RATINGS, design.RESULTS), strict=True))
    assert desk.calls == ["batchUpdate"]


def test_what_is_pulled_reads_back_as_it_was(desk: Desk) -> None:
    """Names that look like formulas, times with fractions, ratings and evidence survive the way there and back."""
    plan = desk.pull(cards())
    assert desk.read().scorecards == plan.book.scorecards
    assert len(list(plan.batches())) == 1


def test_pulling_the_same_again_sends_nothing(desk: Desk) -> None:
    """A second pull of the same responses and problems has no request at all."""
    noted = [Problem("off-scale", "a rating of 9", "ask ivo", "Ana", response_id="R1")]
    desk.pull(cards(), noted)
    assert not desk.pull(cards(), noted).changes


def test_a_pull_is_one_read_and_one_write(desk: Desk) -> None:
    """The budget: one Sheets read, one write for less than 2 MB."""
    desk.calls.clear()
    desk.pull(cards())
    assert desk.calls == ["values.batchGetByDataFilter", "batchUpdate"]


def test_writing_rankings_is_one_read_and_one_write(desk: Desk) -> None:
    """The budget allows two writes; one is enough."""
    desk.pull(cards())
    desk.calls.clear()
    desk.write()
    assert desk.calls == ["getByDataFilter", "batchUpdate"]


def test_a_ranking_larger_than_one_body_is_two_writes_and_no_more(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """First the worksheets that are ours alone, then Rankings."""
    desk.pull(cards())
    monkeypatch.setattr("pipeline.worksheets.requests.RECOMMENDED_BYTES", 300)
    desk.calls.clear()
    desk.write()
    assert desk.calls == ["getByDataFilter", "batchUpdate", "batchUpdate"]
    desk.calls.clear()
    desk.write()
    assert desk.calls == ["getByDataFilter"]


def test_rankings_shows_the_ranking_best_first(desk: Desk) -> None:
    """Ranked candidates by score, then incomplete ones, then the knocked-out, each with the reason."""
    low = {question.id: 2 for question in RUBRIC.questions}
    desk.pull(
        [
            card(name, interviewer, ratings={q.id: level for q in RUBRIC.questions})
            for name, level in (("Ana", 4), ("Ben", 5))
            for interviewer in ("ivo@example.org", "mara@example.org")
        ]
        + [card("Cyd"), *(card("Dov", who, ratings=low) for who in ("ivo@example.org", "mara@example.org"))]
    )
    desk.write()
    rows = desk.rows("Rankings")
    assert [(row["Rank"], row["Candidate"]) for row in rows] == [(1, "Ben"), (2, "Ana"), ("–", "Cyd"), ("–", "Dov")]
    assert rows[0]["Score"] == 5 and rows[1]["Databases"] == 4
    assert rows[2]["Flags"].startswith("Incomplete: ")
    assert rows[3]["Flags"].startswith("Knocked out: ")


def test_what_decides_is_on_a_laptops_screen_however_many_competencies_there_are() -> None:
    """Rank to Flags in 1,300 pixels: with many competencies their headers are written upwards in a high row."""
    two, six = (rankings.worksheet(rubric_of(*"1" * many)) for many in (2, 6))
    assert not any(column.upwards for column in two.columns)
    for sheet in (two, six):
        assert sum(column.width for column in sheet.columns[: sheet.index("flags") + 1]) <= 1300
    made = list(design.make(six, 0))
    turned = [request["repeatCell"] for request in made if "textRotation" in str(request)]
    assert [each["range"]["startColumnIndex"] for each in turned] == list(range(4, 10))
    (high,) = [each["updateDimensionProperties"] for each in made if "'ROWS'" in str(each)]
    assert high["properties"]["pixelSize"] == design.fitting("Communication")


def test_the_charts_legend_is_in_words(desk: Desk) -> None:
    """Its series are named by the headers of Results."""
    desk.pull(cards())
    desk.write()
    series = desk.sheet(design.RANKINGS)["charts"][0]["spec"]["basicChart"]["series"]
    columns = [each["series"]["sourceRange"]["sources"][0]["startColumnIndex"] for each in series]
    header = list(desk.rows("Results")[0])
    assert [header[column] for column in columns] == ["Score", "90 % interval from", "to"]


def test_nothing_that_a_person_typed_becomes_a_formula(desk: Desk) -> None:
    """A candidate named like a formula is text in every worksheet; our formulas hold none of that name."""
    desk.pull(cards())
    desk.write()
    for title in TITLES:
        for row in desk.values(title, "FORMULA"):
            for value in row:
                assert not (
                    isinstance(value, str) and value.startswith("=") and "HYPERLINK" in value and value != HOSTILE
                )
    kinds = [
        cell["userEnteredValue"]
        for sheet in desk.sheets.get(
            spreadsheetId=desk.id, fields="sheets.data.rowData.values.userEnteredValue"
        ).execute()["sheets"]
        for data in sheet.get("data", [])
        for row in data.get("rowData", [])
        for cell in row.get("values", [])
        if cell.get("userEnteredValue")
    ]
    assert not [kind for kind in kinds if "HYPERLINK" in str(kind.get("formulaValue"))]
    assert [row["Candidate"] for row in desk.rows("Rankings") if row["Candidate"] == HOSTILE]


def test_after_ten_runs_all_metadata_is_as_after_one(desk: Desk) -> None:
    """Formats, rules, protections, bandings, charts, filters and marks are never stacked."""
    desk.pull(cards())
    desk.write()
    once = desk.everything()
    sent = len(desk.sent)
    for _ in range(9):
        desk.pull(cards())
        assert desk.write().bodies == []
    assert desk.everything() == once
    assert len(desk.sent) == sent


def test_metadata_stays_while_scorecards_come_in(desk: Desk) -> None:
    """New scorecards change cells and the chart's rows only: no second rule, protection or chart."""
    for seed in range(3):
        desk.pull([card("Ana", f"i{seed}@example.org"), card("Ben", f"i{seed}@example.org")])
        desk.write()
        sheet = desk.sheet(design.RANKINGS)
        assert [len(sheet[name]) for name in ("conditionalFormats", "bandedRanges", "protectedRanges", "charts")] == [
            5,
            1,
            1,
            1,
        ]


def test_every_candidates_note_says_how_the_score_came_about(desk: Desk) -> None:
    """The explanation hangs on the name, also after the order has changed."""
    desk.pull(cards(3))
    desk.write()
    better = {question.id: 5 for question in RUBRIC.questions}
    desk.pull(
        [
            card("ana", who, ratings=better, response_id=f"new-{who}", submitted_at="2026-03-05T10:00:00Z")
            for who in ("ivo@example.org", "mara@example.org", "noor@example.org", "olga@example.org")
        ]
    )
    desk.write()
    got = desk.sheets.get(
        spreadsheetId=desk.id, ranges=["Rankings!C2:C7"], fields="sheets.data.rowData.values(effectiveValue,note)"
    ).execute()
    cells = [row["values"][0] for row in got["sheets"][0]["data"][0]["rowData"]]
    assert cells[0]["effectiveValue"]["stringValue"] == "ana"
    assert all(cell["effectiveValue"]["stringValue"] in cell["note"] for cell in cells)
    assert len({cell["note"] for cell in cells}) == len(CANDIDATES)


def test_the_check_cell_says_that_the_config_reproduces_rankings(desk: Desk) -> None:
    """What-if's own formulas, run with the config's weights, give the ranking that was written."""
    desk.pull(cards(5))
    desk.write()
    assert desk.values("What-if")[1][1] is True


def type_over(desk: Desk, sheet_id: int, row: int, column: int, value: float) -> None:
    """What a person does who types a number into a cell; rows and columns count from 0."""
    desk.batch(ask.write(sheet_id, row, column, [[number(value)]], "userEnteredValue"))


def test_a_rating_edited_in_scorecards_moves_what_if_at_once(desk: Desk) -> None:
    """The worst rating of the last made the best: What-if has the new score, the check says that Rankings has not, and
    the next write brings them together."""
    given = [card(name, who) for name in ("Ana", "Ben") for who in INTERVIEWERS]
    desk.pull(given)
    desk.write()
    place = desk.values("Scorecards")[0].index("Rating: databases-1")
    row = next(i for i, row in enumerate(desk.rows("Scorecards"), start=1) if row["Candidate"] == "Ben")
    type_over(desk, design.SCORECARDS, row, place, 5)
    page = desk.values("What-if")
    assert [line[1:4] for line in page[10:12]] == [["Ben", pytest.approx(3 + 1 / 4 * 5 / 8), 1], ["Ana", 3, 2]]
    assert page[1][1] is False
    desk.write()
    assert desk.values("What-if")[1][1] is True
    assert desk.values("Rankings")[1][2] == "Ben"


def test_a_number_typed_over_in_rankings_turns_the_check_false(desk: Desk) -> None:
    """Until it is put back."""
    desk.pull(cards(5))
    desk.write()
    for column in (0, 3):  # rank, score
        type_over(desk, design.RANKINGS, 1, column, 9)
        assert desk.values("What-if")[1][1] is False
        desk.write()
        assert desk.values("What-if")[1][1] is True


def arrange(desk: Desk, sheet_id: int) -> None:
    """What people do with a worksheet: sort its rows, put in some, put in a column of their own, move one of ours."""
    desk.batch(
        [
            ask.sort(ask.grid(sheet_id, 1), 2),
            ask.insert(sheet_id, "ROWS", 1, 3, like_before=False),
            ask.insert(sheet_id, "COLUMNS", 3, 4, like_before=False),
            *ask.write(sheet_id, 0, 3, [[text("Ours")], *[[number(9)]] * 9], "userEnteredValue"),
            {"moveDimension": {"source": ask.dimension(sheet_id, "COLUMNS", 0, 1), "destinationIndex": 8}},
        ]
    )


def test_what_if_stays_right_while_people_arrange_scorecards_and_rankings(desk: Desk) -> None:
    """It looks up rows and columns wherever they are by then, and there is nothing to write anew."""
    desk.pull(cards(5))
    desk.write()
    before = desk.values("What-if")
    assert before[1][1] is True
    arrange(desk, design.SCORECARDS)
    assert desk.values("What-if") == before
    assert desk.write().bodies == []
    arrange(desk, design.RANKINGS)
    assert desk.values("What-if") == before
    assert f"'sheetId': {design.WHAT_IF}" not in str(desk.write().bodies)


def test_a_column_deleted_from_scorecards_or_rankings_is_told_and_never_an_error(desk: Desk) -> None:
    """FALSE while it is gone, TRUE once it is back."""
    desk.pull(cards(5))
    desk.write()
    score = desk.values("Rankings")[0].index("Score")
    desk.batch([{"deleteDimension": {"range": ask.dimension(design.RANKINGS, "COLUMNS", score, score + 1)}}])
    assert desk.values("What-if")[1][1] is False
    desk.write()
    assert desk.values("What-if")[1][1] is True
    place = desk.values("Scorecards")[0].index("Rating: databases-1")
    desk.batch([{"deleteDimension": {"range": ask.dimension(design.SCORECARDS, "COLUMNS", place, place + 1)}}])
    page = desk.values("What-if")
    assert page[1][1] is False
    assert not [cell for row in page for cell in row if str(cell).startswith("#")]
    desk.pull(cards(5))
    desk.write()
    assert desk.values("What-if")[1][1] is True
    assert desk.write().bodies == []


def test_five_hundred_candidates_are_written_in_two_batches(desk: Desk) -> None:
    """Four scorecards each; formulas that are alike are sent once."""
    desk.pull(cards(1, [f"Candidate {n}" for n in range(500)], per_candidate=(4, 4)))
    desk.calls.clear()
    desk.write()
    assert desk.calls.count("batchUpdate") <= 2
    own = [r for body in desk.sent for r in body["requests"] if f"'sheetId': {design.WHAT_IF}" in str(r)]
    assert length(own) < 250_000
    assert desk.values("What-if")[1][1] is True


def test_a_managers_weights_survive_rewrites_and_recompute(desk: Desk) -> None:
    """Weights typed into What-if stay through the next write, and the new order follows from them."""
    desk.pull(cards(5))
    desk.write()
    desk.batch(
        [
            {
                "updateCells": {
                    "start": {"sheetId": design.WHAT_IF, "rowIndex": 4, "columnIndex": 8},
                    "rows": [{"values": [{"userEnteredValue": {"numberValue": 0}}]}],
                    "fields": "userEnteredValue",
                }
            }
        ]
    )
    desk.pull([card("Ben", "new@example.org")])
    desk.write()
    rows = desk.values("What-if")
    assert rows[4][8] == 0 and rows[5][8:10] == [0, 3]
    assert rows[1][1] is True


def test_weights_follow_their_competency_when_one_is_added(desk: Desk) -> None:
    """A rubric that gains a competency in front moves the managers' weights along; Rankings gains the column."""
    desk.pull(cards(5))
    desk.write()
    desk.batch(
        [
            {
                "updateCells": {
                    "start": {"sheetId": design.WHAT_IF, "rowIndex": 4, "columnIndex": 9},
                    "rows": [{"values": [{"userEnteredValue": {"numberValue": 7}}]}],
                    "fields": "userEnteredValue",
                }
            }
        ]
    )
    grown = rubric_of("5", "3", "2")
    desk.rubric = type(grown)(
        grown.role,
        grown.title,
        grown.scale,
        (grown.competencies[2], *grown.competencies[:2]),
        grown.questions,
        grown.rounds,
    )
    desk.pull([card("Ben", "new@example.org", rubric=desk.rubric)])
    desk.write()
    rows = desk.values("What-if")
    assert rows[2][8:11] == ["Testing", "Databases", "Communication"]
    assert rows[4][8:11] == ["", "", 7]
    assert rows[1][1] is True
    header = desk.values("Rankings")[0]
    assert header[4:7] == ["Testing", "Databases", "Communication"]
    assert desk.write().bodies == []


def test_compare_shows_the_evidence_of_the_chosen_candidates(desk: Desk) -> None:
    """Two names in the drop-downs, side by side; an empty one shows the first ones of Rankings."""
    desk.pull(cards(5))
    desk.write()
    desk.batch(
        [
            {
                "updateCells": {
                    "start": {"sheetId": design.COMPARE, "rowIndex": 1, "columnIndex": 1},
                    "rows": [
                        {
                            "values": [
                                {"userEnteredValue": {"stringValue": HOSTILE}},
                                {"userEnteredValue": {"stringValue": "ana"}},
                            ]
                        }
                    ],
                    "fields": "userEnteredValue",
                }
            }
        ]
    )
    rows = desk.values("Compare")
    assert rows[2][1:3] == [HOSTILE, "ana"]
    assert any(row[0] == "Evidence" and "said something on Databases" in row[1] for row in rows)
    scores = {row["Candidate"]: row["Score"] for row in desk.rows("Rankings")}
    assert next(row for row in rows if row[0] == "Score")[1:3] == [scores[HOSTILE], scores["ana"]]


def test_panel_rows_are_added_below_what_the_team_wrote(desk: Desk) -> None:
    """The team's row stays; a known interview is not added twice."""
    desk.batch(
        [
            {
                "appendCells": {
                    "sheetId": design.PANEL,
                    "rows": [
                        {
                            "values": [
                                {"userEnteredValue": {"stringValue": text}}
                                for text in ("Ana", "Ivo@example.org", "technical")
                            ]
                        }
                    ],
                    "fields": "userEnteredValue",
                }
            }
        ]
    )
    book = desk.read()
    wanted = [
        PanelRow("Ana", "ivo@example.org", "technical"),
        PanelRow(HOSTILE, "mara@example.org", "technical", "2026-03-31T12:30:00Z"),
    ]
    desk.batch(plan_panel(book.panel, wanted, book.zone, book.tables[design.PANEL].header))
    assert desk.read().panel == (wanted[0], wanted[1])
    assert plan_panel(desk.read().panel, wanted, book.zone, ["Candidate"]) == []
    assert panel.COLUMNS[3].header == "Scheduled at"


def test_more_rows_than_the_grid_has_are_written_in_several_batches(desk: Desk) -> None:
    """Thousands of scorecards grow the grid, and every body stays below the recommended size."""
    many = [
        card(f"C{n}", response_id=f"R{n}", summary="x" * 900, submitted_at=f"2026-03-01T10:{n % 60:02}:00Z")
        for n in range(2500)
    ]
    plan = desk.pull(many)
    batches = list(plan.batches())
    assert len(batches) > 1
    assert all(length({"requests": batch}) < RECOMMENDED_BYTES for batch in batches)
    assert desk.read().scorecards == plan.book.scorecards


def test_an_edited_header_of_scorecards_is_told(desk: Desk) -> None:
    """A header of ours that was typed over is named, so that it can be put back."""
    desk.pull(cards())
    desk.batch(
        [
            {
                "updateCells": {
                    "start": {"sheetId": design.SCORECARDS, "rowIndex": 0, "columnIndex": 1},
                    "rows": [{"values": [{"userEnteredValue": {"stringValue": "Who"}}]}],
                    "fields": "userEnteredValue",
                }
            }
        ]
    )
    assert desk.read().missing == ("Candidate",)


def test_more_candidates_than_rows_are_all_shown_with_their_formats(desk: Desk) -> None:
    """Rankings and What-if grow, and the rows below look like the ones above."""
    names = [f"Candidate {n:03}" for n in range(320)]
    desk.pull([card(name, who) for name in names for who in ("ivo@example.org", "mara@example.org")])
    desk.write()
    assert len(desk.rows("Rankings")) == 320
    assert desk.values("What-if")[1][1] is True
    got = desk.sheets.get(
        spreadsheetId=desk.id,
        ranges=["Rankings!D321", "'What-if'!C330"],
        fields="sheets.data.rowData.values.formattedValue",
    ).execute()
    shown = [data["rowData"][0]["values"][0]["formattedValue"] for s in got["sheets"] for data in s["data"]]
    assert shown == ["3.00", "3.00"]
    assert desk.write().bodies == []
