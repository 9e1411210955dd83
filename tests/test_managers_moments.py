"""Single moments between two calls of `run` that random managers seldom meet, and what a run that gave up leaves behind."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from pipeline.worksheets import design
from pipeline.worksheets import requests as ask
from pipeline.worksheets.results import key_of
from tests.between import door
from tests.conftest import Google, Run
from tests.inbox import Inbox
from tests.test_managers import Seat

Json = dict[str, Any]
Moments = Callable[[int], None]


@pytest.fixture
def inbox(google: Google, _running: Any) -> Inbox:
    return Inbox(google, _running.store)


@pytest.fixture
def seat(google: Google, role: dict[str, str]) -> Iterator[Seat]:
    with closing(Seat(google, role["spreadsheet"])) as taken:
        yield taken


@pytest.fixture
def meanwhile(google: Google, run: Run, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """A command, with somebody who acts before each of its calls, counted from 1."""

    def type_in(*words: str, before: Moments) -> None:
        with door(google.url, before=before) as opened:
            monkeypatch.setenv("PIPELINE_WORKSPACE_URL", opened.url)
            run(*words, code=None)
        monkeypatch.setenv("PIPELINE_WORKSPACE_URL", google.url)

    return type_in


def _values(seat: Seat, sheet_id: int) -> list[list[Any]]:
    body = {"dataFilters": [{"gridRange": {"sheetId": sheet_id}}], "valueRenderOption": "UNFORMATTED_VALUE"}
    reply = seat.sheets.values().batchGetByDataFilter(spreadsheetId=seat.id, body=body).execute()
    rows: list[list[Any]] = reply["valueRanges"][0]["valueRange"]["values"]
    return rows


def _type(seat: Seat, sheet_id: int, row: int, column: int, said: object, note: str = "") -> None:
    entered = {"numberValue": said} if isinstance(said, int) else {"stringValue": said}
    cell = {"userEnteredValue": entered} | ({"note": note} if note else {})
    seat.batch(list(ask.write(sheet_id, row, column, [[cell]], "userEnteredValue,note")))


def _move(seat: Seat, sheet_id: int, which: str, place: int, goal: int) -> None:
    source = ask.dimension(sheet_id, which, place, place + 1)
    seat.batch([{"moveDimension": {"source": source, "destinationIndex": goal}}])


# calls of `pull-responses` with two forms: a read, two lists, a write, and then a read and a write in turn
WRITE, WRITE_AGAIN = 4, 6


def _insert_column(seat: Seat, before: str) -> None:
    place = _values(seat, design.SCORECARDS)[0].index(before)
    seat.batch([ask.insert(design.SCORECARDS, "COLUMNS", place, place + 1, like_before=False)])


def test_a_row_is_put_in_only_while_columns_stand_where_they_were_read(
    google: Google, run: Run, role: dict[str, str], inbox: Inbox, seat: Seat, meanwhile: Callable[..., None]
) -> None:
    """A column is inserted before each of the first two writes: until the third, there is no trace of the new row."""
    inbox.put(role["technical"], "Ana")
    run("pull-responses", code=None)
    before = _values(seat, design.SCORECARDS)[1]
    inbox.put(role["technical"], "Ben", "mara@example.com")

    def disturb(call: int) -> None:
        _, *rows = _values(seat, design.SCORECARDS)
        assert [[said for said in row if said != ""] for row in rows] == [[said for said in before if said != ""]]
        if call in (WRITE, WRITE_AGAIN):
            _insert_column(seat, before="Round")

    meanwhile("pull-responses", before=disturb)

    rows = google.table(role["spreadsheet"], "Scorecards")
    assert [(row["Candidate"], row["Round"], row["Status"]) for row in rows] == [
        ("Ana", "technical", "counted"),
        ("Ben", "technical", "counted"),
    ]
    assert all(not row.get("") for row in rows)  # nothing of ours in the inserted columns


def test_a_pull_gives_up_where_columns_are_moved_before_every_write(
    google: Google, run: Run, role: dict[str, str], inbox: Inbox, seat: Seat, meanwhile: Callable[..., None]
) -> None:
    """It says so, has written nothing, and the next one brings the row."""
    inbox.put(role["technical"], "Ana")
    meanwhile("pull-responses", before=lambda call: _insert_column(seat, before="Round") if call >= WRITE else None)
    assert len(_values(seat, design.SCORECARDS)) == 1
    run("pull-responses", code=None)
    assert [row["Candidate"] for row in google.table(role["spreadsheet"], "Scorecards")] == ["Ana"]


def test_a_column_that_swings_among_ours_at_every_call_never_holds_anything_of_ours(
    google: Google, run: Run, role: dict[str, str], inbox: Inbox, seat: Seat, meanwhile: Callable[..., None]
) -> None:
    """Wherever a read finds it, by the next call it stands elsewhere; a read that it comes back for says nothing new."""
    inbox.put(role["technical"], "Ana")
    run("pull-responses", code=None)
    width = len(_values(seat, design.SCORECARDS)[0])
    _type(seat, design.SCORECARDS, 0, width, "Mine")
    inbox.put(role["technical"], "Ben", "mara@example.com")

    def swing(_: int) -> None:
        header, *rows = _values(seat, design.SCORECARDS)
        assert not [row for row in rows if row[header.index("Mine") :][:1] not in ([], [""])]
        assert [row[header.index("Candidate")] for row in rows] in (["Ana"], ["Ana", "Ben"])
        place = header.index("Mine")
        _move(seat, design.SCORECARDS, "COLUMNS", place, 1 if place > 1 else width)

    meanwhile("pull-responses", before=swing)
    run("pull-responses", code=None)
    rows = google.table(role["spreadsheet"], "Scorecards")
    assert [(row["Candidate"], row["Status"]) for row in rows] == [("Ana", "counted"), ("Ben", "counted")]


def test_a_column_of_theirs_is_not_written_where_our_last_one_was_deleted(
    google: Google, run: Run, role: dict[str, str], inbox: Inbox, seat: Seat, meanwhile: Callable[..., None]
) -> None:
    """Theirs comes to stand in its place, in the moment before the write."""
    run("pull-responses")
    header = _values(seat, design.SCORECARDS)[0]
    _type(seat, design.SCORECARDS, 0, len(header), "Mine")
    inbox.put(role["team"], "Ana", answers={"Evidence: Teamwork": "Says what changed."})

    def delete(call: int) -> None:
        if call == WRITE:
            where = ask.dimension(design.SCORECARDS, "COLUMNS", len(header) - 1, len(header))
            seat.batch([{"deleteDimension": {"range": where}}])

    meanwhile("pull-responses", before=delete)
    (ana,) = google.table(role["spreadsheet"], "Scorecards")
    assert (ana.get("Mine", ""), ana["Evidence: teamwork"]) == ("", "Says what changed.")


def test_columns_whose_headers_people_exchanged_are_written_by_their_headers(
    google: Google, run: Run, role: dict[str, str], inbox: Inbox, seat: Seat
) -> None:
    """Columns carry a mark of ours each, by which a write is refused elsewhere; the marks are brought to the headers."""
    inbox.put(role["technical"], "Ana", answers={"Summary": "Calm.", "Concerns": "None."})
    run("pull-responses", code=None)
    header = _values(seat, design.SCORECARDS)[0]
    _type(seat, design.SCORECARDS, 0, header.index("Summary"), "Concerns")
    _type(seat, design.SCORECARDS, 0, header.index("Concerns"), "Summary")
    inbox.put(role["technical"], "Ben", answers={"Summary": "Quick.", "Concerns": "Few."})
    run("pull-responses", code=None)
    ben = google.table(role["spreadsheet"], "Scorecards")[1]
    assert (ben["Candidate"], ben["Summary"], ben["Concerns"]) == ("Ben", "Quick.", "Few.")


def test_a_column_of_ours_that_was_cut_and_pasted_elsewhere_is_not_headed_twice(
    google: Google, run: Run, role: dict[str, str], inbox: Inbox, seat: Seat
) -> None:
    """Its mark stays behind; a header that is to be put back elsewhere is no reason to put it there."""
    inbox.put(role["technical"], "Ana", answers={"Summary": "Calm."})
    run("pull-responses", code=None)
    header = _values(seat, design.SCORECARDS)[0]
    place = ask.grid(design.SCORECARDS, 0, None, header.index("Summary"), header.index("Summary") + 1)
    goal = ask.grid(design.SCORECARDS, 0, None, len(header), len(header) + 1)
    paste = {"copyPaste": {"source": place, "destination": goal, "pasteType": "PASTE_NORMAL"}}
    seat.batch([paste, {"updateCells": {"range": place, "fields": "userEnteredValue"}}])
    _type(seat, design.SCORECARDS, 0, header.index("Status"), "State")
    inbox.put(role["technical"], "Ben", answers={"Summary": "Quick."})
    run("pull-responses", code=None)
    names = _values(seat, design.SCORECARDS)[0]
    assert (names.count("Summary"), names.count("Status")) == (1, 1)
    rows = google.table(role["spreadsheet"], "Scorecards")
    assert [(row["Candidate"], row["Summary"]) for row in rows] == [("Ana", "Calm."), ("Ben", "Quick.")]


ADD = ("panel", "add", "--candidate", "Cleo", "--interviewer", "ivo@example.com", "--round", "technical")


@pytest.mark.parametrize("words", [("pull-responses",), ("write-rankings",), ADD])
def test_a_workspace_in_which_no_guard_can_be_passed_is_written_without(
    google: Google, run: Run, role: dict[str, str], inbox: Inbox, seat: Seat, project: Path, words: tuple[str, ...]
) -> None:
    """Should Google refuse an id that was given up in the same batch, nothing could be written otherwise."""
    inbox.put(role["technical"], "Ana")
    if words == ("write-rankings",):
        run("pull-responses", code=None)
    said = "Invalid requests[1].createDeveloperMetadata: Developer metadata with id 1 already exists."
    fault = {"method": "sheets.spreadsheets.batchUpdate", "status": 400, "message": said, "times": 2}
    google.control("faults", faults=[fault])  # a guard, and the look whether it is for where columns stand

    run(*words, code=None)

    assert '"guards": false' in (project / ".pipeline" / "state.json").read_text()
    sheet_id, name = {"pull-responses": (design.SCORECARDS, "Ana"), "write-rankings": (design.RANKINGS, "Ana")}.get(
        words[0], (design.PANEL, "Cleo")
    )
    assert any(name in row for row in _values(seat, sheet_id))


def test_an_edit_comes_in_where_no_guard_can_be_passed(
    google: Google, run: Run, role: dict[str, str], inbox: Inbox
) -> None:
    """Cells in a row that is there are written in a call of their own."""
    sent = inbox.put(role["technical"], "Ana", rating="2")
    run("pull-responses", code=None)
    google.control("clock", advance=60)
    inbox.put(role["technical"], "Ana", rating="5", edits=sent)
    said = "Invalid requests[1].createDeveloperMetadata: Developer metadata with id 1 already exists."
    fault = {"method": "sheets.spreadsheets.batchUpdate", "status": 400, "message": said, "times": 2}
    google.control("faults", faults=[fault])

    for _ in range(2):
        run("pull-responses", code=None)

    rows = google.table(role["spreadsheet"], "Scorecards")
    assert [(row["Rating: joins"], row["Status"]) for row in rows] == [(5, "counted"), (2, "superseded")]


def _beside(google: Google, seat: Seat, said: str) -> dict[str, Any]:
    """The row in which people wrote this, in a column of theirs."""
    (row,) = [row for row in google.table(seat.id, "Scorecards") if row.get("Mine") == said]
    return row


@pytest.fixture
def remarked(google: Google, run: Run, role: dict[str, str], inbox: Inbox, seat: Seat) -> str:
    """A response about Ana, beside which people wrote "Ana shone"; its id."""
    sent = inbox.put(role["technical"], "Ana", rating="5")
    run("pull-responses", code=None)
    place = len(_values(seat, design.SCORECARDS)[0])
    _type(seat, design.SCORECARDS, 0, place, "Mine")
    _type(seat, design.SCORECARDS, 1, place, "Ana shone")
    google.control("clock", advance=60)
    return sent


def test_what_people_wrote_beside_a_response_stays_at_the_candidate_that_it_was_about(
    google: Google, run: Run, role: dict[str, str], inbox: Inbox, remarked: str
) -> None:
    """The interviewer had chosen another candidate, and edits the response: the row stays, as what it said before."""
    inbox.put(role["technical"], "Ben", rating="5", edits=remarked)
    run("pull-responses", code=None)
    rows = google.table(role["spreadsheet"], "Scorecards")
    assert [(row["Candidate"], row["Status"], row.get("Mine", "")) for row in rows] == [
        ("Ana", "superseded", "Ana shone"),
        ("Ben", "counted", ""),
    ]
    assert rows[0]["Response"].startswith(f"{remarked}@") and rows[1]["Response"] == remarked


def test_it_stays_there_also_where_an_edit_before_was_cut_off(
    google: Google, run: Run, role: dict[str, str], inbox: Inbox, seat: Seat, remarked: str
) -> None:
    """What the response had said first has a row below already, which goes."""
    inbox.put(role["technical"], "Ana", rating="3", edits=remarked)
    fault = {"method": "sheets.spreadsheets.values.batchUpdateByDataFilter", "status": 500, "times": 9}
    google.control("faults", faults=[fault])
    run("pull-responses", code=5)
    google.call("DELETE", "/_emulator/faults")
    google.control("clock", advance=60)
    inbox.put(role["technical"], "Ben", rating="2", edits=remarked)

    run("pull-responses", code=None)

    row = _beside(google, seat, "Ana shone")
    assert (row["Candidate"], row["Status"], row["Rating: joins"]) == ("Ana", "superseded", 5)
    rows = google.table(seat.id, "Scorecards")
    assert sorted((row["Candidate"], row["Rating: joins"]) for row in rows) == [("Ana", 5), ("Ben", 2)]


@pytest.mark.parametrize(("header", "typed"), [("Rating: joins", 2), ("Submitted at (UTC)", "yesterday")])
def test_it_stays_there_also_where_the_row_was_edited_by_hand(
    google: Google,
    run: Run,
    role: dict[str, str],
    inbox: Inbox,
    seat: Seat,
    remarked: str,
    header: str,
    typed: str | int,
) -> None:
    _type(seat, design.SCORECARDS, 1, _values(seat, design.SCORECARDS)[0].index(header), typed)
    inbox.put(role["technical"], "Ben", edits=remarked)
    run("pull-responses", code=None)
    assert _beside(google, seat, "Ana shone")["Candidate"] == "Ana"


def test_it_stays_there_also_where_the_column_of_ids_is_deleted_in_the_moment_before_a_write(
    google: Google,
    run: Run,
    role: dict[str, str],
    inbox: Inbox,
    seat: Seat,
    remarked: str,
    meanwhile: Callable[..., None],
) -> None:
    """Which row was which is known from before, also of responses that were not read again."""
    place = _values(seat, design.SCORECARDS)[0].index("Response")
    google.control("clock", advance=3600)
    inbox.put(role["technical"], "Ben")

    def delete(call: int) -> None:
        if call == WRITE:
            seat.batch([{"deleteDimension": {"range": ask.dimension(design.SCORECARDS, "COLUMNS", place, place + 1)}}])

    meanwhile("pull-responses", before=delete)
    row = _beside(google, seat, "Ana shone")
    assert (row["Candidate"], row["Response"]) == ("Ana", remarked)


def test_ids_that_people_sorted_alone_come_back_to_their_rows(
    google: Google, run: Run, role: dict[str, str], inbox: Inbox, seat: Seat
) -> None:
    """The seals tell whose rows they are: nothing is written into the row of another, beside what people wrote there."""
    for name in ("Ana", "Ben", "Ana", "Ben"):
        inbox.put(role["technical"], name, rating=str(len(name)))
        google.control("clock", advance=60)
    run("pull-responses", code=None)
    before = _values(seat, design.SCORECARDS)
    place = before[0].index("Response")
    goes_up = [row[place] for row in before[1:]] == sorted(row[place] for row in before[1:])
    order = "DESCENDING" if goes_up else "ASCENDING"
    alone = ask.grid(design.SCORECARDS, 1, None, place, place + 1)
    seat.batch([{"sortRange": {"range": alone, "sortSpecs": [{"dimensionIndex": place, "sortOrder": order}]}}])
    assert _values(seat, design.SCORECARDS) != before
    run("pull-responses", code=None)
    assert _values(seat, design.SCORECARDS) == before


def test_ids_find_their_rows_where_the_column_was_deleted_and_rows_are_sorted_while_it_is_put_back(
    google: Google, run: Run, role: dict[str, str], inbox: Inbox, seat: Seat, meanwhile: Callable[..., None]
) -> None:
    sent = {inbox.put(role["technical"], name): name for name in ("Ana", "Ben")}
    run("pull-responses", code=None)
    header = _values(seat, design.SCORECARDS)[0]
    place, name = header.index("Response"), header.index("Candidate")
    seat.batch([{"deleteDimension": {"range": ask.dimension(design.SCORECARDS, "COLUMNS", place, place + 1)}}])
    turned = []

    def turn(_: int) -> None:
        """Once the header is there, and after the last read."""
        if google.calls()[-1:] == ["forms.forms.responses.list"] and not turned:
            turned.append(True)
            _move(seat, design.SCORECARDS, "ROWS", 1, 3)

    meanwhile("pull-responses", before=turn)
    assert turned
    header, *rows = _values(seat, design.SCORECARDS)
    assert {row[header.index("Response")]: row[name] for row in rows} == sent


def test_a_comment_on_a_row_of_their_own_comes_back_from_under_one_of_our_notes(
    google: Google, run: Run, role: dict[str, str], inbox: Inbox, seat: Seat, meanwhile: Callable[..., None]
) -> None:
    """They delete one of our rows just before the notes on the names are laid, and type as long as the run goes on."""
    for name in ("Ana", "Ben", "Cleo"):
        inbox.put(role["technical"], name)
    run("run", code=None)
    header, *rows = _values(seat, design.RANKINGS)
    _type(seat, design.RANKINGS, len(rows) + 1, header.index("Notes"), "for the board")
    note = [[{"note": "who comes?"}]]
    seat.batch([*ask.write(design.RANKINGS, len(rows) + 1, header.index("Candidate"), note, "note")])

    def comment() -> str:
        row = [line[header.index("Notes") :] for line in _values(seat, design.RANKINGS)].index(["for the board"])
        return _notes(seat, header.index("Candidate"))[row]

    comments = []

    def delete(call: int) -> None:
        comments.append(comment())
        if call % 2 == 0:
            where = ask.dimension(design.RANKINGS, "ROWS", 1, 2)
            seat.batch([{"deleteDimension": {"range": where}}])

    google.control("clock", advance=60)
    inbox.put(role["technical"], "Ben", "mara@example.com", rating="1")
    run("pull-responses", code=None)
    meanwhile("write-rankings", before=delete)
    run("write-rankings")

    assert {said == "who comes?" for said in comments} == {True, False}  # one of ours lay on it
    assert comment() == "who comes?"


def _notes(seat: Seat, place: int) -> list[str]:
    body = {"dataFilters": [{"gridRange": ask.grid(design.RANKINGS, 0, None, place, place + 1)}]}
    reply = seat.sheets.getByDataFilter(spreadsheetId=seat.id, body=body, fields="sheets(data(rowData(values(note))))")
    lines: Sequence[Json] = reply.execute()["sheets"][0]["data"][0]["rowData"]
    return [(line.get("values") or [{}])[0].get("note", "") for line in lines]


def test_what_is_no_key_is_taken_out_of_the_hidden_column(
    google: Google, role: dict[str, str], run: Run, inbox: Inbox, seat: Seat
) -> None:
    """Rows could not be brought into the order of keys with it, and the run would give up each time."""
    inbox.put(role["technical"], "Ana")
    run("run", code=None)
    row, place = len(_values(seat, design.RANKINGS)), _values(seat, design.RANKINGS)[0].index("Key")
    _type(seat, design.RANKINGS, row, place, "abc")
    google.control("clock", advance=60)
    inbox.put(role["technical"], "Ben")
    told = run("run")
    assert "The hidden column Key of Rankings held 'abc'; that has been taken out" in told.err
    assert sorted(line[place] for line in _values(seat, design.RANKINGS)[1:] if len(line) > place) == sorted(
        [key_of("Ana"), key_of("Ben")]
    )


def test_where_the_column_of_keys_was_deleted_the_notes_still_tell_whose_the_rows_were(
    scorecards: dict[str, str], run: Run, seat: Seat
) -> None:
    """What people wrote beside them stays; the candidates get new rows above."""
    run("run")
    header = _values(seat, design.RANKINGS)[0]
    _type(seat, design.RANKINGS, 1, header.index("Notes"), "for Ana")
    place = header.index("Key")
    seat.batch([{"deleteDimension": {"range": ask.dimension(design.RANKINGS, "COLUMNS", place, place + 1)}}])
    told = run("write-rankings")
    assert "Rankings had no column Key; it has been put in" in told.err
    header, *rows = _values(seat, design.RANKINGS)
    assert [row[header.index("Candidate")] for row in rows[:2]] == ["Ana", "Ben"]
    (row,) = [number for number, row in enumerate(rows, start=1) if "for Ana" in row]
    assert row > 2
    assert _notes(seat, header.index("Candidate"))[row].startswith("Ana\n")


def test_a_column_of_rankings_is_put_in_with_its_header_also_where_that_stood_among_the_rows(
    scorecards: dict[str, str], run: Run, seat: Seat
) -> None:
    run("run")
    before = _values(seat, design.RANKINGS)
    place = before[0].index("Score")
    _move(seat, design.RANKINGS, "ROWS", 0, 3)
    seat.batch([{"deleteDimension": {"range": ask.dimension(design.RANKINGS, "COLUMNS", place, place + 1)}}])
    run("write-rankings")
    assert _values(seat, design.RANKINGS) == before
    assert not any(_notes(seat, place)[1:])


def test_a_copied_row_of_rankings_is_told(scorecards: dict[str, str], run: Run, seat: Seat) -> None:
    run("run")
    row = ask.grid(design.RANKINGS, 1, 2)
    goal = ask.grid(design.RANKINGS, 4, 5)
    seat.batch([{"copyPaste": {"source": row, "destination": goal, "pasteType": "PASTE_NORMAL"}}])
    told = run("write-rankings")
    assert "Rankings has Ana more than once: a row was copied; delete the copy" in told.err


def _interviews(seat: Seat) -> list[list[Any]]:
    """Candidate and interviewer of every row of Panel, by header."""
    header, *rows = _values(seat, design.PANEL)
    places = [header.index(name) for name in ("Candidate", "Interviewer")]
    return [[row[place] if place < len(row) else "" for place in places] for row in rows]


def _exchange_in_panel(seat: Seat) -> None:
    """Somebody moves Interviewer to the front, or back."""
    _move(seat, design.PANEL, "COLUMNS", 1, 0)


def test_an_interview_is_not_added_while_columns_of_panel_are_moved(
    role: dict[str, str], run: Run, seat: Seat, meanwhile: Callable[..., None]
) -> None:
    """Candidate and interviewer would change places."""
    before = _interviews(seat)
    calls = []

    def disturb(call: int) -> None:
        calls.append(_interviews(seat))
        _exchange_in_panel(seat)

    meanwhile(*ADD, before=disturb)
    assert calls[-1] == _interviews(seat) == before
    run(*ADD)
    assert [*before, ["Cleo", "ivo@example.com"]] == _interviews(seat)


@pytest.mark.parametrize("words", [("panel", "add"), ("create-form",)])
def test_headers_of_panel_that_people_edited_are_put_back(
    role: dict[str, str], run: Run, seat: Seat, words: tuple[str, ...]
) -> None:
    before = _values(seat, design.PANEL)[0]
    _type(seat, design.PANEL, 0, before.index("Candidate"), "Name")
    added = ("--candidate", "Cleo", "--interviewer", "ivo@example.com", "--round", "technical")
    run(*words, *(added if words == ("panel", "add") else ()))
    assert _values(seat, design.PANEL)[0] == before
    assert (["Cleo", "ivo@example.com"] in _interviews(seat)) == (words == ("panel", "add"))


def test_a_link_is_not_written_over_what_people_typed_while_columns_of_panel_are_moved(
    role: dict[str, str], run: Run, seat: Seat, meanwhile: Callable[..., None]
) -> None:
    """They add an interview by hand, and move a column of theirs to where the links stand before every second call."""
    header, *rows = _values(seat, design.PANEL)
    _type(seat, design.PANEL, 0, len(header), "Mine")
    row = ["Cleo", "ivo@example.com", "technical"]
    for name, said in zip(("Candidate", "Interviewer", "Round"), row, strict=True):
        _type(seat, design.PANEL, len(rows) + 1, header.index(name), said)
    _type(seat, design.PANEL, len(rows) + 1, len(header), "by phone")

    def swing(_: int) -> None:
        now = _values(seat, design.PANEL)
        assert now[-1][now[0].index("Mine")] == "by phone"
        link, mine = now[0].index("Personal link"), now[0].index("Mine")
        _move(seat, design.PANEL, "COLUMNS", mine, link if mine > link else link + 1)

    meanwhile("run", before=swing)
    run("run", code=None)
    header, *rows = _values(seat, design.PANEL)
    assert rows[-1][header.index("Mine")] == "by phone"
    assert "Cleo" in rows[-1][header.index("Personal link")]


def test_a_column_of_theirs_with_a_header_of_ours_is_told_and_not_written(
    google: Google, run: Run, role: dict[str, str], inbox: Inbox, seat: Seat
) -> None:
    """Of two that are alike the first is read as ours, but the other one carries our mark."""
    run("pull-responses")
    seat.batch([ask.insert(design.SCORECARDS, "COLUMNS", 0, 1, like_before=False)])
    _type(seat, design.SCORECARDS, 0, 0, "Summary")
    inbox.put(role["technical"], "Ana", answers={"Summary": "Calm."})
    told = run("pull-responses", code=5).err
    assert "Scorecards has two columns with the header 'Summary'." in told
    assert len(_values(seat, design.SCORECARDS)) == 1
    _type(seat, design.SCORECARDS, 0, 0, "In short")
    run("pull-responses", code=None)
    (ana,) = google.table(role["spreadsheet"], "Scorecards")
    assert (ana["In short"], ana["Summary"]) == ("", "Calm.")


def test_columns_of_panel_are_known_by_headers_that_people_exchanged(
    role: dict[str, str], run: Run, seat: Seat
) -> None:
    """Their marks are brought there, and the interview is added."""
    header, *rows = _values(seat, design.PANEL)
    names = {"Candidate": "Interviewer", "Interviewer": "Candidate"}
    for place, name in enumerate(header):
        _type(seat, design.PANEL, 0, place, names.get(name, name))
    for number, row in enumerate(rows, start=1):
        for place in (header.index(name) for name in names):
            _type(seat, design.PANEL, number, place, row[1 - place])
    before = _interviews(seat)
    run(*ADD)
    assert [*before, ["Cleo", "ivo@example.com"]] == _interviews(seat)
