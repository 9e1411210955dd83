"""The Panel worksheet as a team types it: what can be used, and what is told about the rest."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from pipeline.scorecard import PanelRow
from pipeline.worksheets import about, interviewers, problems, rubric
from pipeline.worksheets.cells import entered
from pipeline.worksheets.panel import Reading, read_rows
from pipeline.worksheets.scorecards import serial

from .worksheets_examples import RUBRIC, card, rubric_of

ROUNDS = ("technical", "team")


def panel(table: str, rounds: tuple[str, ...] = ROUNDS, zone: str = "Europe/Berlin") -> Reading:
    """A panel written as lines of `candidate | interviewer | round | scheduled at`."""
    rows = [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()]
    header = ["Candidate", "Interviewer", "Round", "Scheduled at"]
    return read_rows([header, *rows], rounds, ZoneInfo(zone))


def test_a_row_says_who_interviews_whom_in_which_round_and_when() -> None:
    """Times are meant in the spreadsheet's zone, summer time and all; addresses are one person in any case."""
    read = panel("Ana Ωmega | Ivo@Example.org | technical | 2026-03-31 14:30")
    assert read.rows == (PanelRow("Ana Ωmega", "ivo@example.org", "technical", "2026-03-31T12:30:00Z"),)
    assert read.problems == ()


def test_addresses_that_only_look_alike_are_two_people() -> None:
    """As scorecards name them: in any case, in letters composed or not, and `ß` is not `ss`."""
    told = panel(
        "Ana | STRA\u00dfE@Example.org | team |\nAna | strasse@example.org | team |\nBen | jose\u0301@x.org | team |"
    )
    assert [row.interviewer for row in told.rows] == [
        "stra\u00dfe@example.org",
        "strasse@example.org",
        "jos\u00e9@x.org",
    ]


def test_a_time_that_is_a_date_cell_reads_like_a_typed_one() -> None:
    """A spreadsheet gives a date as a day number."""
    number = serial("2026-03-31T12:30:00Z", ZoneInfo("Europe/Berlin"))
    rows = [["Candidate", "Interviewer", "Round", "Scheduled at"], ["Ana", "i@x.org", "team", number]]
    assert read_rows(rows, ROUNDS, ZoneInfo("Europe/Berlin")).rows[0].scheduled_at == "2026-03-31T12:30:00Z"


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("| i@x.org | team |", "Panel row 2: the candidate is missing"),
        ("Ana | | team |", "Panel row 2: the interviewer is missing"),
        ("Ana | ivo | team |", "Panel row 2: 'ivo' is not an e-mail address"),
        ("Ana | Ivo <ivo@x.org> | team |", "Panel row 2: 'ivo <ivo@x.org>' is not an e-mail address"),
        ("Ana | ivo@x.org, | team |", "Panel row 2: 'ivo@x.org,' is not an e-mail address"),
        ("Ana | ivo@x..org | team |", "Panel row 2: 'ivo@x..org' is not an e-mail address"),
        ("Ana | i@x.org | tema |", "Panel row 2: there is no round 'tema'"),
        ("Ana | i@x.org | |", "Panel row 2: the round is missing"),
    ],
)
def test_a_row_that_cannot_be_used_is_told_with_its_number(line: str, what: str) -> None:
    """The row is left out, and what to do about it is said."""
    read = panel(line)
    assert read.rows == ()
    assert [problem.what for problem in read.problems] == [what]
    assert read.problems[0].todo


def test_an_unreadable_time_is_told_and_the_row_still_counts() -> None:
    """Who interviews whom does not depend on when."""
    read = panel("Ana | i@x.org | team | next Tuesday")
    assert read.rows == (PanelRow("Ana", "i@x.org", "team"),)
    assert "is not a time" in read.problems[0].what


@pytest.mark.parametrize(
    ("typed", "what"),
    [
        (0.604, "1899-12-30 14:29"),
        ("0206-03-31 14:30", "0206-03-31 14:30"),
        ("0001-01-01T00:00:00+05:00", "0001-01-01 00:00"),
        ("9999-12-31T23:59:00-05:00", "9999-12-31 23:59"),
    ],
    ids=["a time of day alone", "a slip of the keyboard", "before all time", "after all time"],
)
def test_a_time_at_which_nobody_is_interviewed_is_told_and_the_row_still_counts(typed: str | float, what: str) -> None:
    header = ["Candidate", "Interviewer", "Round", "Scheduled at"]
    read = read_rows([header, ["Ana", "i@x.org", "team", typed]], ROUNDS, ZoneInfo("UTC"))
    assert read.rows == (PanelRow("Ana", "i@x.org", "team"),)
    assert read.problems[0].what == f"Panel row 2: {what} is no time for an interview"


def test_a_repeated_row_is_told() -> None:
    """The first one counts."""
    read = panel("Ana | i@x.org | team |\nAna | I@X.org | team | 2026-01-01")
    assert len(read.rows) == 1
    assert read.problems[0].what == "Panel row 3: it repeats row 2"


def test_with_one_round_the_round_may_stay_empty() -> None:
    """There is nothing to choose."""
    assert panel("Ana | i@x.org | |", rounds=("technical",)).rows[0].round == "technical"


def test_empty_rows_between_are_nothing() -> None:
    """Teams leave gaps."""
    assert panel("| | |\nAna | i@x.org | team |\n | | |").problems == ()


def test_columns_may_stand_in_any_order() -> None:
    """They are found by their header."""
    rows = [["Round", "My own", "Interviewer", "Candidate"], ["team", "x", "i@x.org", "Ana"]]
    assert read_rows(rows, ROUNDS, ZoneInfo("UTC")).rows == (PanelRow("Ana", "i@x.org", "team"),)


def plain(grid: list[list[dict[str, object]]]) -> list[list[object]]:
    return [[entered(cell) for cell in row] for row in grid]


def test_problems_read_back_as_they_were_written() -> None:
    """Sorted, each once."""
    noted = panel("Ana | ivo | team |\n| i@x.org | team |").problems
    assert problems.read_rows(plain(problems.grid([*noted, *noted]))) == tuple(problems.order(noted))  # type: ignore[arg-type]


def test_the_rubric_tells_its_versions_back() -> None:
    """The record survives the way into the worksheet and out of it."""
    recorded = rubric.Recorded(versions=(rubric.Version("abc", "2026-01-01T00:00:00Z", "ana@x.org", "weights"),))
    read = rubric.read_rows(plain(rubric.grid(RUBRIC, recorded)))  # type: ignore[arg-type]
    assert read.versions == recorded.versions


def test_the_inputs_fingerprint_does_not_depend_on_the_order_of_rows() -> None:
    """Sorting Scorecards or Panel is no change; a rating, a name of a competency, a panel row is one."""
    cards = [card("Ana"), card("Ben")]
    owed = [PanelRow("Ana", "i@x.org", "team"), PanelRow("Ben", "i@x.org", "team")]
    held = about.inputs_fingerprint(RUBRIC, cards, owed)
    assert about.inputs_fingerprint(RUBRIC, cards[::-1], owed[::-1]) == held
    assert about.inputs_fingerprint(RUBRIC, cards[:1], owed) != held
    assert about.inputs_fingerprint(RUBRIC, cards, owed[:1]) != held
    assert about.inputs_fingerprint(rubric_of("5", "2"), cards, owed) != held


def test_the_decision_record_grows_only_when_something_changed() -> None:
    """The same order from the same inputs is one record, whenever it is written again."""
    told = about.with_record(about.Told(), about.Record("Monday", "1 Ana", "in", "rub", 3))
    told = about.with_record(told, about.Record("Tuesday", "1 Ana", "in", "rub", 3))
    told = about.with_record(told, about.Record("Friday", "1 Ben", "in2", "rub", 4))
    assert [record.at for record in told.records] == ["Monday", "Friday"]
    assert about.read_rows(plain(about.grid([("Score", "how")], told))) == told  # type: ignore[arg-type]


def test_an_interviewer_who_owes_a_scorecard_is_listed_with_it() -> None:
    """Also one who sent none at all."""
    from pipeline.ranking import rank

    cards = [card("Ana", "ivo@example.org")]
    owed = [PanelRow("Ana", "ivo@example.org", "technical"), PanelRow("Ana", "mara@example.org", "technical")]
    rows = plain(interviewers.grid(rank(RUBRIC, cards), cards, owed))  # type: ignore[arg-type]
    assert [(row[0], row[2], row[3]) for row in rows[1:]] == [
        ("ivo@example.org", 1, None),
        ("mara@example.org", 0, "Ana (technical)"),
    ]
