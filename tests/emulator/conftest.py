"""A workspace for the tests, other people's clients to drive it with, each answer held against Google's schemas.

Nothing here imports `pipeline.google`: the workspace is judged by Google's own client, by gspread and by raw HTTP.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import google_auth_httplib2
import gspread
import httplib2
import pytest
import requests
from google.oauth2.credentials import Credentials
from googleapiclient.discovery import build_from_document
from googleapiclient.errors import HttpError

from pipeline import emulator
from pipeline.emulator.server import Workspace

from . import google_schemas

Json = dict[str, Any]


@pytest.fixture(scope="session")
def _server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    with emulator.start(tmp_path_factory.mktemp("workspace")) as running:
        yield running


@pytest.fixture
def workspace(_server: Workspace) -> Iterator[Workspace]:
    """A running workspace, empty; whatever a test does to it, no bug of its own may come to light."""
    _server.store.reset()
    _server.control.faults.clear()
    _server.control.quota.set({})
    _server.control._forget_log({})
    yield _server
    bugs = _server.directory / "workspace.log"
    assert not bugs.exists(), bugs.read_text()


class CheckedHttp:
    """Google's transport under googleapiclient, with each answer checked on the way."""

    def __init__(self, token: str) -> None:
        plain = httplib2.Http(timeout=30)
        self.http = google_auth_httplib2.AuthorizedHttp(Credentials(token=token), http=plain) if token else plain

    def request(self, uri: str, method: str = "GET", **rest: Any) -> Any:
        response, content = self.http.request(uri, method=method, **rest)
        headers = rest.get("headers") or {}
        verb = headers.get("x-http-method-override", method)
        google_schemas.check_answer(verb, uri, response.status, response.get("content-type", ""), content)
        return response, content

    def close(self) -> None:
        self.http.close()


@cache
def _discovered(url: str, api: str) -> Json:
    path = f"/discovery/v1/apis/{api}/{google_schemas.APIS[api]}/rest"
    return requests.get(url + path, timeout=10).json()


def service(workspace: Workspace, api: str, token: str | None = None) -> Any:
    """Google's own client for one API, pointed at the workspace."""
    document = _discovered(workspace.url, api)
    return build_from_document(document, http=CheckedHttp(workspace.token if token is None else token))


@pytest.fixture(scope="session")
def _clients(_server: Workspace) -> Iterator[dict[str, Any]]:
    """The owner's clients, by API; made once, for googleapiclient takes its time over the documentation of methods."""
    with service(_server, "forms") as forms, service(_server, "drive") as drive, service(_server, "sheets") as sheets:
        yield {"forms": forms.forms(), "drive": drive, "sheets": sheets.spreadsheets()}


@pytest.fixture
def forms(workspace: Workspace, _clients: dict[str, Any]) -> Any:
    return _clients["forms"]


@pytest.fixture
def drive(workspace: Workspace, _clients: dict[str, Any]) -> Any:
    return _clients["drive"]


@pytest.fixture
def sheets(workspace: Workspace, _clients: dict[str, Any]) -> Any:
    return _clients["sheets"]


class Http(requests.Session):
    """Raw HTTP with the owner's token; takes paths, and checks every answer against Google's schemas."""

    def __init__(self, base_url: str, token: str) -> None:
        super().__init__()
        self.base_url = base_url
        if token:
            self.headers["Authorization"] = f"Bearer {token}"

    def request(self, method: str, url: str, **rest: Any) -> requests.Response:  # type: ignore[override]
        rest.setdefault("timeout", 30)
        answer = super().request(method, self.base_url + url if url.startswith("/") else url, **rest)
        verb = (rest.get("headers") or {}).get("X-HTTP-Method-Override", method)
        kind = answer.headers.get("Content-Type", "")
        google_schemas.check_answer(verb, answer.url, answer.status_code, kind, answer.content)
        return answer


@pytest.fixture
def http(workspace: Workspace) -> Iterator[Http]:
    with Http(workspace.url, workspace.token) as session:
        yield session


@pytest.fixture
def control(http: Http) -> Callable[..., Json]:
    """A knob of the workspace: `control("clock", advance=60)`; without arguments it asks."""

    def turn(name: str, verb: str = "POST", **body: Any) -> Json:
        answer = (
            http.request(verb, f"/_emulator/{name}", json=body)
            if body or verb != "GET"
            else http.get(f"/_emulator/{name}")
        )
        assert answer.status_code == 200, answer.text
        return answer.json()

    return turn


@pytest.fixture
def gspread_client(workspace: Workspace) -> gspread.Client:
    """gspread as it is, its two hosts swapped for the workspace's address."""

    class Local(gspread.HTTPClient):
        def request(self, method: str, endpoint: str, *args: Any, **rest: Any) -> requests.Response:  # type: ignore[override]
            for host in ("https://sheets.googleapis.com", "https://www.googleapis.com"):
                endpoint = endpoint.replace(host, workspace.url)
            answer = super().request(method, endpoint, *args, **rest)
            kind = answer.headers.get("Content-Type", "")
            google_schemas.check_answer(method, answer.url, answer.status_code, kind, answer.content)
            return answer

    return gspread.Client(auth=Credentials(token=workspace.token), http_client=Local)


def refusal(call: Any) -> HttpError:
    """The refusal that a call of googleapiclient gets; fails when it gets none."""
    with pytest.raises(HttpError) as refused:
        call.execute()
    return refused.value


class FormMaker:
    """One form under test, driven through googleapiclient in few words."""

    def __init__(self, forms: Any, drive: Any) -> None:
        self.forms, self.drive = forms, drive
        self.id: str = forms.create(body={"info": {"title": "Form"}}).execute()["formId"]

    def get(self) -> Json:
        return self.forms.get(formId=self.id).execute()

    def batch(self, *requests_: Json, **more: Any) -> Any:
        """A batch not yet sent, so that a test may execute it or look for its refusal."""
        return self.forms.batchUpdate(formId=self.id, body={"requests": list(requests_), **more})

    def change(self, *requests_: Json, **more: Any) -> Json:
        return self.batch(*requests_, **more).execute()

    def add(self, *items: Json) -> list[Json]:
        """Puts items at the end; gives the replies."""
        first = len(self.get().get("items", []))
        made = [create(item, first + offset) for offset, item in enumerate(items)]
        return [reply["createItem"] for reply in self.change(*made)["replies"]]

    def titles(self) -> list[str]:
        return [item["title"] for item in self.get().get("items", [])]

    def publish(self, published: bool = True, accepting: bool = True, *, to: Json | None = None) -> None:
        state = {"isPublished": published, "isAcceptingResponses": accepting}
        body = {"publishSettings": {"publishState": state}, "updateMask": "publishState"}
        self.forms.setPublishSettings(formId=self.id, body=body).execute()
        grant = to or {"type": "anyone"}
        self.drive.permissions().create(fileId=self.id, body={"role": "reader", "view": "published", **grant}).execute()


def create(item: Json, index: int) -> Json:
    return {"createItem": {"item": item, "location": {"index": index}}}


@pytest.fixture
def form(forms: Any, drive: Any) -> FormMaker:
    return FormMaker(forms, drive)


@pytest.fixture
def book(sheets: Any) -> Any:
    from .sheets_maker import SpreadsheetMaker

    return SpreadsheetMaker(sheets, properties={"title": "Book"})


@pytest.fixture
def token_for(workspace: Workspace) -> Callable[..., str]:
    """An access token that a user granted to an OAuth client, got through the consent page and `/token`."""

    def sign_in(*scopes: str, account: str = "owner@workspace.example", client: str = "some-app") -> str:
        wanted = [f"https://www.googleapis.com/auth/{scope}" for scope in scopes]
        redirect = "http://127.0.0.1:1/"
        asked = {"client_id": client, "redirect_uri": redirect, "response_type": "code", "scope": " ".join(wanted)}
        given = {"token": workspace.token, "email": account, "allow": "yes", **dict.fromkeys(wanted, "on")}
        page = requests.post(
            f"{workspace.url}/o/oauth2/v2/auth", params=asked, data=given, allow_redirects=False, timeout=10
        )
        code = dict(parse_qsl(urlsplit(page.headers["Location"]).query))["code"]
        body = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect,
            "client_id": client,
            "client_secret": "secret",
        }
        return requests.post(f"{workspace.url}/token", data=body, timeout=10).json()["access_token"]

    return sign_in
