"""What a pull decides, without any spreadsheet: values in, requests out."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.scorecard import Problem, SubmittedScorecard
from pipeline.worksheets import Book, Incoming, PullPlan, plan_pull, problems, read, scorecards
from pipeline.worksheets.cells import MAX_TEXT, entered, fitting, quoted, text
from pipeline.worksheets.requests import RECOMMENDED_BYTES, length, packed

from .worksheets_examples import HOSTILE, RUBRIC, card

HEADER = [column.header for column in scorecards.columns(RUBRIC)]


def book_with(header: list[str]) -> Book:
    """A spreadsheet whose Scorecards has this header and no row yet."""
    noted = [column.header for column in problems.COLUMNS]
    tables = [
        {
            "valueRange": {"range": f"{title}!A1:Z1000", "values": [row]},
            "dataFilters": [{"gridRange": {"sheetId": id_}}],
        }
        for title, row, id_ in (("Scorecards", header, 104), ("Problems", noted, 107))
    ]
    return read({"valueRanges": tables})


NEW = book_with(HEADER)


def statuses(plan: PullPlan) -> dict[str, str]:
    return {stored.id: stored.status for stored in plan.book.scorecards}


def pulled(*cards: SubmittedScorecard, after: PullPlan | None = None, **more: Any) -> PullPlan:
    """A pull of these responses into a new spreadsheet, or into the one that an earlier pull left."""
    book = NEW if after is None or after.book is None else after.book
    return plan_pull(book, [Incoming(each) for each in cards], RUBRIC, **more)


def test_the_latest_of_one_interviewer_counts_and_the_earlier_stays() -> None:
    """Two responses for one candidate and round: the later one counts, the earlier is superseded."""
    early = card("Ana", response_id="A", submitted_at="2026-03-01T10:00:00.5Z")
    late = card("Ana", response_id="B", submitted_at="2026-03-01T10:00:00.51Z")
    assert statuses(pulled(late, early)) == {"A": "superseded", "B": "counted"}


def test_an_edited_response_keeps_what_it_said_before() -> None:
    """The row is updated in its place, and the former version has a row of its own."""
    first = pulled(card("Ana", response_id="A", summary="hm"))
    plan = pulled(card("Ana", response_id="A", summary="yes!", submitted_at="2026-03-02T10:00:00Z"), after=first)
    assert statuses(plan) == {"A": "counted", "A@2026-03-01T10:00:00.123Z": "superseded"}
    assert [(s.card.summary, s.row) for s in plan.book.scorecards] == [("yes!", 2), ("hm", 3)]
    assert (plan.new, plan.edited) == (0, 1)


def test_an_older_version_arriving_late_changes_nothing() -> None:
    """Pages come in any order: what is stored and newer stays."""
    first = pulled(card("Ana", response_id="A", submitted_at="2026-03-02T10:00:00Z"))
    assert not pulled(card("Ana", response_id="A", summary="old"), after=first).changes


def test_a_response_that_vanished_from_a_full_pull_is_withdrawn() -> None:
    """It stays, marked; the next one of that interviewer counts again in its place."""
    early = card("Ana", response_id="A")
    late = card("Ana", response_id="B", submitted_at="2026-03-02T10:00:00Z")
    plan = pulled(early, after=pulled(early, late), complete_rounds={"technical": ""})
    assert statuses(plan) == {"A": "counted", "B": "withdrawn"}
    assert plan.withdrawn == 1


def test_an_incremental_pull_withdraws_nothing() -> None:
    """Only a round that was read in full can miss a response."""
    first = pulled(card("Ana", response_id="A"))
    assert statuses(pulled(card("Ben", response_id="B"), after=first)) == {"A": "counted", "B": "counted"}


def test_a_response_without_a_candidate_is_kept_and_does_not_count() -> None:
    """What cannot be used is there to be looked at, with status problem."""
    plan = plan_pull(NEW, [Incoming(card(""), usable=False, other={"0a1b": "=1+1"})], RUBRIC)
    assert [stored.status for stored in plan.book.scorecards] == ["problem"]
    assert plan.book.counted == ()


def test_problems_of_other_responses_stay_and_hints_are_found_anew() -> None:
    """A pull replaces what was noted of the responses it read, and every hint."""
    old = Problem("off-scale", "a 9", "ask", response_id="A")
    hint = Problem("straight-lining", "all 3", "look", response_id="A", hint=True)
    first = pulled(card("Ana", response_id="A"), problems_found=[old], hints=lambda _: [hint])
    assert pulled(card("Ben", response_id="B"), after=first).book.problems == (old,)
    assert pulled(card("Ana", response_id="A"), after=first).book.problems == ()


def test_a_new_question_gets_a_column_right_of_ours() -> None:
    """A rating of a question that the worksheet does not know makes its column; nothing is lost."""
    plan = pulled(card("Ana", ratings={"new-question": 4}))
    inserted = [r["insertDimension"]["range"] for batch in plan.batches() for r in batch if "insertDimension" in r]
    assert inserted == [{"sheetId": 104, "dimension": "COLUMNS", "startIndex": 20, "endIndex": 21}]


def rows_added(plan: PullPlan) -> list[list[Any]]:
    """The cells of the rows that a plan puts into Scorecards."""
    requests = [request for batch in plan.batches() for request in batch if "appendCells" in request]
    return [row["values"] for request in requests for row in request["appendCells"]["rows"]]


def test_people_own_columns_between_ours_are_not_written() -> None:
    """A column that somebody put between ours stays as it is in a new row."""
    book = book_with([*HEADER[:2], "My column", *HEADER[2:]])
    (row,) = rows_added(plan_pull(book, [Incoming(card("Ana"))], RUBRIC))
    assert (entered(row[1]), row[2], entered(row[3])) == ("Ana", {}, "ivo@example.org")


def test_typed_text_is_only_ever_a_string_value() -> None:
    """Whatever it starts with."""
    plan = pulled(card(HOSTILE, summary="=1+1", concerns="@x", recommendation="+1"))
    (row,) = rows_added(plan)
    kinds = [kind for cell in row for kind in cell.get("userEnteredValue", {})]
    assert set(kinds) == {"stringValue", "numberValue"}


@settings(max_examples=60, deadline=None)
@given(st.permutations(range(6)), st.integers(0, 6))
def test_the_order_and_the_portions_of_a_pull_change_no_status(order: list[int], cut: int) -> None:
    """All at once, or in two pulls, in any order: the same responses count."""
    everything = [
        card(f"C{n % 2}", f"i{n % 3}@x.org", response_id=f"R{n}", submitted_at=f"2026-03-0{1 + n % 2}T10:00:00Z")
        for n in range(6)
    ]
    mixed = [everything[n] for n in order]
    once = pulled(*everything)
    twice = pulled(*mixed[cut:], after=pulled(*mixed[:cut]))
    assert statuses(twice) == statuses(once)


@given(st.text(max_size=200))
def test_any_text_fits_and_comes_back(said: str) -> None:
    """A cell holds the text itself, never a formula, and an empty text is an empty cell."""
    assert (entered(text(said)) or "") == said


def test_a_text_longer_than_a_cell_is_cut_and_says_so() -> None:
    """50,000 characters as Google counts them; an emoji counts as two."""
    cut = fitting("😀" * MAX_TEXT)
    assert len(cut.encode("utf-16-le")) // 2 <= MAX_TEXT
    assert "cut here" in cut


def test_titles_are_quoted_where_a_formula_needs_it() -> None:
    """Spaces, apostrophes and cell-like names."""
    assert [quoted(title) for title in ("Results", "What-if", "it's", "A1", "R")] == [
        "Results",
        "'What-if'",
        "'it''s'",
        "'A1'",
        "'R'",
    ]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(10, 900_000), max_size=12))
def test_batches_stay_below_the_recommended_size_and_in_order(sizes: list[int]) -> None:
    """No body above 2 MB, no request lost or moved."""
    requests = [{"n": index, "x": "y" * size} for index, size in enumerate(sizes)]
    made = list(packed([request] for request in requests))
    assert [request for batch in made for request in batch] == requests
    assert all(length({"requests": batch}) <= RECOMMENDED_BYTES for batch in made)
