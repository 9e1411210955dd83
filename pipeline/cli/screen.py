"""What commands share: the options every command has, the project they open, and how they speak.

Data goes to stdout, all else to stderr. With `--json` stdout holds exactly one document.
"""

from __future__ import annotations

import functools
import inspect
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.cli.options import shared_options
from pipeline.cli.plain import plain, plain_json
from pipeline.errors import CannotAsk

if TYPE_CHECKING:
    from pipeline.project import Project


@dataclass
class Screen:
    """One command's voice and its way to the project."""

    directory: Path
    role: str | None
    json: bool
    quiet: bool
    verbose: bool

    def say(self, text: str = "") -> None:
        """Progress and next steps, on stderr; silenced by --quiet."""
        if not self.quiet:
            click.echo(plain(text), err=True)

    def warn(self, text: str) -> None:
        """What must be read, --quiet or not."""
        click.echo(plain(text), err=True)

    def data(self, text: str) -> None:
        click.echo(plain(text))

    def document(self, document: Mapping[str, Any]) -> None:
        """The one JSON document of a command run with --json; rows that come as an iterator are written one by one."""
        before = "{\n "
        for key, value in {"schema_version": 1, **document}.items():
            click.echo(f"{before}{_json(key)}: ", nl=False)
            before = ",\n "
            if not isinstance(value, Iterator):
                click.echo(_json(value, 1), nl=False)
                continue
            start = "["
            for row in value:
                click.echo(f"{start}\n  {_json(row, 2)}", nl=False)
                start = ","
            click.echo("[]" if start == "[" else "\n ]", nl=False)
        click.echo("\n}")

    def tell_reach(self, project: Project) -> None:
        """Who can open the addresses just shown, where that is nobody yet."""
        if not project.address_lasts:
            self.say("These addresses open on this machine only, and only while 'pipeline serve' runs.")

    def confirm(self, question: str, flag: str, *, yes: bool) -> None:
        """Ask on a terminal; elsewhere the flag must have been given."""
        if yes:
            return
        if not (sys.stdin.isatty() and sys.stderr.isatty()):
            raise CannotAsk(
                f"This needs a confirmation, and nobody is here to ask: {question}",
                f"Give {flag} to confirm.",
            )
        click.confirm(question, abort=True, err=True)

    @contextmanager
    def project(self, errand: str = "", *, stays: bool = False) -> Iterator[Project]:
        """The project of --project and --role, its workspace ready; locked while `errand` writes.

        `stays`: a workspace that this command starts is kept up for people.
        """
        from contextlib import ExitStack

        from pipeline.cli.workspace import local_workspace
        from pipeline.project import Project
        from pipeline.state import lock

        with ExitStack() as stack:
            project = Project.open(
                self.directory,
                role=self.role,
                local_workspace=lambda directory: stack.enter_context(local_workspace(directory, stays=stays)),
                on_wait=self.warn,
                google_url=os.environ.get("PIPELINE_WORKSPACE_URL") or None,
            )
            if errand:
                stack.enter_context(lock(project.hidden, errand))
            yield project


def _json(value: object, depth: int = 0) -> str:
    """The value as JSON, its lines indented as they stand in the document."""
    text = plain_json(json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False))
    return text.replace("\n", f"\n{' ' * depth}")


class Command(click.Command):
    """A command whose every option can be given as PIPELINE_<OPTION>, below the flag and above config/."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for parameter in self.params:
            if isinstance(parameter, click.Option) and parameter.envvar is None:
                option = next(name for name in parameter.opts if name.startswith("--"))
                parameter.envvar = f"PIPELINE_{option[2:].replace('-', '_').upper()}"


def command(name: str, *, directory: Path = Path(), **attributes: Any) -> Callable[[Callable[..., Any]], click.Command]:
    """Declare a command with the options of all: --project, --role, --json, --quiet, --verbose.

    `directory` is where it works without --project.
    """

    def decorate(function: Callable[..., Any]) -> click.Command:
        @functools.wraps(function)
        def body(project: Path, role: str | None, json: bool, quiet: bool, verbose: bool, **options: Any) -> Any:
            from pipeline.cli import faults
            from pipeline.cli.logs import logged

            faults.directory = project
            with logged(project, name_of(click.get_current_context()), verbose=verbose) as end:
                try:
                    result = function(Screen(project, role, json, quiet, verbose), **options)
                except BaseException as fault:
                    end["exit"] = faults.exit_code(fault)
                    raise
                end["exit"] = result if isinstance(result, int) else 0
                return result

        attributes.setdefault("short_help", _summary(function.__doc__ or ""))
        return click.command(name, cls=Command, **attributes)(shared_options(body, directory))

    return decorate


def name_of(context: click.Context) -> str:
    """`panel import`: the command's own words, without what was given to it."""
    return context.command_path.partition(" ")[2] or str(context.info_name)


def _summary(text: str) -> str:
    """The first sentence after the examples, for lists of commands."""
    _, _, said = inspect.cleandoc(text).partition("\n\n")
    return " ".join(said.split("\n\n")[0].split()).partition(". ")[0].rstrip(".")


def complete_candidate(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """Names of the last ranking, from the newest decision record: completion must not call a workspace."""
    directory = Path(ctx.params.get("project") or ".") / ".pipeline" / "records"
    try:
        newest = max(directory.glob("*.json"))
        names = [row["candidate"] for row in json.loads(newest.read_text(encoding="utf-8"))["result"]["candidates"]]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return []
    return [_as_a_word(name) for name in names if name.casefold().startswith(incomplete.casefold())]


def _as_a_word(name: str) -> str:
    """bash takes what is offered as it stands, after its `read` took one backslash; zsh and fish quote by themselves."""
    if not os.environ.get("_PIPELINE_COMPLETE", "").startswith("bash"):
        return name
    return "".join(letter if letter.isalnum() or letter in "-_.@" else rf"\\{letter}" for letter in name)


round_option = click.option("--round", "round_", envvar="PIPELINE_ROUND", help="Only this round.")
