"""The workspace's own knobs: ordered faults, quotas, the clock, the log; each as an ordinary client meets it."""

from __future__ import annotations

import threading
import time

import pytest
import requests
from googleapiclient.errors import HttpError

from .conftest import Http, refusal, service


def batch_title(form, title: str = "New"):
    return form.batch({"updateFormInfo": {"info": {"title": title}, "updateMask": "title"}})


def without_pause(call):
    """Google's client waits a random time between tries; here none."""
    call._rand = lambda: 0.0
    return call


# --- faults ----------------------------------------------------------------------------------------------------------------


def test_a_fault_before_the_commit_leaves_nothing_done(form, control):
    """503, and the next try is the first that counts."""
    control("faults", faults=[{"method": "forms.forms.batchUpdate", "status": 503}])
    assert refusal(batch_title(form)).status_code == 503
    assert form.get()["info"]["title"] == "Form"
    batch_title(form).execute()
    assert form.get()["info"]["title"] == "New"


def test_a_fault_after_the_commit_leaves_it_done(forms, drive, control):
    """The write that answered 503 happened: a blind retry makes a second form."""
    control("faults", faults=[{"method": "forms.forms.create", "status": 503, "when": "after"}])
    without_pause(forms.create(body={"info": {"title": "T"}})).execute(num_retries=2)
    assert len(drive.files().list().execute()["files"]) == 2


@pytest.mark.parametrize(("when", "title"), [("before", "Form"), ("after", "New")])
def test_a_dropped_connection_tells_nothing(http, form, control, when, title):
    """Whether the work was done must be found out by reading."""
    control("faults", faults=[{"method": "forms.forms.batchUpdate", "drop": True, "when": when}])
    body = {"requests": [{"updateFormInfo": {"info": {"title": "New"}, "updateMask": "title"}}]}
    with pytest.raises(requests.ConnectionError):
        http.post(f"/v1/forms/{form.id}:batchUpdate", json=body)
    assert form.get()["info"]["title"] == title


def test_faults_of_a_method_are_used_up_in_order(http, form, control):
    """One a call; other methods are not counted."""
    orders = [{"method": "forms.forms.get", "status": status} for status in (503, 429, 408)]
    control("faults", faults=orders)
    assert http.get("/drive/v3/files").status_code == 200
    assert [http.get(f"/v1/forms/{form.id}").status_code for _ in range(4)] == [503, 429, 408, 200]


def test_a_fault_may_wait_for_the_nth_call_and_come_several_times(http, form, control):
    """`nth` and `times`."""
    control("faults", faults=[{"method": "forms.forms.get", "status": 500, "nth": 3, "times": 2}])
    assert [http.get(f"/v1/forms/{form.id}").status_code for _ in range(5)] == [200, 200, 500, 500, 200]


def test_faults_can_be_asked_whether_they_were_used(http, form, control):
    """A test that ordered one which was never met has tested nothing."""
    control("faults", faults=[{"method": "forms.forms.get", "status": 503}, {"method": "*", "status": 503, "times": 3}])
    http.get(f"/v1/forms/{form.id}")
    told = control("faults", "GET")
    assert ([fault["used"] for fault in told["faults"]], told["unused"]) == ([1, 0], 3)
    control("faults", "DELETE")
    assert http.get(f"/v1/forms/{form.id}").status_code == 200


def test_html_502_is_no_json(http, form, control):
    """What a proxy in front of Google answers."""
    control("faults", faults=[{"method": "forms.forms.get", "status": 502, "html": True}])
    answer = http.get(f"/v1/forms/{form.id}")
    assert (answer.status_code, answer.headers["Content-Type"]) == (502, "text/html; charset=UTF-8")
    assert answer.text.startswith("<!DOCTYPE html>")


@pytest.mark.parametrize("retry_after", ["7", ""])
def test_429_comes_with_and_without_retry_after(http, form, control, retry_after):
    """Google documents none, so both must be lived with."""
    control("faults", faults=[{"method": "forms.forms.get", "status": 429, "retry_after": retry_after}])
    answer = http.get(f"/v1/forms/{form.id}")
    assert (answer.status_code, answer.headers.get("Retry-After", "")) == (429, retry_after)
    assert answer.json()["error"]["status"] == "RESOURCE_EXHAUSTED"


def test_a_drive_fault_names_its_reason(http, control):
    """By which clients decide whether to try again."""
    control("faults", faults=[{"method": "drive.files.list", "status": 403, "reason": "userRateLimitExceeded"}])
    (entry,) = http.get("/drive/v3/files").json()["error"]["errors"]
    assert (entry["reason"], entry["domain"]) == ("userRateLimitExceeded", "usageLimits")


def test_googles_client_retries_what_it_can(drive, control):
    """503 and Drive's rate limits; it gets there."""
    orders = [{"method": "drive.files.list", "status": 503}]
    orders += [{"method": "drive.files.list", "status": 403, "reason": "rateLimitExceeded"}]
    control("faults", faults=orders)
    assert without_pause(drive.files().list()).execute(num_retries=3)["files"] == []
    assert control("faults", "GET")["unused"] == 0


def test_401_in_mid_run(forms, form, control):
    """As when a token is withdrawn; a client that cannot refresh gives up."""
    control("faults", faults=[{"method": "forms.forms.get", "status": 401}])
    with pytest.raises(Exception, match=r"refresh|401"):
        forms.get(formId=form.id).execute()


def test_a_delay_is_waited_out(http, form, control):
    """And then the call is answered."""
    control("faults", faults=[{"method": "forms.forms.get", "delay": 0.2}])
    started = time.monotonic()
    assert http.get(f"/v1/forms/{form.id}").status_code == 200
    assert time.monotonic() - started >= 0.2


def test_a_delay_after_the_commit_keeps_the_answer_back_only(http, form, control):
    """Another call sees the work done before the slow one is answered."""
    slow = {"method": "forms.forms.batchUpdate", "when": "after", "delay": 1.0}
    control("faults", faults=[slow])
    body = {"requests": [{"updateFormInfo": {"info": {"description": "done"}, "updateMask": "description"}}]}
    call = threading.Thread(target=http.post, args=[f"/v1/forms/{form.id}:batchUpdate"], kwargs={"json": body})
    call.start()
    while form.get()["info"].get("description") != "done":
        assert call.is_alive()
    assert call.is_alive()
    call.join()


def test_the_token_endpoint_has_faults_too(http, workspace, control):
    """`invalid_grant`, as of a refresh token that has run out."""
    control("faults", faults=[{"method": "token", "status": 400, "reason": "invalid_grant", "message": "Bad Request"}])
    answer = requests.post(f"{workspace.url}/token", data={"grant_type": "refresh_token"}, timeout=10)
    assert answer.json() == {"error": "invalid_grant", "error_description": "Bad Request"}


def test_a_token_request_fails_after_its_work(workspace, token_for, control):
    """The code is used up, and whoever asked has no token."""
    control("faults", faults=[{"method": "token", "status": 503, "when": "after"}])
    with pytest.raises(KeyError, match="access_token"):
        token_for("drive.file")
    assert control("faults", "GET")["unused"] == 0


def test_a_fault_after_the_work_stands_in_a_refusals_place_too(http, control):
    """A connection that drops loses whatever was answered, so a used fault was met."""
    control("faults", faults=[{"method": "forms.forms.create", "status": 503, "when": "after"}])
    answers = [http.post("/v1/forms", json={"colour": 1}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [503, 400]


@pytest.mark.parametrize(("when", "kept"), [("before", 0), ("after", 1)])
@pytest.mark.parametrize("fault", [{"status": 503}, {"drop": True}])
def test_what_a_person_sends_in_meets_faults(http, form, control, when, kept, fault):
    """A person has no log to look at: whether the answers arrived is the page's word, or nobody's."""
    form.publish()
    control("faults", faults=[{"method": "formResponse", "when": when, **fault}])
    page = f"/forms/d/e/{form.id}/formResponse"
    if "drop" in fault:
        with pytest.raises(requests.ConnectionError):
            http.post(page)
    else:
        answer = http.post(page)
        assert (answer.status_code, answer.headers["Content-Type"]) == (503, "text/html; charset=UTF-8")
    assert len(form.forms.responses().list(formId=form.id).execute().get("responses", [])) == kept
    assert http.post(page).status_code == 200
    told = [entry["status"] for entry in control("log", "GET")["requests"] if entry["method"] == "formResponse"]
    assert len(told) == 2


@pytest.mark.parametrize(
    "order",
    [
        {"status": 503},
        {"method": "*", "colour": 1},
        {"method": "*", "status": "503"},
        {"method": "*", "when": "during"},
        {"method": "forms.forms.gett"},
        {"method": "*", "nth": 0},
        {"method": "*", "delay": -1},
        {"method": "*", "status": 200},
        {"method": "*", "status": 429, "retry_after": "1\r\n"},
    ],
)
def test_orders_that_mean_nothing_are_refused(http, order):
    """A fault misspelt would be a test that proves nothing."""
    assert http.post("/_emulator/faults", json={"faults": [order]}).status_code == 400


# --- quotas ----------------------------------------------------------------------------------------------------------------


def test_googles_numbers_hold_when_quotas_are_on(drive, sheets, control):
    """60 reads a minute and user of Sheets; the next minute starts anew; writes have a bucket of their own."""
    control("clock", now="2026-11-23T10:00:00Z", stopped=True)
    body = {"name": "S", "mimeType": "application/vnd.google-apps.spreadsheet"}
    file_id = drive.files().create(body=body).execute()["id"]
    control("quota", on=True)
    read = sheets.values().get(spreadsheetId=file_id, range="A1")
    for _ in range(60):
        read.execute()
    refused = refusal(read)
    assert refused.status_code == 429
    assert refused.reason.startswith(
        "Quota exceeded for quota metric 'Read requests' and limit 'Read requests per minute per user' of service "
        "'sheets.googleapis.com' for consumer 'project_number:"
    )
    sheets.values().clear(spreadsheetId=file_id, range="A1").execute()
    control("clock", advance=60, stopped=True)
    read.execute()


def test_each_bucket_counts_its_own_calls(http, form, control):
    """Reads, expensive reads and writes of Forms are three; reading by data filter is a read."""
    control("quota", limits={"forms.read": 1, "forms.expensive_read": 1, "forms.write": 1, "sheets.read": 1})
    for _ in range(2):
        read = http.get(f"/v1/forms/{form.id}").status_code
        listed = http.get(f"/v1/forms/{form.id}/responses").status_code
        written = http.post(f"/v1/forms/{form.id}:batchUpdate", json={}).status_code
        by_filter = http.post("/v4/spreadsheets/x/values:batchGetByDataFilter", json={}).status_code
    assert (read, listed, written, by_filter) == (429, 429, 429, 429)


def test_drive_tells_its_quota_as_403(http, control):
    """With the reason that clients retry on."""
    control("quota", limits={"drive.queries": 0})
    error = http.get("/drive/v3/files").json()["error"]
    assert (error["code"], error["errors"][0]["reason"]) == (403, "userRateLimitExceeded")


def test_quotas_are_off_unless_turned_on(http, form):
    """A hundred reads in a row."""
    assert {http.get(f"/v1/forms/{form.id}").status_code for _ in range(100)} == {200}


# --- clock, services, log, reset -----------------------------------------------------------------------------------------


def test_the_clock_is_set_stopped_and_moved(drive, form, control):
    """Every process on the database sees it."""
    assert control("clock", now="2030-01-01T00:00:00Z", stopped=True) == {"now": "2030-01-01T00:00:00.000000Z"}
    assert control("clock", advance=90, stopped=True) == {"now": "2030-01-01T00:01:30.000000Z"}
    form.add({"title": "T", "textItem": {}})
    modified = drive.files().get(fileId=form.id, fields="modifiedTime").execute()["modifiedTime"]
    assert modified == "2030-01-01T00:01:30.000Z"


@pytest.mark.parametrize("api", ["forms", "sheets", "drive"])
def test_an_api_that_the_project_has_not_enabled(workspace, control, api):
    """The classic of every first run, with the address where to enable it."""
    control("settings", disabled=[api])
    with service(workspace, api) as client:
        call = {
            "forms": lambda: client.forms().get(formId="x"),
            "sheets": lambda: client.spreadsheets().get(spreadsheetId="x"),
            "drive": lambda: client.files().list(),
        }[api]()
        refused = refusal(call)
    assert refused.status_code == 403
    assert "has not been used in project 1 before or it is disabled. Enable it by visiting" in str(refused)
    assert f"{api}.googleapis.com" in refused.content.decode()


def test_the_log_tells_every_request(http, form, control):
    """Method, verb, path, status, bytes, client."""
    control("log", "DELETE")
    form.get()
    http.get("/v1/forms/x")
    told = [entry for entry in control("log", "GET")["requests"] if entry["method"]]
    assert [(one["method"], one["verb"], one["status"]) for one in told] == [
        ("forms.forms.get", "GET", 200),
        ("forms.forms.get", "GET", 404),
    ]
    assert told[0]["path"] == f"/v1/forms/{form.id}"
    assert told[0]["bytesOut"] > 100
    assert told[0]["client"] == "local-workspace"


def test_reset_makes_everything_new(forms, drive, form, control):
    """Files, faults, clock, tokens."""
    control("faults", faults=[{"method": "*", "status": 503, "times": 99}])
    control("reset")
    assert drive.files().list().execute()["files"] == []
    with pytest.raises(HttpError, match="not found"):
        forms.get(formId=form.id).execute()


def test_the_knobs_are_the_owners(workspace, token_for):
    """No other token turns them, and no body breaks them."""
    for token in ("", "wrong", token_for("drive")):
        with Http(workspace.url, token) as other:
            assert other.post("/_emulator/reset").status_code == 401
            assert other.get("/_emulator/log").status_code == 401


@pytest.mark.parametrize("path", ["faults", "quota", "clock", "settings", "responses", "legacy", "nothing"])
@pytest.mark.parametrize(
    "body", ["[]", "5", "{", '{"faults": 5, "now": 5, "advance": "x", "limits": [], "disabled": 1}']
)
def test_nonsense_turns_no_knob(http, path, body):
    """It is told so, decently."""
    assert http.post(f"/_emulator/{path}", data=body).status_code in (400, 404)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("clock", {"advance": 1e18}),
        ("clock", {"now": "9999-12-31T23:59:59Z"}),
        ("clock", {"advanced": 5}),
        ("settings", {"page_size_cap": 0}),
        ("settings", {"disabled": ["calendar"]}),
        ("settings", {"delegation": [5]}),
        ("quota", {"on": "false"}),
        ("quota", {"limits": {"sheets.read": -1}}),
        ("quota", {"limits": {"sheets.read": True}}),
        ("quota", {"limits": {"sheets.reads": 5}}),
        ("reset", {"formId": "x"}),
    ],
)
def test_a_knob_turned_too_far_stays(http, path, body):
    """Names and values that mean nothing are refused, so that nothing later stumbles over them."""
    assert http.post(f"/_emulator/{path}", json=body).status_code == 400
