"""The command line where it is run: pipes, terminals, locales, read-only disks, files from Windows, completion."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import Google, Run

RATINGS = "candidate,interviewer,round,question,rating,submitted_at\n" + "".join(
    f"{name},{who},technical,{question},{level},2026-03-02T09:00:00Z\n"
    for name, level in (("Ana", 5), ("Chloé", 4), ("Ben", 2))
    for who in ("ivo@example.com", "mara@example.com")
    for question in ("joins", "schema", "xss")
)


def shell(directory: Path, line: str, **env: str) -> subprocess.CompletedProcess[str]:
    """A line as typed at a shell's prompt, `pipeline` being this one."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PIPELINE_", "LC_", "LANG"))}
    program = f'pipeline() {{ "{sys.executable}" -m pipeline "$@"; }}; set -o pipefail; '
    return subprocess.run(
        ["bash", "-c", program + line], cwd=directory, env={**kept, "LC_ALL": "C.UTF-8", **env},
        capture_output=True, encoding="utf-8", timeout=60, check=False,
    )  # fmt: skip


@pytest.fixture
def ratings(project: Path) -> Path:
    (project / "ratings.csv").write_text(RATINGS, encoding="utf-8")
    return project


def test_a_reader_that_has_enough_is_no_fault(ratings: Path) -> None:
    """`| head -1` ends it silently."""
    ran = shell(ratings, "pipeline rank --ratings ratings.csv -q | head -1")
    assert ran.stdout.startswith("Rank")
    assert ran.stderr == ""


@pytest.mark.parametrize("locale", ["C", "POSIX", "C.UTF-8"])
def test_names_come_out_whole_in_any_locale(ratings: Path, locale: str) -> None:
    """UTF-8, whatever the locale believes of itself."""
    ran = shell(ratings, "pipeline rank --ratings ratings.csv --json", LC_ALL=locale)
    assert [row["candidate"] for row in json.loads(ran.stdout)["candidates"]] == ["Ana", "Chloé", "Ben"]


def test_the_options_of_all_may_stand_before_the_command(ratings: Path) -> None:
    """Behind it they win; in both places they win over the environment."""
    before = shell(ratings.parent, f"pipeline --project {ratings.name} check", PIPELINE_PROJECT="elsewhere")
    assert (before.returncode, "no faults" in before.stderr) == (0, True)
    assert shell(ratings.parent, f"pipeline --project elsewhere check --project {ratings.name}").returncode == 0
    shown = shell(ratings.parent, f"pipeline --json --project {ratings.name} config show")
    assert json.loads(shown.stdout)["schema_version"] == 1


def test_files_from_windows_read_the_same(ratings: Path) -> None:
    """CRLF and a byte order mark in every file that people write."""
    plain = shell(ratings, "pipeline rank --ratings ratings.csv --json").stdout
    for name in ("question_bank.csv", "config/backend.toml", "config/pipeline.toml", "ratings.csv", "panel.csv"):
        path = ratings / name
        path.write_bytes(b"\xef\xbb\xbf" * name.endswith("csv") + path.read_bytes().replace(b"\n", b"\r\n"))
    again = shell(ratings, "pipeline check -q && pipeline rank --ratings ratings.csv --json")
    assert (again.stderr, again.stdout) == ("", plain)


def test_a_panel_from_windows_is_read(google: Google, run: Run, project: Path) -> None:
    """Line ends of Windows, semicolons of its spreadsheets."""
    text = (project / "panel.csv").read_text().replace(",", ";").replace("\n", "\r\n")
    (project / "panel.csv").write_bytes(text.encode())
    assert "4 interviews added" in run("panel", "import", "panel.csv").err


def test_no_colour_and_no_progress_where_nobody_looks(ratings: Path) -> None:
    """Into a file or a pipe go plain words, with NO_COLOR and without."""
    for env in ({}, {"NO_COLOR": "1"}, {"TERM": "dumb"}):
        ran = shell(ratings, "pipeline rank --ratings ratings.csv; pipeline check", **env)
        assert "\x1b" not in ran.stdout + ran.stderr


@pytest.mark.parametrize("width", [40, 60, 120])
def test_a_narrow_terminal_gets_narrow_lines(ratings: Path, width: int) -> None:
    """On a terminal of so many columns no line of the table is longer."""
    line = f"stty cols {width} 2>/dev/null; {sys.executable} -m pipeline rank --ratings ratings.csv -q"
    ran = shell(ratings, f"script -qec '{line}' /dev/null", COLUMNS="")
    assert "Ana" in ran.stdout
    assert max(len(row) for row in ran.stdout.replace("\r", "").splitlines()) <= width


def test_a_directory_that_cannot_be_written_is_named(ratings: Path) -> None:
    """What only reads goes on; what writes says which place refused."""
    if os.geteuid() == 0:
        (ratings / ".pipeline").write_text("not a directory", encoding="utf-8")  # root may write anywhere but here
    else:
        ratings.chmod(0o500)
    reads = shell(ratings, "pipeline rank --ratings ratings.csv -q")
    writes = shell(ratings, "pipeline create-form")
    ratings.chmod(0o700)
    assert (reads.returncode, reads.stderr) == (0, "")
    assert writes.returncode == 5
    assert ".pipeline" in writes.stderr
    assert "Check the path, its permissions and the free space, and run this again." in writes.stderr


def test_a_full_disk_is_named(ratings: Path) -> None:
    """Here the disk that is always full."""
    ran = shell(ratings, "pipeline rank --ratings ratings.csv > /dev/full")
    assert ran.returncode == 5
    assert "No space left on device" in ran.stderr
    assert "Traceback" not in ran.stderr


def complete(directory: Path, dialect: str, *words: str) -> str:
    """What the shell offers for the last word."""
    if dialect == "fish":
        env = {"COMP_WORDS": " ".join(["pipeline", *words]), "COMP_CWORD": words[-1]}
    else:
        env = {"COMP_WORDS": " ".join(["pipeline", *words]), "COMP_CWORD": str(len(words))}
    program = "import sys; sys.argv[0] = 'pipeline'; from pipeline.cli import main; main()"
    ran = subprocess.run(
        [sys.executable, "-c", program], cwd=directory, capture_output=True, encoding="utf-8", timeout=60, check=False,
        env={**os.environ, **env, "_PIPELINE_COMPLETE": f"{dialect}_complete"},
    )  # fmt: skip
    assert ran.stderr == ""
    return ran.stdout


@pytest.fixture
def ranked(ratings: Path) -> Path:
    """A decision record, from which completion takes the names."""
    names = ["Ana Ribeiro", "Ben Okafor"]
    record = {"result": {"candidates": [{"candidate": name} for name in names]}}
    (ratings / ".pipeline" / "records").mkdir(parents=True)
    (ratings / ".pipeline" / "records" / "1.json").write_text(json.dumps(record), encoding="utf-8")
    return ratings


@pytest.mark.parametrize("dialect", ["bash", "zsh", "fish"])
def test_the_shell_completes_commands_roles_and_candidates(dialect: str, ranked: Path) -> None:
    """Candidates come from the newest decision record: no call is made while somebody types."""
    assert "create-form" in complete(ranked, dialect, "cre")
    assert "backend" in complete(ranked, dialect, "status", "--role", "ba")
    assert "Ana" in complete(ranked, dialect, "explain", "A")
    assert "Ben" not in complete(ranked, dialect, "explain", "A")


def test_a_name_with_a_space_completes_to_one_word(ranked: Path) -> None:
    """In bash itself, as it puts it on the line."""
    program = Path(sys.executable).with_name("pipeline")
    line = (
        f'eval "$(_PIPELINE_COMPLETE=bash_source {program})"; COMP_WORDS=({program} explain A); COMP_CWORD=2; '
        f"_pipeline_completion {program}; printf '%s\\n' \"${{COMPREPLY[@]}}\""
    )
    assert shell(ranked, line).stdout == "Ana\\ Ribeiro\n"


@pytest.mark.parametrize("dialect", ["bash", "zsh", "fish"])
def test_the_shell_gets_its_script(dialect: str, tmp_path: Path) -> None:
    """As the README says: eval "$(_PIPELINE_COMPLETE=bash_source pipeline)"."""
    program = "import sys; sys.argv[0] = 'pipeline'; from pipeline.cli import main; main()"
    ran = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False,
        env={**os.environ, "_PIPELINE_COMPLETE": f"{dialect}_source"},
    )  # fmt: skip
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "_PIPELINE_COMPLETE" in ran.stdout


def test_help_loads_nothing_heavy() -> None:
    """What `pipeline --help` imports beside click is small; benchmarks/help.py measures it."""
    program = (
        "import sys; from click.testing import CliRunner; from pipeline.cli import pipeline\n"
        "assert CliRunner().invoke(pipeline, ['--help']).exit_code == 0\n"
        "print(*sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    loaded = set(ran.stdout.split())
    heavy = {
        "numpy",
        "googleapiclient",
        "google.auth",
        "gspread",
        "requests",
        "flask",
        "ironcalc",
        "sqlite3",
        "xlsxwriter",
    }
    assert not heavy & loaded
    assert not {name for name in loaded if name.startswith("pipeline.")} - {"pipeline.cli", "pipeline.cli.options"}
