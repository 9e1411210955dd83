"""The log: what was called and how it ended, for whoever looks after the tool; nothing about people."""

import json
import stat


def entries(project):
    text = (project / ".pipeline" / "logs" / "pipeline.log").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def test_each_call_and_the_end_are_a_line_of_json(project, role, run):
    """Time, process, command, method, status, milliseconds; last the exit code."""
    before = len(entries(project))
    run("status")
    *calls, end = entries(project)[before:]
    assert "sheets.spreadsheets.values.batchGetByDataFilter" in [call["method"] for call in calls]
    assert {(call["command"], call["status"]) for call in calls} == {("status", 200)}
    assert end["exit"] == 0
    assert end["ms"] >= 0


def test_a_fault_ends_with_its_exit_code(project, role, run):
    """Here a candidate whom nobody knows."""
    run("explain", "Nobody Known", code=5)
    assert entries(project)[-1].items() >= {"command": "explain", "exit": 5}.items()


def test_no_name_no_address_no_answer_no_token(project, google, scorecards, run):
    """A whole round leaves nothing about people in the log, nor the token."""
    run("run", "-v")
    run("explain", "Ana")
    text = (project / ".pipeline" / "logs" / "pipeline.log").read_text(encoding="utf-8")
    for private in ("Ana", "ivo@example.com", "Strong yes", google.token):
        assert private not in text


def test_verbose_shows_calls_without_bodies(scorecards, run):
    """On stderr: method, status, milliseconds."""
    shown = run("run", "-v").err
    assert "forms.forms.responses.list 200 " in shown
    assert "Ana" not in shown
    assert "responses.list" not in run("run").err


def test_it_is_bounded_and_the_owners_alone(project, role, run, monkeypatch):
    """A few files of a few bytes here; mode 0600 in a directory of 0700."""
    monkeypatch.setattr("pipeline.cli.logs.LARGEST", 2000)
    for _ in range(12):
        run("status")
    logs = project / ".pipeline" / "logs"
    assert sorted(path.name for path in logs.iterdir()) == [
        "pipeline.log", "pipeline.log.1", "pipeline.log.2", "pipeline.log.3",
    ]  # fmt: skip
    assert all(path.stat().st_size <= 2000 for path in logs.iterdir())
    assert {stat.S_IMODE(path.stat().st_mode) for path in logs.iterdir()} == {0o600}
    assert stat.S_IMODE(logs.stat().st_mode) == 0o700


def test_outside_a_project_nothing_is_written(tmp_path, run, monkeypatch):
    """A slip of directory leaves no trace behind."""
    monkeypatch.chdir(tmp_path)
    run("check", "--project", str(tmp_path), code=3)
    assert not (tmp_path / ".pipeline").exists()
