"""What the command line says when its own directory is not as it should be."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Google, Run


@pytest.mark.parametrize("text", ['{"schema_version": 1, "wor', "[]", "not ours"], ids=["truncated", "list", "foreign"])
def test_a_broken_state_file_is_named_and_kept(
    google: Google, run: Run, role: dict[str, str], project: Path, text: str
) -> None:
    """It says which file and what to do; moved away as told, the next command finds everything again."""
    state = project / ".pipeline" / "state.json"
    state.write_text(text)
    told = run("run", code=3)
    assert "state.json" in told.err and "move it away" in told.err
    assert state.read_text() == text
    state.rename(project / "state.broken")
    run("run")
    assert "Nothing to do" in run("create-form").out


def test_a_state_file_of_a_later_program_is_not_guessed_at(
    google: Google, run: Run, role: dict[str, str], project: Path
) -> None:
    """Its version is told."""
    (project / ".pipeline" / "state.json").write_text('{"schema_version": 99, "workspaces": {}}')
    assert "schema 99" in run("pull-responses", code=3).err


@pytest.fixture
def full_disk(project: Path) -> Iterator[Path]:
    """A `.pipeline/` on a file system of 64 kB with nothing left in it."""
    place = project / ".pipeline"
    place.mkdir(exist_ok=True, mode=0o700)
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(place)], capture_output=True)
    if made.returncode:
        pytest.skip("a file system can only be mounted by root")
    try:
        (place / "lock").touch()
        with (place / "filler").open("wb", buffering=0) as stream, pytest.raises(OSError):
            while True:
                stream.write(bytes(1024))
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)


def test_a_full_disk_is_told_in_words(google: Google, run: Run, full_disk: Path) -> None:
    """The path, the reason, and what to do; the next run goes on where it stopped."""
    told = run("create-form", code=5)
    assert "No space left on device" in told.err and "Traceback" not in told.err
    (full_disk / "filler").unlink()
    run("create-form")
    assert len(google.call("GET", "/drive/v3/files")["files"]) == 3


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_directory_that_cannot_be_written_is_told_in_words(google: Google, run: Run, project: Path) -> None:
    """The path, the reason, and what to do."""
    project.chmod(0o500)
    told = run("create-form", code=5)
    project.chmod(0o700)
    assert "Permission denied" in told.err and str(project) in told.err


def test_a_pipeline_directory_that_is_a_file_is_told_in_words(google: Google, run: Run, project: Path) -> None:
    """Whatever keeps the directory from being made, it is one line and no traceback."""
    (project / ".pipeline").write_text("")
    told = run("create-form", code=5)
    assert ".pipeline" in told.err and "File exists" in told.err
