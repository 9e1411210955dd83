"""Signing in, with the workspace in Google's place: consent, tokens, scopes, refusals; driven by Google's auth libraries."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from google.auth.exceptions import RefreshError
from google.auth.transport.requests import Request
from google.oauth2 import credentials, service_account
from google_auth_oauthlib.flow import Flow

from pipeline import emulator

from .conftest import refusal, service

FILE = "https://www.googleapis.com/auth/drive.file"
BODY = "https://www.googleapis.com/auth/forms.body"
REDIRECT = "http://127.0.0.1:1/"
ROBOT = "robot@project.iam.gserviceaccount.com"


@pytest.fixture(autouse=True)
def _http_is_fine_on_loopback(monkeypatch):
    """oauthlib wants https; a workspace on this machine has none."""
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")


def flow_for(workspace, *scopes: str) -> Flow:
    """The flow that `google-auth-oauthlib` runs for a desktop client."""
    client = {
        "client_id": "123.apps.googleusercontent.com",
        "client_secret": "GOCSPX-x",
        "auth_uri": f"{workspace.url}/o/oauth2/v2/auth",
        "token_uri": f"{workspace.url}/token",
    }
    flow = Flow.from_client_config({"installed": client}, scopes=list(scopes), autogenerate_code_verifier=True)
    flow.redirect_uri = REDIRECT
    return flow


def consent(
    workspace, address: str, *, email: str = "ana@example.com", tick: set[str] | None = None, **form: str
) -> dict:
    """What a person does in the browser: reads the page, ticks scopes, allows; gives what the redirect says."""
    page = requests.get(address, timeout=10)
    offered = re.findall(r'type="checkbox" name="([^"]+)"', page.text)
    ticked = dict.fromkeys(offered if tick is None else tick, "on")
    given = {"token": workspace.token, "email": email, "allow": "yes", **ticked, **form}
    answer = requests.post(address, data=given, allow_redirects=False, timeout=10)
    assert answer.status_code == 302, answer.text
    return dict(parse_qsl(urlsplit(answer.headers["Location"]).query))


def sign_in(workspace, *scopes: str, email: str = "ana@example.com", **params: str) -> credentials.Credentials:
    flow = flow_for(workspace, *scopes)
    address, _ = flow.authorization_url(access_type="offline", **params)
    flow.fetch_token(code=consent(workspace, address, email=email)["code"])
    return flow.credentials


def token(workspace, **body: str) -> tuple[int, dict]:
    answer = requests.post(f"{workspace.url}/token", data=body, timeout=10)
    return answer.status_code, answer.json()


# --- the desktop flow ------------------------------------------------------------------------------------------------


def test_the_desktop_flow_ends_in_credentials_that_work(workspace):
    """Consent page, code, PKCE, token; the account is the one that consented."""
    creds = sign_in(workspace, FILE)
    assert creds.refresh_token
    assert creds.granted_scopes == [FILE]
    with service(workspace, "drive", creds.token) as drive:
        told = drive.about().get(fields="user(emailAddress)").execute()
    assert told["user"]["emailAddress"] == "ana@example.com"


def test_an_access_token_runs_out_and_is_refreshed(workspace, control):
    """After an hour; the refresh token stays."""
    creds = sign_in(workspace, FILE)
    old = creds.token
    control("clock", advance=3600)
    with service(workspace, "drive", old) as drive, pytest.raises(RefreshError):
        drive.files().list().execute()  # 401, and this client has nothing to refresh with
    creds.refresh(Request())
    assert creds.token != old
    with service(workspace, "drive", creds.token) as drive:
        assert drive.files().list().execute()["files"] == []


def test_a_scope_that_was_unticked_is_not_granted(workspace, monkeypatch):
    """Granular consent: the code carries what was left, and the client is told."""
    monkeypatch.setenv("OAUTHLIB_RELAX_TOKEN_SCOPE", "1")
    flow = flow_for(workspace, FILE, BODY)
    address, _ = flow.authorization_url()
    answer = consent(workspace, address, tick={FILE})
    assert answer["scope"] == FILE
    flow.fetch_token(code=answer["code"])
    assert flow.credentials.granted_scopes == [FILE]


def test_without_the_relaxing_word_oauthlib_raises_when_scopes_changed(workspace):
    """What a login that does not expect granular consent runs into."""
    flow = flow_for(workspace, FILE, BODY)
    address, _ = flow.authorization_url()
    with pytest.raises(Warning, match="Scope has changed"):
        flow.fetch_token(code=consent(workspace, address, tick={FILE})["code"])


@pytest.mark.parametrize("form", [{"allow": ""}, {"tick": set()}])
def test_cancelling_or_unticking_everything_is_access_denied(workspace, form):
    """The redirect says so, with the state."""
    address, state = flow_for(workspace, FILE).authorization_url()
    assert consent(workspace, address, **form) == {"error": "access_denied", "state": state}


def test_consent_needs_the_workspaces_token(workspace):
    """It stands for signing in: nobody else on this machine mints tokens."""
    address, _ = flow_for(workspace, FILE).authorization_url()
    answer = requests.post(address, data={"token": "guess", "allow": "yes", FILE: "on"}, timeout=10)
    assert (answer.status_code, "That is not the token" in answer.text) == (403, True)


def test_consent_takes_no_post_from_elsewhere(workspace):
    """Another site's page cannot consent for one."""
    address, _ = flow_for(workspace, FILE).authorization_url()
    answer = requests.post(address, headers={"Origin": "http://evil.example"}, timeout=10)
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"redirect_uri": "https://evil.example/"}, "redirect_uri_mismatch"),
        ({"redirect_uri": "urn:ietf:wg:oauth:2.0:oob"}, "out-of-band"),
        ({"redirect_uri": "http://127.0.0.1.evil.example/"}, "redirect_uri_mismatch"),
        ({"client_id": ""}, "client_id"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "https://www.googleapis.com/auth/drive.file nonsense"}, "invalid_scope"),
        ({"scope": ""}, "invalid_scope"),
    ],
)
def test_requests_that_google_blocks_are_blocked(workspace, change, said):
    """On a page, never by redirecting to whoever asked."""
    asked = {"client_id": "c", "redirect_uri": REDIRECT, "response_type": "code", "scope": FILE, **change}
    answer = requests.get(f"{workspace.url}/o/oauth2/v2/auth", params=asked, allow_redirects=False, timeout=10)
    assert (answer.status_code, said in answer.text) == (400, True)


def test_the_page_shows_what_was_sent_as_text(workspace):
    """A client named like markup stays a name."""
    asked = {"client_id": "<script>x</script>", "redirect_uri": REDIRECT, "response_type": "code", "scope": FILE}
    answer = requests.get(f"{workspace.url}/o/oauth2/v2/auth", params=asked, timeout=10)
    assert "<script>" not in answer.text


def test_a_second_consent_gives_no_refresh_token_unless_asked_to(workspace):
    """Google gives one at the first consent only; `prompt=consent` asks anew."""
    assert sign_in(workspace, FILE).refresh_token
    assert sign_in(workspace, FILE).refresh_token is None
    assert sign_in(workspace, FILE, prompt="consent").refresh_token


# --- /token ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def code(workspace):
    """A code for client `c` with the plain verifier `v`, not yet used."""
    asked = {
        "client_id": "c",
        "redirect_uri": REDIRECT,
        "response_type": "code",
        "scope": FILE,
        "code_challenge": "v",
        "code_challenge_method": "plain",
        "access_type": "offline",
    }
    address = requests.Request("GET", f"{workspace.url}/o/oauth2/v2/auth", params=asked).prepare().url
    return consent(workspace, address)["code"]


GOOD = {
    "grant_type": "authorization_code",
    "client_id": "c",
    "client_secret": "s",
    "redirect_uri": REDIRECT,
    "code_verifier": "v",
}


def test_a_code_is_good_once(workspace, code):
    """And gives a token for an hour."""
    status, told = token(workspace, **GOOD, code=code)
    assert (status, told["expires_in"], told["token_type"], told["scope"]) == (200, 3599, "Bearer", FILE)
    assert token(workspace, **GOOD, code=code)[1]["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"code": "4/0Awrong"}, "invalid_grant"),
        ({"code_verifier": "w"}, "invalid_grant"),
        ({"code_verifier": ""}, "invalid_grant"),
        ({"client_id": "other"}, "unauthorized_client"),
        ({"client_secret": ""}, "invalid_request"),
        ({"redirect_uri": "http://127.0.0.1:2/"}, "redirect_uri_mismatch"),
        ({"grant_type": ""}, "invalid_request"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
    ],
)
def test_a_code_is_good_for_its_client_only(workspace, code, change, error):
    """With its verifier and its redirect address."""
    assert token(workspace, **{**GOOD, "code": code, **change})[1]["error"] == error


def test_a_code_runs_out(workspace, code, control):
    """In ten minutes."""
    control("clock", advance=601)
    assert token(workspace, **GOOD, code=code)[1]["error"] == "invalid_grant"


def test_a_refresh_token_may_be_good_for_a_week_only(workspace, control):
    """As for an app whose publishing status is Testing."""
    creds = sign_in(workspace, FILE)
    control("settings", refresh_token_days=7)
    control("clock", advance=6 * 86_400)
    creds.refresh(Request())
    control("clock", advance=2 * 86_400)
    with pytest.raises(RefreshError, match=r"invalid_grant.*Token has been expired or revoked\."):
        creds.refresh(Request())


def test_a_refresh_token_is_its_clients(workspace):
    """Another client cannot use it."""
    refresh = sign_in(workspace, FILE).refresh_token
    body = {"grant_type": "refresh_token", "refresh_token": refresh, "client_id": "other", "client_secret": "s"}
    assert token(workspace, **body)[0] == 401


def test_revoking_ends_a_grant_and_its_tokens(workspace):
    """By either token; twice is an error."""
    creds = sign_in(workspace, FILE)
    assert requests.post(f"{workspace.url}/revoke", data={"token": creds.token}, timeout=10).json() == {}
    with pytest.raises(RefreshError, match="invalid_grant"):
        creds.refresh(Request())
    again = requests.post(f"{workspace.url}/revoke", data={"token": creds.token}, timeout=10)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_token")


def test_tokeninfo_tells_scopes_and_time_left(workspace):
    """And the address only if the scope for it was granted."""
    creds = sign_in(workspace, FILE)
    told = requests.get(f"{workspace.url}/tokeninfo", params={"access_token": creds.token}, timeout=10).json()
    assert (told["scope"], told["aud"]) == (FILE, "123.apps.googleusercontent.com")
    assert 3500 < int(told["expires_in"]) <= 3599
    assert "email" not in told
    assert requests.get(f"{workspace.url}/tokeninfo", params={"access_token": "x"}, timeout=10).status_code == 400


def test_tokeninfo_takes_the_token_from_the_header_too(workspace):
    """Where google-auth-library for Node.js puts it."""
    creds = sign_in(workspace, FILE)
    headers = {"Authorization": f"Bearer {creds.token}"}
    assert requests.post(f"{workspace.url}/tokeninfo", headers=headers, timeout=10).json()["scope"] == FILE


# --- scopes ----------------------------------------------------------------------------------------------------------


def test_a_method_outside_the_scopes_is_403_with_the_reason(workspace, token_for):
    """forms.body does not reach responses; the reason is the one that clients look for."""
    with service(workspace, "forms", token_for("forms.body")) as client:
        form_id = client.forms().create(body={"info": {"title": "T"}}).execute()["formId"]
        refused = refusal(client.forms().responses().list(formId=form_id))
    assert (refused.status_code, refused.reason) == (403, "Request had insufficient authentication scopes.")
    assert refused.error_details[0]["reason"] == "ACCESS_TOKEN_SCOPE_INSUFFICIENT"


def test_drive_tells_a_missing_scope_in_its_own_envelope(workspace, token_for):
    """With the reason insufficientPermissions."""
    with service(workspace, "drive", token_for("forms.body")) as client:
        refused = refusal(client.files().list())
    assert '"reason": "insufficientPermissions"' in refused.content.decode()


def test_drive_file_alone_covers_everything_the_pipeline_does(workspace, token_for):
    """On files of the same client: forms, responses, spreadsheets, permissions."""
    granted = token_for("drive.file")
    with (
        service(workspace, "forms", granted) as forms,
        service(workspace, "drive", granted) as drive,
        service(workspace, "sheets", granted) as sheets,
    ):
        form_id = forms.forms().create(body={"info": {"title": "T"}}).execute()["formId"]
        forms.forms().responses().list(formId=form_id).execute()
        body = {"name": "S", "mimeType": "application/vnd.google-apps.spreadsheet"}
        sheet_id = drive.files().create(body=body).execute()["id"]
        sheets.spreadsheets().get(spreadsheetId=sheet_id).execute()
        anyone = {"type": "anyone", "role": "reader", "view": "published"}
        drive.permissions().create(fileId=form_id, body=anyone).execute()


# --- service accounts ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def key() -> str:
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    return private.private_bytes(encoding, form, serialization.NoEncryption()).decode()


@pytest.fixture
def robot(workspace, key):
    """A service account's credentials, from a file as Google's console gives it."""
    info = {
        "type": "service_account",
        "client_email": ROBOT,
        "private_key": key,
        "private_key_id": "1",
        "token_uri": f"{workspace.url}/token",
    }

    def make(subject: str | None = None) -> service_account.Credentials:
        scopes = ["https://www.googleapis.com/auth/drive"]
        return service_account.Credentials.from_service_account_info(info, scopes=scopes, subject=subject)

    return make


def granted_by(workspace, creds: service_account.Credentials) -> str:
    """The token that the grant of RFC 7523 gives: an assertion signed by the account's key."""
    body = {
        "grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer",
        "assertion": creds._make_authorization_grant_assertion().decode(),
    }
    status, told = token(workspace, **body)
    if status != 200:
        raise RefreshError(told["error"], told)
    return told["access_token"]


def test_a_service_account_owns_no_files(workspace, robot):
    """Each API says it in another way, two of them misleading."""
    granted = granted_by(workspace, robot())
    body = {"name": "S", "mimeType": "application/vnd.google-apps.spreadsheet"}
    with service(workspace, "drive", granted) as drive:
        refused = refusal(drive.files().create(body=body))
        (entry,) = refused.error_details
        assert (refused.status_code, entry["reason"], entry["domain"]) == (403, "storageQuotaExceeded", "usageLimits")
        assert refused.reason == "The user's Drive storage quota has been exceeded."
    with service(workspace, "sheets", granted) as sheets:
        refused = refusal(sheets.spreadsheets().create(body={}))
        assert (refused.status_code, refused.reason) == (403, "The caller does not have permission")
    with service(workspace, "forms", granted) as forms:
        assert refusal(forms.forms().create(body={"info": {"title": "T"}})).status_code == 500


def test_a_service_account_edits_what_is_shared_with_it(workspace, robot, drive, form):
    """Editing is all it can do without a user."""
    share = {"type": "user", "role": "writer", "emailAddress": ROBOT}
    granted = granted_by(workspace, robot())
    with service(workspace, "forms", granted) as forms:
        assert refusal(forms.forms().get(formId=form.id)).status_code == 403
        drive.permissions().create(fileId=form.id, body=share).execute()
        rename = {"updateFormInfo": {"info": {"title": "By robot"}, "updateMask": "title"}}
        forms.forms().batchUpdate(formId=form.id, body={"requests": [rename]}).execute()
    assert form.get()["info"]["title"] == "By robot"


def test_acting_for_a_user_needs_delegation(workspace, robot, control):
    """Without it Google says that the client is unauthorized; with it the files are the user's."""
    with pytest.raises(RefreshError, match="unauthorized_client"):
        granted_by(workspace, robot("ana@example.com"))
    control("settings", delegation=[ROBOT])
    with service(workspace, "drive", granted_by(workspace, robot("ana@example.com"))) as drive:
        body = {"name": "S", "mimeType": "application/vnd.google-apps.spreadsheet"}
        told = drive.files().create(body=body, fields="owners(emailAddress)").execute()
    assert told == {"owners": [{"emailAddress": "ana@example.com"}]}


def test_an_assertion_is_good_for_an_hour(workspace, robot, control):
    """A clock that is wrong is the usual cause."""
    control("clock", advance=2 * 3600)
    with pytest.raises(RefreshError, match="short-lived token"):
        granted_by(workspace, robot())


@pytest.mark.parametrize("assertion", ["", "x", "a.b.c", "a.W10.c", "a.e30.c"])
def test_assertions_that_are_none_are_refused(workspace, assertion):
    """Decently."""
    grant = "urn:ietf:params:oauth:grant-type:jwt-bearer"
    status, told = token(workspace, grant_type=grant, assertion=assertion)
    assert (status, "error" in told) == (400, True)


def test_an_empty_token_file_is_made_anew(tmp_path):
    """As a full disk or a slip leaves it; the owner's alone as always."""
    file = tmp_path / "workspace.token"
    file.touch()
    with emulator.start(tmp_path) as workspace:
        assert file.read_text().strip() == workspace.token != ""
    assert file.stat().st_mode & 0o077 == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["workspace.db", "workspace.token"]
