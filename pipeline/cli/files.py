"""Commands on the user's own files: `init`, `check`, `config show`. None of them calls a workspace."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from pipeline.cli.screen import Screen, command, round_option
from pipeline.errors import InvalidInput


@command("init")
@click.argument("directory", type=click.Path(file_okay=False, path_type=Path), required=False)
def init(screen: Screen, directory: Path | None) -> None:
    """\b
    Examples:
      pipeline init
      pipeline init backend-hiring

    Write a starter project: the shipped question bank and configuration. Existing files are never touched.
    """
    from pipeline.errands.starter import write_starter

    target = directory or screen.directory
    written, kept = write_starter(target)
    if screen.json:
        screen.document({"written": [str(path) for path in written], "kept": [str(path) for path in kept]})
    for path in written:
        screen.say(f"wrote {path}")
    for path in kept:
        screen.say(f"kept  {path} (it was there already)")
    there = "" if target == Path() else f" --project {shlex.quote(str(target))}"
    screen.say(f"Next: edit {target / 'config' / 'backend-developer.toml'}, then 'pipeline check{there}'.")


@command("check")
@round_option
def check(screen: Screen, round_: str | None) -> None:
    """\b
    Examples:
      pipeline check
      pipeline check --project backend-hiring --json

    Validate question bank and configuration, all faults at once, and warn of weak spots. Nothing is sent.
    With --round the warnings are of this round's questions alone; faults are told of all files.
    """
    from pipeline import config
    from pipeline.project import choose_role, choose_round, read_sources

    sources = read_sources(screen.directory)
    if not sources.faults and (screen.role or round_ is not None):
        role = choose_role(sources, screen.role, screen.directory)
        if round_ is not None:
            choose_round(config.rubric(role, sources.bank), round_)
            sources = sources.of_round(role, round_)
    if screen.json:
        screen.document(
            {
                "faults": [_fault(fault) for fault in sorted(sources.faults)],
                "warnings": [_fault(warning) for warning in sorted(sources.hints)],
                "roles": [role.id for role in sources.roles],
                "questions": len(sources.bank.questions),
            }
        )
    for warning in sorted(sources.hints):
        screen.say(f"warning: {warning}")
    if sources.faults:
        raise InvalidInput(sources.faults)
    count = len(sources.bank.questions)
    roles = ", ".join(role.id for role in sources.roles)
    several = len(sources.roles) > 1
    next_step = f"pipeline create-form{f' --role {screen.role or sources.roles[0].id}' * several}"
    of, only = (f", round {round_}", f" --round {round_}") if round_ else ("", "")
    screen.say(f"{count} questions, role{'s' * several} {roles}{of}: no faults. Next: {next_step}{only}")


def _fault(fault: object) -> dict[str, object]:
    from dataclasses import asdict

    return asdict(fault)  # type: ignore[call-overload,no-any-return]


@click.group("config")
def config() -> None:
    """\b
    Examples:
      pipeline config show
      pipeline config show --origin --role backend-developer

    The settings in force: those of the project, and those of its roles.
    """


@command("show")
@click.option("--origin", is_flag=True, help="Also say where each value comes from.")
def show(screen: Screen, origin: bool) -> None:
    """\b
    Examples:
      pipeline config show --origin
      pipeline config show --json

    Every setting in force, with file and line, environment variable or default as its origin.
    """
    from pipeline.project import choose_role, read_sources

    sources = read_sources(screen.directory)
    if sources.faults:
        raise InvalidInput(sources.faults)
    roles = [choose_role(sources, screen.role, screen.directory)] if screen.role else sources.roles
    held = [("", sources.settings.origins), *((f"{role.id}: ", role.origins) for role in roles)]
    rows = [(of + key, found.text, found.origin) for of, origins in held for key, found in origins.items()]
    if screen.json:
        screen.document({"settings": [dict(zip(("key", "value", "origin"), row, strict=True)) for row in rows]})
        return
    for key, value, source in rows:
        screen.data(f"{key} = {value}" + (f"    # {source}" if origin else ""))


config.add_command(show)
