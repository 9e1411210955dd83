"""Commands about people: panel, status, forget."""

from __future__ import annotations

from pathlib import Path

import click

from pipeline.cli.screen import Screen, command, complete_candidate, round_option
from pipeline.errors import CannotAsk


@click.group("panel")
def panel() -> None:
    """\b
    Examples:
      pipeline panel import panel.csv
      pipeline panel add --candidate "Ana Ribeiro" --interviewer mara@example.com --round technical

    Who interviews whom, in which round, and when. The team may as well edit the Panel worksheet itself.
    """


def _report(screen: Screen, outcome: object) -> None:
    from pipeline.errands.panel import PanelChange

    assert isinstance(outcome, PanelChange)  # noqa: S101 - for the type checker
    if screen.json:
        screen.document(outcome.document())
    screen.say(outcome.summary())


@command("import")
@click.argument("file", type=click.Path(path_type=Path))
@round_option
def import_panel(screen: Screen, file: Path, round_: str | None) -> None:
    """\b
    Examples:
      pipeline panel import panel.csv
      pipeline panel import panel.csv --project backend-hiring

    Add the interviews of a CSV (candidate,interviewer,round,scheduled_at) to the Panel worksheet.
    An interview that is there already stays as it is.
    """
    from pipeline.errands.panel import import_file

    with screen.project("panel import") as project:
        _report(screen, import_file(project, file, round_id=round_))


@command("add")
@click.option("--candidate", required=True, help="Full name, as it should appear in the form.")
@click.option("--interviewer", required=True, help="E-mail address.")
@click.option("--round", "round_", default="", help="The round's id; may be left out when there is one.")
@click.option("--at", "scheduled_at", default="", metavar="TIME", help="When it is, such as 2026-12-01T14:00Z.")
def add_interview(screen: Screen, candidate: str, interviewer: str, round_: str, scheduled_at: str) -> None:
    """\b
    Examples:
      pipeline panel add --candidate "Ana Ribeiro" --interviewer mara@example.com --round technical
      pipeline panel add --candidate "Ana Ribeiro" --interviewer sam@example.com --round team --at 2026-12-01T14:00Z

    Add one interview to the Panel worksheet.
    """
    from pipeline.errands.panel import add

    with screen.project("panel add") as project:
        _report(screen, add(project, candidate, interviewer, round_, scheduled_at))


panel.add_command(import_panel)
panel.add_command(add_interview)


@command("status")
@round_option
def status(screen: Screen, round_: str | None) -> None:
    """\b
    Examples:
      pipeline status
      pipeline status --json

    Who owes which scorecard, how late, with the personal link and a reminder ready to paste.
    """
    from pipeline.errands.status import status as look

    with screen.project() as project:
        found = look(project, round_id=round_)
        if screen.json:
            screen.document(found.document())
        else:
            screen.data(found.text())
        if found.interviews:
            screen.tell_reach(project)


@command("forget")
@click.argument("candidate", shell_complete=complete_candidate)
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--round", "round_", envvar="PIPELINE_ROUND", help="Refused: never by halves.")
def forget(screen: Screen, candidate: str, yes: bool, round_: str | None) -> None:
    """\b
    Examples:
      pipeline forget "Ana Ribeiro"
      pipeline forget "Ana Ribeiro" --yes --json

    Erase one candidate everywhere we can reach, and print a receipt that says what we cannot.
    Never of one round alone: --round is refused, for what the other rounds hold would still tell of the candidate.
    """
    from pipeline.errands.forget import forget as erase

    if round_ is not None:
        raise CannotAsk(
            f"A candidate is erased of all rounds: drop-downs, Panel, Rankings and records would still name {candidate}.",
            f"Leave out --round (and PIPELINE_ROUND). To take back scorecards of {round_} alone, delete the responses in "
            f"its form and run 'pipeline pull-responses --full --round {round_}'.",
        )
    screen.confirm(f"Erase everything stored about {candidate!r}?", "--yes", yes=yes)
    with screen.project("forget") as project:
        receipt = erase(project, candidate)
    if screen.json:
        screen.document(receipt.document())
    else:
        screen.data(receipt.text())
