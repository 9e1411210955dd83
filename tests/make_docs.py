"""Writes the parts of README.md that the program prints itself: `python -m tests.make_docs`.

Each part stands between `<!-- name: begin -->` and `<!-- name: end -->`. `test_docs.py` holds them against what the
program prints now.
"""

from __future__ import annotations

import copy
import csv
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import click

from pipeline.cli import COMMANDS, pipeline

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
SHARED = {"project", "role", "json", "quiet", "verbose"}


def every_command() -> Iterator[tuple[str, click.Command]]:
    """`create-form`, `panel import` ...: the words to type, and the command."""
    context = click.Context(pipeline)
    for name in COMMANDS:
        command = pipeline.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from ((f"{name} {inner}", command.commands[inner]) for inner in command.commands)
        else:
            yield name, command


def commands() -> str:
    """Every command with its examples and its own options."""
    return "\n".join(f"**pipeline {name}**\n\n{_block(_help(name, command))}" for name, command in every_command())


def _help(name: str, command: click.Command) -> str:
    own = copy.copy(command)
    own.params = [param for param in command.params if param.name not in SHARED]
    own.add_help_option = False
    context = click.Context(own, info_name=f"pipeline {name}", terminal_width=100)
    return own.get_help(context)


def demo() -> str:
    """A transcript of the demo."""
    with tempfile.TemporaryDirectory() as directory:
        return _block(_transcript(Path(directory), "demo", "--no-serve"))


def check() -> str:
    """A wrong row of the question bank, and what `pipeline check` says to it."""
    wrong = {
        "id": "slow-join",
        "competency": "databses",
        "question": "How do you speed up a slow join?",
        "weight": "-1",
    }
    with tempfile.TemporaryDirectory() as held:
        directory = Path(held)
        _run(directory, "init")
        bank = directory / "question_bank.csv"
        with bank.open(encoding="utf-8", newline="") as stream:
            columns = csv.DictReader(stream).fieldnames or []
        with bank.open("a", encoding="utf-8", newline="") as stream:
            csv.DictWriter(stream, columns).writerow(wrong)
        table = [" | ".join(["", *cells, ""]).strip() for cells in (wrong, ["---"] * len(wrong), wrong.values())]
        return "\n".join(table) + "\n\n" + _block(_transcript(directory, "check", "-q"))


def _run(directory: Path, *words: str) -> str:
    env = {name: value for name, value in os.environ.items() if not name.startswith("PIPELINE_")}
    ran = subprocess.run(
        [sys.executable, "-m", "pipeline", *words],
        cwd=directory, env={**env, "COLUMNS": "100"}, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        timeout=300, check=False,
    )  # fmt: skip
    assert ran.returncode in (0, 3), ran.stdout
    return ran.stdout


def _transcript(directory: Path, *words: str) -> str:
    """The command and what it printed; ids and tokens, new each time, become three dots."""
    printed = _run(directory, *words)
    printed = re.sub(r"(/d/(?:e/)?)[\w-]{20,}", r"\1...", printed)
    return f"$ pipeline {' '.join(words)}\n{printed}"


def _block(text: str) -> str:
    return "```\n" + "\n".join(line.rstrip() for line in text.strip().splitlines()) + "\n```\n"


PARTS = {"demo": demo, "check": check, "commands": commands}


def part(readme: str, name: str) -> str:
    """What README.md holds between the marks."""
    found = re.search(rf"<!-- {name}: begin -->\n(.*?)<!-- {name}: end -->", readme, re.DOTALL)
    assert found, f"README.md has no part {name}"
    return found[1]


def main() -> None:
    readme = README.read_text(encoding="utf-8")
    for name, make in PARTS.items():
        readme = readme.replace(
            f"<!-- {name}: begin -->\n{part(readme, name)}<!-- {name}: end -->",
            f"<!-- {name}: begin -->\n{make()}<!-- {name}: end -->",
        )
    README.write_text(readme, encoding="utf-8")


if __name__ == "__main__":
    main()
