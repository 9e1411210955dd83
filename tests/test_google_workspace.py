"""The client against a workspace that plays Google whole: consent, tokens, scopes, quotas, faults around a commit."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from pipeline import emulator
from pipeline.errors import NotSignedIn, PipelineError, Refused
from pipeline.google import auth, drive, forms, sheets, tokens
from pipeline.google.consent import SignedIn, Ways, login
from pipeline.google.refusals import DRIVE_FILE, ApiOff
from pipeline.google.retry import NotFound, OutcomeUnknown, Policy
from pipeline.google.session import Session, bearer, connect
from tests.test_google_auth import Person, key_file

TITLE = {"info": {"title": "Backend", "documentTitle": "Backend"}}


@dataclass
class Google:
    """A running workspace in Google's place, and its knobs."""

    url: str
    token: str
    directory: Path

    def control(self, what: str, **body: Any) -> Any:
        headers = {"authorization": f"Bearer {self.token}"}
        answer = requests.post(f"{self.url}/_emulator/{what}", json=body, headers=headers, timeout=10)
        assert answer.ok, answer.text
        return answer.json()

    def fault(self, method: str, **order: Any) -> None:
        self.control("faults", faults=[{"method": method, **order}])

    def client_file(self, client_id: str = "123-abc.apps.googleusercontent.com") -> Path:
        path = self.directory / f"{client_id}.json"
        installed = {
            "client_id": client_id,
            "client_secret": "GOCSPX-secret",
            "auth_uri": f"{self.url}/o/oauth2/v2/auth",
            "token_uri": f"{self.url}/token",
        }
        path.write_text(json.dumps({"installed": installed}))
        return path

    def sign_in(self, client_file: Path, email: str = "lee@example.com", scopes: str = "drive.file") -> SignedIn:
        consenting = Consenting(self, email)
        ways = Ways(say=consenting.say, browser=False, patience=20)
        return login(client_file, ways, scopes=scopes, base_url=self.url)

    def connect(self, client_file: Path, **policy: Any) -> Session:
        return connect(auth.user(client_file), base_url=self.url, policy=Policy(**policy))

    def owner(self, **policy: Any) -> Session:
        return connect(bearer(self.token), base_url=self.url, policy=Policy(**policy))


class Consenting(Person):
    """Fills the consent page in, leaving the boxes in `unticked` empty."""

    def __init__(self, google: Google, email: str, unticked: str = "", button: str = "allow") -> None:
        super().__init__(lambda asked: {})
        self.google, self.email, self.unticked, self.button = google, email, unticked, button

    def go(self) -> None:
        page = f"{self.google.url}/o/oauth2/v2/auth"
        boxes = {
            scope: "on" for scope in self.asked["scope"].split() if not self.unticked or self.unticked not in scope
        }
        form = {**boxes, "email": self.email, "token": self.google.token, self.button: "yes"}
        self.page = requests.post(page, params=self.asked, data=form, timeout=10).text


@pytest.fixture
def google(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Google]:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    with emulator.start(tmp_path / "workspace") as workspace:
        yield Google(workspace.url, workspace.token, tmp_path)


def forms_titled(session: Session, title: str) -> list[dict[str, Any]]:
    return drive.files_list(session, f"name = '{title}' and mimeType = '{drive.FORM}'")


# --- signing in ------------------------------------------------------------------------------------------------


def test_from_consent_to_a_form(google: Google) -> None:
    """Sign in, and the next command works with what was kept."""
    client = google.client_file()
    done = google.sign_in(client)
    assert (done.account, done.scopes) == ("lee@example.com", (DRIVE_FILE,))
    with google.connect(client) as session:
        form = forms.create(session, TITLE)
        assert forms.get(session, form["formId"])["info"]["title"] == "Backend"
        assert session.identity.account == "lee@example.com"


def test_declining_and_leaving_a_box_empty(google: Google) -> None:
    """Both say what happened; neither keeps anything."""
    client = google.client_file()
    for person, words in [
        (Consenting(google, "lee@example.com", button="cancel"), "The sign-in was cancelled"),
        (Consenting(google, "lee@example.com", unticked="forms.body"), "Google did not grant forms.body"),
    ]:
        with pytest.raises(NotSignedIn) as told:
            login(client, Ways(say=person.say, browser=False, patience=20), scopes="team", base_url=google.url)
        assert told.value.what.startswith(words)
    assert tokens.load("123-abc.apps.googleusercontent.com") is None


def test_the_second_sign_in_lasts_too(google: Google) -> None:
    """Google gives a refresh token at the first consent only, unless asked for consent again."""
    client = google.client_file()
    google.sign_in(client)
    assert google.sign_in(client).account == "lee@example.com"


def test_an_access_token_that_ran_out_is_renewed(google: Google) -> None:
    """An hour later, in the same run and in the next."""
    client = google.client_file()
    google.sign_in(client)
    google.control("clock", advance=7200)
    with google.connect(client) as session:
        drive.about_get(session)


def test_the_seven_days_of_testing_mode(google: Google) -> None:
    """The refresh token dies: exit 4, and the message names the cause and the cure."""
    client = google.client_file()
    google.sign_in(client)
    google.control("settings", refresh_token_days=7)
    google.control("clock", advance=8 * 86_400)
    with google.connect(client) as session, pytest.raises(NotSignedIn) as told:
        drive.about_get(session)
    assert "If this comes back every 7 days, the OAuth client is in testing mode" in told.value.next_step


def test_after_signing_out_the_token_is_dead(google: Google) -> None:
    """A copy of the file would open nothing."""
    client = google.client_file()
    google.sign_in(client)
    with google.connect(client) as session:
        drive.about_get(session)
        assert auth.logout(client).revoked
        with pytest.raises(NotSignedIn):
            drive.about_get(session)
    with pytest.raises(NotSignedIn, match="Nobody has signed in"):
        auth.user(client)


# --- who may do what -------------------------------------------------------------------------------------------


def test_a_file_of_another_client_is_out_of_sight(google: Google) -> None:
    """drive.file shows a client its own files; the message says why and offers `team`, which does see it."""
    mine, other = google.client_file(), google.client_file("456-def.apps.googleusercontent.com")
    google.sign_in(mine)
    google.sign_in(other)
    with google.connect(mine) as session:
        form_id = forms.create(session, TITLE)["formId"]
    with google.connect(other) as session, pytest.raises(PipelineError) as told:
        forms.get(session, form_id)
    assert "With the scope drive.file only files that this OAuth client made can be seen" in told.value.next_step
    google.sign_in(other, scopes="team")
    with google.connect(other) as session:
        assert forms.get(session, form_id)["formId"] == form_id


def test_an_api_that_is_switched_off(google: Google) -> None:
    """The first run of many: the address to open, exit 5."""
    google.control("settings", disabled=["forms"])
    with google.owner() as session, pytest.raises(ApiOff) as told:
        forms.create(session, TITLE)
    assert told.value.what.startswith("The Google Forms API is switched off")
    assert "https://console.developers.google.com/apis/api/forms.googleapis.com" in told.value.next_step


@pytest.mark.parametrize("what", ["form", "spreadsheet"])
def test_a_service_account_is_told_its_ways_out(google: Google, what: str) -> None:
    """It cannot own files, whatever Google calls it; and no minute is lost on retries that cannot help."""
    slept: list[float] = []
    credentials = auth.service_account(key_file(google.directory, f"{google.url}/token"))
    with connect(credentials, base_url=google.url, policy=Policy(sleep=slept.append)) as session:
        with pytest.raises(Refused) as told:
            if what == "form":
                forms.create(session, TITLE)
            else:
                drive.files_create(session, {"name": "x", "mimeType": drive.SPREADSHEET})
    assert told.value.next_step.startswith("A service account cannot own files. Three ways out:")
    assert slept == []


def test_a_service_account_acts_for_a_person_when_allowed(google: Google) -> None:
    """Domain-wide delegation, before and after the administrator allowed it."""
    key = key_file(google.directory, f"{google.url}/token")

    def make() -> dict[str, Any]:
        credentials = auth.service_account(key, subject="lee@example.com")
        with connect(credentials, base_url=google.url) as session:
            return forms.create(session, TITLE)

    with pytest.raises(NotSignedIn, match="may not act for that person"):
        make()
    google.control("settings", delegation=["robot@project.iam.gserviceaccount.com"])
    assert make()["info"]["title"] == "Backend"


# --- faults ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fault",
    [{"status": 503}, {"status": 500}, {"status": 502, "html": True}, {"status": 408}, {"drop": True}, {"delay": 1.0}],
    ids=["503", "500", "502-page", "408", "drop", "silence"],
)
@pytest.mark.parametrize("when", ["before", "after"])
def test_no_fault_doubles_a_form(google: Google, fault: dict[str, Any], when: str) -> None:
    """Whether the form was made, was not, or will be when the answer got lost: OutcomeUnknown, never a second form."""
    google.fault("forms.forms.create", when=when, **fault)
    with google.owner(timeout=0.5, sleep=lambda _: None) as session:
        with pytest.raises(OutcomeUnknown):
            forms.create(session, TITLE)
    made = when == "after" or "delay" in fault
    with google.owner() as session:
        for _ in range(40):
            if len(forms_titled(session, "Backend")) == made:
                break
            time.sleep(0.05)  # the slow one is still at it
        assert len(forms_titled(session, "Backend")) == made


@pytest.mark.parametrize("when", ["before", "after"])
def test_reading_back_settles_a_lost_answer(google: Google, when: str) -> None:
    """Found in Drive: taken; not found: made. One form either way."""
    google.fault("forms.forms.create", when=when, drop=True)
    with google.owner(sleep=lambda _: None) as session:

        def settled() -> dict[str, Any] | None:
            found = forms_titled(session, "Backend")
            return forms.get(session, found[0]["id"]) if found else None

        form = forms.create(session, TITLE, settled=settled)
        assert [file["id"] for file in forms_titled(session, "Backend")] == [form["formId"]]


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_deletion_whose_answer_got_lost(google: Google, when: str) -> None:
    """Gone is gone."""
    with google.owner(sleep=lambda _: None) as session:
        form_id = forms.create(session, TITLE)["formId"]
        google.fault("drive.files.delete", when=when, drop=True)
        drive.files_delete(session, form_id)
        with pytest.raises(NotFound):
            forms.get(session, form_id)


@pytest.mark.parametrize("when", ["before", "after"])
def test_sharing_whose_answer_got_lost(google: Google, when: str) -> None:
    """Sent twice, shared once."""
    person = {"type": "user", "emailAddress": "lee@example.com", "role": "reader", "view": "published"}
    with google.owner(sleep=lambda _: None) as session:
        form_id = forms.create(session, TITLE)["formId"]
        google.fault("drive.permissions.create", when=when, status=503)
        drive.permissions_create(session, form_id, person)
        published = [one for one in drive.permissions_list(session, form_id) if one.get("view") == "published"]
        assert [one["emailAddress"] for one in published] == ["lee@example.com"]


def test_a_token_refused_in_mid_run(google: Google) -> None:
    """401 once: renewed, and the run goes on."""
    client = google.client_file()
    google.sign_in(client)
    with google.connect(client) as session:
        form_id = forms.create(session, TITLE)["formId"]
        google.fault("forms.forms.get", status=401)
        assert forms.get(session, form_id)["formId"] == form_id


def test_a_token_endpoint_with_a_moment_of_weakness(google: Google) -> None:
    """503 at renewal passes; the person is not sent to sign in again for it."""
    client = google.client_file()
    google.sign_in(client)
    google.control("clock", advance=7200)
    google.fault("token", status=503, reason="temporarily_unavailable")
    with google.connect(client, sleep=lambda _: None) as session:
        drive.about_get(session)


def test_a_minutes_quota_is_waited_out(google: Google) -> None:
    """The 4th read of a minute that allows three, half-way through it: told, waited, done."""
    said: list[str] = []
    google.control("quota", limits={"sheets.read": 3})
    google.control("clock", now="2026-11-23T09:00:30Z", stopped=True)

    def pass_the_time(seconds: float) -> None:
        google.control("clock", advance=seconds)

    policy = Policy(sleep=pass_the_time, jitter=lambda: 0.0)
    with connect(bearer(google.token), base_url=google.url, policy=policy, on_wait=said.append) as session:
        sheet = drive.files_create(session, {"name": "x", "mimeType": drive.SPREADSHEET})["id"]
        for _ in range(4):
            sheets.get(session, sheet, fields="spreadsheetId")
    asks = f"The workspace at {google.url} asks us to wait"
    assert said == [
        f"{asks} {wait} s (quota: read requests per minute per user); attempt {attempt}"
        for wait, attempt in [(4, 4), (8, 5), (16, 6)]
    ]


def test_quota_that_never_comes_back(google: Google) -> None:
    """Bounded: what to do instead of waiting for ever."""
    now = 0.0

    def sleep(seconds: float) -> None:
        nonlocal now
        now += seconds

    google.control("quota", limits={"sheets.read": 0})
    with google.owner(give_up_after=30.0, sleep=sleep, clock=lambda: now) as session:
        sheet = drive.files_create(session, {"name": "x", "mimeType": drive.SPREADSHEET})["id"]
        with pytest.raises(Refused) as told:
            sheets.get(session, sheet, fields="spreadsheetId")
    assert now <= 30.0
    assert "kept asking us to wait when we tried to read the spreadsheet" in told.value.what


def test_the_browser_opens_by_itself(google: Google) -> None:
    """As on a desktop: the page opens, one presses Allow there, and nothing is typed in the terminal."""
    person = google.directory / "person.py"
    person.write_text(PERSON_IN_A_BROWSER.format(token=google.token))
    terminal = google.directory / "terminal.py"
    terminal.write_text(TERMINAL.format(client=google.client_file(), url=google.url))
    environment = {**os.environ, "BROWSER": f"{sys.executable} {person} %s &"}
    done = subprocess.run(
        [sys.executable, str(terminal)], capture_output=True, text=True, timeout=60, env=environment, check=False
    )
    assert done.stdout == "lee@example.com\n", done.stderr
    assert "Your browser opens Google's consent page" in done.stderr


PERSON_IN_A_BROWSER = """
import sys, requests
from urllib.parse import parse_qs, urlsplit
asked = {{key: values[0] for key, values in parse_qs(urlsplit(sys.argv[1]).query).items()}}
boxes = dict.fromkeys(asked["scope"].split(), "on")
requests.post(sys.argv[1], data={{**boxes, "email": "lee@example.com", "token": "{token}", "allow": "yes"}})
"""
TERMINAL = """
import sys
from pathlib import Path
from pipeline.google.consent import Ways, login
ways = Ways(say=lambda line: print(line, file=sys.stderr), patience=20)
print(login(Path("{client}"), ways, base_url="{url}").account)
"""
