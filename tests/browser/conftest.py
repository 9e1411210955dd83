"""A real browser on a real workspace: Debian's Chromium, headless, and the helpers that tests drive pages with."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import requests
from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

from pipeline import emulator

Json = dict[str, Any]

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
CHROMEDRIVER = shutil.which("chromedriver") or "/usr/bin/chromedriver"
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
SECONDS = 10


# --- starting --------------------------------------------------------------------------------------------------------


def start_browser(profile: Path, *, width: int = 1366, height: int = 900) -> WebDriver:
    """Chromium with an empty profile; skips the test, saying so, where it is not installed."""
    for program in (CHROMIUM, CHROMEDRIVER):
        if not Path(program).exists():
            told = pytest.fail if os.environ.get("PIPELINE_REQUIRE_BROWSER") else pytest.skip
            told(f"NO BROWSER TESTS: {program} is missing; install the packages chromium and chromium-driver")
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for flag in (*FLAGS, f"--window-size={width},{height}", f"--user-data-dir={profile}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    return webdriver.Chrome(options=options, service=Service(CHROMEDRIVER))


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebDriver]:
    driver = start_browser(tmp_path_factory.mktemp("profile"))
    yield driver
    driver.quit()


@pytest.fixture
def browser(chromium: WebDriver) -> Iterator[WebDriver]:
    """The browser on an empty page, laptop size, without cookies; afterwards no page may have broken its own rules."""
    chromium.execute_cdp_cmd("Network.clearBrowserCookies", {})
    chromium.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    chromium.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
    chromium.get("about:blank")
    chromium.get_log("browser")
    yield chromium
    complaints = [entry["message"] for entry in chromium.get_log("browser") if not _expected(entry["message"])]
    assert complaints == []


def _expected(message: str) -> bool:
    """A page that says no answers 400 or 403, which Chromium notes."""
    return "the server responded with a status of 4" in message


@pytest.fixture
def phone(browser: WebDriver) -> WebDriver:
    """The same browser as a phone 360 pixels wide."""
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride", {"width": 360, "height": 740, "deviceScaleFactor": 2, "mobile": True}
    )
    return browser


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Any]:
    with emulator.start(tmp_path / "workspace") as running:
        yield running


# --- what programs do, for the tests to begin with -------------------------------------------------------------------


class Api:
    """The workspace's API as any program meets it."""

    def __init__(self, workspace: Any) -> None:
        self.url = workspace.url
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {workspace.token}"

    def call(self, verb: str, path: str, body: Json | None = None) -> Json:
        answer = self.session.request(verb, self.url + path, json=body, timeout=SECONDS)
        assert answer.ok, answer.text
        return dict(answer.json())

    def create_form(
        self,
        title: str,
        items: list[Json],
        *,
        email: str = "DO_NOT_COLLECT",
        published: bool = True,
        shared: bool = True,
    ) -> str:
        """A form that anyone with its link may answer, unless it is not published or not shared; gives its id."""
        form_id = str(self.call("POST", "/v1/forms", {"info": {"title": title, "documentTitle": title}})["formId"])
        settings = {"settings": {"emailCollectionType": email}, "updateMask": "emailCollectionType"}
        requests_ = [{"createItem": {"item": item, "location": {"index": at}}} for at, item in enumerate(items)]
        self.call("POST", f"/v1/forms/{form_id}:batchUpdate", {"requests": [*requests_, {"updateSettings": settings}]})
        if shared:
            anyone = {"type": "anyone", "role": "reader", "view": "published"}
            self.call("POST", f"/drive/v3/files/{form_id}/permissions", anyone)
        if published:
            self.publish(form_id, accepting=True)
        return form_id

    def publish(self, form_id: str, *, accepting: bool) -> None:
        state = {"publishState": {"isPublished": True, "isAcceptingResponses": accepting}}
        self.call("POST", f"/v1/forms/{form_id}:setPublishSettings", {"publishSettings": state})

    def responses(self, form_id: str) -> list[Json]:
        return list(self.call("GET", f"/v1/forms/{form_id}/responses").get("responses", []))

    def answers(self, form_id: str) -> dict[str, list[str]]:
        """The texts of the only response, by question id."""
        (response,) = self.responses(form_id)
        return {
            question: [given["value"] for given in answer["textAnswers"]["answers"]]
            for question, answer in response["answers"].items()
        }

    def create_spreadsheet(self, title: str, *requests_: Json) -> str:
        made = self.call("POST", "/v4/spreadsheets", {"properties": {"title": title}})
        if requests_:
            self.update(made["spreadsheetId"], *requests_)
        return str(made["spreadsheetId"])

    def update(self, spreadsheet_id: str, *requests_: Json) -> None:
        self.call("POST", f"/v4/spreadsheets/{spreadsheet_id}:batchUpdate", {"requests": list(requests_)})

    def write(self, spreadsheet_id: str, where: str, values: list[list[Any]]) -> None:
        path = f"/v4/spreadsheets/{spreadsheet_id}/values/{quote(where, safe='')}?valueInputOption=USER_ENTERED"
        self.call("PUT", path, {"range": where, "values": values})

    def values(self, spreadsheet_id: str, where: str, render: str = "FORMATTED_VALUE") -> list[list[Any]]:
        path = f"/v4/spreadsheets/{spreadsheet_id}/values/{quote(where, safe='')}?valueRenderOption={render}"
        return list(self.call("GET", path).get("values", []))


@pytest.fixture
def api(workspace: Any) -> Api:
    return Api(workspace)


# --- what people do --------------------------------------------------------------------------------------------------


def wait_for(browser: WebDriver, true: Any, why: str = "") -> Any:
    """Whatever `true` gives once it is something; a page on its way out may be asked. Ten seconds at most."""
    return WebDriverWait(browser, SECONDS, 0.05, ignored_exceptions=(WebDriverException,)).until(lambda _: true(), why)


def sent(browser: WebDriver) -> None:
    """Wait for the page that says that a form was taken."""
    wait_for(browser, lambda: "recorded" in browser.find_element(By.TAG_NAME, "h1").text, "the form was not taken")


def form_link(workspace: Any, form_id: str, query: str = "") -> str:
    return f"{workspace.url}/forms/d/e/{form_id}/viewform{query}"


def sign_in(browser: WebDriver, workspace: Any, path: str = "/") -> None:
    """Open an owner's page as the printed link does, token and all."""
    browser.get(f"{workspace.url}{path}{'&' if '?' in path else '?'}token={workspace.token}")


def shown(browser: WebDriver, selector: str) -> list[WebElement]:
    """The elements that a person can see."""
    return [element for element in browser.find_elements(By.CSS_SELECTOR, selector) if element.is_displayed()]


def press(browser: WebDriver, words: str) -> None:
    """The visible button of that name."""
    (button,) = [button for button in shown(browser, "button") if button.text == words]
    button.click()


def block(browser: WebDriver, title: str) -> WebElement:
    """The visible card of the question with that title."""
    (found,) = [card for card in shown(browser, ".block") if _title(card) == title]
    return found


def _title(card: WebElement) -> str:
    return card.find_element(By.CSS_SELECTOR, ".title").text.removesuffix("*").strip()


def answer(browser: WebDriver, title: str, value: str) -> None:
    """Answer one question of the page shown: an option by its full text, anything else by typing."""
    card = block(browser, title)
    kind = card.get_attribute("data-kind")
    if kind in ("radio", "checkbox", "scale", "rating"):
        (option,) = [one for one in card.find_elements(By.CSS_SELECTOR, "input") if one.get_attribute("value") == value]
        option.find_element(By.XPATH, "./..").click()
    elif kind == "dropdown":
        card.find_element(By.CSS_SELECTOR, f"option[value={_quoted(value)}]").click()
    else:
        typed = card.find_element(By.CSS_SELECTOR, "input, textarea")
        typed.clear()
        typed.send_keys(value)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def fill_form(browser: WebDriver, answers: Mapping[str, str], *, email: str = "") -> None:
    """Walk the form that is open from its first page to the page after sending, answering by question title."""
    left = dict(answers)
    while True:
        if email and (typed := shown(browser, "#emailAddress")):
            typed[0].clear()
            typed[0].send_keys(email)
        for title in [_title(card) for card in shown(browser, ".block[data-kind]")]:
            if title in left:
                answer(browser, title, left.pop(title))
        if shown(browser, "button.send"):
            break
        at = _page(browser)
        press(browser, "Next")
        assert _page(browser) != at, "the page stays: " + "; ".join(fault.text for fault in shown(browser, ".fault"))
    assert not left, f"no question of the form is called {', '.join(left)}"
    press(browser, "Submit")
    sent(browser)


def _page(browser: WebDriver) -> str | None:
    (page,) = shown(browser, ".page")
    return page.get_attribute("data-page")


# --- the spreadsheet -------------------------------------------------------------------------------------------------


def cell(browser: WebDriver, name: str) -> WebElement:
    return browser.find_element(By.ID, f"cell-{name}")


def saved(browser: WebDriver) -> None:
    """Wait until what was typed is stored and the page shows it."""
    wait_for(browser, lambda: browser.find_element(By.ID, "state").text == "Saved", "the change was not saved")
