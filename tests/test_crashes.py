"""For every errand and every one of its calls: it fails there, or dies there, and is run again. Nothing is to be seen of it.

The workspace must end item for item and cell for cell as after a run that nothing disturbed: no second form or
spreadsheet, no doubled row, nothing half done.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from pipeline.worksheets import design
from tests import disasters
from tests.between import door
from tests.conftest import BANK, TEAM, TECHNICAL, Google, Run
from tests.disasters import Scene, differences, whole
from tests.inbox import Inbox

Prepare = Callable[[Google, Run, Path], None]


def _nothing(_google: Google, _run: Run, _project: Path) -> None:
    """A project, and an empty workspace."""


def _set_up(_google: Google, run: Run, _project: Path) -> None:
    run("panel", "import", "panel.csv")
    run("create-form")


def _forms(run: Run) -> dict[str, str]:
    return {form["round"]: form["form_id"] for form in run("create-form", "--json").json["forms"]}


def _answered(google: Google, run: Run, project: Path) -> None:
    """Two scorecards were pulled and ranked; since then one was sent again, and two are new."""
    _set_up(google, run, project)
    forms = _forms(run)
    google.submit(forms["technical"], "ivo@example.com", {"Candidate": "Ana", **TECHNICAL}).raise_for_status()
    google.submit(forms["team"], "mara@example.com", {"Candidate": "Ana", **TEAM}).raise_for_status()
    run("run")
    google.control("clock", advance=60)
    better = {**TECHNICAL, "How do you speed up a slow join?": "5"}
    google.submit(forms["technical"], "ivo@example.com", {"Candidate": "Ana", **better}).raise_for_status()
    google.submit(forms["technical"], "ivo@example.com", {"Candidate": "Ben", **TECHNICAL}).raise_for_status()
    google.submit(forms["team"], "mara@example.com", {"Candidate": "Ben", **TEAM}).raise_for_status()


def _pulled(google: Google, run: Run, project: Path) -> None:
    """Everything is in Scorecards, and Rankings does not know of it yet."""
    _answered(google, run, project)
    run("pull-responses")


def _edited(google: Google, run: Run, project: Path) -> None:
    """Answers are in; then questions are reworded, added and moved, a weight and the people change."""
    _answered(google, run, project)
    bank = BANK.replace("How do you speed up a slow join?", "How would you speed up a slow join?")
    bank += "index,databases,When is an index a bad idea?,writes,never,many writes,measures first,technical\n"
    (project / "question_bank.csv").write_text(bank, encoding="utf-8")
    role = project / "config" / "backend.toml"
    role.write_text(role.read_text(encoding="utf-8").replace("weight = 5", "weight = 6"), encoding="utf-8")
    (project / "more.csv").write_text("candidate,interviewer,round\nCleo,zoe@example.com,technical\n")
    run("panel", "import", "more.csv")


def _panel_first(_google: Google, run: Run, _project: Path) -> None:
    """The panel is in the spreadsheet before there is any form."""
    run("panel", "import", "panel.csv")


def _panel_changed(google: Google, run: Run, project: Path) -> None:
    """Answers are in and ranked; then somebody joins the panel."""
    _pulled(google, run, project)
    run("run")
    (project / "more.csv").write_text("candidate,interviewer,round\nCleo,zoe@example.com,technical\n")
    run("panel", "import", "more.csv")


class Errand(NamedTuple):
    """What is typed, and what is there before."""

    words: tuple[str, ...]
    prepare: Prepare


ERRANDS = {
    "create-form, first": Errand(("create-form",), _nothing),
    "create-form, panel first": Errand(("create-form",), _panel_first),
    "create-form, changes": Errand(("create-form",), _edited),
    "panel import, first": Errand(("panel", "import", "panel.csv"), _nothing),
    "panel import, more": Errand(("panel", "import", "more.csv"), _edited),
    "pull-responses": Errand(("pull-responses",), _answered),
    "pull-responses --full": Errand(("pull-responses", "--full"), _answered),
    "write-rankings": Errand(("write-rankings",), _pulled),
    "run": Errand(("run",), _answered),
    "run, panel changed": Errand(("run",), _panel_changed),
    "close-form": Errand(("close-form",), _set_up),
    "forget": Errand(("forget", "Ana", "--yes"), _pulled),
}


class Known(NamedTuple):
    """What an errand finds, the calls that it makes, and what it leaves when nobody disturbs it."""

    scene: Scene
    calls: list[str]
    wanted: Any
    wanted_with_formats: Any


@dataclass
class Stage:
    """An errand, ready to be disturbed as often as wanted."""

    errand: Errand
    known: Known
    google: Google
    run: Run
    database: Path
    project: Path

    def restore(self) -> None:
        self.known.scene.restore(self.database, self.project)

    def is_finished_by_running_it_again(self, told: str, *, formats: bool) -> None:
        """Repeat the errand until it succeeds, and compare; formats only where one may have been lost."""
        codes = [self.run(*self.errand.words, code=None).code]
        while codes[-1] != 0 and len(codes) < 3:
            codes.append(self.run(*self.errand.words, code=None).code)
        assert codes[-1] == 0, f"{told}: {codes}"
        wanted = self.known.wanted_with_formats if formats else self.known.wanted
        found = differences(whole(self.google, formats=formats), wanted)
        assert not found, "\n".join([told, *found[:20]])


@pytest.fixture(scope="module")
def known() -> dict[str, Known]:
    """Each errand is prepared once for all the ways to disturb it."""
    return {}


@pytest.fixture(params=ERRANDS)
def stage(
    request: pytest.FixtureRequest,
    known: dict[str, Known],
    google: Google,
    run: Run,
    project: Path,
    _running: Any,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Stage]:
    errand, database = ERRANDS[request.param], Path(_running.store.path)
    if request.param not in known:
        errand.prepare(google, run, project)
        scene = Scene.keep(tmp_path_factory.mktemp("scene"), database, project)
        google.calls()
        run(*errand.words)
        known[request.param] = Known(scene, google.calls(), whole(google, formats=False), whole(google))
    yield Stage(errand, known[request.param], google, run, database, project)
    google.call("DELETE", "/_emulator/faults")


def _writes(method: str) -> bool:
    return not method.endswith((".get", ".list", "GetByDataFilter", ".getByDataFilter"))


def _formats(method: str) -> bool:
    return method == "sheets.spreadsheets.batchUpdate"


@pytest.mark.parametrize(
    "fault",
    [{"status": 503, "when": "before"}, {"status": 503, "when": "after"}, {"drop": True, "when": "after"}],
    ids=["not done", "done and not told", "connection lost"],
)
def test_an_errand_that_fails_at_any_call_is_finished_by_running_it_again(stage: Stage, fault: dict[str, Any]) -> None:
    """The k-th call is refused before it is done, or done without an answer (to a read that makes no difference)."""
    for k, method in enumerate(stage.known.calls, 1):
        if fault["when"] == "after" and not _writes(method):
            continue
        stage.restore()
        stage.google.control("faults", faults=[{"method": "*", "nth": k, **fault}])
        failed = stage.run(*stage.errand.words, code=None)
        told = f"call {k}, {method}: exit {failed.code}, {failed.err}"
        assert stage.google.call("GET", "/_emulator/faults")["unused"] == 0, told
        assert failed.code in (0, 5) and "Traceback" not in failed.err, told
        stage.google.call("DELETE", "/_emulator/faults")
        stage.is_finished_by_running_it_again(told, formats=_formats(method))


def test_an_errand_killed_after_any_call_is_finished_by_running_it_again(stage: Stage) -> None:
    """The process gets SIGKILL when the workspace has done the k-th call, before it hears of it."""
    for k, method in enumerate(stage.known.calls, 1):
        stage.restore()
        victims: list[int] = []

        def kill(number: int, k: int = k, victims: list[int] = victims) -> None:
            if number == k:
                os.kill(victims[0], signal.SIGKILL)

        with door(stage.google.url, after=kill) as opened:
            process = disasters.start(stage.errand.words, stage.project, opened.url, stage.google.token)
            victims.append(process.pid or 0)
            process.join(60)
        assert process.exitcode == -signal.SIGKILL, f"call {k}, {method}: exit {process.exitcode}"
        stage.is_finished_by_running_it_again(f"killed after call {k}, {method}", formats=_formats(method))


def test_a_pull_in_many_batches_loses_nothing_when_it_ends_between_two(
    google: Google, run: Run, project: Path, _running: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An edit newer than scorecards not written yet, a manager's column amid ours, an answer that cannot be used."""
    monkeypatch.setattr("pipeline.worksheets.requests.RECOMMENDED_BYTES", 300)
    monkeypatch.setattr("pipeline.worksheets.scorecard_rows.TOGETHER", 1)
    _set_up(google, run, project)
    made = run("create-form", "--json").json
    forms = {form["round"]: form["form_id"] for form in made["forms"]}
    inbox = Inbox(google, _running.store)
    first = inbox.put(forms["technical"], "Ana")
    run("pull-responses")
    column = {"sheetId": design.SCORECARDS, "dimension": "COLUMNS", "startIndex": 4, "endIndex": 5}
    path = f"/v4/spreadsheets/{made['spreadsheet']['spreadsheet_id']}:batchUpdate"
    google.call("POST", path, {"requests": [{"insertDimension": {"range": column, "inheritFromBefore": False}}]})
    for number in range(4):
        google.control("clock", advance=3600)
        inbox.put(forms["technical"], "Ben", rating=("3", "cannot say")[number % 2])
    google.control("clock", advance=3600)
    inbox.put(forms["technical"], "Ana", rating="5", edits=first)
    (tmp_path / "kept").mkdir()
    scene = Scene.keep(tmp_path / "kept", Path(_running.store.path), project)
    google.calls()
    run("pull-responses", code=8)
    calls, wanted = google.calls(), whole(google)
    assert len(calls) > 8
    for k in range(1, len(calls) + 1):
        scene.restore(Path(_running.store.path), project)
        google.control("faults", faults=[{"method": "*", "nth": k, "drop": True, "when": "after"}])
        run("pull-responses", code=None)
        google.call("DELETE", "/_emulator/faults")
        run("pull-responses", code=8)
        assert not differences(whole(google), wanted), f"call {k}"
