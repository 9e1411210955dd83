"""An access request: everything that is stored about one candidate, and nothing of the others."""

from __future__ import annotations

import io
import json as stdlib_json
import zipfile
from dataclasses import replace

import pytest

from pipeline.export import FORMATS, Report, about_one
from pipeline.scorecard import PanelRow, Problem
from pipeline.worksheets import StoredScorecard
from tests.export_examples import card, report_of

OTHERS = ("Zoltan Quirk", "Yvette Xavier", "Walburga Vock")


def request() -> Report:
    """Ana's: with an edited scorecard, a remark that names another candidate, and a problem."""
    people = ("ivo@example.com", "mara@example.com")
    cards = [card(name, who, 3, 4, 3, 3, 4, 3) for name in OTHERS[:2] for who in people]
    cards.append(card(OTHERS[2], "ivo@example.com", 1, 1, 1, 1, 1, 1))
    cards.append(card("Ana Ribeiro", "ivo@example.com", 5, 4, 4, 4, 5, 5, said="Better than zoltan quirk by far."))
    cards.append(card("Ana Ribeiro", "mara@example.com", 3, 4, 4, 4, 5, 5, summary="Hire her before Yvette Xavier."))
    report = report_of(cards)
    old = StoredScorecard(card("Ana Ribeiro", "ivo@example.com", 2, 2, 2, 2, 2, 2, said="first draft"), "superseded")
    mine = Problem("late", "came late, unlike Walburga Vock", "ask", "Ana Ribeiro", "ivo@example.com")
    theirs = Problem("late", "Yvette Xavier: late", "ask", "Yvette Xavier")
    report = replace(report, scorecards=(*report.scorecards, old), problems=(mine, theirs))
    return about_one(
        replace(report, panel=(*report.panel, PanelRow("Ben Idle", "noor@example.com", "team"))), "Ana Ribeiro"
    )


def text_of(content: bytes) -> str:
    if content[:2] != b"PK":
        return content.decode()
    parts = zipfile.ZipFile(io.BytesIO(content))
    return "\n".join(parts.read(name).decode() for name in parts.namelist())


@pytest.mark.parametrize("ending", FORMATS)
def test_other_candidates_are_nowhere_in_the_file(ending: str) -> None:
    """Not in rankings, explanations, notes, problems, charts or free texts."""
    text = text_of(FORMATS[ending](request())).casefold()
    assert "ana ribeiro" in text
    for name in (*OTHERS, "Ben Idle"):
        assert not [part for part in name.casefold().split() if part in text and part != "ben"], name


@pytest.mark.parametrize("ending", FORMATS)
def test_all_that_is_stored_about_the_candidate_is_in_the_file(ending: str) -> None:
    """Evidence, a replaced scorecard, the problem, and how the score came about."""
    text = text_of(FORMATS[ending](request()))
    for part in (
        "Better than [another candidate] by far.",
        "first draft",
        "superseded",
        "came late",
        "mara@example.com",
    ):
        assert part in text, part
    assert "Hire her before [another candidate]." in text


def test_the_explanation_speaks_of_places_instead_of_names() -> None:
    """The place among the others is the candidate's own; who they are is not."""
    told = request().explanation("Ana Ribeiro").text()
    assert "Rank 1 of 3" in told
    assert "the candidate ranked 2nd" in told


def test_json_holds_the_explanation_and_no_interviewer_s_calibration() -> None:
    """Severities of people over other candidates are not about this one."""
    told = stdlib_json.loads(FORMATS[".json"](request()))
    assert told["interviewers"] == []
    assert set(told["agreement"].values()) == {None}
    assert told["notes"] == []
    assert told["explanation"]["candidate"] == "Ana Ribeiro"
    assert [each["status"] for each in told["scorecards"]] == ["counted", "counted", "superseded"]


def test_the_candidate_s_own_name_stays_even_when_it_holds_another_s() -> None:
    """Ana is another candidate; Ana Ribeiro keeps her name, and 'banana' is a word."""
    cards = [card("Ana", "ivo@example.com", 3, 3, 3, 3, 3, 3)]
    cards.append(
        card("Ana Ribeiro", "ivo@example.com", 4, 4, 4, 4, 4, 4, said="Ana Ribeiro ate a banana, Ana did not.")
    )
    one = about_one(report_of(cards), "Ana Ribeiro")
    said = one.counted[0].evidence["databases"]
    assert said == "Ana Ribeiro ate a banana, [another candidate] did not."


@pytest.mark.parametrize("ending", FORMATS)
def test_a_candidate_known_from_the_panel_alone_gets_a_file(ending: str) -> None:
    """Planned interviews are stored data too."""
    report = replace(report_of([]), panel=(PanelRow("Ana", "ivo@example.com", "technical", "2026-03-02T09:00:00Z"),))
    assert "ivo@example.com" in text_of(FORMATS[ending](about_one(report, "Ana"))) or ending == ".xlsx"
