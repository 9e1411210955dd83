"""The command line: options, words on the screen, exit codes. A command opens the project, calls one errand, reports.

Commands are imported when they are called, so that `pipeline --help` costs little more than click itself.
"""

from __future__ import annotations

import importlib
import os
import sys
from typing import Any

import click

from pipeline import __version__
from pipeline.cli.options import shared_options

# name: (module, one line for the list of commands), in the order in which a hiring round needs them
COMMANDS: dict[str, tuple[str, str]] = {
    "demo": ("local", "Do the whole job once with sample interviews: no account, no network."),
    "init": ("files", "Write a starter project: question bank and configuration."),
    "check": ("files", "Validate question bank and configuration; nothing is sent."),
    "create-form": ("create", "Make the role's forms and spreadsheet, or bring them up to date."),
    "panel": ("people", "Say who interviews whom: import a CSV, or add one interview."),
    "status": ("people", "Who owes which scorecard, how late, with the personal link."),
    "pull-responses": ("results", "Bring submitted scorecards into the spreadsheet."),
    "write-rankings": ("results", "Compute, and write Rankings and the worksheets around it."),
    "run": ("results", "pull-responses, then write-rankings."),
    "rank": ("results", "Compute and print the ranking; nothing is written."),
    "explain": ("results", "Every step from one candidate's answers to the rank."),
    "export": ("results", "Save the ranking as .xlsx, .csv, .json or .html."),
    "close-form": ("create", "Stop taking responses, or take them again."),
    "adopt": ("create", "Use a form or spreadsheet that somebody else made."),
    "forget": ("people", "Erase one candidate everywhere we can reach."),
    "login": ("account", "Sign in to your Google account."),
    "logout": ("account", "Revoke and delete the saved sign-in."),
    "doctor": ("account", "Check each thing the tool needs, with the fix."),
    "config": ("files", "Show the settings in force and where each came from."),
    "serve": ("local", "Run the local workspace: pages for people, API for programs."),
}


class Commands(click.Group):
    """Knows its commands by name; imports one only to run it or to show its own help."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"pipeline.cli.{COMMANDS[cmd_name][0]}")
        command: click.Command = getattr(module, cmd_name.replace("-", "_"))
        return command

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        name = args[0]
        if name not in COMMANDS and not name.startswith("-"):
            import difflib

            near = difflib.get_close_matches(name, COMMANDS, n=1)
            hint = f" Did you mean {near[0]!r}?" if near else " 'pipeline --help' lists them."
            ctx.fail(f"There is no command {name!r}.{hint}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in COMMANDS.items()])


EXIT_CODES = """\b
Exit codes:
  0  done, or nothing to do
  1  a fault of ours; the traceback is in .pipeline/logs/
  2  usage, or a confirmation that could not be asked
  3  question bank, configuration or ratings file is invalid
  4  not signed in, expired, or scopes missing
  5  the workspace refused: permission, quota, an API switched off
  6  the form or spreadsheet changed under us; nothing was written
  7  create-form --dry-run --detailed-exitcode: changes are pending
  8  some responses could not be used; all others were
"""


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    epilog=EXIT_CODES,
)
@click.version_option(__version__, prog_name="pipeline")
@shared_options
def pipeline(**_: object) -> None:
    """\b
    Examples:
      pipeline demo --serve
      pipeline create-form && pipeline run

    Structured interviews in Google Forms and Sheets: question bank to scorecard form, responses to ranking.
    """


def main() -> None:
    """The `pipeline` program: one place turns every fault into words on stderr and an exit code."""
    try:
        code = pipeline.main(standalone_mode=False)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read us has read enough; nothing more may be written, at exit neither.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)
    except BaseException as fault:
        from pipeline.cli.faults import report

        sys.exit(report(fault))
    sys.exit(code if isinstance(code, int) else 0)
