"""`--json`: one document on stdout, as the JSON Schema file of the command says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from referencing import Registry, Resource

import pipeline.cli
from tests import make_docs
from tests.conftest import Google, Run

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
    """Paths as text."""
    hold("init", run("init", str(tmp_path / "new"), "--json").json)


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
