"""Who gets in, and the pages that only the owner sees."""

from __future__ import annotations

from typing import Any

import pytest
import requests
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webdriver import WebDriver

from .conftest import Api, shown, sign_in
from .items import SCORECARD

browser_only = pytest.mark.browser
SECONDS = 10


@browser_only
def test_the_token_lets_in_once_and_is_gone_from_the_address(browser: WebDriver, workspace: Any) -> None:
    """The link with the token leads to the page without it; from then on the browser is let in."""
    sign_in(browser, workspace)
    assert browser.current_url == f"{workspace.url}/"
    assert browser.find_element(By.TAG_NAME, "h1").text == "Local workspace"

    browser.get(f"{workspace.url}/")

    assert browser.find_element(By.TAG_NAME, "h1").text == "Local workspace"
    (cookie,) = browser.get_cookies()
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Strict")
    assert workspace.token not in cookie["value"]


@browser_only
def test_home_lists_files_with_their_state(browser: WebDriver, workspace: Any, api: Api) -> None:
    """Forms and spreadsheets with kind, state and links; the latest change first."""
    api.create_form("Technical", SCORECARD)
    api.create_form("Team", SCORECARD, published=False)
    api.create_spreadsheet("Hiring")

    sign_in(browser, workspace)

    rows = [row.text.replace("\n", " ") for row in shown(browser, "tbody tr")]
    assert rows == [
        "Hiring Spreadsheet just now Open",
        "Team Form Not published 0 responses just now",
        "Technical Form Accepting answers 0 responses just now Fill in",
    ]
    browser.find_element(By.LINK_TEXT, "Technical").click()
    assert browser.find_element(By.LINK_TEXT, "Open the form").get_attribute("href").endswith("/viewform")
    assert "entry.1" in browser.find_element(By.TAG_NAME, "main").text


@pytest.mark.parametrize("path", ["/", "/forms/d/{form}/edit", "/spreadsheets/d/{spreadsheet}/edit"])
@pytest.mark.parametrize("query", ["", "?token=wrong", "?token="])
def test_without_the_token_nothing_is_shown(workspace: Any, api: Api, path: str, query: str) -> None:
    """No page of the owner's says anything of its content; it says in words where the token is."""
    ids = {"form": api.create_form("Secret form", SCORECARD), "spreadsheet": api.create_spreadsheet("Secret sheet")}

    answer = requests.get(workspace.url + path.format(**ids) + query, timeout=SECONDS)

    assert answer.status_code == 403
    assert "workspace.token" in answer.text
    assert "Secret" not in answer.text
    assert workspace.token not in answer.text


def test_the_cookie_is_no_key_to_the_api(workspace: Any) -> None:
    """What the browser keeps opens pages only."""
    session = requests.Session()
    session.get(f"{workspace.url}/?token={workspace.token}", timeout=SECONDS).raise_for_status()
    (word,) = session.cookies.values()

    with_cookie = session.get(f"{workspace.url}/drive/v3/files", timeout=SECONDS)
    as_token = requests.get(
        f"{workspace.url}/drive/v3/files", headers={"Authorization": f"Bearer {word}"}, timeout=SECONDS
    )

    assert (with_cookie.status_code, as_token.status_code) == (401, 401)


def test_another_sites_page_changes_nothing(workspace: Any, api: Api) -> None:
    """A request that names another origin is refused, cookie or not."""
    spreadsheet = api.create_spreadsheet("Hiring")
    session = requests.Session()
    session.get(f"{workspace.url}/?token={workspace.token}", timeout=SECONDS).raise_for_status()
    change = {"gid": 0, "row": 0, "column": 0, "values": [["x"]]}
    where = f"{workspace.url}/spreadsheets/d/{spreadsheet}/cells"

    refused = session.post(where, json=change, headers={"Origin": "http://evil.example"}, timeout=SECONDS)
    taken = session.post(where, json=change, headers={"Origin": workspace.url}, timeout=SECONDS)

    assert (refused.status_code, taken.status_code) == (403, 200)
    assert requests.post(where, json=change, timeout=SECONDS).status_code == 403


def test_pages_allow_no_inline_script_and_nothing_from_elsewhere(workspace: Any, api: Api) -> None:
    """Each page carries a content security policy that names this address only."""
    form_id = api.create_form("Technical", SCORECARD)
    spreadsheet = api.create_spreadsheet("Hiring")
    session = requests.Session()
    session.get(f"{workspace.url}/?token={workspace.token}", timeout=SECONDS)

    for path in (
        "/",
        f"/forms/d/e/{form_id}/viewform",
        f"/forms/d/{form_id}/edit",
        f"/spreadsheets/d/{spreadsheet}/edit",
    ):
        answer = session.get(workspace.url + path, timeout=SECONDS)
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self';" in policy
        assert "unsafe" not in policy
        assert "<script>" not in answer.text
        assert " style=" not in answer.text
        assert "://" not in answer.text.replace('xmlns="http://www.w3.org/2000/svg"', "")


def test_an_address_that_is_no_page_is_answered_in_words(workspace: Any) -> None:
    """A 404 with a way back, under the same policy as every page."""
    answer = requests.get(f"{workspace.url}/forms", timeout=SECONDS)

    assert answer.status_code == 404
    assert "There is no such page" in answer.text
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("query", ["gid=zz", "gid=77", "from=abc", "from=-5", f"from={10**20}", f"gid={10**30}&from="])
def test_an_odd_address_of_a_spreadsheet_shows_what_there_is(workspace: Any, api: Api, query: str) -> None:
    """A worksheet or row that does not exist is no reason to show nothing."""
    spreadsheet = api.create_spreadsheet("Hiring")
    session = requests.Session()
    session.get(f"{workspace.url}/?token={workspace.token}", timeout=SECONDS)

    answer = session.get(f"{workspace.url}/spreadsheets/d/{spreadsheet}/edit?{query}", timeout=SECONDS)

    assert answer.status_code == 200
    assert 'aria-current="page">Sheet1' in answer.text


@pytest.mark.parametrize(
    "change",
    [
        None,
        [],
        {"gid": 0},
        {"gid": 0, "row": -1, "column": 0, "values": [["a"]]},
        {"gid": 0, "row": 0, "column": 0, "values": []},
        {"gid": 0, "row": 0, "column": 0, "values": [[1]]},
        {"gid": 0, "row": 0, "column": 0, "values": [["\ud800"]]},
        {"gid": 5, "row": 0, "column": 0, "values": [["no such worksheet"]]},
        {"gid": 0, "row": 10**9, "column": 0, "values": [["below the grid"]]},
        {"gid": 0, "row": 0, "column": 0, "values": [["x" * 50_001]]},
    ],
)
def test_a_change_that_makes_no_sense_is_refused_in_words(workspace: Any, api: Api, change: Any) -> None:
    """Nothing is written, and the answer says why."""
    spreadsheet = api.create_spreadsheet("Hiring")
    session = requests.Session()
    session.get(f"{workspace.url}/?token={workspace.token}", timeout=SECONDS)

    answer = session.post(f"{workspace.url}/spreadsheets/d/{spreadsheet}/cells", json=change, timeout=SECONDS)

    assert answer.status_code == 400
    assert answer.json()["error"]
    assert api.values(spreadsheet, "A1:Z9") == []
