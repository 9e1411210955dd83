"""Signing in, renewing and signing out, with a server in Google's place that says what Google would."""

from __future__ import annotations

import json
import logging
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from pipeline.errors import CannotAsk, NotSignedIn
from pipeline.google import auth, drive, tokens
from pipeline.google.auth import SCOPES
from pipeline.google.consent import Ways, login
from pipeline.google.refusals import DRIVE_FILE
from pipeline.google.retry import Policy
from pipeline.google.session import connect
from pipeline.google.tokens import SavedSignIn
from tests.google_replay import Replay, Say, google_error, replay

CLIENT_ID = "123-abc.apps.googleusercontent.com"
ABOUT = Say(body={"user": {"emailAddress": "lee@example.com"}})
BAD_GRANT = Say(400, {"error": "invalid_grant", "error_description": "Token has been expired or revoked."})


def granted(scopes: str = DRIVE_FILE, **more: Any) -> Say:
    """The token endpoint's answer after consent."""
    token = {"access_token": "ya29.new", "expires_in": 3599, "token_type": "Bearer", "scope": scopes}
    return Say(body={"refresh_token": "1//refresh", **token, **more})


@pytest.fixture(autouse=True)
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


def client_file(directory: Path, google: str, **changes: Any) -> Path:
    installed = {
        "client_id": CLIENT_ID,
        "client_secret": "GOCSPX-secret",
        "auth_uri": f"{google}/o/oauth2/v2/auth",
        "token_uri": f"{google}/token",
        **changes,
    }
    path = directory / "client.json"
    path.write_text(json.dumps({"installed": installed}))
    return path


def saved(scopes: tuple[str, ...] = (DRIVE_FILE,), account: str = "lee@example.com", expiry: str = "") -> SavedSignIn:
    sign_in = SavedSignIn(CLIENT_ID, account, scopes, "1//refresh", "ya29.old" if expiry else "", expiry)
    tokens.save(sign_in)
    return sign_in


@dataclass
class Person:
    """Somebody in front of the consent page: reads the address from the terminal and answers as told."""

    answer: Callable[[dict[str, str]], dict[str, str]]
    told: list[str] = field(default_factory=list)
    asked: dict[str, str] = field(default_factory=dict)
    page: str = ""

    def ways(self, **more: Any) -> Ways:
        return Ways(say=self.say, browser=False, **{"patience": 20.0, **more})

    def say(self, line: str) -> None:
        self.told.append(line)
        if "/o/oauth2/v2/auth?" in line:
            url = next(word for word in line.split() if word.startswith("http"))
            self.asked = {key: values[0] for key, values in parse_qs(urlsplit(url).query).items()}
            threading.Thread(target=self.go, daemon=True).start()

    def go(self) -> None:
        answer = requests.get(self.asked["redirect_uri"], params=self.answer(self.asked), timeout=10)
        self.page = answer.text


def allowing() -> Person:
    return Person(lambda asked: {"state": asked["state"], "code": "4/code"})


def test_signing_in_asks_for_little_and_keeps_what_was_granted(tmp_path: Path) -> None:
    """drive.file alone, PKCE, a refresh token for good; kept with account and scopes."""
    person = allowing()
    with replay(granted(), ABOUT) as google:
        done = login(client_file(tmp_path, google.url), person.ways(), base_url=google.url)
    assert (done.account, done.scopes) == ("lee@example.com", (DRIVE_FILE,))
    asked = person.asked
    assert asked["scope"] == DRIVE_FILE
    assert asked["access_type"] == "offline"
    assert asked["code_challenge_method"] == "S256"
    assert urlsplit(asked["redirect_uri"]).hostname == "127.0.0.1"
    sent = parse_qs(google.asked[0][2].decode())
    assert len(sent["code_verifier"][0]) == 128
    kept = tokens.load(CLIENT_ID)
    assert kept is not None
    assert (kept.account, kept.scopes, kept.refresh_token) == ("lee@example.com", (DRIVE_FILE,), "1//refresh")


def test_the_page_says_that_the_person_may_go_back(tmp_path: Path) -> None:
    """What is left in the browser."""
    person = allowing()
    with replay(granted(), ABOUT) as google:
        login(client_file(tmp_path, google.url), person.ways(), base_url=google.url)
    assert "You have given your consent. You may close this page and go back to the terminal." in person.page


def test_without_a_browser_the_address_can_be_pasted(tmp_path: Path) -> None:
    """Another computer's browser ends on a page that it cannot load: its address is the answer."""
    lines: list[str] = []

    def ask(_: str) -> str:
        url = next(word for line in lines for word in line.split() if "/o/oauth2/v2/auth?" in word)
        asked = {key: values[0] for key, values in parse_qs(urlsplit(url).query).items()}
        return f" {asked['redirect_uri']}?state={asked['state']}&code=4/pasted&scope={DRIVE_FILE} "

    with replay(granted(), ABOUT) as google:
        ways = Ways(say=lines.append, ask=ask, browser=False, patience=20)
        done = login(client_file(tmp_path, google.url), ways, base_url=google.url)
    assert done.account == "lee@example.com"
    assert any("ssh -L" in line for line in lines)
    assert b"4%2Fpasted" in google.asked[0][2]


def test_without_a_browser_enter_waits_for_the_tunnel(tmp_path: Path) -> None:
    """The page was opened through ssh and came back by itself: nothing to paste."""
    person = allowing()
    with replay(granted(), ABOUT) as google:
        ways = person.ways(ask=lambda _: "")
        assert login(client_file(tmp_path, google.url), ways, base_url=google.url).account == "lee@example.com"


def test_a_pasted_text_that_is_no_answer_is_asked_for_again(tmp_path: Path) -> None:
    """Somebody pastes the page they came from."""
    person = allowing()
    answers = ["https://accounts.google.com/", "http://127.0.0.1:1/?state=forged&code=4/of-a-stranger", ""]
    with replay(granted(), ABOUT) as google:
        login(client_file(tmp_path, google.url), person.ways(ask=lambda _: answers.pop(0)), base_url=google.url)
    assert any(line.startswith("That is not the answer to this sign-in") for line in person.told)


def test_declining_is_said_in_both_places(tmp_path: Path) -> None:
    """Nothing is saved, exit 4; and the page does not congratulate."""
    person = Person(lambda asked: {"state": asked["state"], "error": "access_denied"})
    with replay(granted()) as google, pytest.raises(NotSignedIn, match="The sign-in was cancelled"):
        login(client_file(tmp_path, google.url), person.ways(), base_url=google.url)
    assert "Nothing was granted." in person.page
    assert google.asked == []
    assert tokens.load(CLIENT_ID) is None


def test_what_else_comes_to_the_port_is_ignored(tmp_path: Path) -> None:
    """A connection opened in advance, an icon, a stranger's code: the right answer still counts."""
    person = allowing()
    given = person.answer
    pages: list[int] = []
    silent: list[socket.socket] = []

    def answer(asked: dict[str, str]) -> dict[str, str]:
        to = asked["redirect_uri"]
        silent.append(socket.create_connection((urlsplit(to).hostname or "", urlsplit(to).port or 0)))
        pages.append(requests.get(f"{to}favicon.ico", timeout=5).status_code)
        pages.append(requests.get(to, params={"state": "forged", "code": "4/of-a-stranger"}, timeout=5).status_code)
        return given(asked)

    person.answer = answer
    with replay(granted(), ABOUT) as google:
        assert login(client_file(tmp_path, google.url), person.ways(), base_url=google.url).account == "lee@example.com"
    assert pages == [404, 404]
    assert b"stranger" not in google.asked[0][2]
    silent[0].close()


def test_nobody_answers(tmp_path: Path) -> None:
    """The page stays open and unread."""
    ways = Ways(say=lambda _: None, browser=False, patience=0.2)
    with replay(granted()) as google, pytest.raises(NotSignedIn, match="Nobody finished Google's consent page"):
        login(client_file(tmp_path, google.url), ways, base_url=google.url)


def test_a_box_left_empty_saves_nothing(tmp_path: Path) -> None:
    """Granular consent: what was not ticked is named, and an older sign-in stays as it was."""
    before = saved()
    with replay(granted(f"{DRIVE_FILE} https://www.googleapis.com/auth/spreadsheets")) as google:
        with pytest.raises(NotSignedIn) as told:
            login(client_file(tmp_path, google.url), allowing().ways(), scopes="team", base_url=google.url)
    assert (
        told.value.what
        == "Google did not grant forms.body, forms.responses.readonly, which is needed; nothing was saved."
    )
    assert tokens.load(CLIENT_ID) == before


def test_a_sign_in_that_would_not_last_is_not_kept(tmp_path: Path) -> None:
    """No refresh token: tomorrow it would be gone."""
    with replay(granted(refresh_token=None)) as google, pytest.raises(NotSignedIn, match="ends within the hour"):
        login(client_file(tmp_path, google.url), allowing().ways(), base_url=google.url)


def test_a_broader_sign_in_is_not_given_up_without_a_word(tmp_path: Path) -> None:
    """Signed in with `team`, now without: asked before the browser opens, exit 2."""
    saved(SCOPES["team"])
    with replay(granted()) as google:
        path = client_file(tmp_path, google.url)
        with pytest.raises(CannotAsk) as told:
            login(path, allowing().ways(), base_url=google.url)
        assert "spreadsheets, forms.body, forms.responses.readonly" in told.value.what
        assert google.asked == []
    with replay(granted(), ABOUT) as google:
        done = login(client_file(tmp_path, google.url), allowing().ways(), base_url=google.url, replace_wider=True)
        assert done.scopes == (DRIVE_FILE,)


def test_another_account_is_told_whom_it_replaces(tmp_path: Path) -> None:
    """One sign-in for each OAuth client."""
    saved(account="ana@example.com")
    person = allowing()
    with replay(granted(), ABOUT) as google:
        login(client_file(tmp_path, google.url), person.ways(), base_url=google.url)
    assert "This replaces the sign-in of ana@example.com." in person.told


def test_a_switched_off_api_does_not_lose_the_sign_in(tmp_path: Path) -> None:
    """The account's name needs the Drive API; without it the sign-in is kept, and what to enable is said."""
    off = google_error(403, "Google Drive API has not been used in project 1 before or it is disabled.")
    person = allowing()
    with replay(granted(), off) as google:
        done = login(client_file(tmp_path, google.url), person.ways(), base_url=google.url)
    assert done.account == ""
    assert tokens.load(CLIENT_ID) is not None
    assert any("The Google Drive API is switched off" in line for line in person.told)


def test_a_renewed_token_is_saved(tmp_path: Path) -> None:
    """The next command within the hour needs no renewal."""
    saved()
    renewed = Say(body={"access_token": "ya29.renewed", "expires_in": 3599, "token_type": "Bearer"})
    with replay(renewed, ABOUT) as google:
        path = client_file(tmp_path, google.url)
        for _ in range(2):
            with connect(auth.user(path), base_url=google.url) as session:
                assert drive.about_get(session) == ABOUT.body
        assert [path for _, path, _ in google.asked] == ["/token", "/drive/v3/about", "/drive/v3/about"]
        assert [one.get("authorization") for one in google.headers[1:]] == ["Bearer ya29.renewed"] * 2
    kept = tokens.load(CLIENT_ID)
    assert kept is not None
    assert (kept.access_token, kept.refresh_token, kept.account) == ("ya29.renewed", "1//refresh", "lee@example.com")


@pytest.mark.parametrize("meanwhile", ["signed out", "signed in anew"])
def test_a_long_run_does_not_undo_what_was_done_to_the_sign_in_meanwhile(tmp_path: Path, meanwhile: str) -> None:
    """`run --watch` renews its own token for as long as it lives; the file is whoever's who signed in last."""
    saved()
    renewed = Say(body={"access_token": "ya29.renewed", "expires_in": 3599, "token_type": "Bearer"})
    with (
        replay(renewed, ABOUT) as google,
        connect(auth.user(client_file(tmp_path, google.url)), base_url=google.url) as session,
    ):
        tokens.delete(CLIENT_ID)
        newer = tokens.SavedSignIn(CLIENT_ID, "bo@example.com", auth.SCOPES["team"], "1//newer")
        if meanwhile == "signed in anew":
            tokens.save(newer)
        drive.about_get(session)
    assert tokens.load(CLIENT_ID) == (newer if meanwhile == "signed in anew" else None)


def test_a_token_refused_in_mid_run_is_renewed_once(tmp_path: Path) -> None:
    """401 although it should still be good: renew, ask again, and nobody notices."""
    saved(expiry="2099-01-01T00:00:00+00:00")
    renewed = Say(body={"access_token": "ya29.renewed", "expires_in": 3599, "token_type": "Bearer"})
    unauthorised = google_error(401, "Request had invalid authentication credentials.", "UNAUTHENTICATED")
    with replay(unauthorised, renewed, ABOUT) as google:
        with connect(auth.user(client_file(tmp_path, google.url)), base_url=google.url) as session:
            assert drive.about_get(session) == ABOUT.body


def test_a_sign_in_that_ended_is_explained(tmp_path: Path) -> None:
    """invalid_grant: revoked, or the seven days of testing mode; exit 4, and not retried."""
    saved()
    slept: list[float] = []
    with replay(BAD_GRANT) as google:
        policy = Policy(sleep=slept.append)
        with connect(auth.user(client_file(tmp_path, google.url)), base_url=google.url, policy=policy) as session:
            with pytest.raises(NotSignedIn) as told:
                drive.about_get(session)
    assert "every 7 days" in told.value.next_step
    assert slept == []


def test_nobody_signed_in_yet(tmp_path: Path) -> None:
    """The first command with Google names the one to run."""
    with pytest.raises(NotSignedIn) as told:
        auth.user(client_file(tmp_path, "http://127.0.0.1:1"))
    assert str(told.value) == "Nobody has signed in with this OAuth client yet.\nRun 'pipeline login'."


def test_signing_out_revokes_and_deletes(tmp_path: Path) -> None:
    """Both ends forget."""
    saved()
    with replay(Say()) as google:
        done = auth.logout(client_file(tmp_path, google.url))
        assert [(path, body) for _, path, body in google.asked] == [("/revoke", b"token=1%2F%2Frefresh")]
    assert (done.account, done.deleted, done.revoked) == ("lee@example.com", True, True)
    assert tokens.load(CLIENT_ID) is None


def test_signing_out_without_a_network_still_deletes(tmp_path: Path) -> None:
    """What could not be revoked is said, so that the person can do it by hand."""
    saved()
    with replay(Say()) as google:
        path = client_file(tmp_path, google.url)
    done = auth.logout(path)
    assert (done.deleted, done.revoked) == (True, None)


def test_signing_out_twice(tmp_path: Path) -> None:
    """Nothing there: said, not an error."""
    assert not auth.logout(client_file(tmp_path, "http://127.0.0.1:1")).deleted


# --- files -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("not json", "is not JSON"),
        ("[]", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ('{"web": {}}', "is an OAuth client for web sites"),
        ('{"type": "service_account"}', "is the key of a service account, not an OAuth client"),
        ('{"installed": {"client_id": "x"}}', "is not an OAuth client file of Google's"),
        (
            '{"installed": {"client_id": "", "client_secret": "", "auth_uri": "http://a.example/x", "token_uri": ""}}',
            "names an address that is not encrypted: http://a.example/x",
        ),
    ],
)
def test_a_client_file_of_another_kind(tmp_path: Path, content: str, words: str) -> None:
    """Each says what it is and how to get the right one; exit 4."""
    path = tmp_path / "client.json"
    path.write_text(content)
    with pytest.raises(NotSignedIn) as told:
        auth.read_client(path)
    assert words in told.value.what


def test_no_client_file_named() -> None:
    """An empty setting is the first thing a new user meets."""
    with pytest.raises(NotSignedIn) as told:
        auth.read_client(auth.located("", Path("/somewhere")))
    assert told.value.what == "No OAuth client file is named in config/pipeline.toml."
    assert "https://console.cloud.google.com/auth/clients" in told.value.next_step


@cache
def private_key() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return pem.decode()


def key_file(directory: Path, token_uri: str) -> Path:
    path = directory / "key.json"
    content = {
        "type": "service_account",
        "client_email": "robot@project.iam.gserviceaccount.com",
        "private_key": private_key(),
        "private_key_id": "1",
        "token_uri": token_uri,
    }
    path.write_text(json.dumps(content))
    return path


def assertion(google: Replay) -> dict[str, Any]:
    """The claims that the service account signed."""
    from google.auth import jwt

    claims: dict[str, Any] = jwt.decode(parse_qs(google.asked[0][2].decode())["assertion"][0], verify=False)
    return claims


def test_a_service_account_signs_for_itself(tmp_path: Path) -> None:
    """The key's own address and the narrow scope."""
    with replay(Say(body={"access_token": "t", "expires_in": 3599}), ABOUT) as google:
        credentials = auth.service_account(key_file(tmp_path, f"{google.url}/token"))
        with connect(credentials, base_url=google.url) as session:
            drive.about_get(session)
            assert (session.identity.kind, session.identity.account) == (
                "service account",
                "robot@project.iam.gserviceaccount.com",
            )
    claims = assertion(google)
    assert (claims["iss"], claims["scope"]) == ("robot@project.iam.gserviceaccount.com", DRIVE_FILE)
    assert "sub" not in claims


def test_a_service_account_acts_for_a_person(tmp_path: Path) -> None:
    """Domain-wide delegation: the subject is in the signed claims."""
    with replay(Say(body={"access_token": "t", "expires_in": 3599}), ABOUT) as google:
        credentials = auth.service_account(key_file(tmp_path, f"{google.url}/token"), subject="lee@example.com")
        with connect(credentials, base_url=google.url) as session:
            drive.about_get(session)
            assert (session.identity.kind, session.identity.account) == ("delegated", "lee@example.com")
    assert assertion(google)["sub"] == "lee@example.com"


def test_nothing_but_the_token_is_asked_for_on_the_side(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """google-auth can look for allowed regions at Google, in a thread of its own: a session does not let it.

    It did so unasked up to 2.62, and from 2.63 on where the environment says so.
    """
    monkeypatch.setenv("GOOGLE_SDK_EXPERIMENTAL_PYTHON_REGIONAL_ACCESS_BOUNDARY_LOOKUP_ENABLED", "true")
    log = logging.getLogger("google.auth")  # google-auth may keep its log to itself, so it is read where it starts
    monkeypatch.setattr(log, "handlers", [caplog.handler])
    with (
        caplog.at_level("DEBUG", "google.auth"),
        replay(Say(body={"access_token": "t", "expires_in": 9}), ABOUT) as google,
    ):
        with connect(auth.service_account(key_file(tmp_path, f"{google.url}/token")), base_url=google.url) as session:
            drive.about_get(session)
    assert "Skipping background refresh" in caplog.text


def test_delegation_that_nobody_allowed(tmp_path: Path) -> None:
    """Google's unauthorized_client becomes the administrator's page and the reason."""
    refused = {"error": "unauthorized_client", "error_description": "Client is unauthorized to retrieve access tokens."}
    with replay(Say(401, refused)) as google:
        credentials = auth.service_account(key_file(tmp_path, f"{google.url}/token"), subject="lee@example.com")
        with connect(credentials, base_url=google.url) as session, pytest.raises(NotSignedIn) as told:
            drive.about_get(session)
    assert "Domain-wide delegation" in told.value.next_step


def test_a_damaged_key(tmp_path: Path) -> None:
    """The file is there and of the right kind, but the key in it is not."""
    path = tmp_path / "key.json"
    path.write_text(
        '{"type": "service_account", "client_email": "a@b.c", "token_uri": "https://x", "private_key": "no"}'
    )
    with pytest.raises(NotSignedIn, match="holds no usable private key"):
        auth.service_account(path)


def test_no_application_default_credentials(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command to run, with the scopes: gcloud's own do not reach forms and spreadsheets."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path))
    monkeypatch.setenv("NO_GCE_CHECK", "true")
    with pytest.raises(NotSignedIn) as told:
        auth.application_default()
    assert "--scopes=https://www.googleapis.com/auth/cloud-platform,https://www.googleapis.com/auth/drive.file" in str(
        told.value
    )


def test_application_default_credentials_of_a_person(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """gcloud's file is read, the quota project is carried along, and the identity is not mistaken for `login`'s."""
    path = tmp_path / "adc.json"
    person = {"type": "authorized_user", "client_id": "c", "client_secret": "s", "refresh_token": "r"}
    path.write_text(json.dumps(person))
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(path))
    credentials = auth.application_default(quota_project="acme")
    assert credentials.quota_project_id == "acme"
    with connect(credentials) as session:
        assert session.identity.kind == "default"


def test_nothing_secret_is_shown_in_a_traceback(tmp_path: Path) -> None:
    """What a debugger or a log would print of the values that we pass around."""
    client = auth.read_client(client_file(tmp_path, "http://127.0.0.1:1"))
    assert "GOCSPX" not in repr(client)
