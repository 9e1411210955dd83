"""The form as an interviewer fills it in, in a browser, against the running workspace."""

from __future__ import annotations

from typing import Any

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webdriver import WebDriver

from .conftest import Api, answer, block, fill_form, form_link, press, sent, shown, wait_for
from .items import LEVELS, SCORECARD, choice, page, paragraph, question

pytestmark = pytest.mark.browser

FILLED = {
    "Candidate": "Ana Lima",
    "How do you choose a database?": LEVELS[1],
    "Evidence: databases": "Compared two stores.\nMeasured both.",
    "Would you hire this person?": "Yes",
}


def test_a_scorecard_over_all_pages_arrives_as_a_response(browser: WebDriver, workspace: Any, api: Api) -> None:
    """What is chosen and typed on three pages is what the API gives back."""
    form_id = api.create_form("Scorecard", SCORECARD)

    browser.get(form_link(workspace, form_id))
    fill_form(browser, FILLED)

    assert api.answers(form_id) == {
        "00000001": ["Ana Lima"],
        "00000002": [LEVELS[1]],
        "00000003": ["Compared two stores.\nMeasured both."],
        "00000004": ["Yes"],
    }


def test_a_required_answer_left_out_is_refused_at_its_place(browser: WebDriver, workspace: Any, api: Api) -> None:
    """Next stays on the page, says what is missing beside the question, and puts the focus there."""
    form_id = api.create_form("Scorecard", SCORECARD)
    browser.get(form_link(workspace, form_id))
    answer(browser, "Candidate", "Ana Lima")
    press(browser, "Next")

    press(browser, "Next")

    card = block(browser, "How do you choose a database?")
    assert card.find_element(By.CSS_SELECTOR, ".fault").text.endswith("This question needs an answer.")
    assert browser.switch_to.active_element.get_attribute("name") == "entry.2"
    answer(browser, "How do you choose a database?", LEVELS[0])
    assert not card.find_element(By.CSS_SELECTOR, ".fault").is_displayed()
    assert api.responses(form_id) == []


def test_levels_show_number_name_and_anchor(browser: WebDriver, workspace: Any, api: Api) -> None:
    """An option `5 · name: anchor` is laid out as three things to read."""
    form_id = api.create_form("Scorecard", SCORECARD)
    browser.get(form_link(workspace, form_id))
    answer(browser, "Candidate", "Ana Lima")
    press(browser, "Next")

    best = block(browser, "How do you choose a database?").find_elements(By.CSS_SELECTOR, ".choice")[2]

    assert best.find_element(By.CSS_SELECTOR, ".level").text == "5"
    assert best.find_element(By.CSS_SELECTOR, "b").text == "Excellent"
    assert best.find_element(By.CSS_SELECTOR, ".anchor").text.startswith("Starts from access patterns")


def test_a_personal_link_comes_filled_in(browser: WebDriver, workspace: Any, api: Api) -> None:
    """Candidate and e-mail of a prefilled link stand in the form, to be changed or left."""
    form_id = api.create_form("Scorecard", SCORECARD, email="VERIFIED")

    browser.get(form_link(workspace, form_id, "?usp=pp_url&entry.1=Ben+Okafor&emailAddress=lee%40example.com"))

    candidate = block(browser, "Candidate").find_element(By.CSS_SELECTOR, "select")
    assert candidate.get_attribute("value") == "Ben Okafor"
    fill_form(browser, {key: value for key, value in FILLED.items() if key != "Candidate"})
    (response,) = api.responses(form_id)
    assert response["respondentEmail"] == "lee@example.com"
    assert response["answers"]["00000001"]["textAnswers"]["answers"] == [{"value": "Ben Okafor"}]


def test_the_form_fits_a_phone(phone: WebDriver, workspace: Any, api: Api) -> None:
    """Nothing reaches beyond 360 pixels on any page, and what is touched is big enough for a thumb."""
    form_id = api.create_form("Scorecard", SCORECARD, email="VERIFIED")
    phone.get(form_link(workspace, form_id, "?emailAddress=lee%40example.com&entry.1=Ana+Lima"))

    for _ in range(2):
        assert phone.execute_script("return document.documentElement.scrollWidth") <= 360
        heights = [one.size["height"] for one in shown(phone, ".choice, .button, select, input.text")]
        assert min(heights) >= 44
        if shown(phone, "fieldset[data-kind=radio]"):
            answer(phone, "How do you choose a database?", LEVELS[2])
        press(phone, "Next")


def test_the_keyboard_alone_is_enough(browser: WebDriver, workspace: Any, api: Api) -> None:
    """Tab, arrows, typing, space and Enter fill the form in and send it."""
    form_id = api.create_form("Scorecard", SCORECARD)
    browser.get(form_link(workspace, form_id))

    def keys(*pressed: str) -> None:
        for key in pressed:
            browser.switch_to.active_element.send_keys(key)

    browser.find_element(By.TAG_NAME, "body").send_keys(Keys.TAB)
    keys("Ana", Keys.TAB, Keys.ENTER)  # the drop-down by its first letters, then Next
    keys(Keys.TAB, Keys.SPACE, Keys.ARROW_DOWN, Keys.TAB)  # the first level, then the one below it
    keys("Two sentences.", Keys.TAB, Keys.TAB, Keys.ENTER)  # past Back, Next
    keys(Keys.TAB, Keys.SPACE, Keys.TAB, Keys.TAB, Keys.TAB, Keys.ENTER)  # Strong no, summary, Back, Submit
    sent(browser)

    assert api.answers(form_id) == {
        "00000001": ["Ana Lima"],
        "00000002": [LEVELS[1]],
        "00000003": ["Two sentences."],
        "00000004": ["Strong no"],
    }


HOSTILE = '<img src=x onerror="document.title=1"> & {{ 7*7 }} "\''


def test_hostile_text_is_shown_as_text(browser: WebDriver, workspace: Any, api: Api) -> None:
    """Titles, descriptions and options that look like HTML stay letters on the page and come back whole."""
    items = [
        paragraph("00000001", HOSTILE, description=HOSTILE),
        choice("00000002", "Options", HOSTILE, "Other thing"),
        choice("00000003", "Drop-down", HOSTILE, "Other thing", kind="DROP_DOWN"),
    ]
    form_id = api.create_form(HOSTILE, items)

    browser.get(form_link(workspace, form_id))

    assert browser.find_element(By.TAG_NAME, "h1").text == HOSTILE
    assert browser.title == HOSTILE
    assert browser.find_elements(By.CSS_SELECTOR, "main img, form img") == []
    fill_form(browser, {HOSTILE: HOSTILE, "Options": HOSTILE, "Drop-down": HOSTILE})
    assert api.answers(form_id) == {"00000001": [HOSTILE], "00000002": [HOSTILE], "00000003": [HOSTILE]}


def test_without_scripts_everything_stands_on_one_page(browser: WebDriver, workspace: Any, api: Api) -> None:
    """The server checks what was sent, keeps what was typed, and says at the question what is missing."""
    form_id = api.create_form("Scorecard", [paragraph("00000001", "Evidence"), page("0000000a", "Overall"),
                                            choice("00000002", "Hire?", "No", "Yes")])  # fmt: skip
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})

    browser.get(form_link(workspace, form_id))
    answer(browser, "Evidence", "Typed without scripts")
    answer(browser, "Hire?", "Yes")
    press(browser, "Submit")

    sent(browser)
    assert api.answers(form_id) == {"00000001": ["Typed without scripts"], "00000002": ["Yes"]}


def test_a_refused_form_keeps_everything_that_was_typed(browser: WebDriver, workspace: Any, api: Api) -> None:
    """When the server says no (a responder who may not answer), the page comes back full, with the reason on top."""
    form_id = api.create_form("Scorecard", SCORECARD, email="VERIFIED")
    browser.get(form_link(workspace, form_id))
    api.session.delete(f"{api.url}/drive/v3/files/{form_id}/permissions/anyoneWithLinkp", timeout=9).raise_for_status()
    answer(browser, "Candidate", "Ana Lima")
    browser.find_element(By.ID, "emailAddress").send_keys("nobody@example.com")
    press(browser, "Next")
    answer(browser, "How do you choose a database?", LEVELS[2])
    answer(browser, "Evidence: databases", "Long notes")
    press(browser, "Next")
    answer(browser, "Would you hire this person?", "No")

    press(browser, "Submit")

    wait_for(browser, lambda: shown(browser, "#summary"))
    assert "not shared with you" in browser.find_element(By.ID, "summary").text
    press(browser, "Next")
    assert (
        block(browser, "Evidence: databases").find_element(By.TAG_NAME, "textarea").get_attribute("value")
        == "Long notes"
    )


def test_a_reload_keeps_the_draft(browser: WebDriver, workspace: Any, api: Api) -> None:
    """Ten minutes of typing survive a reload in the same tab; after sending nothing is left behind."""
    form_id = api.create_form("Scorecard", SCORECARD)
    browser.get(form_link(workspace, form_id))
    answer(browser, "Candidate", "Ben Okafor")
    press(browser, "Next")
    answer(browser, "Evidence: databases", "Half a thought")

    browser.refresh()

    fill_form(browser, {"How do you choose a database?": LEVELS[0], "Would you hire this person?": "No"})
    assert api.answers(form_id)["00000003"] == ["Half a thought"]
    assert browser.execute_script("return sessionStorage.length") == 0


def test_a_form_closed_meanwhile_costs_no_typing(browser: WebDriver, workspace: Any, api: Api) -> None:
    """Sent to a form that was just closed, the answers are still in the form when it opens again."""
    form_id = api.create_form("Scorecard", [paragraph("00000001", "Evidence")])
    browser.get(form_link(workspace, form_id))
    answer(browser, "Evidence", "An hour of notes")
    api.publish(form_id, accepting=False)
    press(browser, "Submit")
    wait_for(browser, lambda: browser.find_element(By.TAG_NAME, "h1").text == "This form is closed")
    api.publish(form_id, accepting=True)

    browser.get(form_link(workspace, form_id))

    assert block(browser, "Evidence").find_element(By.TAG_NAME, "textarea").get_attribute("value") == "An hour of notes"


def test_back_goes_to_the_page_before(browser: WebDriver, workspace: Any, api: Api) -> None:
    """The form's Back and the browser's own both lead to the previous page of the form."""
    form_id = api.create_form("Scorecard", SCORECARD)
    browser.get(form_link(workspace, form_id))
    answer(browser, "Candidate", "Ana Lima")
    press(browser, "Next")
    assert shown(browser, ".progress")[0].text == "Page 2 of 3"

    press(browser, "Back")
    wait_for(browser, lambda: shown(browser, ".progress")[0].text == "Page 1 of 3")
    browser.forward()
    wait_for(browser, lambda: shown(browser, ".progress")[0].text == "Page 2 of 3")
    browser.back()
    wait_for(browser, lambda: shown(browser, ".progress")[0].text == "Page 1 of 3")


@pytest.mark.parametrize("published", [True, False])
def test_a_form_that_takes_no_answers_says_so(browser: WebDriver, workspace: Any, api: Api, published: bool) -> None:
    """Closed and unpublished forms explain themselves and show no question."""
    form_id = api.create_form("Scorecard", SCORECARD, published=False)
    if published:
        api.publish(form_id, accepting=False)

    browser.get(form_link(workspace, form_id))

    assert browser.find_element(By.TAG_NAME, "h1").text == (
        "This form is closed" if published else "This form is not open"
    )
    assert browser.find_elements(By.TAG_NAME, "form") == []


def test_every_kind_of_question_can_be_answered(browser: WebDriver, workspace: Any, api: Api) -> None:
    """Scale, stars, dates, times, other and grids give the texts that Google documents."""
    grid = {
        "itemId": "00000008",
        "title": "Grid",
        "questionGroupItem": {
            "grid": {"columns": {"type": "RADIO", "options": [{"value": "Low"}, {"value": "High"}]}},
            "questions": [{"questionId": "00000018", "required": True, "rowQuestion": {"title": "Reads"}}],
        },
    }
    items = [
        question("00000001", "Scale", {"scaleQuestion": {"low": 0, "high": 10}}),
        question("00000002", "Stars", {"ratingQuestion": {"ratingScaleLevel": 5, "iconType": "STAR"}}),
        question("00000003", "Date", {"dateQuestion": {"includeYear": True}}),
        question("00000004", "Day", {"dateQuestion": {}}),
        question("00000005", "Time", {"timeQuestion": {}}),
        question("00000006", "Length", {"timeQuestion": {"duration": True}}),
        choice("00000007", "Tools", "Python", "Go", kind="CHECKBOX", other=True),
        grid,
        {"itemId": "00000009", "title": "A word", "description": "in between", "textItem": {}},
    ]
    form_id = api.create_form("All kinds", items)
    browser.get(form_link(workspace, form_id))
    answer(browser, "Scale", "10")
    answer(browser, "Stars", "4")
    answer(browser, "Date", "11232026")
    answer(browser, "Day", "02-29")
    answer(browser, "Time", "0930AM")
    answer(browser, "Length", "01:15")
    answer(browser, "Tools", "Go")
    block(browser, "Tools").find_element(By.CSS_SELECTOR, ".other .text").send_keys("Rust")
    press(browser, "Submit")
    assert "Every row" in block(browser, "Grid").find_element(By.CSS_SELECTOR, ".fault").text
    block(browser, "Grid").find_elements(By.CSS_SELECTOR, "td label")[1].click()

    press(browser, "Submit")

    sent(browser)
    assert api.answers(form_id) == {
        "00000001": ["10"],
        "00000002": ["4"],
        "00000003": ["2026-11-23"],
        "00000004": ["02-29"],
        "00000005": ["09:30"],
        "00000006": ["01:15"],
        "00000007": ["Go", "Rust"],
        "00000018": ["High"],
    }
