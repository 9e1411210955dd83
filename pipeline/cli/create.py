"""Commands that make and change forms: create-form, close-form, adopt."""

from __future__ import annotations

from pathlib import Path

import click

from pipeline.cli.screen import Screen, command, round_option

CHANGES_PENDING = 7  # exit code of --dry-run --detailed-exitcode


@command("create-form")
@click.option("--dry-run", is_flag=True, help="Print the plan that a real run would execute; send nothing.")
@click.option("--detailed-exitcode", is_flag=True, help="With --dry-run: exit 7 if there are changes.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), metavar="PLAN.json", help="Save the plan.")
@click.option(
    "--plan", "plan_file", type=click.Path(path_type=Path), metavar="PLAN.json", help="Execute exactly this saved plan."
)
@click.option("--allow-destructive", is_flag=True, help="Also make changes that lose answers.")
@click.option(
    "--drift",
    type=click.Choice(["keep", "undo"]),
    default="keep",
    show_default=True,
    help="Edits made by hand in the form: keep or undo them.",
)
@click.option("--recreate", is_flag=True, help="Make a form or spreadsheet anew that was deleted by hand.")
@round_option
def create_form(screen: Screen, out: Path | None, plan_file: Path | None, round_: str | None, **options: bool) -> int:
    """\b
    Examples:
      pipeline create-form
      pipeline create-form --dry-run

    Make the role's forms (one a round) and its spreadsheet, publish and share them, and print the links.
    Run again, it changes in place what the question bank and the rubric changed, and keeps the answers.
    """
    from pipeline.errands.create_form import Options
    from pipeline.errands.create_form import create_form as create

    chosen = Options(round_id=round_, out=out, plan_file=plan_file, **options)  # type: ignore[arg-type]
    with screen.project("create-form") as project:
        outcome = create(project, chosen, say=screen.say)
        if screen.json:
            screen.document(outcome.document())
        else:
            screen.data(outcome.text())
        screen.tell_reach(project)
        if outcome.next_step:
            screen.say(outcome.next_step)
        return CHANGES_PENDING if chosen.dry_run and chosen.detailed_exitcode and outcome.pending else 0


@command("close-form")
@click.option("--reopen", is_flag=True, help="Take responses again.")
@round_option
def close_form(screen: Screen, reopen: bool, round_: str | None) -> None:
    """\b
    Examples:
      pipeline close-form
      pipeline close-form --reopen --round technical

    Stop the forms from taking responses, or let them take responses again. Nothing is deleted.
    """
    from pipeline.errands.close_form import close_form as close

    with screen.project("close-form") as project:
        states = close(project, reopen=reopen, round_id=round_)
        if screen.json:
            screen.document({"forms": [state._asdict() for state in states]})
        for state in states:
            screen.say(f"{state.round}: {'takes responses' if state.accepting else 'closed'}")


@command("adopt")
@click.argument("kind", type=click.Choice(["form", "spreadsheet"]))
@click.argument("file", metavar="ADDRESS")
@round_option
def adopt(screen: Screen, kind: str, file: str, round_: str | None) -> None:
    """\b
    Examples:
      pipeline adopt spreadsheet https://docs.google.com/spreadsheets/d/1AbC.../edit
      pipeline adopt form https://docs.google.com/forms/d/1AbC.../edit --round technical

    Use a form or spreadsheet that was made by hand, or by a colleague. It is checked first; nothing in it is changed.
    With Google, a file that this tool did not make is seen only after 'pipeline login --scopes team'.
    """
    from pipeline.errands.adopt import adopt_form, adopt_spreadsheet

    with screen.project("adopt") as project:
        done = adopt_form(project, file, round_) if kind == "form" else adopt_spreadsheet(project, file)
    if screen.json:
        screen.document(done.document())
    screen.say(done.summary())
