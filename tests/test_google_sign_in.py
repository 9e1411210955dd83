"""Every sign-in that fails: what the library or Google says, and the exact words that the user gets."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from pipeline.google.sign_in_refusals import explain_sign_in


@dataclass(frozen=True)
class SignIn:
    """One row of the table: who tried, what was said, and what the user reads."""

    kind: str
    said: str
    what: str
    todo: str


SIGN_IN = [
    SignIn(
        "user",
        "('invalid_grant: Token has been expired or revoked.', {'error': 'invalid_grant', "
        "'error_description': 'Token has been expired or revoked.'})",
        "The saved sign-in is not valid any more: it expired, was revoked, or the password was changed.",
        "Run 'pipeline login'. If this comes back every 7 days, the OAuth client is in testing mode: publish "
        "it, or make "
        "it internal (https://console.cloud.google.com/auth/audience), then sign in once more.",
    ),
    SignIn(
        "user",
        "('Reauthentication is needed. Please run `gcloud auth application-default login` to reauthenticate.',)",
        "Your organisation asks people to sign in again after some hours, and that time is over.",
        "Run 'pipeline login', or 'gcloud auth application-default login' if you use Application Default Credentials.",
    ),
    SignIn(
        "user",
        "('invalid_client: The OAuth client was not found.', {'error': 'invalid_client'})",
        "Google does not know the OAuth client: it was deleted, or its secret was changed.",
        "Download the client file again (https://console.cloud.google.com/auth/clients) and run 'pipeline login'.",
    ),
    SignIn(
        "user",
        "access_denied ",
        "The sign-in was cancelled, or your organisation does not allow this OAuth client.",
        "Run 'pipeline login' and press Allow; in testing mode your account must be a test user of the OAuth client "
        "(https://console.cloud.google.com/auth/audience).",
    ),
    SignIn(
        "user",
        "admin_policy_enforced",
        "Your organisation does not allow this OAuth client.",
        "Ask your Workspace administrator to trust its client id, or use one made inside your organisation.",
    ),
    SignIn(
        "delegated",
        "('unauthorized_client: Client is unauthorized to retrieve access tokens using this method, or client not "
        "authorized for any of the scopes requested.', {'error': 'unauthorized_client'})",
        "The service account may not act for that person with these scopes.",
        "Let an administrator allow the scopes for the service account's client id (admin.google.com, Security, API "
        "controls, Domain-wide delegation). It can take a day to take effect, and works in a Google Workspace "
        "organisation only.",
    ),
    SignIn(
        "delegated",
        "('invalid_grant: Invalid email or User ID', {'error': 'invalid_grant'})",
        "The service account cannot act for that person: there is no such person in the organisation.",
        "Check the subject in config/pipeline.toml: it is a person's e-mail address in your Workspace organisation.",
    ),
    SignIn(
        "service account",
        "('invalid_grant: Invalid JWT Signature.', {'error': 'invalid_grant'})",
        "Google does not accept the service account's key: it was deleted or replaced.",
        "Make a new key (https://console.cloud.google.com/iam-admin/serviceaccounts) and name its file in "
        "config/pipeline.toml.",
    ),
    SignIn(
        "service account",
        "('invalid_grant: Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. "
        "Check your iat and exp values in the JWT claim.', {'error': 'invalid_grant'})",
        "Google does not accept the service account's signature because this computer's clock is wrong.",
        "Set the clock (turn on network time) and run this again; 'pipeline doctor' measures the difference.",
    ),
    SignIn(
        "service account",
        "('invalid_grant: Invalid grant: account not found', {'error': 'invalid_grant'})",
        "Google does not know the service account: it was deleted or switched off.",
        "Check it at https://console.cloud.google.com/iam-admin/serviceaccounts, or name another key in "
        "config/pipeline.toml.",
    ),
    SignIn(
        "default",
        "no application default credentials",
        "There are no Application Default Credentials here, or they cannot be read.",
        "Run 'gcloud auth application-default login --scopes=https://www.googleapis.com/auth/cloud-platform,"
        "https://www.googleapis.com/auth/drive.file', or name their file in GOOGLE_APPLICATION_CREDENTIALS.",
    ),
    SignIn(
        "default",
        "('invalid_grant: Bad Request', {'error': 'invalid_grant', 'error_description': 'Bad Request'})",
        "The Application Default Credentials are not valid any more.",
        "Run 'gcloud auth application-default login --scopes=https://www.googleapis.com/auth/cloud-platform,"
        "https://www.googleapis.com/auth/drive.file'.",
    ),
    SignIn(
        "local",
        "The credentials do not contain the necessary fields need to refresh the access token. You must specify "
        "refresh_token, token_uri, client_id, and client_secret.",
        "The local workspace did not accept the token.",
        "Check PIPELINE_WORKSPACE_TOKEN against the token_file that 'pipeline serve --json' names.",
    ),
    SignIn(
        "user",
        "The credentials do not contain the necessary fields need to refresh the access token. You must specify "
        "refresh_token, token_uri, client_id, and client_secret.",
        "The sign-in has expired and cannot renew itself.",
        "Run 'pipeline login'.",
    ),
    SignIn(
        "user",
        "mystery: something \x1b[31mnew",
        "The sign-in did not work: mystery: something [31mnew.",
        "Run 'pipeline login'; 'pipeline doctor' checks the rest.",
    ),
]


@pytest.mark.parametrize("row", SIGN_IN, ids=lambda row: f"{row.kind}-{row.what[:40]}")
def test_the_exact_words_of_a_failed_sign_in(row: SignIn) -> None:
    """What the library raises, and what the user reads; always exit 4."""
    told = explain_sign_in(row.said, row.kind)
    assert (told.what, told.next_step, told.exit_code) == (row.what, row.todo, 4)
