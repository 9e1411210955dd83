"""The question bank as people's programs write it: what is read, and what each mistake is told."""

from __future__ import annotations

import csv
import io
import os
import socket
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import question_bank
from pipeline.question_bank import Bank

GOOD = """\
id,competency,question,anchor_1,anchor_3,anchor_5,weight,minutes
slow-query,databases,How do you find a slow query?,Guesses,Reads the log,Reads the plan,2,5
"""


def read(folder: Path, content: str | bytes) -> Bank:
    path = folder / "question_bank.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return question_bank.read(path, shown="question_bank.csv")


def faults(folder: Path, content: str | bytes) -> list[str]:
    return [str(fault) for fault in read(folder, content).faults]


def with_cell(column: str, text: str) -> str:
    """The good bank with one cell of its question changed (or added)."""
    header, row = csv.reader(io.StringIO(GOOD))
    cells = dict(zip(header, row, strict=True)) | {column: text}
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([list(cells), list(cells.values())])
    return out.getvalue()


def test_a_question_is_read_with_its_texts_numbers_and_lists(tmp_path: Path) -> None:
    """Lists stand one a line, with or without bullets; a weight is exact."""
    bank = read(
        tmp_path,
        "id,competency,question,look_for,anchor_1,anchor_3,anchor_5,weight,minutes,rounds\n"
        'slow-query,databases,Why slow?,"- Measures first\n\n- Reads the plan",Guess,Logs,Plans,0.1,5,technical team\n',
    )
    assert bank.faults == ()
    (question,) = bank.questions
    assert question.look_for == ("Measures first", "Reads the plan")
    assert question.anchors == {1: "Guess", 3: "Logs", 5: "Plans"}
    assert (question.weight, question.minutes, question.rounds) == (Fraction(1, 10), 5, ("technical", "team"))


def test_columns_may_stand_in_any_order_and_optional_ones_be_left_out(tmp_path: Path) -> None:
    """Columns are found by name."""
    (question,) = read(tmp_path, "question,anchor_5,id,competency\nWhy?,Good,why,craft\n").questions
    assert (question.id, question.anchors, question.weight) == ("why", {5: "Good"}, 1)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_every_spreadsheets_csv_reads_alike(tmp_path: Path, encoding: str, separator: str, line_end: str) -> None:
    """BOM, separators and line ends are the program's choice, not the person's."""
    content = GOOD.replace(",", separator).replace("\n", line_end).replace("plan", "plan – naïve")
    bank = read(tmp_path, content.encode(encoding))
    assert bank.faults == ()
    assert bank.questions[0].anchors[5] == "Reads the plan – naïve"


def test_a_quoted_header_with_semicolons_is_recognised(tmp_path: Path) -> None:
    """Some programs quote everything."""
    quoted = "\n".join(";".join(f'"{cell}"' for cell in line.split(",")) for line in GOOD.splitlines())
    assert read(tmp_path, quoted).faults == ()


def test_all_faults_are_told_at_once_each_at_its_place(tmp_path: Path) -> None:
    """One run of `check` is enough to know all there is to correct."""
    assert faults(
        tmp_path,
        "id,competency,question,anchor_1,weight,minutes\n"
        "Slow Query,databases,,Guesses,a lot,5 min\n"
        "fine,databases,How?,Guesses,-1,2.5\n",
    ) == [
        (
            'question_bank.csv:2:id: "Slow Query" cannot be an id; use 1 to 40 of the characters a-z, 0-9 and -, '
            'such as "slow-query"'
        ),
        'question_bank.csv:2:minutes: "5 min" is not a whole number; write digits only, such as 5',
        "question_bank.csv:2:question: is empty; write what is asked, or delete the row",
        'question_bank.csv:2:weight: "a lot" is not a positive number; write plain digits, such as 2 or 0.5',
        'question_bank.csv:3:minutes: "2.5" is not a whole number; write digits only, such as 5',
        'question_bank.csv:3:weight: "-1" is not a positive number; write plain digits, such as 2 or 0.5',
    ]


# The header


def test_an_unknown_column_gets_a_suggestion(tmp_path: Path) -> None:
    """A slip in a header must not silently lose a column."""
    assert faults(tmp_path, GOOD.replace("minutes", "minuets")) == [
        'question_bank.csv:1:minuets: there is no such column; did you mean "minutes"?'
    ]
    assert faults(tmp_path, GOOD.replace("minutes", "mood")) == [
        "question_bank.csv:1:mood: there is no such column; rename or delete it"
    ]


def test_a_header_may_be_capitalised_and_spaced(tmp_path: Path) -> None:
    """Spreadsheets and people write `Look for` where the file says `look_for`."""
    assert faults(tmp_path, GOOD.replace("minutes", "Minutes").replace("question", "Question", 1)) == []
    assert faults(tmp_path, "ID;Competency;Question;Look For\nwhy;craft;Why?;a reason\n") == []


def test_a_broken_quote_does_not_name_every_row_below_it(tmp_path: Path) -> None:
    """Hundreds of lines of the same kind would bury the one that is at fault."""
    found = faults(tmp_path, "id,competency,question\n" + "why,craft\n" * 40)
    assert len(found) == 6
    assert found[-1].startswith("question_bank.csv:7: 35 more rows have too few or too many cells;")


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    """Without it no question can be asked."""
    assert faults(tmp_path, "id,competency\nwhy,craft\n") == [
        'question_bank.csv:1:question: the column is missing; add a column named "question" to the header'
    ]


def test_a_column_twice_is_refused(tmp_path: Path) -> None:
    """Nobody can tell which of the two is meant."""
    assert faults(tmp_path, "id,competency,question,question\nwhy,craft,Why?,How?\n") == [
        "question_bank.csv:1:question: the column stands here twice; delete or rename one of the two"
    ]


def test_a_column_without_name_is_refused_unless_it_is_empty(tmp_path: Path) -> None:
    """Spreadsheets like to add empty columns at the end."""
    assert faults(tmp_path, "id,,competency,question\nwhy,note,craft,Why?\n") == [
        "question_bank.csv:1:column 2: the column has no name; name it, or delete the column"
    ]
    assert faults(tmp_path, "id,competency,question,,\nwhy,craft,Why?,,\n") == []


def test_a_file_without_header_says_what_the_first_line_should_be(tmp_path: Path) -> None:
    """One message, not one for each column."""
    (fault,) = read(tmp_path, "How do you find a slow query?\nWhat is an index?\n").faults[:1]
    assert fault.what == 'the first line is not a header: "How do you find a slow query?"'
    assert fault.todo.startswith("write the column names there, with commas between: id,competency,question")


# Rows


def test_a_row_with_too_many_cells_names_the_usual_cause(tmp_path: Path) -> None:
    """A comma in a text without quotes shifts everything behind it."""
    assert faults(tmp_path, "id,competency,question\nwhy,craft,Why, and how?\n") == [
        (
            "question_bank.csv:2: the row has 4 cells, the header has 3; "
            'put a cell that holds a comma in double quotes, "like, this"'
        )
    ]


def test_a_row_with_too_few_cells_is_refused(tmp_path: Path) -> None:
    """A row that ends early may have lost a quote."""
    assert faults(tmp_path, GOOD + "next,databases,How?\n") == [
        (
            "question_bank.csv:3: the row has 3 cells, the header has 8; "
            "add the missing commas, also for empty cells, or look for a missing quote"
        )
    ]


def test_empty_rows_and_empty_cells_at_the_end_are_no_fault(tmp_path: Path) -> None:
    """Spreadsheets write them for fun."""
    assert faults(tmp_path, GOOD.replace("2,5\n", "2,5,,,\n") + "\n,,,,,,,\n") == []


def test_rows_are_counted_as_a_spreadsheet_does_and_the_line_is_said_where_cells_shift_it(tmp_path: Path) -> None:
    """The line in brackets is what an editor shows."""
    content = 'id,competency,question,why\na,craft,A?,"one\ntwo\nthree"\nb,craft,B?,"x"\nB,craft,C?,\n'
    assert faults(tmp_path, content) == [
        (
            'question_bank.csv:4:id: "B" cannot be an id (line 6 of the file); '
            'use 1 to 40 of the characters a-z, 0-9 and -, such as "b"'
        )
    ]


def test_an_id_twice_names_both_places(tmp_path: Path) -> None:
    """Ids are the identity; two questions under one would share their answers."""
    row = GOOD.splitlines(keepends=True)[1]
    assert faults(tmp_path, GOOD + row) == [
        (
            'question_bank.csv:3:id: "slow-query" is already the id in row 2; '
            "give a new id to the one that has no answers yet"
        )
    ]


def test_an_unclosed_quote_is_told_where_it_opens(tmp_path: Path) -> None:
    """Not where the file ends, and without the nonsense that follows from it."""
    assert faults(tmp_path, 'id,competency,question\na,craft,"Why?\nb,craft,How?\n') == [
        "question_bank.csv:2: a quote is opened in this row and never closed; add the missing \" at the cell's end"
    ]


def test_a_quote_inside_a_quoted_cell_is_told(tmp_path: Path) -> None:
    """Hand-written CSV forgets to double them."""
    assert faults(tmp_path, 'id,competency,question\na,craft,"Why "now"?"\nb,craft,How?\n') == [
        (
            "question_bank.csv:2: a quote stands in the middle of a cell; "
            'put the whole cell in quotes and write each quote inside it twice ("")'
        )
    ]


# Cells


@pytest.mark.parametrize("text", ["nan", "inf", "-1", "0", "1e400", "1e2", "a lot", "2 %", "1/3", "٣", "1,5", "1 000"])
def test_a_weight_that_is_no_plain_positive_number_is_refused(tmp_path: Path, text: str) -> None:
    """What cannot be computed with exactly is told, never guessed."""
    (fault,) = read(tmp_path, with_cell("weight", text)).faults
    assert (fault.row, fault.column) == (2, "weight")
    assert text in fault.what


def test_a_decimal_comma_is_shown_as_it_should_be(tmp_path: Path) -> None:
    """Half of Europe writes 1,5."""
    assert faults(tmp_path, with_cell("weight", "1,5")) == [
        'question_bank.csv:2:weight: "1,5" is not a number; use a decimal point: 1.5'
    ]


def test_weights_beyond_reason_are_refused(tmp_path: Path) -> None:
    """They are slips of the keyboard, and slow to compute with."""
    assert faults(tmp_path, with_cell("weight", "1" + "0" * 400)) == [
        "question_bank.csv:2:weight: the number is too large; stay at or below 1,000,000"
    ]
    assert faults(tmp_path, with_cell("weight", "0.12345678901")) == [
        "question_bank.csv:2:weight: the number has too many decimals; round it to 9 decimals"
    ]


@settings(max_examples=60, deadline=None)
@given(st.decimals("0.000000001", "1000000", places=9))
def test_a_weight_is_exactly_what_its_digits_say(weight) -> None:
    """No binary float stands between the file and the score."""
    from pipeline.question_bank.texts import number

    assert number(f"{weight:f}") == Fraction(weight)


@pytest.mark.parametrize(
    ("character", "told"),
    [("\n", "a line break"), ("\r\n", "a line break"), ("\v", "U+000B"), ("\u2028", "U+2028"), ("\x85", "U+0085")],
)
@pytest.mark.parametrize("column", ["question", "anchor_3"])
def test_a_line_break_in_a_title_or_option_is_refused(tmp_path: Path, column: str, character: str, told: str) -> None:
    """Google Forms would refuse the whole form because of it."""
    (fault,) = read(tmp_path, with_cell(column, f"One{character}two")).faults
    assert (fault.row, fault.column, fault.todo) == (2, column, "write it on one line")
    assert told in fault.what


def test_an_invisible_character_is_told_by_its_number(tmp_path: Path) -> None:
    """Nobody sees it, and neither Google nor a spreadsheet file can hold it."""
    assert faults(tmp_path, with_cell("why", "bell\a")) == [
        "question_bank.csv:2:why: holds the invisible character U+0007; delete it, or type the line anew"
    ]


def test_two_levels_with_the_same_anchor_are_refused(tmp_path: Path) -> None:
    """Google refuses equal options; people cannot choose between them either."""
    assert faults(tmp_path, with_cell("anchor_5", "  reads  the LOG ")) == [
        (
            "question_bank.csv:2:anchor_5: says the same as anchor_3; "
            "describe what sets the two levels apart, or leave one empty where that is allowed"
        )
    ]


@pytest.mark.parametrize(("column", "limit"), [("question", 1_000), ("anchor_3", 1_000), ("sample_answer", 4_000)])
def test_more_text_than_fits_is_told_with_the_surplus(tmp_path: Path, column: str, limit: int) -> None:
    """Before the first call, and with the number to cut."""
    assert read(tmp_path, with_cell(column, "x" * limit)).faults == ()
    assert faults(tmp_path, with_cell(column, "x" * (limit + 7))) == [
        f"question_bank.csv:2:{column}: has {limit + 7:,} characters; the limit is {limit:,}; shorten it by 7"
    ]


def test_a_description_that_is_too_long_as_a_whole_is_told_once(tmp_path: Path) -> None:
    """Why, signals, sample answer and follow-ups stand under one question."""
    bank = read(tmp_path, "id,competency,question,why,sample_answer\na,b,C?," + "x" * 1_500 + "," + "y" * 3_000 + "\n")
    (fault,) = bank.faults
    assert fault.column == "sample_answer"
    assert fault.todo == "shorten them by 500"


def test_a_cell_larger_than_any_reader_takes_is_a_fault_not_a_crash(tmp_path: Path) -> None:
    """Usually a quote was left open in a large file."""
    (fault,) = read(tmp_path, with_cell("why", "x" * 200_000)).faults
    assert fault.row == 2
    assert "50,000" in fault.what


# The file


def test_windows_1252_bytes_are_told_with_their_place_and_the_way_out(tmp_path: Path) -> None:
    """The first line that is wrong, how it was probably meant, and how to save it."""
    content = GOOD.replace("Guesses", "Doesn’t look").encode("cp1252")
    (fault,) = read(tmp_path, content).faults
    assert str(fault).startswith(
        'question_bank.csv:2: is not UTF-8: byte 0x92, which would read "Doesn’t" in Windows-1252; save it'
    )
    assert "CSV UTF-8" in fault.todo


def test_a_wrong_byte_is_told_by_its_row_and_its_line(tmp_path: Path) -> None:
    """A spreadsheet shows the one, an editor the other."""
    content = GOOD + 'next,databases,"How?",Guesses,Logs,"Plans",1,5\n'.replace("Plans", "Plans\n\n–")
    (fault,) = [fault for fault in read(tmp_path, content.encode("cp1252")).faults if not fault.column]
    assert str(fault).startswith("question_bank.csv:3: is not UTF-8: byte 0x96")
    assert fault.what.endswith("(line 5 of the file)")


def test_the_other_faults_are_told_beside_a_wrong_encoding(tmp_path: Path) -> None:
    """Also then one run tells everything."""
    content = GOOD.replace("Guesses", "Doesn’t").replace(",2,5", ",heavy,5").encode("cp1252")
    assert [fault.column for fault in read(tmp_path, content).faults] == ["", "weight"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16_is_named(tmp_path: Path, encoding: str) -> None:
    """What Excel calls "Unicode Text"."""
    (fault,) = read(tmp_path, GOOD.encode(encoding)).faults
    assert fault.what == "the file is encoded as UTF-16"


def test_a_workbook_is_named(tmp_path: Path) -> None:
    """Renaming .xlsx to .csv does not make it one."""
    (fault,) = read(tmp_path, b"PK\x03\x04rest").faults
    assert (fault.what, fault.todo) == ("this is a workbook, not a text file", "open it and save it as CSV UTF-8")


def test_nul_bytes_are_told_with_their_line(tmp_path: Path) -> None:
    """A damaged file."""
    (fault,) = read(tmp_path, GOOD.replace("Guesses", "Gue\0sses")).faults
    assert (fault.row, fault.what) == (2, "holds a NUL byte, so the file is damaged or not text")


@pytest.mark.parametrize("content", ["", " \n\n", "\ufeff"])
def test_an_empty_file_says_how_to_begin(tmp_path: Path, content: str) -> None:
    """And not that columns are missing."""
    (fault,) = read(tmp_path, content).faults
    assert (fault.row, fault.what) == (0, "the file is empty")


def test_a_header_alone_is_no_question_bank(tmp_path: Path) -> None:
    """There is nothing to ask."""
    assert faults(tmp_path, GOOD.splitlines()[0]) == [
        "question_bank.csv: the file has a header but no rows; add at least one row below it"
    ]


def test_a_missing_file_a_directory_and_an_unreadable_file_are_told_apart(tmp_path: Path) -> None:
    """Each has another way out."""
    pipe = tmp_path / "socket"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(os.path.relpath(pipe))
        whats = [question_bank.read(path).faults[0].what for path in (tmp_path / "none.csv", tmp_path, pipe)]
    assert whats[:2] == ["there is no such file", "this is a directory, not a file"]
    assert whats[2].startswith("the file cannot be read")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
def test_a_file_that_never_ends_is_refused_and_a_shells_pipe_is_read(tmp_path: Path) -> None:
    """A named pipe would be waited for, and /dev/zero read, for ever."""
    os.mkfifo(tmp_path / "bank.csv")
    for path in (tmp_path / "bank.csv", Path("/dev/zero")):
        assert [fault.what for fault in question_bank.read(path).faults] == ["this is a pipe or a device, not a file"]
    reader, writer = os.pipe()
    with os.fdopen(writer, "w") as sent:
        sent.write(GOOD)
    assert not question_bank.read(Path(f"/dev/fd/{reader}")).faults
    os.close(reader)


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read everything")
def test_a_file_without_permission_says_who_can_help(tmp_path: Path) -> None:
    """Nothing to correct inside the file."""
    (path := tmp_path / "bank.csv").write_text(GOOD)
    path.chmod(0)
    assert question_bank.read(path).faults[0].what == "you may not read this file"


def test_hostile_text_in_a_message_cannot_move_the_cursor(tmp_path: Path) -> None:
    """Messages show the user's text with control characters spelled out, and short."""
    (fault,) = read(tmp_path, with_cell("weight", "\x1b[2J" + "9" * 100)).faults
    assert "\x1b" not in str(fault)
    assert "\\u001b[2J999" in str(fault)
    assert len(fault.what) < 120


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300))
def test_no_bytes_whatever_make_it_crash(tmp_path_factory, content: bytes) -> None:
    """Every file is read or told wrong."""
    bank = read(tmp_path_factory.mktemp("any"), content)
    assert bank.questions or bank.faults


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1).filter(
            str.strip
        ),
        min_size=1,
        max_size=5,
    ),
    st.sampled_from([",", ";", "\t"]),
)
def test_any_text_comes_back_as_it_was_written(tmp_path_factory, texts: list[str], separator: str) -> None:
    """Quotes, separators and every script survive the way through the file."""
    out = io.StringIO()
    rows = [["id", "competency", "question"], *([f"q{i}", "craft", text] for i, text in enumerate(texts))]
    csv.writer(out, delimiter=separator, lineterminator="\r\n").writerows(rows)
    bank = read(tmp_path_factory.mktemp("any"), out.getvalue())
    assert [question.question for question in bank.questions] == [text.strip() for text in texts]
