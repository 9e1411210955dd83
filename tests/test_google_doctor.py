"""`doctor` on a workspace with one thing wrong at a time: what it says, and the fix."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pipeline import emulator
from pipeline.google import doctor, drive, forms
from pipeline.google.auth import SCOPES
from pipeline.google.doctor import Check, FormToCheck
from pipeline.google.refusals import DRIVE_FILE, Identity
from pipeline.google.retry import Policy
from pipeline.google.session import Session, bearer, connect
from tests.google_replay import Say, drive_error, google_error, replay

LEE = ("user", "lee@example.com")


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    with emulator.start(tmp_path_factory.mktemp("workspace")) as workspace:
        with connect(bearer(workspace.token), base_url=workspace.url) as session:
            yield session


def new_form(session: Session, *, published: bool = True, accepting: bool = True) -> FormToCheck:
    form_id = forms.create(session, {"info": {"title": "Backend", "documentTitle": "Backend"}})["formId"]
    state = {"isPublished": published, "isAcceptingResponses": accepting}
    body = {"publishSettings": {"publishState": state}, "updateMask": "publishState"}
    forms.set_publish_settings(session, form_id, body)
    return FormToCheck("onsite", form_id, frozenset({LEE}))


def let_in(session: Session, form: FormToCheck, email: str) -> None:
    person = {"type": "user", "emailAddress": email, "role": "reader", "view": "published"}
    drive.permissions_create(session, form.form_id, person)


def table(checks: list[Check]) -> list[str]:
    return [f"{check.status} {check.name}" for check in checks]


def test_all_is_well(session: Session) -> None:
    """Everything there, published, open to the right person: nothing fails, exit 0."""
    form = new_form(session)
    let_in(session, form, "lee@example.com")
    sheet = drive.files_create(session, {"name": "Backend", "mimeType": drive.SPREADSHEET})["id"]
    checks = doctor.check_all(session, [form], sheet, now=lambda: datetime.now(UTC))
    assert table(checks) == [
        "PASS credentials",
        "PASS clock",
        "SKIP scopes",
        "PASS Drive API",
        "PASS Forms API",
        "PASS Sheets API",
        "PASS form (onsite) reachable",
        "PASS form (onsite) published",
        "PASS form (onsite) responders",
        "PASS spreadsheet",
        "PASS storage",
        "PASS quota",
    ]
    assert doctor.exit_code(checks) == 0
    assert all(check.fix == "" for check in checks)


def test_before_anything_was_made(session: Session) -> None:
    """No form, no spreadsheet yet: skipped, not failed."""
    checks = doctor.check_all(session, [], None, now=lambda: datetime.now(UTC))
    assert table(checks)[-3:] == ["SKIP spreadsheet", "PASS storage", "PASS quota"]


@pytest.mark.parametrize(
    ("told", "status", "detail"),
    [
        ({"limit": "16106127360", "usage": "5368709120"}, "PASS", "5.0 of 15.0 GB used."),
        ({"limit": "16106127360", "usage": "16106127360"}, "FAIL", "15.0 of 15.0 GB used."),
        ({"usage": "16106127360"}, "PASS", "No limit is set for this account."),
    ],
)
def test_whether_the_account_has_room_for_new_files(told: dict[str, str], status: str, detail: str) -> None:
    """With none left, Google would refuse the form and the spreadsheet."""
    with replay(Say(body={"storageQuota": told})) as tape, connect(bearer("t"), base_url=tape.url) as session:
        check = doctor.storage(session)
    assert (check.status, check.detail, bool(check.fix)) == (status, detail, status == "FAIL")


def test_a_service_account_that_could_make_no_form(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """Told before `create-form` is refused, with the ways out."""
    monkeypatch.setattr(session, "identity", Identity("service account", "robot@p.iam.gserviceaccount.com"))
    checks = {check.name: check for check in doctor.check_all(session, [], None, now=lambda: datetime.now(UTC))}
    assert checks["form"].status == "FAIL"
    assert "domain-wide delegation" in checks["form"].fix


def test_a_wrong_token_stops_the_rest(session: Session) -> None:
    """Exit 4, and no row of follow-up failures."""
    with connect(bearer("wrong"), base_url=session.base_url) as stranger:
        checks = doctor.check_all(stranger, [], None, now=lambda: datetime.now(UTC))
    assert table(checks) == ["FAIL credentials"]
    assert doctor.exit_code(checks) == 4
    assert "PIPELINE_WORKSPACE_TOKEN" in checks[0].fix


def test_a_clock_that_is_wrong(session: Session) -> None:
    """Ten minutes ahead: signatures of service accounts would be refused."""
    drive.about_get(session)
    check = doctor.clock(session, lambda: datetime.now(UTC) + timedelta(minutes=10))
    assert (check.status, check.fix) == ("FAIL", "Turn on network time.")
    assert "ahead of the workspace" in check.detail


def test_an_unpublished_form(session: Session) -> None:
    """Nobody can answer it."""
    form = new_form(session, published=False, accepting=False)
    check = doctor.form(session, form)[1]
    assert check == Check(
        "form (onsite) published",
        "FAIL",
        "Not published: nobody can answer.",
        "Run 'pipeline create-form --drift undo'.",
    )


def test_a_form_that_should_be_closed(session: Session) -> None:
    """Still taking responses after the round."""
    form = replace(new_form(session), accepting=False)
    check = doctor.form(session, form)[1]
    assert (check.status, check.fix) == ("FAIL", "Run 'pipeline close-form'.")


def test_an_interviewer_who_was_not_let_in(session: Session) -> None:
    """Named, so that the manager knows whom to expect a mail from."""
    check = doctor.form(session, new_form(session))[2]
    assert check == Check(
        "form (onsite) responders",
        "FAIL",
        "Cannot answer it yet: lee@example.com.",
        "Run 'pipeline create-form'.",
    )


def test_a_form_that_nobody_was_let_into(session: Session) -> None:
    """Nothing is wrong, and yet nobody can answer: not a PASS."""
    check = doctor.form(session, replace(new_form(session), responders=frozenset()))[2]
    assert (check.status, check.fix) == ("SKIP", "")


def test_somebody_let_in_by_hand(session: Session) -> None:
    """More people than the configuration names."""
    form = new_form(session)
    let_in(session, form, "lee@example.com")
    let_in(session, form, "ana@example.com")
    check = doctor.form(session, form)[2]
    assert check.detail == "Can answer it without being in the configuration: ana@example.com."


def test_a_form_that_is_gone(session: Session) -> None:
    """One failed line with the reason."""
    checks = doctor.form(session, FormToCheck("onsite", "nothing-here", frozenset()))
    assert table(checks) == ["FAIL form (onsite) reachable"]


def test_a_spreadsheet_in_the_trash(session: Session) -> None:
    """It can still be read, which is why it must be said."""
    sheet = drive.files_create(session, {"name": "Backend", "mimeType": drive.SPREADSHEET})["id"]
    drive.files_update(session, sheet, {"trashed": True})
    check = doctor.spreadsheet(session, sheet)
    assert (check.status, check.fix) == ("FAIL", "Restore it in Drive.")


def test_an_api_that_is_off_is_told_from_a_file_that_is_missing() -> None:
    """403 SERVICE_DISABLED fails with the address to open; 404 means that the API is on."""
    url = "https://console.developers.google.com/apis/api/forms.googleapis.com/overview?project=12345"
    off = google_error(
        403,
        "Google Forms API has not been used in project 12345 before or it is disabled.",
        "PERMISSION_DENIED",
        [
            {
                "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                "reason": "SERVICE_DISABLED",
                "metadata": {"activationUrl": url},
            }
        ],
    )
    missing = google_error(404, "Requested entity was not found.", "NOT_FOUND")
    with replay(Say(body={"user": {}}), off, missing) as tape, connect(bearer("t"), base_url=tape.url) as session:
        checks = doctor.apis(session)
    assert table(checks) == ["PASS Drive API", "FAIL Forms API", "PASS Sheets API"]
    assert url in checks[1].fix
    assert doctor.exit_code(checks) == 5


@pytest.mark.parametrize(
    ("granted", "status"), [((DRIVE_FILE,), "PASS"), (SCOPES["team"], "PASS"), (("openid",), "FAIL"), ((), "SKIP")]
)
def test_scopes_are_compared_with_what_is_needed(session: Session, granted: Any, status: str) -> None:
    """Granular consent: somebody left a box empty."""
    known = session.identity
    try:
        session.identity = Identity("user", "lee@example.com", frozenset(granted))
        assert doctor.scopes(session, SCOPES["drive.file"]).status == status
    finally:
        session.identity = known


def test_a_spreadsheet_that_may_only_be_read() -> None:
    """Shared as a viewer."""
    file = Say(body={"id": "s", "name": "Backend", "capabilities": {"canEdit": False}})
    with replay(file, Say(body={"spreadsheetId": "s"})) as tape, connect(bearer("t"), base_url=tape.url) as session:
        check = doctor.spreadsheet(session, "s")
    assert check.detail == "the account that is signed in may read but not write it."


def test_a_workspace_that_does_not_answer_is_not_called_a_bad_sign_in() -> None:
    """Exit 5: the credentials may be fine."""
    policy = Policy(sleep=lambda _: None)
    with replay(drive_error(500, "internalError", "Internal Error")) as tape:
        with connect(bearer("t"), base_url=tape.url, policy=policy) as session:
            checks = doctor.check_all(session, [], None, now=lambda: datetime.now(UTC))
    assert table(checks) == ["FAIL workspace"]
    assert doctor.exit_code(checks) == 5
