"""The README says what the program does: its generated parts are what is printed now, and no command is missing."""

from __future__ import annotations

import inspect

import pytest

from tests import make_docs

ALL = dict(make_docs.every_command())
TEXT = make_docs.README.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", make_docs.PARTS)
def test_the_readme_is_what_the_program_prints_now(name: str) -> None:
    """If not: `python -m tests.make_docs` writes it anew; look at the difference and commit it."""
    assert make_docs.part(TEXT, name) == make_docs.PARTS[name](), (
        "Run 'python -m tests.make_docs' to bring README.md up to date."
    )


@pytest.mark.parametrize("name", ALL)
def test_every_command_opens_its_help_with_two_examples(name: str) -> None:
    """And says in a sentence what it does, before the options."""
    examples, _, told = inspect.cleandoc(ALL[name].help or "").partition("\n\n")
    lines = [line.strip() for line in examples.splitlines()]
    assert lines[0].strip("\b") == "" or lines[0].endswith("Examples:")
    assert sum(line.startswith(f"pipeline {name}") for line in lines) == 2, examples
    assert told.strip().endswith((".", ".csv .json .html")), told


@pytest.mark.parametrize("name", ALL)
def test_every_option_has_help(name: str) -> None:
    """An option that nobody explains is not there."""
    assert [p.name for p in ALL[name].params if p.param_type_name == "option" and not getattr(p, "help", "")] == []


@pytest.mark.parametrize("name", ALL)
def test_every_command_stands_in_the_readme(name: str) -> None:
    """With the words to type."""
    assert f"**pipeline {name}**" in TEXT
