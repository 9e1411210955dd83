"""A project on a running workspace, and the command line as the user types it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
from click.testing import CliRunner

from pipeline import emulator

Json = dict[str, Any]

BANK = """\
id,competency,question,look_for,anchor_1,anchor_3,anchor_5,rounds
joins,databases,How do you speed up a slow join?,reads the query plan,guesses,adds an index,weighs what an index costs,technical
schema,databases,How do you change a live schema?,no downtime,has not done it,in steps,in steps that can be undone,technical
xss,security,How do you stop cross-site scripting?,escapes on output,cannot say,escapes,escapes and sets a policy,technical
feedback,teamwork,Tell me about feedback you took.,an example of their own,none,one example,what changed since,team
"""
ROLE = """\
title = "Backend developer"

[[competency]]
id = "databases"
weight = 5
why = "Every service stores data."

[[competency]]
id = "security"
weight = 3
why = "We keep personal data."
must_have = true
threshold = 3

[[competency]]
id = "teamwork"
weight = 2
why = "Nothing is built alone."

[[round]]
id = "technical"
competencies = ["databases", "security"]

[[round]]
id = "team"
competencies = ["teamwork"]
"""
SETTINGS = """\
workspace = "local"

[network]
give_up_after = 0
"""
PANEL = """\
candidate,interviewer,round,scheduled_at
Ana,ivo@example.com,technical,2026-03-02T09:00Z
Ana,mara@example.com,team,2026-03-02T11:00Z
Ben,ivo@example.com,technical,2026-03-03T09:00Z
Ben,mara@example.com,team,2026-03-03T11:00Z
"""


@pytest.fixture(scope="session")
def _running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with emulator.start(tmp_path_factory.mktemp("workspace")) as running:
        yield running


@dataclass
class Google:
    """The workspace as another program sees it: its API, its pages, and its knobs for faults and time."""

    url: str
    token: str

    def call(self, verb: str, path: str, body: Json | None = None, **params: str) -> Json:
        headers = {"Authorization": f"Bearer {self.token}"}
        answer = requests.request(verb, self.url + path, json=body, params=params, headers=headers, timeout=30)
        assert answer.ok, answer.text
        return dict(answer.json()) if answer.content else {}

    def control(self, name: str, **body: Any) -> Json:
        return self.call("POST", f"/_emulator/{name}", body)

    def calls(self) -> list[str]:
        """Ids of the methods called since the last time this was asked, in order."""
        found = [entry["method"] for entry in self.call("GET", "/_emulator/log")["requests"]]
        self.call("DELETE", "/_emulator/log")
        return [method for method in found if method]

    def form(self, form_id: str) -> Json:
        return self.call("GET", f"/v1/forms/{form_id}")

    def values(self, spreadsheet_id: str, worksheet: str) -> list[list[Any]]:
        path = f"/v4/spreadsheets/{spreadsheet_id}/values/{worksheet}"
        return list(self.call("GET", path, valueRenderOption="UNFORMATTED_VALUE").get("values", []))

    def table(self, spreadsheet_id: str, worksheet: str) -> list[dict[str, Any]]:
        """The rows of a worksheet by header."""
        header, *rows = self.values(spreadsheet_id, worksheet)
        return [dict(zip(header, row, strict=False)) for row in rows if any(value != "" for value in row)]

    def submit(self, form_id: str, email: str, answers: Mapping[str, str]) -> requests.Response:
        """Send the form's page as a browser does; answers by the question's title, ratings by their number."""
        fields = {"emailAddress": email}
        for item in self.form(form_id)["items"]:
            question = item.get("questionItem", {}).get("question", {})
            options = [o["value"] for o in question.get("choiceQuestion", {}).get("options", [])]
            given = answers.get(item.get("title", ""), "Not assessed" if "Not assessed" in options else "")
            if not given:
                continue
            chosen = next((o for o in options if o == given or o.startswith(f"{given} ·")), given)
            fields[f"entry.{int(question['questionId'], 16)}"] = chosen
        return requests.post(f"{self.url}/forms/d/e/{form_id}/formResponse", data=fields, timeout=30)


@pytest.fixture
def google(_running: Any, monkeypatch: pytest.MonkeyPatch) -> Google:
    """An empty workspace that the commands under test find by its address."""
    found = Google(_running.url, _running.token)
    found.control("reset")
    found.control("clock", now="2026-03-04T09:00:00Z", stopped=False)
    found.call("DELETE", "/_emulator/faults")
    found.call("DELETE", "/_emulator/log")
    monkeypatch.setenv("PIPELINE_WORKSPACE_URL", found.url)
    monkeypatch.setenv("PIPELINE_WORKSPACE_TOKEN", found.token)
    return found


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project of four questions in two rounds."""
    directory = tmp_path / "project"
    (directory / "config").mkdir(parents=True)
    (directory / "question_bank.csv").write_text(BANK, encoding="utf-8")
    (directory / "config" / "backend.toml").write_text(ROLE, encoding="utf-8")
    (directory / "config" / "pipeline.toml").write_text(SETTINGS, encoding="utf-8")
    (directory / "panel.csv").write_text(PANEL, encoding="utf-8")
    return directory


@dataclass
class Ran:
    """What a command printed, and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Json:
        return dict(json.loads(self.out))


Run = Callable[..., Ran]


@pytest.fixture
def run(project: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """`run("rank", "--json")` is `pipeline rank --json` in the project."""
    from pipeline.cli import pipeline
    from pipeline.cli.faults import report

    monkeypatch.chdir(project)

    def type_in(*words: str, code: int | None = 0) -> Ran:
        result = CliRunner().invoke(pipeline, list(words), standalone_mode=False)
        err = result.stderr
        if result.exception is not None:
            with CliRunner().isolation() as streams:
                ended = report(result.exception)
                err += streams[1].getvalue().decode()
        else:
            ended = result.return_value if isinstance(result.return_value, int) else 0
        assert code is None or ended == code, f"exit {ended}, expected {code}\n{result.stdout}\n{err}"
        return Ran(ended, result.stdout, err)

    return type_in


@pytest.fixture
def role(google: Google, run: Run) -> dict[str, str]:
    """Forms and spreadsheet are made, the panel is in: ids by round, and `spreadsheet`."""
    run("panel", "import", "panel.csv")
    made = run("create-form", "--json").json
    return {form["round"]: form["form_id"] for form in made["forms"]} | {
        "spreadsheet": made["spreadsheet"]["spreadsheet_id"]
    }


TECHNICAL = {
    "How do you speed up a slow join?": "4",
    "How do you change a live schema?": "3",
    "How do you stop cross-site scripting?": "4",
    "Overall recommendation": "Yes",
}
TEAM = {"Tell me about feedback you took.": "5", "Overall recommendation": "Strong yes"}


@pytest.fixture
def scorecards(google: Google, role: dict[str, str]) -> dict[str, str]:
    """The panel's scorecards are in: Ana stronger than Ben."""
    google.submit(role["technical"], "ivo@example.com", {"Candidate": "Ana", **TECHNICAL}).raise_for_status()
    google.submit(role["team"], "mara@example.com", {"Candidate": "Ana", **TEAM}).raise_for_status()
    weaker = {**TECHNICAL, "How do you speed up a slow join?": "2"}
    google.submit(role["technical"], "ivo@example.com", {"Candidate": "Ben", **weaker}).raise_for_status()
    google.submit(role["team"], "mara@example.com", {"Candidate": "Ben", **TEAM}).raise_for_status()
    return role
