"""`doctor` in the local workspace, as the user runs it."""


def test_it_reminds_of_data_kept_for_too_long(google, scorecards, run, project):
    """A reminder with the command, and no fault."""
    (project / "config" / "pipeline.toml").write_text("[retention]\ndays = 1\n", encoding="utf-8")
    google.control("clock", now="2026-03-04T09:00:00Z", stopped=False)
    run("run")
    checks = {check["name"]: check for check in run("doctor", "--json").json["checks"]}
    assert checks["retention"]["status"] == "PASS"
    assert "Ana: kept longer than 1 day; 'pipeline forget' erases what is stored." in checks["retention"]["detail"]
