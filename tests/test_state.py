"""What a project remembers: atomically, forgivingly, and for one writer at a time."""

import json
import subprocess
import sys

import pytest

from pipeline.errors import InvalidInput, Refused
from pipeline.state import State, holder, lock, write_atomically


def test_what_is_remembered_is_there_the_next_time(tmp_path):
    """Ids survive the process that learnt them, each under its workspace and role."""
    State(tmp_path, "google").remember("backend", spreadsheet="s1", forms={"technical": "f1"})
    State(tmp_path, "google").remember("backend", forms={"team": "f2"})

    assert State(tmp_path, "google").role("backend") == {
        "spreadsheet": "s1",
        "forms": {"technical": "f1", "team": "f2"},
    }
    assert State(tmp_path, "local").role("backend") == {}


def test_none_forgets(tmp_path):
    """A fact given as None is gone."""
    state = State(tmp_path, "local")
    state.remember("backend", journal={"form:team": "abc"}, spreadsheet="s1")
    state.remember("backend", journal={"form:team": None})
    assert state.role("backend") == {"journal": {}, "spreadsheet": "s1"}


def test_nothing_new_writes_nothing(tmp_path):
    """Remembering what is known leaves the file as it is."""
    state = State(tmp_path, "local")
    state.remember("backend", spreadsheet="s1")
    before = state.path.stat().st_mtime_ns
    state.remember("backend", spreadsheet="s1")
    assert state.path.stat().st_mtime_ns == before


@pytest.mark.parametrize(
    "text",
    [
        "",
        '{"schema_version": 1, "workspaces": {"loc',
        "[]",
        "[" * 100_000,
        '{"schema_version": 1}',
        '"hello"',
        "\x00\x00",
        '{"schema_version": 1, "workspaces": {"local": []}}',
        '{"schema_version": 1, "workspaces": {"local": {"backend": []}}}',
    ],
)
def test_a_truncated_or_foreign_state_file_is_named_and_kept(tmp_path, text):
    """It says which file, why, and that moving it away loses nothing."""
    state = State(tmp_path, "local")
    state.path.write_text(text)
    with pytest.raises(InvalidInput) as refusal:
        state.role("backend")
    assert "state.json: this is not a state file of ours" in str(refusal.value)
    assert "move it away" in str(refusal.value)
    assert state.path.read_text() == text


def test_a_newer_state_file_is_refused_by_its_version(tmp_path):
    """A file of a later program is not guessed at."""
    state = State(tmp_path, "local")
    state.path.write_text(json.dumps({"schema_version": 2, "workspaces": {}}))
    with pytest.raises(InvalidInput, match="another version of pipeline \\(schema 2\\)"):
        state.role("backend")


def test_a_failed_write_leaves_the_old_file_and_no_litter(tmp_path):
    """A text that cannot be encoded fails before anything is replaced."""
    path = tmp_path / "state.json"
    write_atomically(path, "old")
    with pytest.raises(UnicodeEncodeError):
        write_atomically(path, "\ud800")
    assert path.read_text() == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["state.json"]


def test_only_the_owner_can_read_it(tmp_path):
    """The file is made with mode 0600, the directory with 0700."""
    state = State(tmp_path / ".pipeline", "local")
    state.remember("backend", spreadsheet="s1")
    assert state.path.stat().st_mode & 0o777 == 0o600
    assert state.path.parent.stat().st_mode & 0o777 == 0o700


def test_a_second_writer_is_refused_with_the_owner_and_its_age(tmp_path):
    """The message names errand, process and age, and what to do."""
    with lock(tmp_path, "run"), pytest.raises(Refused) as refusal, lock(tmp_path, "run"):
        pass
    assert "pipeline run, process" in str(refusal.value)
    assert "started 0 s ago" in str(refusal.value)
    assert "Wait until it is done" in str(refusal.value)


def test_a_dead_owners_lock_is_free(tmp_path):
    """A process killed with the lock in hand leaves it to the next one."""
    program = (
        "import os, sys, pathlib; from pipeline.state import lock\n"
        "with lock(pathlib.Path(sys.argv[1]), 'run'): os._exit(9)"
    )
    assert subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=False).returncode == 9
    assert holder(tmp_path) is None
    with lock(tmp_path, "run"):
        assert holder(tmp_path)["errand"] == "run"


def test_a_directory_that_the_user_made_is_closed_to_others(tmp_path):
    """`.pipeline/` may be there before us, say for a client file: it is the owner's alone from the first command on."""
    hidden = tmp_path / ".pipeline"
    hidden.mkdir(mode=0o755)
    with lock(hidden, "run"):
        assert hidden.stat().st_mode & 0o777 == 0o700
