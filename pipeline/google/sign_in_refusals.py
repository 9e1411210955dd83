"""Why a sign-in does not work (any more), in our words: errors of the token endpoint and of the consent page. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pipeline.errors import NotSignedIn
from pipeline.google.replies import plain

CONSENT = "https://console.cloud.google.com/auth/audience"
ROBOTS = "https://console.cloud.google.com/iam-admin/serviceaccounts"
DELEGATION = "admin.google.com, Security, API controls, Domain-wide delegation"


@dataclass(frozen=True)
class Rule:
    """`when` looks at the lower-case text of the error, and the kind of identity."""

    when: Callable[[str, str], bool]
    what: str
    todo: str


RULES: tuple[Rule, ...] = (
    Rule(
        lambda said, kind: "access_denied" in said,
        "The sign-in was cancelled, or your organisation does not allow this OAuth client.",
        "Run 'pipeline login' and press Allow; in testing mode your account must be a test user of the OAuth client "
        f"({CONSENT}).",
    ),
    Rule(
        lambda said, kind: "admin_policy_enforced" in said or "org_internal" in said,
        "Your organisation does not allow this OAuth client.",
        "Ask your Workspace administrator to trust its client id, or use one made inside your organisation.",
    ),
    Rule(
        lambda said, kind: "invalid_client" in said or "deleted_client" in said,
        "Google does not know the OAuth client: it was deleted, or its secret was changed.",
        "Download the client file again (https://console.cloud.google.com/auth/clients) and run 'pipeline login'.",
    ),
    Rule(
        lambda said, kind: "unauthorized_client" in said,
        "The service account may not act for that person with these scopes.",
        f"Let an administrator allow the scopes for the service account's client id ({DELEGATION}). It can take a day "
        "to take effect, and works in a Google Workspace organisation only.",
    ),
    Rule(
        lambda said, kind: "short-lived token" in said or "'iat'" in said or "'exp'" in said or "iat and exp" in said,
        "Google does not accept the service account's signature because this computer's clock is wrong.",
        "Set the clock (turn on network time) and run this again; 'pipeline doctor' measures the difference.",
    ),
    Rule(
        lambda said, kind: "jwt signature" in said,
        "Google does not accept the service account's key: it was deleted or replaced.",
        f"Make a new key ({ROBOTS}) and name its file in config/pipeline.toml.",
    ),
    Rule(
        lambda said, kind: kind == "delegated" and "invalid_grant" in said,
        "The service account cannot act for that person: there is no such person in the organisation.",
        "Check the subject in config/pipeline.toml: it is a person's e-mail address in your Workspace organisation.",
    ),
    Rule(
        lambda said, kind: kind == "service account" and "invalid_grant" in said,
        "Google does not know the service account: it was deleted or switched off.",
        f"Check it at {ROBOTS}, or name another key in config/pipeline.toml.",
    ),
    Rule(
        lambda said, kind: "invalid_rapt" in said or "reauth" in said,
        "Your organisation asks people to sign in again after some hours, and that time is over.",
        "Run 'pipeline login', or 'gcloud auth application-default login' if you use Application Default Credentials.",
    ),
    Rule(
        lambda said, kind: "no application default credentials" in said,
        "There are no Application Default Credentials here, or they cannot be read.",
        "Run 'gcloud auth application-default login --scopes=https://www.googleapis.com/auth/cloud-platform,"
        "https://www.googleapis.com/auth/drive.file', or name their file in GOOGLE_APPLICATION_CREDENTIALS.",
    ),
    Rule(
        lambda said, kind: kind == "default",
        "The Application Default Credentials are not valid any more.",
        "Run 'gcloud auth application-default login --scopes=https://www.googleapis.com/auth/cloud-platform,"
        "https://www.googleapis.com/auth/drive.file'.",
    ),
    Rule(
        lambda said, kind: kind == "local",
        "The local workspace did not accept the token.",
        "Check PIPELINE_WORKSPACE_TOKEN against the token_file that 'pipeline serve --json' names.",
    ),
    Rule(
        lambda said, kind: "invalid_grant" in said,
        "The saved sign-in is not valid any more: it expired, was revoked, or the password was changed.",
        "Run 'pipeline login'. If this comes back every 7 days, the OAuth client is in testing mode: publish it, or "
        f"make it internal ({CONSENT}), then sign in once more.",
    ),
    Rule(
        lambda said, kind: "necessary fields need to refresh" in said or "refresh_token" in said,
        "The sign-in has expired and cannot renew itself.",
        "Run 'pipeline login'.",
    ),
)


def explain_sign_in(said: str, kind: str) -> NotSignedIn:
    """The sign-in error that fits what the library or Google `said` to an identity of this `kind`."""
    text = said.lower()
    for rule in RULES:
        if rule.when(text, kind):
            return NotSignedIn(rule.what, rule.todo)
    return NotSignedIn(
        f"The sign-in did not work: {plain(said)}.", "Run 'pipeline login'; 'pipeline doctor' checks the rest."
    )
