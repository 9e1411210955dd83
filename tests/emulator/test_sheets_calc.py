"""Formulas as Google calculates them, where the engine would do otherwise; and against a second engine."""

from __future__ import annotations

import pytest

from .sheets_maker import lines

DATA = [[1, 10, "x"], [2, 20, "y"], ["", 30, "x"], ["N/A", 40, ""], [5, 50, "x"]]


def calc(book, formula):
    book.put([[formula]], "E1")
    rows = book.raw("E1:H9")
    return rows[0][0] if len(rows) == 1 and len(rows[0]) == 1 else rows


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("=SUM(A1:A5)", 8),
        ("=SUM(A2:A)", 7),
        ("=SUM(A:A)", 8),
        ("=SUM(2:2)", 22),
        ("=RANK(A1,A:A)", 3),
        ("=SUM(A1;A2)", 3),
        ("=SUMPRODUCT(--ISNUMBER(A1:A5),B1:B5)", 80),
        ("=SUMPRODUCT(ISNUMBER(A1:A5)*B1:B5)", 80),
        ('=COUNTIF(C1:C5,"<>x")', 2),
        ('=COUNTIFS(C1:C5,"<>x",B1:B5,">20")', 1),
        ('=COUNTIF(C1:C5,"<>"&C3)', 2),
        ('=COUNTIF(B1:B5,"<>"&B1)', 4),
        ('=COUNTIF(C1:C5,"<>"&"")', 4),
        ('=COUNTIFS(C1:C5,"<>x",C1:C5,"<>y")', 1),
        ('=COUNTIF(B1:B5,"<>10")', 4),
        ("=ARRAYFORMULA(A1:A2*10)", [[10], [20]]),
        ("=SORT(B1:B3,1,FALSE)", [[30], [20], [10]]),
        ("=SORT(B1:C2,1,TRUE)", [[10, "x"], [20, "y"]]),
        ("=FILTER(B1:B5,C1:C5=\"x\")", [[10], [30], [50]]),
        ("=UNIQUE(C1:C3)", [["x"], ["y"]]),
        ('=IFERROR(VLOOKUP("q",C1:C5,1,FALSE),"none")', "none"),
        ("=INDEX(B1:B5,MATCH(\"y\",C1:C5,0))", 20),
        ("=ROUND(2.5,0)&ROUND(1.005,2)", "31.01"),
        ("=1=1", True),
        ("=E1", "#REF!"),
        ("=A1001", "#REF!"),
        ("=A3", []),
        ("=A3+1", 1),
        ("=1/0", "#DIV/0!"),
        ("=SQRT(-1)", "#NUM!"),
        ("=NOPE(1)", "#NAME?"),
        ("=AVERAGE.WEIGHTED(A1:A2,B1:B2)", "#NAME?"),
        ("=A1+", "#ERROR!"),
        ("='No such tab'!A1", "#REF!"),
    ],
)  # fmt: skip
def test_a_formula_comes_to(book, formula, value):
    """Open ranges, blanks, arrays, errors by Google's names."""
    book.put(DATA)
    assert calc(book, formula) == value


def test_a_formula_that_is_not_known_keeps_its_text(book):
    """It shows #NAME? and is told as it was written."""
    book.put([['=QUERY(A1:B2,"select A")']])
    assert book.formulas() == [['=QUERY(A1:B2,"select A")']]
    assert book.values() == [["#NAME?"]]
    book.change({"insertDimension": {"range": lines(0, 1)}})
    assert book.formulas() == [[], ['=QUERY(A2:B3,"select A")']]


def test_a_formula_follows_what_it_reads(book):
    """On its own worksheet, on others, over names, through renamed worksheets."""
    book.put([[1], ["=A1*2"]])
    book.change({"addSheet": {"properties": {"title": "It's"}}})
    book.put([["=Sheet1!A2+1"]], "'It''s'!A1")
    assert book.raw("'It''s'!A1") == [[3]]
    book.put([[10]])
    assert book.raw("'It''s'!A1") == [[21]]
    properties = {"sheetId": 0, "title": "New name"}
    book.change({"updateSheetProperties": {"properties": properties, "fields": "title"}})
    assert book.formulas("'It''s'!A1") == [["='New name'!A2+1"]]
    assert book.raw("'It''s'!A1") == [[21]]
    book.change({"deleteSheet": {"sheetId": 0}})
    assert book.values("'It''s'!A1") == [["#REF!"]]


def test_a_worksheet_title_that_the_engine_does_not_take(book):
    """Long ones, and ones with brackets."""
    title = "A title [with brackets] that is longer than thirty-one characters"
    book.change({"addSheet": {"properties": {"title": title}}})
    book.put([[7, "=A1*2"]], f"'{title}'!A1")
    book.put([[f"='{title}'!B1+1"]])
    assert book.raw() == [[15]]


def test_a_spill_shows_in_cells_that_hold_nothing(book):
    """They have an effective value and none that was entered."""
    book.put([[3], [1], [2]])
    book.put([["=SORT(A1:A3,1,TRUE)"]], "C1")
    assert [row[2] for row in book.raw("A1:C3")] == [1, 2, 3]
    assert book.cell("C2")["effectiveValue"] == {"numberValue": 2}
    assert "userEnteredValue" not in book.cell("C2")


def test_a_date_function_shows_a_date(book):
    """In a cell without a format of its own."""
    book.put([["=DATE(2024,1,31)", "=TIME(13,30,0)", "=DATE(2024,1,31)+1"]])
    assert book.values() == [["1/31/2024", "1:30:00 PM", "2/1/2024"]]


def test_every_cell_of_a_scoring_sheet_agrees_with_a_second_engine(book):
    """Weighted scores with blanks left out, ranks, averages by group: calculated by formualizer too."""
    import formualizer

    rows = [
        [f"c{n}", "ab"[n % 2], *(("" if (n * k) % 7 == 3 else (n * k) % 5 + 1) for k in (1, 2, 3))] for n in range(40)
    ]
    formulas = [
        [
            f'=IF(COUNT(C{r}:E{r})=0,"",SUMPRODUCT((C{r}:E{r}<>"")*H$1:J$1,C{r}:E{r})/SUMIF(C{r}:E{r},">0",H$1:J$1))',
            f'=IF(F{r}="","",RANK(F{r},F$2:F$41))',
            f"=ROUND(AVERAGEIFS(F$2:F$41,B$2:B$41,B{r}),6)",
        ]
        for r in range(2, 42)
    ]
    sheet = [["name", "group", "q1", "q2", "q3", "score", "rank", 0.5, 0.3, 0.2]]
    sheet += [[*row, *more] for row, more in zip(rows, formulas, strict=True)]
    book.put(sheet)
    other = formualizer.Workbook()
    other.add_sheet("S")
    for r, row in enumerate(sheet, 1):
        for c, value in enumerate(row, 1):
            if isinstance(value, str) and value.startswith("="):
                other.set_formula("S", r, c, value)
            elif value != "":
                other.set_value("S", r, c, value)
    ours = book.raw("F2:H41")
    theirs = [[other.evaluate_cell("S", r, c) for c in (6, 7, 8)] for r in range(2, 42)]
    assert [value for row in ours for value in row] == pytest.approx([value for row in theirs for value in row])
