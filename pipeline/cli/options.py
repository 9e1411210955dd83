"""The options that every command has. `pipeline --help` loads this and no more."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource


class SharedOption(click.Option):
    """An option of every command that may also stand before the command's name: `pipeline --project DIR run`."""

    def consume_value(self, ctx: click.Context, opts: Mapping[str, Any]) -> Any:
        value, source = super().consume_value(ctx, opts)
        before, name, typed = ctx.find_root(), str(self.name), ParameterSource.COMMANDLINE
        if source is not typed and before is not ctx and before.get_parameter_source(name) is typed:
            return before.params[name], typed
        return value, source


def shared_options(function: Callable[..., Any], directory: Path = Path()) -> Callable[..., Any]:
    """Give a command the options that every command has."""
    shared = functools.partial(click.option, cls=SharedOption)
    options = [
        shared(
            "--project",
            type=click.Path(file_okay=False, path_type=Path),
            default=directory,
            show_default=True,
            metavar="DIR",
            help="The project's directory.",
        ),
        shared("--role", shell_complete=_complete_role, help="The role; may be left out when there is one."),
        shared("--json", is_flag=True, help="One JSON document on stdout."),
        shared("-q", "--quiet", is_flag=True, help="Say nothing but data and faults."),
        shared("-v", "--verbose", is_flag=True, help="Show each call to the workspace (no contents)."),
    ]
    for option in reversed(options):
        function = option(function)
    return function


def _complete_role(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    directory = Path(ctx.params.get("project") or ".") / "config"
    names = sorted(path.stem for path in directory.glob("*.toml") if path.name != "pipeline.toml")
    return [name for name in names if name.startswith(incomplete)]
