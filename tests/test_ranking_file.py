"""The ratings file: what a person may write, and every fault with its row, all at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline import ranking
from pipeline.errors import InvalidInput
from pipeline.ranking import ratings_file
from tests.test_ranking_examples import FLOOR, MISSING, QUESTIONS, rubric

HEADER = "candidate,interviewer,round,question,rating,submitted_at"
TIME = "2026-03-01T10:00:00Z"


def file(tmp_path: Path, *rows: str, header: str = HEADER) -> Path:
    path = tmp_path / "ratings.csv"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def faults(path: Path) -> list[str]:
    with pytest.raises(InvalidInput) as refused:
        ratings_file.read(path, rubric())
    return [f"{fault.row}:{fault.column}: {fault.what}" for fault in refused.value.faults]


@pytest.mark.parametrize("cards", [MISSING, FLOOR])
def test_the_worked_examples_through_a_file(tmp_path: Path, cards: list) -> None:
    """Every question a row, empty where not assessed: the same ranking as from scorecards."""
    rows = [
        f"{c.candidate},{c.interviewer},{c.round},{q},{c.ratings.get(q, '')},{TIME}" for c in cards for q in QUESTIONS
    ]
    read = ratings_file.read(file(tmp_path, *rows), rubric())
    assert ranking.document(ranking.rank(rubric(3), read)) == ranking.document(ranking.rank(rubric(3), cards))


def test_rows_in_any_order_are_the_same_scorecards(tmp_path: Path) -> None:
    """What shares candidate, interviewer, round and time is one scorecard."""
    rows = [f"{c.candidate},{c.interviewer},t,{q},{x},{TIME}" for c in MISSING for q, x in c.ratings.items()]
    one = ratings_file.read(file(tmp_path, *rows), rubric())
    two = ratings_file.read(file(tmp_path, *sorted(rows, key=lambda row: row[::-1])), rubric())
    assert ranking.document(ranking.rank(rubric(), one)) == ranking.document(ranking.rank(rubric(), two))


def test_every_bad_rating_is_told_with_its_row_all_at_once(tmp_path: Path) -> None:
    """6, 0, 3.5, four, nan."""
    ratings = ["6", "0", "3.5", "four", "nan", "-1", "5"]
    rows = [f"Ana,I{n},t,T1,{rating},{TIME}" for n, rating in enumerate(ratings)]
    assert faults(file(tmp_path, *rows)) == [
        f'{row}:rating: "{rating}" is not a whole number from 1 to 5' for row, rating in enumerate(ratings[:-1], 2)
    ]


def test_unknown_question_gets_the_nearest_name(tmp_path: Path) -> None:
    """Did you mean."""
    with pytest.raises(InvalidInput) as refused:
        ratings_file.read(file(tmp_path, f"Ana,I1,t,T11,3,{TIME}"), rubric())
    assert str(refused.value.faults[0]).endswith(
        ':2:question: "T11" is not a question of this role; did you mean "T1"?'
    ) or "use one of" in str(refused.value.faults[0])


def test_the_same_question_twice_in_one_scorecard(tmp_path: Path) -> None:
    """Never averaged silently, wherever the second row stands, and also when the first was left empty."""
    path = file(
        tmp_path,
        f"Ana,I1,t,T1,3,{TIME}",
        f"Ben,I1,t,T1,3,{TIME}",
        f"Ana,I1,t,T1,3,{TIME}",
        f"Ana,I1,t,T2,,{TIME}",
        f"Ana,I1,t,T2,4,{TIME}",
    )
    assert faults(path) == [
        '4:question: I1 rates "T1" for Ana a second time in one scorecard',
        '6:question: I1 rates "T2" for Ana a second time in one scorecard',
    ]


def test_a_later_scorecard_of_the_same_interviewer_supersedes(tmp_path: Path) -> None:
    """Another time is another scorecard, not a second rating."""
    path = file(tmp_path, f"Ana,I1,t,T1,3,{TIME}", "Ana,I1,t,T1,5,2026-03-01T12:00:00+01:00")
    result = ranking.rank(rubric(), ratings_file.read(path, rubric()))
    assert result.as_of == "2026-03-01T11:00:00Z"
    assert result.candidates[0].competencies["tech"].score == 5
    assert any("1 scorecard superseded" in note for note in result.notes)


@pytest.mark.parametrize(
    "time", ["", "yesterday", "2026-13-01T10:00:00Z", "2026-03-01T25:00:00Z", "01.03.2026", "1772359200"]
)
def test_bad_and_missing_times(tmp_path: Path, time: str) -> None:
    """The fault stands in the column submitted_at."""
    (only,) = faults(file(tmp_path, f"Ana,I1,t,T1,3,{time}"))
    assert only.startswith("2:submitted_at: ")


@pytest.mark.parametrize(
    ("time", "read"),
    [
        ("2026-03-01T10:00:00Z", "2026-03-01T10:00:00Z"),
        ("2026-03-01T10:00:00.250Z", "2026-03-01T10:00:00.25Z"),
        ("2026-03-01T10:00:00+02:00", "2026-03-01T08:00:00Z"),
        ("2026-03-01 10:00", "2026-03-01T10:00:00Z"),
        ("2026-03-01", "2026-03-01T00:00:00Z"),
    ],
)
def test_times_as_people_write_them(time: str, read: str) -> None:
    """All become UTC; without an offset they are UTC already."""
    assert ratings_file.utc(time) == read


def test_missing_names(tmp_path: Path) -> None:
    """A rating must be somebody's about somebody."""
    assert faults(file(tmp_path, f" ,I1,t,T1,3,{TIME}", f"Ana,,t,T1,3,{TIME}", f"Ana,I1,t,,3,{TIME}")) == [
        "2:candidate: the candidate is missing",
        "3:interviewer: the interviewer is missing",
        "4:question: the question is missing",
    ]


@pytest.mark.parametrize("content", ["", "\n", HEADER, HEADER + "\n", HEADER + "\r\n\r\n"])
def test_an_empty_file_ranks_nobody_and_says_so(tmp_path: Path, content: str) -> None:
    """Nothing wrong with it, nothing in it."""
    path = tmp_path / "ratings.csv"
    path.write_bytes(content.encode())
    result = ranking.rank(rubric(), ratings_file.read(path, rubric()))
    assert result.candidates == ()
    assert "nobody is ranked" in ranking.table(result, rubric(), 80)
    assert any("nobody is ranked" in note for note in result.notes)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("bom", ["", "\ufeff"])
def test_separators_byte_order_marks_and_column_order(tmp_path: Path, separator: str, bom: str) -> None:
    """As people's spreadsheets save it."""
    path = tmp_path / "ratings.csv"
    rows = [
        ["submitted_at", "rating", "question", "round", "interviewer", "candidate"],
        [TIME, "4", "T1", "t", "I1", "Ana"],
    ]
    path.write_text(bom + "\r\n".join(separator.join(row) for row in rows), encoding="utf-8", newline="")
    (card,) = ratings_file.read(path, rubric())
    assert (card.candidate, card.interviewer, dict(card.ratings)) == ("Ana", "I1", {"T1": 4})


def test_broken_files_get_the_words_of_the_question_bank(tmp_path: Path) -> None:
    """Unknown, missing and double columns, wrong widths, open quotes, Windows-1252, a directory, no file at all."""
    path = tmp_path / "ratings.csv"
    broken = {
        b"candidate,interviewer,round,question,ratting,submitted_at\n": "ratting",
        HEADER.encode() + b",rating\n": "rating",
        HEADER.encode() + f"\nAna,I1,t,T1,3,{TIME},extra\n".encode(): "2:",
        HEADER.encode() + f'\n"Ana,I1,t,T1,3,{TIME}\n'.encode(): "quote",
        HEADER.encode() + f"\nAn\xe9,I1,t,T1,3,{TIME}\n".encode("cp1252"): "Windows-1252",
        HEADER.encode() + f"\nAn\0a,I1,t,T1,3,{TIME}\n".encode(): "NUL",
    }
    for content, words in broken.items():
        path.write_bytes(content)
        assert words in "\n".join(faults(path)), content
    assert "directory" in faults(tmp_path)[0]
    assert "no such file" in faults(tmp_path / "none.csv")[0]
    assert "a device, not a file" in faults(Path("/dev/zero"))[0]


def test_faults_of_shape_and_of_value_are_told_together(tmp_path: Path) -> None:
    """One visit to the editor."""
    path = file(tmp_path, f"Ana,I1,t,T1,9,{TIME}", f"Ana,I1,t,T2,3,{TIME},extra")
    assert [fault.split(":")[0] for fault in faults(path)] == ["2", "3"]


def test_one_accent_written_in_two_ways_is_one_person(tmp_path: Path) -> None:
    """Composed and decomposed letters look the same and are the same."""
    cards = ratings_file.read(file(tmp_path, f"Zo\u00eb,I1,t,T1,3,{TIME}", f"Zoe\u0308,I2,t,T1,3,{TIME}"), rubric())
    assert {card.candidate for card in cards} == {"Zo\u00eb"}


def test_a_wrong_file_is_not_answered_by_a_million_messages(tmp_path: Path) -> None:
    """The first ten thousand, and how many more there are."""
    told = faults(file(tmp_path, *(f"Ana,I{n},t,T1,9,{TIME}" for n in range(10_500))))
    assert len(told) == 10_001
    assert told[0] == "0:: 500 more faults like those below"


@pytest.mark.parametrize(
    ("column", "first", "second"),
    [
        ("candidate", "Ana Ribeiro", "ana ribeiro"),
        ("candidate", "Ana Ribeiro", "Ana\u200b Ribeiro"),
        ("candidate", "Ana Ribeiro", "Ａna Ribeiro"),
        ("interviewer", "mara@example.com", "Mara@example.com"),
        ("round", "technical", "Technical"),
    ],
)
def test_one_person_under_two_names_is_told(tmp_path: Path, column: str, first: str, second: str) -> None:
    """Two names that look alike would rank one candidate twice, or make two interviewers of one."""
    row = {"candidate": "Ana Ribeiro", "interviewer": "mara@example.com", "round": "technical"}
    lines = [",".join({**row, column: name}.values()) + f",K1,4,{TIME}" for name in (first, second)]
    (told,) = faults(file(tmp_path, *lines))
    assert told.startswith(f"3:{column}: ")
    assert "looks like another spelling of" in told


def test_spaces_make_no_second_person(tmp_path: Path) -> None:
    """Doubled and unbreakable ones are one space, as in the form."""
    names = ("Ana Ribeiro", "Ana  Ribeiro ", "Ana\u00a0Ribeiro")
    lines = [f"{name},i{at},,K1,4,{TIME}" for at, name in enumerate(names)]
    assert {card.candidate for card in ratings_file.read(file(tmp_path, *lines), rubric())} == {"Ana Ribeiro"}
