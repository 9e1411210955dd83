"""The wire: paths, parameters, bodies and masks as Google reads them; refusals as Google words them."""

from __future__ import annotations

import gzip
import json
import socket
import time
from contextlib import ExitStack

import pytest
import requests
from googleapiclient.discovery import build

from pipeline import emulator

from .conftest import Http, refusal, service

FORM = {"info": {"title": "T"}}


def error(answer: requests.Response) -> dict:
    return answer.json()["error"]


# --- who -----------------------------------------------------------------------------------------------------------------


def test_without_credentials_it_is_401_in_googles_words(workspace):
    """And the answer says how to sign in."""
    with Http(workspace.url, "") as nobody:
        answer = nobody.get("/v1/forms/x")
    assert answer.status_code == 401
    assert error(answer)["message"].startswith(
        "Request is missing required authentication credential. Expected OAuth 2"
    )
    assert error(answer)["status"] == "UNAUTHENTICATED"
    assert "Bearer" in answer.headers["WWW-Authenticate"]


@pytest.mark.parametrize("path", ["/v1/forms/x", "/v4/spreadsheets/x", "/drive/v3/files"])
def test_a_wrong_token_is_401_in_each_envelope(workspace, path):
    """Drive's has `errors`."""
    with Http(workspace.url, "wrong") as stranger:
        answer = stranger.get(path)
    assert answer.status_code == 401
    assert error(answer)["message"].startswith("Request had invalid authentication credentials.")
    assert ("errors" in error(answer)) == path.startswith("/drive")


def test_a_token_may_come_as_a_parameter(workspace, form):
    """`access_token`, one of the standard query parameters."""
    with Http(workspace.url, "") as client:
        assert client.get(f"/v1/forms/{form.id}", params={"access_token": workspace.token}).status_code == 200


@pytest.mark.parametrize("headers", [{"Host": "evil.example"}, {"Origin": "http://evil.example"}, {"Origin": "null"}])
def test_other_hosts_and_origins_are_turned_away(http, headers):
    """A page elsewhere cannot reach the workspace by DNS rebinding or by a form post."""
    assert http.get("/drive/v3/files", headers=headers).status_code == 403
    assert http.post("/_emulator/reset", headers=headers).status_code == 403


@pytest.mark.parametrize("header", ["Host: evil.example", "Host: 127.0.0.1:{port}\r\nOrigin: http://evil.example"])
@pytest.mark.parametrize("body", ["Content-Length: 100000000", "Transfer-Encoding: chunked"])
def test_whoever_is_turned_away_sends_no_body(workspace, header, body):
    """The answer comes before the first byte of it, and the connection closes."""
    with socket.create_connection(("127.0.0.1", workspace.port), timeout=10) as caller:
        head = f"POST /v1/forms HTTP/1.1\r\n{header.format(port=workspace.port)}\r\n{body}\r\n\r\n"
        caller.sendall(head.encode())
        answer = b"".join(iter(lambda: caller.recv(65536), b""))
    assert answer.startswith(b"HTTP/1.1 403 Forbidden\r\n")


def test_its_own_origin_is_welcome(http, workspace):
    """By either name of this machine."""
    assert http.get("/drive/v3/files", headers={"Origin": workspace.url}).status_code == 200
    assert http.get("/drive/v3/files", headers={"Host": f"localhost:{workspace.port}"}).status_code == 200


def test_only_this_machine_is_listened_to(workspace):
    """127.0.0.1, not every address."""
    with socket.socket() as other:
        other.bind(("127.0.0.2", workspace.port))  # free, so the workspace is not on 0.0.0.0


# --- where ---------------------------------------------------------------------------------------------------------------


def test_paths_that_no_api_has_are_404(http):
    """As Google's front door does."""
    assert http.get("/v1/nothing").status_code == 404
    assert http.put("/v1/forms/x").status_code == 404


@pytest.mark.parametrize("path", ["/drive/v2/files", "/upload/drive/v3/files", "/batchUpdate", "/v1beta/x"])
def test_what_google_has_and_the_workspace_has_not_is_501(http, path):
    """Loudly."""
    answer = http.post(path)
    assert (answer.status_code, "does not serve" in error(answer)["message"]) == (501, True)


def test_names_in_paths_are_percent_decoded_once(http, sheets, drive):
    """%2F is a slash inside a range, + is a plus."""
    body = {"name": "S", "mimeType": "application/vnd.google-apps.spreadsheet"}
    file_id = drive.files().create(body=body).execute()["id"]
    add = {"addSheet": {"properties": {"title": "a/b+c:d"}}}
    sheets.batchUpdate(spreadsheetId=file_id, body={"requests": [add]}).execute()
    answer = http.get(f"/v4/spreadsheets/{file_id}/values/%27a%2Fb+c%3Ad%27%21A1")
    assert answer.json()["range"] == "'a/b+c:d'!A1"
    assert sheets.values().get(spreadsheetId=file_id, range="'a/b+c:d'!A1").execute()["range"] == "'a/b+c:d'!A1"


def test_a_long_get_comes_as_a_post_with_an_override(forms, drive, sheets):
    """googleapiclient does that by itself above 2,048 characters."""
    body = {"name": "S", "mimeType": "application/vnd.google-apps.spreadsheet"}
    file_id = drive.files().create(body=body).execute()["id"]
    ranges = [f"Sheet1!A{row}:B{row}" for row in range(1, 200)]
    told = sheets.values().batchGet(spreadsheetId=file_id, ranges=ranges).execute()
    assert len(told["valueRanges"]) == 199


def test_an_override_may_carry_a_body(http, form, drive):
    """PATCH through POST, for clients that cannot send PATCH."""
    answer = http.post(f"/drive/v3/files/{form.id}", json={"name": "New"}, headers={"X-HTTP-Method-Override": "PATCH"})
    assert answer.json()["name"] == "New"


@pytest.mark.parametrize(("body", "code"), [(b"no gzip", 400), (gzip.compress(bytes(200_000_001)), 413)])
def test_a_packed_query_that_is_none_is_refused(http, body, code):
    """Not gzip, or a little that unfolds without end: told like any other refusal."""
    headers = {"X-HTTP-Method-Override": "GET", "Content-Encoding": "gzip"}
    headers["Content-Type"] = "application/x-www-form-urlencoded"
    answer = http.post("/v4/spreadsheets/x/values:batchGet", data=body, headers=headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (code, code)


# --- what -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (
            {"requests": [{"createItem": {"item": {"questionItem": {"question": {"choiceQuestion": {"colour": 1}}}}}}]},
            (
                'Invalid JSON payload received. Unknown name "colour" at '
                "'requests[0].create_item.item.question_item.question.choice_question': Cannot find field."
            ),
        ),
        ({"request": []}, 'Invalid JSON payload received. Unknown name "request": Cannot find field.'),
        (
            {"requests": [{"createItem": {"location": {"index": "one"}}}]},
            "Invalid value at 'requests[0].create_item.location.index' (TYPE_INT32), \"one\"",
        ),
        (
            {"requests": [{"createItem": {"location": {"index": 2**31}}}]},
            "Invalid value at 'requests[0].create_item.location.index' (TYPE_INT32), 2147483648",
        ),
        (
            {"requests": [{"createItem": {"location": {"index": 1.5}}}]},
            "Invalid value at 'requests[0].create_item.location.index' (TYPE_INT32), 1.5",
        ),
        (
            {"requests": [{"createItem": {"item": {"title": 5}}}]},
            "Invalid value at 'requests[0].create_item.item.title' (TYPE_STRING), 5",
        ),
        (
            {"requests": [{"createItem": {"item": {"title": {}}}}]},
            "Invalid value at 'requests[0].create_item.item.title' (TYPE_STRING), Starting an object on a scalar field",
        ),
        (
            {"requests": [{"createItem": {"item": {"title": ["a"]}}}]},
            (
                "Invalid JSON payload received. Unknown name \"title\" at 'requests[0].create_item.item': "
                "Proto field is not repeating, cannot start list."
            ),
        ),
        (
            {"requests": [{"createItem": "x"}]},
            (
                "Invalid value at 'requests[0].create_item' "
                '(type.googleapis.com/google.apps.forms.v1.CreateItemRequest), "x"'
            ),
        ),
        ({"includeFormInResponse": "maybe"}, "Invalid value at 'include_form_in_response' (TYPE_BOOL), \"maybe\""),
    ],
)
def test_wrong_names_and_types_are_refused_in_googles_words(http, form, body, said):
    """With the path in snake_case, in the message and in the details."""
    answer = http.post(f"/v1/forms/{form.id}:batchUpdate", json=body)
    assert answer.status_code == 400
    assert error(answer)["message"] == said
    assert error(answer)["details"][0]["fieldViolations"][0]["description"] == said


def test_all_faults_of_a_body_are_told_at_once(http, form):
    """One a line."""
    body = {"a": 1, "b": 2, "requests": [{"createItem": {"location": {"index": []}}}]}
    assert len(error(http.post(f"/v1/forms/{form.id}:batchUpdate", json=body))["message"].splitlines()) == 3


def test_the_recorded_type_error_of_sheets_comes_out_byte_for_byte(http, drive):
    """gspread's recordings hold it."""
    body = {"name": "S", "mimeType": "application/vnd.google-apps.spreadsheet"}
    file_id = drive.files().create(body=body).execute()["id"]
    answer = http.put(
        f"/v4/spreadsheets/{file_id}/values/A1", params={"valueInputOption": "RAW"}, json={"values": "A1:D4"}
    )
    assert error(answer) == {
        "code": 400,
        "message": "Invalid value at 'data.values' (type.googleapis.com/google.protobuf.ListValue), \"A1:D4\"",
        "status": "INVALID_ARGUMENT",
        "details": [
            {
                "@type": "type.googleapis.com/google.rpc.BadRequest",
                "fieldViolations": [
                    {
                        "field": "data.values",
                        "description": "Invalid value at 'data.values' "
                        '(type.googleapis.com/google.protobuf.ListValue), "A1:D4"',
                    }
                ],
            }
        ],
    }


def test_proto3_json_is_read_leniently_where_google_does(http, form):
    """snake_case names, null for unset, numbers as text, one message where a list belongs, enums by number."""
    body = {
        "requests": {
            "create_item": {
                "item": {
                    "item_id": None,
                    "title": "Q",
                    "questionItem": {"question": {"choice_question": {"type": 1, "options": [{"value": "a"}]}}},
                },
                "location": {"index": "0"},
            }
        },
        "include_form_in_response": "true",
        "writeControl": None,
    }
    answer = http.post(f"/v1/forms/{form.id}:batchUpdate", json=body)
    assert answer.status_code == 200, answer.text
    question = answer.json()["form"]["items"][0]["questionItem"]["question"]
    assert question["choiceQuestion"]["type"] == "RADIO"


@pytest.mark.parametrize(
    ("given", "code"), [("COLUMNS", 200), (2, 200), ("2", 200), (2.0, 200), (9, 400), ("9", 400), ("columns", 400)]
)
def test_an_enum_is_named_or_numbered(http, book, given, code):
    """By a number in text too, which is the only number that a query can hold; a name is written as it is."""
    path = f"/v4/spreadsheets/{book.id}/values/A1"
    assert http.get(path, params={"majorDimension": given}).status_code == code
    assert http.put(path, params={"valueInputOption": "1"}, json={"majorDimension": given}).status_code == code


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"nonsense",
        b'{"a": NaN}',
        b'{"requests": [}',
        b"\xff\xfe",
        b'"text"',
        b"[]",
        b"5",
        b"[" * 100_000,
        b'{"info": {"title": "\\ud800"}}',
        b'{"info": {"title": 1e999}}',
        b'{"info": {"title": ' + b"9" * 5000 + b"}}",
    ],
)
def test_bodies_that_are_no_json_message_are_400(http, body):
    """Never a stack trace, never 500."""
    answer = http.post("/v1/forms", data=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert "Traceback" not in answer.text


def test_a_body_of_another_type_is_refused(http):
    """Forms of HTML are not JSON."""
    assert http.post("/v1/forms", data={"title": "T"}).status_code == 400


def test_bodies_may_be_compressed(http):
    """And must then be so."""
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    assert http.post("/v1/forms", data=gzip.compress(json.dumps(FORM).encode()), headers=headers).status_code == 200
    for wrong in (json.dumps(FORM), gzip.compress(json.dumps(FORM).encode())[:-6]):
        assert http.post("/v1/forms", data=wrong, headers=headers).status_code == 400
    assert http.post("/v1/forms", data="x", headers={**headers, "Content-Encoding": "br"}).status_code == 400


@pytest.mark.parametrize("params", [{"alt": "media"}, {"alt": "proto"}, {"callback": "run"}])
def test_answers_of_another_kind_than_json_are_501(http, form, params):
    """JSON is not passed off for what was asked."""
    assert http.get(f"/v1/forms/{form.id}", params=params).status_code == 501


@pytest.mark.parametrize(
    ("params", "said"),
    [
        (
            {"colour": "red"},
            (
                'Invalid JSON payload received. Unknown name "colour": Cannot bind query parameter. '
                "Field 'colour' could not be found in request message."
            ),
        ),
        ({"pageSize": "many"}, "Invalid value at 'page_size' (TYPE_INT32), \"many\""),
    ],
)
def test_wrong_parameters_are_refused_in_googles_words(http, form, params, said):
    """Unknown names and values that do not fit."""
    assert error(http.get(f"/v1/forms/{form.id}/responses", params=params))["message"] == said


def test_the_standard_parameters_are_understood(http, form):
    """alt, key, prettyPrint, quotaUser and the rest."""
    params = {"alt": "json", "key": "k", "prettyPrint": "true", "quotaUser": "me", "$.xgafv": "2"}
    answer = http.get(f"/v1/forms/{form.id}", params=params)
    assert answer.status_code == 200
    assert answer.text.startswith("{\n  ")


def test_the_two_error_envelopes(http):
    """Forms and Sheets name a status, Drive a reason and a domain."""
    assert error(http.get("/v1/forms/x")) == {
        "code": 404,
        "message": "Requested entity was not found.",
        "status": "NOT_FOUND",
    }
    place = {"locationType": "parameter", "location": "fileId"}
    entry = {"message": "File not found: x.", "domain": "global", "reason": "notFound", **place}
    assert error(http.get("/drive/v3/files/x")) == {"code": 404, "message": "File not found: x.", "errors": [entry]}


# --- how much --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ("info/title", {"info": {"title": "Form"}}),
        ("info(title)", {"info": {"title": "Form"}}),
        ("info.title", {"info": {"title": "Form"}}),
        ("items(title,itemId)", {"items": [{"title": "A", "itemId": "0000000a"}]}),
        ("items/questionItem/question/questionId", {"items": [{}]}),
        ("info/title,items/title", {"info": {"title": "Form"}, "items": [{"title": "A"}]}),
        ("items(*)", {"items": [{"title": "A", "itemId": "0000000a", "textItem": {}}]}),
        ("linkedSheetId", {}),
    ],
)
def test_fields_trims_the_answer(http, form, fields, told):
    """Paths with / or ., groups in (), * for all; members of lists keep their places."""
    form.add({"title": "A", "itemId": "0000000a", "textItem": {}})
    assert http.get(f"/v1/forms/{form.id}", params={"fields": fields}).json() == told


@pytest.mark.parametrize(
    "fields", ["colour", "info/colour", "info(title", "info)", ",", "info//title", "(title)", "a b"]
)
def test_fields_that_are_not_there_are_refused(http, form, fields):
    """A mask is checked against the answer's schema."""
    assert http.get(f"/v1/forms/{form.id}", params={"fields": fields}).status_code == 400


def test_large_answers_are_compressed_for_those_who_ask_twice(http, form):
    """Google wants `gzip` in Accept-Encoding and in User-Agent."""
    form.add({"title": "x" * 5000, "textItem": {}})
    plain = http.get(f"/v1/forms/{form.id}", headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in plain.headers
    packed = http.get(f"/v1/forms/{form.id}", headers={"Accept-Encoding": "gzip", "User-Agent": "x (gzip)"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.json() == plain.json()


def test_keep_alive_has_no_stall(http, form):
    """Nagle against delayed ACK costs 40 ms a request; half of that is the bound for the middle one of 21."""
    times = []
    for _ in range(21):
        started = time.perf_counter()
        http.get(f"/v1/forms/{form.id}")
        times.append(time.perf_counter() - started)
    assert sorted(times)[10] < 0.02


def test_connections_that_say_nothing_make_room(tmp_path):
    """Browsers keep several open each; whoever comes after a hundred of them waits for seconds, not for minutes."""
    with emulator.start(tmp_path) as crowded, ExitStack() as silent:
        for _ in range(120):
            silent.enter_context(socket.create_connection(("127.0.0.1", crowded.port), timeout=10))
        with Http(crowded.url, crowded.token) as late:
            assert late.get("/drive/v3/files").status_code == 200


# --- discovery -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("api", "version"), [("forms", "v1"), ("sheets", "v4"), ("drive", "v3")])
def test_discovery_documents_are_served_with_our_address(http, workspace, api, version):
    """At both of Google's places, without credentials."""
    with Http(workspace.url, "") as nobody:
        first = nobody.get(f"/discovery/v1/apis/{api}/{version}/rest").json()
        second = nobody.get("/$discovery/rest", params={"version": version}).json()
    assert first == second
    assert first["rootUrl"] == f"{workspace.url}/"
    assert "googleapis.com" not in first["baseUrl"]


def test_googles_client_finds_everything_by_discovery(workspace, http):
    """`build` with a discovery address, as Google's own samples write it."""
    from google.oauth2.credentials import Credentials

    with build(
        "forms",
        "v1",
        credentials=Credentials(token=workspace.token),
        discoveryServiceUrl=workspace.url + "/$discovery/rest?version={apiVersion}",
        cache_discovery=False,
    ) as client:
        assert client.forms().create(body=FORM).execute()["formId"]
    assert http.get("/discovery/v1/apis/tasks/v1/rest").status_code == 404


def test_an_unknown_api_document_is_not_made_up(http):
    """404."""
    assert http.get("/$discovery/rest", params={"version": "v9"}).status_code == 404


def test_a_refusal_reaches_googles_client_whole(forms):
    """HttpError reads reason and details from the body."""
    refused = refusal(forms.batchUpdate(formId="x", body={"nonsense": 1}))
    assert refused.error_details[0]["@type"].endswith("BadRequest")


# --- batches of calls ------------------------------------------------------------------------------------------------


def test_googles_client_sends_several_calls_in_one(workspace, form, control):
    """As its guides do for sharing; one that is refused leaves the others alone."""
    told = {}
    with service(workspace, "drive") as drive:
        batch = drive.new_batch_http_request(callback=lambda name, answer, fault: told.update({name: fault or answer}))
        ana = {"type": "user", "role": "reader", "emailAddress": "ana@example.com"}
        batch.add(drive.permissions().create(fileId=form.id, body=ana), request_id="shared")
        batch.add(drive.files().get(fileId="x"), request_id="missing")
        batch.add(drive.files().get(fileId=form.id, fields="id,name"), request_id="read")
        batch.execute()
    assert told["shared"]["role"] == "reader"
    assert told["missing"].status_code == 404
    assert told["read"] == {"id": form.id, "name": "Untitled form"}
    logged = [one["method"] for one in control("log", "GET")["requests"]]
    assert "drive.permissions.create" in logged


def test_a_connection_that_drops_in_a_batch_takes_the_batch_with_it(http, control):
    """An empty 200 for one of its calls would be a lie."""
    control("faults", faults=[{"method": "drive.files.list", "drop": True}])
    part = b"--x\r\nContent-Type: application/http\r\n\r\nGET /drive/v3/files HTTP/1.1\r\n\r\n\r\n--x--"
    with pytest.raises(requests.ConnectionError):
        http.post("/batch/drive/v3", data=part, headers={"Content-Type": "multipart/mixed; boundary=x"})


@pytest.mark.parametrize("kind", ["application/json", "multipart/mixed", "multipart/mixed; boundary=x"])
def test_batches_that_are_none_are_refused(http, kind):
    """400, whatever the body."""
    assert http.post("/batch/drive/v3", data=b"{}", headers={"Content-Type": kind}).status_code == 400
    parts = b"--x\r\nContent-Type: text/plain\r\n\r\nGET /\r\n--x--"
    assert http.post("/batch", data=parts, headers={"Content-Type": kind}).status_code == 400


def test_a_batch_reaches_the_apis_only(http):
    """Not the workspace's own knobs, nor a batch in a batch."""
    part = b"--x\r\nContent-Type: application/http\r\n\r\nPOST /_emulator/reset HTTP/1.1\r\n\r\n\r\n--x--"
    answer = http.post("/batch", data=part, headers={"Content-Type": "multipart/mixed; boundary=x"})
    assert "HTTP/1.1 404" in answer.text
