"""`doctor` in the local workspace, as the user runs it."""

import shutil


def test_it_reminds_of_data_kept_for_too_long(google, scorecards, run, project):
    """A reminder with the command, and no fault."""
    (project / "config" / "pipeline.toml").write_text("[retention]\ndays = 1\n", encoding="utf-8")
    google.control("clock", now="2026-03-04T09:00:00Z", stopped=False)
    run("run")
    checks = {check["name"]: check for check in run("doctor", "--json").json["checks"]}
    assert checks["retention"]["status"] == "PASS"
    assert "Ana: kept longer than 1 day; 'pipeline forget' erases what is stored." in checks["retention"]["detail"]


def test_on_a_colleagues_machine_it_finds_the_files(google, scorecards, run, project):
    """Without `.pipeline/` forms and spreadsheet are known by what they carry in Drive, and nothing is remembered of it."""
    shutil.rmtree(project / ".pipeline")
    checks = [f"{check['status']} {check['name']}" for check in run("doctor", "--json").json["checks"]]
    assert {"PASS form (technical) published", "PASS form (team) published", "PASS spreadsheet"} <= set(checks)
    assert not (project / ".pipeline" / "state.json").exists()


def test_a_damaged_workspace_is_named_with_the_way_out(project, run, monkeypatch):
    """By doctor as a check that failed, by every other command as a refusal; exit 5."""
    monkeypatch.delenv("PIPELINE_WORKSPACE_URL", raising=False)
    (project / ".pipeline").mkdir()
    (project / ".pipeline" / "workspace.db").write_bytes(b"no database " * 1000)
    (check,) = run("doctor", "--json", code=5).json["checks"]
    assert (check["name"], check["status"]) == ("workspace", "FAIL")
    assert check["detail"] == (
        "The local workspace's file .pipeline/workspace.db cannot be used: file is not a database."
    )
    assert "move it away to begin with an empty workspace" in check["fix"]
    for words in (["status"], ["serve", "--port", "0"]):
        assert "workspace.db cannot be used" in run(*words, code=5).err


def test_damage_that_no_command_met_yet_is_found(project, run, monkeypatch):
    """A page of the database overwritten: it opens, and yet is not sound."""
    monkeypatch.delenv("PIPELINE_WORKSPACE_URL", raising=False)
    run("create-form")
    assert "PASS  workspace: The local workspace's database is sound." in run("doctor", code=None).out
    database = project / ".pipeline" / "workspace.db"
    content = bytearray(database.read_bytes())
    content[-4096:] = b"x" * 4096
    database.write_bytes(content)
    (check,) = run("doctor", "--json", code=5).json["checks"]
    assert (check["name"], check["status"]) == ("workspace", "FAIL")
