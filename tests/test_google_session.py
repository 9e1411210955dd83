"""One door to the workspace: what is tried again, for how long, what is not, and what each caller is told."""

from __future__ import annotations

import contextlib
import logging
import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from pipeline.errors import NotSignedIn, PipelineError, Refused
from pipeline.google import drive, forms, sheets
from pipeline.google.retry import NotFound, OutcomeUnknown, Policy
from pipeline.google.session import Session, bearer, connect
from tests.google_replay import Replay, Say, drive_error, google_error, replay

BUSY = google_error(503, "The service is currently unavailable.", "UNAVAILABLE")
READ_QUOTA = google_error(
    429,
    "Quota exceeded for quota metric 'Read requests' and limit 'Read requests per minute per user' of service "
    "'sheets.googleapis.com' for consumer 'project_number:123'.",
    "RESOURCE_EXHAUSTED",
)


@dataclass
class Patience:
    """Time that passes only when somebody sleeps; what was slept and said is kept."""

    now: float = 0.0
    slept: list[float] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def policy(self, timeout: float = 60.0, give_up_after: float = 120.0, jitter: float = 0.0) -> Policy:
        return Policy(give_up_after, timeout, sleep=self.sleep, clock=lambda: self.now, jitter=lambda: jitter)


@pytest.fixture
def patience() -> Patience:
    return Patience()


def at(tape: Replay, patience: Patience, **policy: float) -> Session:
    return connect(bearer("a-token"), base_url=tape.url, policy=patience.policy(**policy), on_wait=patience.said.append)


def create_form(session: Session) -> Any:
    return forms.create(session, {"info": {"title": "Backend", "documentTitle": "Backend"}})


@pytest.mark.parametrize(
    "trouble",
    [
        BUSY,
        google_error(500, "Internal error encountered.", "INTERNAL"),
        Say(502, "<html><title>502. That's an error.</title></html>"),
        google_error(504, "Deadline exceeded", "DEADLINE_EXCEEDED"),
        Say(408, "<html>Request Timeout</html>"),
        READ_QUOTA,
        drive_error(403, "rateLimitExceeded", "Rate Limit Exceeded", "usageLimits"),
        drive_error(403, "userRateLimitExceeded", "User Rate Limit Exceeded", "usageLimits"),
        Say(hang_up=True),
        Say(body={"formId": "f", "info": {"title": "cut in the middle"}}, cut=True),
    ],
    ids=["503", "500", "502-page", "504", "408", "429", "403-rate", "403-user-rate", "hang-up", "cut"],
)
def test_a_read_is_asked_again_when_the_trouble_may_pass(trouble: Say, patience: Patience) -> None:
    """Busy, over quota or broken off: the same question again, and the caller never knows."""
    with replay(trouble, trouble, Say(body={"formId": "f"})) as tape, at(tape, patience) as session:
        assert forms.get(session, "f") == {"formId": "f"}
        assert patience.slept == [1.0, 2.0]


def test_every_client_library_goes_through_the_same_door(patience: Patience) -> None:
    """Forms, Drive and Sheets share timeouts, retries and the count of calls."""
    calls: list[Callable[[Session], Any]] = [
        lambda session: forms.get(session, "f"),
        lambda session: drive.files_get(session, "f"),
        lambda session: sheets.get(session, "s", fields="sheets.properties"),
    ]
    for call in calls:
        with replay(BUSY, Say(body={"ok": 1})) as tape, at(tape, patience) as session:
            assert call(session) == {"ok": 1}
            assert session.calls.total() == 2


def test_waits_double_and_carry_jitter(patience: Patience) -> None:
    """1, 2, 4, 8 ... seconds, each with a random part so that many callers do not come back together."""
    with replay(BUSY) as tape, at(tape, patience, jitter=0.5) as session, pytest.raises(Refused):
        forms.get(session, "f")
    assert patience.slept == [1.5, 2.5, 4.5, 8.5, 16.5, 32.5]


def test_retrying_ends_within_the_given_time(patience: Patience) -> None:
    """The next wait would pass 20 s: give up now, and say what to do."""
    with replay(BUSY) as tape, at(tape, patience, give_up_after=20.0) as session:
        with pytest.raises(Refused) as told:
            forms.get(session, "f")
        assert patience.now == 15.0
        assert told.value.what == (
            f"The workspace at {tape.url} could not read the form (503: The service is currently unavailable), "
            "after all retries."
        )
        assert told.value.exit_code == 5


def test_retry_after_is_honoured(patience: Patience) -> None:
    """Google asks for 14 s: wait 14 s, not 1."""
    asked = Say(429, READ_QUOTA.body, {"retry-after": "14"})
    with replay(asked, Say(body={"formId": "f"})) as tape, at(tape, patience) as session:
        forms.get(session, "f")
        assert patience.slept == [14.0]


def test_retry_after_may_be_a_date(patience: Patience) -> None:
    """HTTP allows a date: what counts is its distance from the answer's own date, not from our clock."""
    later = {"retry-after": "Wed, 21 Oct 2099 07:28:09 GMT", "date": "Wed, 21 Oct 2099 07:28:00 GMT"}
    with replay(Say(503, BUSY.body, later), Say()) as tape, at(tape, patience) as session:
        forms.get(session, "f")
    assert patience.slept and patience.slept[0] >= 9.0


def test_a_wait_longer_than_we_may_is_not_begun(patience: Patience) -> None:
    """Google asks for ten minutes, we have two: say so at once instead of sitting it out in vain."""
    asked = Say(429, READ_QUOTA.body, {"retry-after": "600"})
    with replay(asked) as tape, at(tape, patience) as session, pytest.raises(Refused) as told:
        forms.get(session, "f")
    assert patience.slept == []
    assert "quota: read requests per minute per user" in told.value.what
    assert "give_up_after" in told.value.next_step


def test_a_long_wait_is_announced_with_the_quota_and_the_attempt(patience: Patience) -> None:
    """Nobody stares at a silent terminal for longer than 2 s."""
    asked = Say(429, READ_QUOTA.body, {"retry-after": "14"})
    with replay(BUSY, asked, Say()) as tape, at(tape, patience) as session:
        sheets.get(session, "s", fields="*")
        assert patience.said == [
            f"The workspace at {tape.url} asks us to wait 14 s (quota: read requests per minute per user); attempt 3"
        ]


def test_an_internal_error_is_repeated_twice_and_no_more(patience: Patience) -> None:
    """Google's 500 is often for good."""
    with replay(google_error(500, "Internal error encountered.", "INTERNAL")) as tape, at(tape, patience) as session:
        with pytest.raises(Refused):
            forms.get(session, "f")
        assert len(tape.asked) == 3


def test_no_answer_ends_in_a_timeout(patience: Patience) -> None:
    """A server that says nothing is left after the timeout, a read sooner than a write."""
    with replay(Say(silent=0.5), Say(body={"formId": "f"})) as tape, at(tape, patience, timeout=0.3) as session:
        assert forms.get(session, "f") == {"formId": "f"}
        assert len(tape.asked) == 2


@pytest.mark.parametrize(
    "trouble", [BUSY, Say(502, "<html>"), Say(408, ""), Say(hang_up=True), Say(silent=0.4), Say(cut=True)]
)
def test_a_write_of_unknown_outcome_is_never_blindly_repeated(trouble: Say, patience: Patience) -> None:
    """It may have made the form: a second one would be worse than an error."""
    with replay(trouble) as tape, at(tape, patience, timeout=0.2) as session:
        with pytest.raises(OutcomeUnknown) as told:
            create_form(session)
        assert len(tape.asked) == 1
        assert "did not confirm the request to create the form" in told.value.what
        assert "Run the same command again" in told.value.next_step
        assert told.value.exit_code == 5


@pytest.mark.parametrize("trouble", [READ_QUOTA, drive_error(403, "rateLimitExceeded", "Rate Limit Exceeded")])
def test_a_write_refused_for_quota_is_repeated(trouble: Say, patience: Patience) -> None:
    """Over quota means: not done. Nothing can double."""
    with replay(trouble, Say(body={"formId": "new"})) as tape, at(tape, patience) as session:
        assert create_form(session) == {"formId": "new"}
        assert len(tape.asked) == 2


def test_a_lost_answer_is_found_by_reading_back(patience: Patience) -> None:
    """The caller knows how to look: what is there is taken as the answer, and nothing is sent twice."""
    with replay(Say(hang_up=True)) as tape, at(tape, patience) as session:
        made = forms.create(session, {"info": {"title": "Backend"}}, settled=lambda: {"formId": "made"})
        assert made == {"formId": "made"}
        assert len(tape.asked) == 1


def test_a_write_that_did_not_happen_is_sent_again_after_reading_back(patience: Patience) -> None:
    """Read back, nothing there: now a repeat is right."""
    with replay(BUSY, Say(body={"formId": "new"})) as tape, at(tape, patience) as session:
        assert forms.create(session, {"info": {"title": "Backend"}}, settled=lambda: None) == {"formId": "new"}
        assert len(tape.asked) == 2


CELLS = {"updateCells": {"fields": "userEnteredValue"}}
ROWS = {"insertDimension": {"range": {"dimension": "ROWS"}}}


def test_cells_at_fixed_places_are_written_again(patience: Patience) -> None:
    """The second time writes the same."""
    with replay(Say(hang_up=True), Say(body={"spreadsheetId": "s"})) as tape, at(tape, patience) as session:
        assert sheets.batch_update(session, "s", {"requests": [CELLS]}) == {"spreadsheetId": "s"}
        assert tape.asked[0] == tape.asked[1]


def test_a_batch_that_moves_things_is_not_sent_again(patience: Patience) -> None:
    """One inserted row among harmless cells, and a repeat could insert two."""
    with replay(Say(hang_up=True)) as tape, at(tape, patience) as session:
        with pytest.raises(OutcomeUnknown):
            sheets.batch_update(session, "s", {"requests": [CELLS, ROWS]})
        assert len(tape.asked) == 1


def test_deleting_what_the_lost_call_deleted_is_done(patience: Patience) -> None:
    """First answer lost, then 'not found': that was us."""
    gone = drive_error(404, "notFound", "File not found: f.")
    with replay(Say(hang_up=True), gone) as tape, at(tape, patience) as session:
        drive.files_delete(session, "f")


def test_deleting_what_was_never_there_is_an_error(patience: Patience) -> None:
    """A receipt must not claim that something was deleted which we could not even see."""
    gone = drive_error(404, "notFound", "File not found: f.")
    with replay(gone) as tape, at(tape, patience) as session, pytest.raises(NotFound):
        drive.files_delete(session, "f")


def test_a_refused_connection_names_the_address(patience: Patience) -> None:
    """Nobody listens there: a few tries, then the address and what to start."""
    with replay(Say()) as tape:
        url = tape.url
    with connect(bearer("t"), base_url=url, policy=patience.policy()) as session, pytest.raises(Refused) as told:
        create_form(session)
    assert told.value.what == f"There is no answer from {url}: no connection."
    assert "pipeline serve" in told.value.next_step
    assert len(patience.slept) == 3


def test_a_web_page_in_place_of_data_is_no_answer(patience: Patience) -> None:
    """A guest network's sign-in page answers 200 to everything."""
    with replay(Say(200, "<html>Welcome to the airport</html>")) as tape, at(tape, patience) as session:
        with pytest.raises(Refused, match="Something other than"):
            forms.get(session, "f")


def test_a_redirect_is_not_followed(patience: Patience) -> None:
    """The token goes to the address that was configured and nowhere else."""
    with replay(Say(302, "", {"location": "http://127.0.0.1:1/elsewhere"})) as tape, at(tape, patience) as session:
        with pytest.raises(Refused, match="Something other than"):
            forms.get(session, "f")
        assert len(tape.asked) == 1


def test_an_expired_token_is_not_retried(patience: Patience) -> None:
    """401 with a token that cannot renew itself: sign in, exit 4."""
    with replay(google_error(401, "Request had invalid authentication credentials.")) as tape:
        with at(tape, patience) as session, pytest.raises(NotSignedIn) as told:
            forms.get(session, "f")
    assert told.value.exit_code == 4
    assert patience.slept == []


def test_pages_of_responses_are_read_to_the_end(patience: Patience) -> None:
    """A short or empty page is not the last one; a missing token is."""
    pages = [
        Say(body={"responses": [{"responseId": "1"}], "nextPageToken": "two"}),
        Say(body={"nextPageToken": "three"}),
        Say(body={"responses": [{"responseId": "2"}]}),
    ]
    with replay(*pages) as tape, at(tape, patience) as session:
        found = [one["responseId"] for page in forms.responses_list(session, "f") for one in page]
        assert found == ["1", "2"]
        assert len(tape.asked) == 3


def test_the_log_holds_neither_bodies_nor_queries(patience: Patience, caplog: pytest.LogCaptureFixture) -> None:
    """`-v` shows method, status and time; what people wrote stays out."""
    with caplog.at_level(logging.DEBUG, logger="pipeline"), replay(Say(body={"files": []})) as tape:
        with at(tape, patience) as session:
            drive.files_list(session, "name = 'Ana Santos'")
    assert [record.getMessage() for record in caplog.records if record.name.startswith("pipeline")] == [
        "drive.files.list 200 0 ms"
    ]


def test_the_token_goes_in_the_header_and_nowhere_else(patience: Patience) -> None:
    """No secret in an address, where proxies and logs would keep it."""
    with replay(Say()) as tape, at(tape, patience) as session:
        sheets.get(session, "s", fields="*", ranges=["A1:B2", "C3"])
        assert tape.headers[0]["authorization"] == "Bearer a-token"
        assert "a-token" not in tape.asked[0][1]


def test_a_password_in_netrc_does_not_take_the_tokens_place(
    patience: Patience, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Many developers have a `default` entry there, and requests would rather use that."""
    (tmp_path / "netrc").write_text("default login lee password hunter2")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    with replay(Say()) as tape, at(tape, patience) as session:
        session.http.trust_env = True  # as it is at Google
        forms.get(session, "f")
        assert tape.headers[0]["authorization"] == "Bearer a-token"


def test_a_number_that_json_does_not_know_is_a_bug_not_a_broken_connection(patience: Patience) -> None:
    """NaN in a cell must not be mistaken for trouble on the line and sent again."""
    with replay(Say()) as tape, at(tape, patience) as session, pytest.raises(ValueError, match="not JSON compliant"):
        sheets.batch_update(session, "s", {"requests": [{"x": float("nan")}]})
    assert tape.asked == []


def test_what_the_workspace_says_is_cleaned_before_it_is_shown(patience: Patience) -> None:
    """No escape sequences on the terminal, no answers, no addresses, no tokens, no end."""
    said = (
        "Invalid value at 'requests[0]' (type.googleapis.com/X), \"She said \x1b[31mno\" for ana@example.com "
        "with ya29.secret-token " + "x" * 500
    )
    with replay(google_error(400, said, "INVALID_ARGUMENT")) as tape, at(tape, patience) as session:
        with pytest.raises(PipelineError) as told:
            forms.get(session, "f")
    shown = str(told.value)
    for leak in ("\x1b", "She said", "ana@example.com", "secret-token"):
        assert leak not in shown
    assert len(shown) < 700


def test_a_certificate_that_is_not_trusted(patience: Patience, tmp_path: Path) -> None:
    """A proxy that opens what is encrypted, or somebody worse: nothing is sent, nothing retried, exit 5."""
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(self_signed(tmp_path))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=greet, args=(listener, server), daemon=True).start()
        url = f"https://127.0.0.1:{listener.getsockname()[1]}"
        with connect(bearer("t"), base_url=url, policy=patience.policy()) as session, pytest.raises(Refused) as told:
            create_form(session)
    assert told.value.what == (
        f"The connection to {url} is not safe: its certificate is not one that this computer trusts."
    )
    assert patience.slept == []


def greet(listener: socket.socket, server: ssl.SSLContext) -> None:
    with contextlib.suppress(OSError), server.wrap_socket(listener.accept()[0], server_side=True):
        pass


def self_signed(directory: Path) -> Path:
    """A certificate that nobody vouches for, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, now - timedelta(1), now + timedelta(1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path = directory / "server.pem"
    path.write_bytes(private + certificate.public_bytes(pem))
    return path
