"""Every refusal that is for good: what Google says, and the exact words and exit code that the user gets."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import Moved, NotSignedIn, PipelineError, Refused
from pipeline.google import drive, forms, sheets
from pipeline.google.auth import SCOPES
from pipeline.google.refusals import (
    DRIVE_FILE,
    RULES,
    ApiOff,
    Identity,
    Invalid,
    NoPermission,
    NotInvited,
    OwnsNothing,
    explain,
)
from pipeline.google.replies import Call, Reply, plain
from pipeline.google.retry import NotFound, Policy
from pipeline.google.session import Session, bearer, connect
from tests.google_replay import Say, drive_error, google_error, replay

PERSON = Identity("user", "lee@example.com", frozenset({DRIVE_FILE}))
TEAM = Identity("user", "lee@example.com", frozenset(SCOPES["team"]))
ROBOT = Identity("service account", "robot@project.iam.gserviceaccount.com", frozenset({DRIVE_FILE}))
DEFAULT = Identity("default", "", frozenset())
DELEGATED = Identity("delegated", "lee@example.com", frozenset({DRIVE_FILE}))
LOCAL = Identity("local")

BLIND = (
    "With the scope drive.file only files that this OAuth client made can be seen: not one made by hand, nor a "
    "colleague's. Sign in with 'pipeline login --scopes team' to work on those, or let the colleague run the command."
)
WAYS_OUT = (
    "A service account cannot own files. Three ways out: name a folder of a shared drive in config/pipeline.toml "
    "(spreadsheet only); let it act for a person by domain-wide delegation (subject in "
    "config/pipeline.toml); or sign in "
    "as a person with 'pipeline login'."
)
ENABLE_FORMS = "https://console.developers.google.com/apis/api/forms.googleapis.com/overview?project=12345"


def json_bytes(body: Any) -> bytes:
    return json.dumps(body).encode()


def error_info(reason: str, **metadata: str) -> dict[str, Any]:
    return {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason, "metadata": metadata}


@dataclass(frozen=True)
class Refusal:
    """One row of the table: who asked for what, what Google said, and what the user reads."""

    rule: str
    who: Identity
    method: str
    said: Say
    error: type[PipelineError]
    what: str
    todo: str


TABLE = [
    Refusal(
        "token refused",
        PERSON,
        "forms.forms.get",
        google_error(
            401,
            "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or "
            "other valid "
            "authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.",
            "UNAUTHENTICATED",
        ),
        NotSignedIn,
        "Google did not accept the sign-in (401) when asked to read the form.",
        "Run 'pipeline login' and leave every box ticked.",
    ),
    Refusal(
        "token refused",
        LOCAL,
        "forms.forms.get",
        google_error(401, "Request had invalid authentication credentials.", "UNAUTHENTICATED"),
        NotSignedIn,
        "Google did not accept the sign-in (401) when asked to read the form.",
        "Check the token in PIPELINE_WORKSPACE_TOKEN against the token_file that 'pipeline serve --json' names.",
    ),
    Refusal(
        "scopes missing",
        PERSON,
        "sheets.spreadsheets.get",
        google_error(
            403,
            "Request had insufficient authentication scopes.",
            "PERMISSION_DENIED",
            [error_info("ACCESS_TOKEN_SCOPE_INSUFFICIENT", service="sheets.googleapis.com")],
        ),
        NotSignedIn,
        "The sign-in does not allow this tool to read the spreadsheet: Google says that a scope is missing.",
        "Run 'pipeline login' and leave every box ticked.",
    ),
    Refusal(
        "scopes missing",
        DEFAULT,
        "drive.files.list",
        drive_error(403, "insufficientPermissions", "Insufficient Permission"),
        NotSignedIn,
        "The sign-in does not allow this tool to look for the project's files: Google says that a scope is missing.",
        "Run 'gcloud auth application-default login --scopes=https://www.googleapis.com/auth/cloud-platform,"
        "https://www.googleapis.com/auth/drive.file', with --client-id-file for your own OAuth client.",
    ),
    Refusal(
        "quota project refused",
        DEFAULT,
        "forms.forms.create",
        google_error(
            403,
            "Caller does not have required permission to use project acme. Grant the caller the "
            "roles/serviceusage.serviceUsageConsumer role.",
            "PERMISSION_DENIED",
            [error_info("USER_PROJECT_DENIED", consumer="projects/acme")],
        ),
        Refused,
        "Google does not let the account that is signed in use the quota project (acme).",
        "Name a project of your own: quota_project in config/pipeline.toml, or "
        "'gcloud auth application-default set-quota-project PROJECT'; it needs the role Service Usage Consumer.",
    ),
    Refusal(
        "quota project missing",
        DEFAULT,
        "drive.files.list",
        google_error(
            403,
            "Your application is authenticating by using local Application Default Credentials. The drive.googleapis.com "
            "API requires a quota project, which is not set by default.",
            "PERMISSION_DENIED",
            [error_info("SERVICE_DISABLED", consumer="projects/764086051850")],
        ),
        Refused,
        "The Application Default Credentials name no Google Cloud project of yours, in which the Google Drive API could "
        "be on.",
        "Name one: quota_project in config/pipeline.toml, or 'gcloud auth application-default set-quota-project PROJECT'.",
    ),
    Refusal(
        "API off",
        PERSON,
        "forms.forms.create",
        google_error(
            403,
            "Google Forms API has not been used in project 12345 before or it is disabled. Enable it by visiting "
            f"{ENABLE_FORMS} then retry. If you enabled this API recently, wait a few minutes for the action to "
            "propagate.",
            "PERMISSION_DENIED",
            [error_info("SERVICE_DISABLED", consumer="projects/12345", activationUrl=ENABLE_FORMS)],
        ),
        ApiOff,
        "The Google Forms API is switched off in the Google Cloud project of your credentials (12345).",
        f"Open {ENABLE_FORMS}, press Enable, wait a minute and run this again. 'pipeline doctor' checks all "
        "three APIs.",
    ),
    Refusal(
        "API off",
        PERSON,
        "drive.files.create",
        drive_error(
            403,
            "accessNotConfigured",
            "Google Drive API has not been used in project 12345 before or it is disabled. Enable it by visiting "
            "https://console.developers.google.com/apis/api/drive.googleapis.com/overview?project=12345 then retry.",
            "usageLimits",
        ),
        ApiOff,
        "The Google Drive API is switched off in the Google Cloud project of your credentials.",
        "Open https://console.developers.google.com/apis/api/drive.googleapis.com/overview?project=12345, "
        "press Enable, "
        "wait a minute and run this again. 'pipeline doctor' checks all three APIs.",
    ),
    Refusal(
        "service account owns nothing",
        ROBOT,
        "drive.files.create",
        drive_error(
            403, "storageQuotaExceeded", "The user's Drive storage quota has been exceeded.", domain="usageLimits"
        ),
        OwnsNothing,
        "Google refused to create the file (403: The user's Drive storage quota has been exceeded).",
        WAYS_OUT,
    ),
    Refusal(
        "service account owns nothing",
        DEFAULT,
        "drive.files.create",
        drive_error(
            403,
            "storageQuotaExceeded",
            "Service Accounts do not have storage quota. Leverage shared drives "
            "(https://developers.google.com/workspace/drive/api/guides/about-shareddrives), or use OAuth delegation "
            "(http://support.google.com/a/answer/7281227) instead.",
        ),
        OwnsNothing,
        "Google refused to create the file (403: Service Accounts do not have storage quota. Leverage shared drives "
        "(https://developers.google.com/workspace/drive/api/guides/about-shareddrives), or use OAuth delegation "
        "(http://support.google.com/a/answer/7281227) instead).",
        WAYS_OUT,
    ),
    Refusal(
        "service account owns nothing",
        ROBOT,
        "sheets.spreadsheets.create",
        google_error(403, "The caller does not have permission", "PERMISSION_DENIED"),
        OwnsNothing,
        "Google refused to create the spreadsheet (403: The caller does not have permission).",
        WAYS_OUT,
    ),
    Refusal(
        "service account owns nothing",
        ROBOT,
        "forms.forms.create",
        google_error(500, "Internal error encountered.", "INTERNAL"),
        OwnsNothing,
        "Google refused to create the form (500: Internal error encountered).",
        WAYS_OUT,
    ),
    Refusal(
        "Drive full",
        PERSON,
        "drive.files.create",
        drive_error(403, "storageQuotaExceeded", "The user's Drive storage quota has been exceeded.", "usageLimits"),
        Refused,
        "The Drive of lee@example.com is full: Google refused to create the file.",
        "Free some space, or name a folder of a shared drive in config/pipeline.toml.",
    ),
    Refusal(
        "daily limit",
        PERSON,
        "drive.files.list",
        drive_error(403, "dailyLimitExceeded", "Daily Limit Exceeded", "usageLimits"),
        Refused,
        "The daily quota of your Google Cloud project is used up: Google refused to look for the project's files.",
        "Run this again tomorrow, or ask for more at https://console.cloud.google.com/iam-admin/quotas.",
    ),
    Refusal(
        "sharing limit",
        PERSON,
        "drive.permissions.create",
        drive_error(403, "sharingRateLimitExceeded", "Rate limit exceeded. User message: 'Sorry, ...'", "usageLimits"),
        Refused,
        "Google allows no more sharing for now: too many invitations in a short time.",
        "Wait some hours and run this again; what was shared already stays shared.",
    ),
    Refusal(
        "nobody there to share with",
        PERSON,
        "drive.permissions.create",
        drive_error(
            400,
            "invalidSharingRequest",
            'Bad Request. User message: "You are trying to invite ana@nowhere.example. Since there is no Google '
            "account "
            'associated with this email address, you must check the "Notify people" box to invite this recipient."',
        ),
        NotInvited,
        "Google cannot share with this address: it has no Google account, or may not be invited.",
        "Correct it in the Panel worksheet, or in [sharing] of config/<role>.toml; it must be a Google account's.",
    ),
    Refusal(
        "organisation's policy",
        PERSON,
        "drive.permissions.create",
        drive_error(403, "domainPolicy", "The domain administrators have disabled Drive apps."),
        Refused,
        "Your organisation's policy forbids it: Google refused to share the file.",
        "Ask your Workspace administrator, or share inside the organisation only ([sharing] in config/<role>.toml).",
    ),
    Refusal(
        "made by another client",
        PERSON,
        "drive.files.update",
        drive_error(
            403, "appNotAuthorizedToFile", "The user has not granted the app 12345 write access to the file 1AbC."
        ),
        NotFound,
        "Google does not let this OAuth client see the file (asked to label or move the file).",
        BLIND,
    ),
    Refusal(
        "revision moved on",
        PERSON,
        "forms.forms.batchUpdate",
        google_error(
            400, "The required revision ID '0000002a' does not match the latest revision.", "FAILED_PRECONDITION"
        ),
        Moved,
        "The form was changed by somebody else since it was read; nothing was written.",
        "Run the same command again: it reads the form as it is now and plans anew.",
    ),
    Refusal(
        "not a Google Sheet",
        PERSON,
        "sheets.spreadsheets.get",
        google_error(400, "This operation is not supported for this document", "FAILED_PRECONDITION"),
        Refused,
        "The file is not a Google spreadsheet (an Excel file, perhaps): Google refused to read the spreadsheet.",
        "Open it in Google Sheets, choose File, Save as Google Sheets, and adopt the new file.",
    ),
    Refusal(
        "legacy form",
        PERSON,
        "forms.forms.setPublishSettings",
        google_error(400, "This form does not support publish settings.", "FAILED_PRECONDITION"),
        Refused,
        "Google refused to publish or close the form (This form does not support publish settings); a form older than "
        "that setting cannot be published by a program.",
        "Publish it by hand in its edit page, or let 'pipeline create-form' make a new one.",
    ),
    Refusal(
        "not accepted as written",
        PERSON,
        "forms.forms.batchUpdate",
        google_error(
            400,
            "Invalid JSON payload received. Unknown name \"colour\" at 'requests[1].create_item.item': Cannot "
            "find field.",
            "INVALID_ARGUMENT",
        ),
        Invalid,
        'Google did not accept the request to change the form: Invalid JSON payload received. Unknown name "colour" at '
        "'requests[1].create_item.item': Cannot find field.",
        "Run 'pipeline check'; if it finds nothing, this is a fault of ours: please report this message.",
    ),
    Refusal(
        "not accepted as written",
        PERSON,
        "sheets.spreadsheets.batchUpdate",
        google_error(
            400,
            "Your input contains more than the maximum of 50000 characters in a single cell.",
            "INVALID_ARGUMENT",
        ),
        Invalid,
        "Google did not accept the request to write the spreadsheet: Your input contains more than the "
        "maximum of 50000 "
        "characters in a single cell.",
        "Run 'pipeline check'; if it finds nothing, this is a fault of ours: please report this message.",
    ),
    Refusal(
        "no permission",
        PERSON,
        "sheets.spreadsheets.batchUpdate",
        google_error(403, "The caller does not have permission", "PERMISSION_DENIED"),
        NoPermission,
        "Google refused to write the spreadsheet (403: The caller does not have permission).",
        BLIND,
    ),
    Refusal(
        "no permission",
        TEAM,
        "sheets.spreadsheets.batchUpdate",
        google_error(403, "The caller does not have permission", "PERMISSION_DENIED"),
        NoPermission,
        "Google refused to write the spreadsheet (403: The caller does not have permission).",
        "Check that it exists, is not in the trash, and is shared with lee@example.com as an editor.",
    ),
    Refusal(
        "not there",
        TEAM,
        "forms.forms.get",
        google_error(404, "Requested entity was not found.", "NOT_FOUND"),
        NotFound,
        "Google found nothing when asked to read the form: it was deleted, or lee@example.com may not see it.",
        "Check that it exists, is not in the trash, and is shared with lee@example.com as an editor.",
    ),
    Refusal(
        "not there",
        PERSON,
        "drive.files.get",
        drive_error(404, "notFound", "File not found: 1AbC."),
        NotFound,
        "Google found nothing when asked to look up the file: it was deleted, or lee@example.com may not see it.",
        BLIND,
    ),
    Refusal(
        "not a method",
        LOCAL,
        "drive.about.get",
        google_error(501, "drive.about.get is not served by this workspace", "UNIMPLEMENTED"),
        Refused,
        "Google does not know how to ask which account is signed in (501: drive.about.get is not served by this "
        "workspace).",
        "Check the address of the workspace; if it is the local one, it does not play this part of Google.",
    ),
    Refusal(
        "quota after all retries",
        ROBOT,
        "drive.files.create",
        drive_error(403, "rateLimitExceeded", "Rate Limit Exceeded", "usageLimits"),
        Refused,
        "Google kept asking us to wait when we tried to create the file (quota: requests per minute); we gave up.",
        "Wait a minute and run the same command again; it goes on where it stopped. More patience: give_up_after in "
        "config/pipeline.toml. Quotas: https://console.cloud.google.com/iam-admin/quotas.",
    ),
    Refusal(
        "quota after all retries",
        PERSON,
        "sheets.spreadsheets.get",
        google_error(
            429,
            "Quota exceeded for quota metric 'Read requests' and limit 'Read requests per minute per user' of service "
            "'sheets.googleapis.com' for consumer 'project_number:123'.",
            "RESOURCE_EXHAUSTED",
        ),
        Refused,
        "Google kept asking us to wait when we tried to read the spreadsheet (quota: read requests per "
        "minute per user); "
        "we gave up.",
        "Wait a minute and run the same command again; it goes on where it stopped. More patience: give_up_after in "
        "config/pipeline.toml. Quotas: https://console.cloud.google.com/iam-admin/quotas.",
    ),
    Refusal(
        "quota after all retries",
        PERSON,
        "drive.files.list",
        drive_error(403, "userRateLimitExceeded", "User Rate Limit Exceeded", "usageLimits"),
        Refused,
        "Google kept asking us to wait when we tried to look for the project's files (quota: requests per user); "
        "we gave up.",
        "Wait a minute and run the same command again; it goes on where it stopped. More patience: give_up_after in "
        "config/pipeline.toml. Quotas: https://console.cloud.google.com/iam-admin/quotas.",
    ),
    Refusal(
        "not our Google",
        PERSON,
        "forms.forms.get",
        Say(200, "<html>Welcome to the airport</html>"),
        Refused,
        "Something other than Google answered the request to read the form (200: a web page instead of data).",
        "Check the network: a sign-in page of a guest network or a proxy stands in between.",
    ),
    Refusal(
        "broken after all retries",
        PERSON,
        "forms.forms.responses.list",
        Say(502, "<html><title>Error 502 (Server Error)!!1</title></html>"),
        Refused,
        "Google could not read the form's responses (502: a web page instead of data), after all retries.",
        "Run the same command again in some minutes; it goes on where it stopped. "
        "Google's own troubles: https://www.google.com/appsstatus/dashboard/.",
    ),
    Refusal(
        "anything else",
        PERSON,
        "drive.files.update",
        drive_error(409, "conflict", "Conflict"),
        Refused,
        "Google refused to label or move the file (409: Conflict).",
        "Run 'pipeline doctor'.",
    ),
]


@pytest.mark.parametrize("row", TABLE, ids=[f"{row.rule}-{row.method}-{row.who.kind}" for row in TABLE])
def test_the_exact_words_of_a_refusal(row: Refusal) -> None:
    """What happened, why if that is known, and what to do, word for word."""
    body = row.said.body.encode() if isinstance(row.said.body, str) else json_bytes(row.said.body)
    told = explain(Call(row.method), Reply.read(row.said.code, body), row.who, "Google")
    assert (type(told), told.what, told.next_step) == (row.error, row.what, row.todo)


def test_the_table_tests_every_rule() -> None:
    """A refusal without a row here is a refusal that nobody has read."""
    assert {row.rule for row in TABLE} == {rule.name for rule in RULES}


CALLS: dict[str, Callable[[Session], object]] = {
    "drive.about.get": lambda s: drive.about_get(s),
    "drive.files.create": lambda s: drive.files_create(s, {"name": "x"}),
    "drive.files.get": lambda s: drive.files_get(s, "f"),
    "drive.files.list": lambda s: drive.files_list(s, "trashed = false"),
    "drive.files.update": lambda s: drive.files_update(s, "f", {"name": "x"}),
    "drive.permissions.create": lambda s: drive.permissions_create(s, "f", {"type": "anyone"}),
    "forms.forms.batchUpdate": lambda s: forms.batch_update(s, "f", {"requests": []}),
    "forms.forms.create": lambda s: forms.create(s, {"info": {"title": "x"}}),
    "forms.forms.get": lambda s: forms.get(s, "f"),
    "forms.forms.responses.list": lambda s: list(forms.responses_list(s, "f")),
    "forms.forms.setPublishSettings": lambda s: forms.set_publish_settings(s, "f", {}),
    "sheets.spreadsheets.batchUpdate": lambda s: sheets.batch_update(s, "s", {"requests": []}),
    "sheets.spreadsheets.get": lambda s: sheets.get(s, "s", fields="*"),
}
RETRIED = {"quota after all retries", "broken after all retries"}


@pytest.mark.parametrize(
    "row", [row for row in TABLE if row.method in CALLS], ids=lambda row: f"{row.rule}-{row.method}-{row.who.kind}"
)
def test_a_refusal_for_good_is_not_tried_again(row: Refusal) -> None:
    """Through the wire: one call, one error of ours; only quota and breakdowns are worth more."""
    slept: list[float] = []
    policy = Policy(sleep=slept.append, clock=lambda: sum(slept), jitter=lambda: 0.0)
    with replay(row.said) as tape, connect(bearer("t"), base_url=tape.url, policy=policy) as session:
        session.identity = row.who
        with pytest.raises(PipelineError) as told:
            CALLS[row.method](session)
        assert (len(tape.asked) == 1) == (row.rule not in RETRIED)
    assert told.value.exit_code in {4, 5, 6}


def test_only_links_to_googles_console_are_passed_on() -> None:
    """A message must not become a way to send people somewhere else."""
    said = google_error(
        403,
        "API has not been used in project 1 before or it is disabled. Enable it by visiting https://evil.example/x",
        "PERMISSION_DENIED",
        [error_info("SERVICE_DISABLED", activationUrl="https://evil.example/console.developers.google.com")],
    )
    told = explain(Call("forms.forms.get"), Reply.read(403, json_bytes(said.body)), PERSON, "Google")
    assert "evil.example" not in str(told)
    assert "https://console.cloud.google.com/apis/library" in told.next_step


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("two\nlines\tand \u202eback", "two lines and back"),
        ("Invalid value at 'data' (X), \"Ana was late\"", "Invalid value at 'data' (X), \"...\""),
        ('A sheet with the name "Notes" already exists.', 'A sheet with the name "Notes" already exists.'),
        ('Unknown name "x": Cannot find "Ana"', 'Unknown name "x": Cannot find "..."'),
        ('not valid: "Ana was late', 'not valid: "..."'),
        ("for ana.santos@example.com", "for (an address)"),
        ("Bearer ya29.abc-def_1", "(secret)"),
    ],
)
def test_remote_text_is_made_fit_to_print(said: str, shown: str) -> None:
    """One line, nothing hidden, nothing private."""
    assert plain(said) == shown


def test_a_message_without_an_end_is_cut_first() -> None:
    """A server that echoes a megabyte must not keep us busy for hours, nor end inside what it quoted."""
    assert plain("a" * 1_000_000) == "a" * 297 + "..."
    assert plain('wrong: "' + "Ana " * 300_000 + '"') == 'wrong: "..."'


anything: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["error", "message", "status", "details", "errors", "metadata", "reason"]), inner
        )
    ),
    max_leaves=12,
)


@settings(deadline=None, max_examples=80)
@given(st.integers(300, 599), anything.map(json_bytes) | st.binary(max_size=30))
def test_no_body_is_too_strange_to_be_explained(code: int, body: bytes) -> None:
    """Whatever comes back, the user gets a sentence and a next step, not a traceback."""
    told = explain(Call("forms.forms.get"), Reply.read(code, body), PERSON, "Google")
    assert told.what
    assert told.next_step
