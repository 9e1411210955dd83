"""`--json`: one document on stdout, as the JSON Schema file of the command says."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jsonschema
import pytest
import requests
from referencing import Registry, Resource

import pipeline.cli
from pipeline.google.refusals import DRIVE_FILE
from tests import make_docs
from tests.conftest import Google, Run
from tests.google_replay import Say, replay

FOLDER = Path(pipeline.cli.__file__).parent / "schemas"
SCHEMAS: dict[str, Any] = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in FOLDER.glob("*.json")}
REGISTRY: Any = Registry().with_resources((s["$id"], Resource.from_contents(s)) for s in SCHEMAS.values())


def hold(command: str, document: Any) -> None:
    """The document is as the command's schema says."""
    jsonschema.Draft202012Validator(SCHEMAS[command], registry=REGISTRY).validate(document)


def test_every_command_has_a_schema_and_every_schema_a_command() -> None:
    """`panel import` is panel-import.json."""
    assert {name.replace(" ", "-") for name, _ in make_docs.every_command()} == set(SCHEMAS)


@pytest.mark.parametrize(
    "words",
    [
        ("check",),
        ("config", "show"),
        ("create-form",),
        ("create-form", "--dry-run"),
        ("panel", "import", "panel.csv"),
        ("panel", "add", "--candidate", "Cleo", "--interviewer", "ivo@example.com", "--round", "team"),
        ("status",),
        ("pull-responses",),
        ("write-rankings",),
        ("run",),
        ("rank",),
        ("explain", "Ana"),
        ("export", "ranking.csv"),
        ("close-form",),
        ("forget", "Ana", "--yes"),
        ("doctor",),
    ],
    ids=" ".join,
)
def test_what_is_printed_is_what_the_schema_says(scorecards: dict[str, str], run: Run, words: tuple[str, ...]) -> None:
    """In a project with scorecards; stdout holds the document and nothing else."""
    command = "-".join(words[: 2 if words[0] in ("config", "panel") else 1])
    hold(command, run(*words, "--json").json)


def test_adopt(google: Google, run: Run) -> None:
    """Its own test, since it wants a file made by hand."""
    made = google.call("POST", "/v1/forms", {"info": {"title": "Talk"}})["formId"]
    hold("adopt", run("adopt", "form", made, "--round", "team", "--json").json)


def test_init(run: Run, tmp_path: Path) -> None:
    """Paths as text; and a place for an OAuth client that git leaves alone."""
    hold("init", run("init", str(tmp_path / "new"), "--json").json)
    assert (tmp_path / "new" / ".pipeline" / ".gitignore").read_text() == "*\n"


def test_faults_of_check_are_in_the_document_too(run: Run, project: Path) -> None:
    """On stderr in words, in the document with file, row and column."""
    (project / "question_bank.csv").write_text("id,competency,question\nx,y,\n", encoding="utf-8")
    told = run("check", "--json", code=3)
    hold("check", told.json)
    assert told.json["faults"][0]["file"] == "config/backend.toml"


def test_a_problem_is_in_the_document_and_in_the_exit_code(
    google: Google, scorecards: dict[str, str], run: Run
) -> None:
    """A scorecard about nobody on the panel: exit 8, and the document says which."""
    google.submit(scorecards["team"], "mara@example.com", {"Candidate": "Ben", "Overall recommendation": "Yes"})
    google.call("POST", f"/v4/spreadsheets/{scorecards['spreadsheet']}:batchUpdate", {"requests": [
        {"findReplace": {"find": "Ben", "replacement": "Bea", "matchEntireCell": True, "range": {"sheetId": 105}}},
    ]})  # fmt: skip
    told = run("run", "--json", code=8)
    hold("run", told.json)
    assert {problem["kind"] for problem in told.json["pulled"]["problems"]} == {"unknown-candidate"}


def started(directory: Path, *words: str, **environment: str) -> subprocess.Popen[str]:
    """The program in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "pipeline", *words],
        cwd=directory,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_serve_says_in_one_line_where_it_answers_and_ends_on_sigterm(tmp_path: Path) -> None:
    """For the program that started it."""
    with started(tmp_path, "serve", "--port", "0", "--json") as serving:
        assert serving.stdout is not None
        told = json.loads(serving.stdout.readline())
        hold("serve", told)
        assert Path(told["token_file"]).read_text().strip()
        serving.terminate()
        assert serving.wait(timeout=20) == 0


def test_demo_holds_to_its_schema(tmp_path: Path) -> None:
    """The links and the ranking in one document."""
    with started(tmp_path, "demo", "--no-serve", "--json") as running:
        out, err = running.communicate(timeout=120)
    assert running.returncode == 0, err
    hold("demo", json.loads(out))


def test_signing_in_and_out_say_who(project: Path, tmp_path: Path) -> None:
    """A person allows it on the consent page; afterwards the sign-in is revoked and gone."""
    granted = {
        "access_token": "a",
        "refresh_token": "r",
        "expires_in": 3599,
        "token_type": "Bearer",
        "scope": DRIVE_FILE,
    }
    about = {"user": {"emailAddress": "lee@example.com"}}
    with replay(Say(body=granted), Say(body=about), Say(body={})) as google:
        client = {"client_id": "1.apps.googleusercontent.com", "client_secret": "s"}
        client |= {"auth_uri": f"{google.url}/o/oauth2/v2/auth", "token_uri": f"{google.url}/token"}
        (project / "client.json").write_text(json.dumps({"installed": client}))
        settings = 'workspace = "google"\n[google]\nclient_file = "client.json"\n'
        (project / "config" / "pipeline.toml").write_text(settings)
        environment = {"PIPELINE_WORKSPACE_URL": google.url, "XDG_CONFIG_HOME": str(tmp_path / "config")}
        with started(project, "login", "--no-browser", "--json", **environment) as signing_in:
            assert signing_in.stderr is not None
            page = next(word for line in signing_in.stderr for word in line.split() if "/o/oauth2/v2/auth?" in word)
            asked = {key: values[0] for key, values in parse_qs(urlsplit(page).query).items()}
            requests.get(asked["redirect_uri"], params={"state": asked["state"], "code": "c"}, timeout=20)
            out, err = signing_in.communicate(timeout=60)
        assert signing_in.returncode == 0, err
        hold("login", json.loads(out))
        assert json.loads(out)["account"] == "lee@example.com"
        with started(project, "logout", "--json", **environment) as signing_out:
            out, err = signing_out.communicate(timeout=60)
        assert signing_out.returncode == 0, err
        hold("logout", json.loads(out))
        assert json.loads(out) == {"schema_version": 1, "account": "lee@example.com", "revoked": True}
