"""`config show`: what is in force and where it came from; flag over environment over file over default."""


def line(ran, key):
    return next(row for row in ran.out.splitlines() if row.startswith(f"{key} = "))


def test_every_value_tells_where_it_comes_from(run):
    """File and line, or default."""
    shown = run("config", "show", "--origin")
    assert line(shown, "workspace") == 'workspace = "local"    # config/pipeline.toml:1'
    assert line(shown, "network.timeout") == "network.timeout = 180    # default"
    assert line(shown, "backend: competency.databases.weight").endswith("# config/backend.toml:5")


def test_the_environment_overrides_the_file(run, monkeypatch):
    """PIPELINE_WORKSPACE chooses the workspace, and `config show` says that it did."""
    monkeypatch.setenv("PIPELINE_WORKSPACE", "google")
    assert line(run("config", "show", "--origin"), "workspace").endswith(
        '= "google"    # environment, PIPELINE_WORKSPACE'
    )


def test_a_workspace_that_does_not_exist_is_named_with_its_variable(run, monkeypatch):
    """As a fault of a file would be."""
    monkeypatch.setenv("PIPELINE_WORKSPACE", "gogle")
    told = run("config", "show", code=3).err.splitlines()[0]
    assert told == 'PIPELINE_WORKSPACE: "gogle" is no workspace; set it to "local" or "google", or unset it'


def test_the_flag_overrides_the_environment(run, monkeypatch, tmp_path):
    """--project beats PIPELINE_PROJECT."""
    monkeypatch.setenv("PIPELINE_PROJECT", str(tmp_path / "elsewhere"))
    assert "not a pipeline project" in run("check", code=3).err
    run("check", "--project", ".")


def test_an_options_variable_has_the_options_name(run, monkeypatch, google):
    """PIPELINE_DRY_RUN is --dry-run."""
    monkeypatch.setenv("PIPELINE_DRY_RUN", "1")
    assert run("create-form", "--json").json["dry_run"] is True
