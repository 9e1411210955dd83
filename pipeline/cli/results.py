"""Commands from responses to ranking: pull-responses, write-rankings, run, rank, explain, export."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.cli.screen import Screen, command, complete_candidate, round_option
from pipeline.errors import CannotAsk, PipelineError

if TYPE_CHECKING:
    from pipeline.errands.pull_responses import Pulled
    from pipeline.errands.run import Ran
    from pipeline.project import Project

SOME_UNUSED = 8  # exit code: some responses could not be used

full_option = click.option("--full", is_flag=True, help="Read every response again, and mark deleted ones withdrawn.")
release_option = click.option(
    "--release",
    "releases",
    multiple=True,
    shell_complete=complete_candidate,
    metavar="CANDIDATE",
    help="Show this candidate although the panel is not complete; recorded. May be given several times.",
)


scale_option = click.option(
    "--present-scale-only", is_flag=True, help="Leave out scorecards that were given on another rating scale."
)


@command("pull-responses")
@full_option
@round_option
def pull_responses(screen: Screen, full: bool, round_: str | None) -> int:
    """\b
    Examples:
      pipeline pull-responses
      pipeline pull-responses --full

    Bring new and edited scorecards into the Scorecards worksheet, one row a response.
    """
    from pipeline.errands.pull_responses import pull_responses as pull

    with screen.project("pull-responses") as project:
        pulled = pull(project, full=full, round_id=round_)
        if screen.json:
            screen.document(pulled.document())
        return _report_pull(screen, pulled)


def _report_pull(screen: Screen, pulled: Pulled) -> int:
    screen.say(pulled.summary())
    for problem in pulled.unused:
        screen.warn(f"  {problem.what}; {problem.todo}")
    return SOME_UNUSED if pulled.unused else 0


@command("write-rankings")
@release_option
@scale_option
@round_option
def write_rankings(screen: Screen, releases: tuple[str, ...], present_scale_only: bool, round_: str | None) -> None:
    """\b
    Examples:
      pipeline write-rankings
      pipeline write-rankings --release "Ana Ribeiro"

    Compute the ranking and write Rankings, Interviewers and the worksheets around them.
    With --round they show the ranking of this round alone, and say so, until they are written without it.
    """
    from pipeline.errands.write_rankings import write_rankings as write

    with screen.project("write-rankings") as project:
        written = write(project, releases=releases, present_scale_only=present_scale_only, round_id=round_)
        if screen.json:
            screen.document(written.document())
        screen.say(written.summary())


@command("run")
@full_option
@release_option
@round_option
@click.option("--watch", type=click.IntRange(min=1), metavar="SECONDS", help="Repeat until stopped with Ctrl-C.")
@scale_option
def run(
    screen: Screen,
    full: bool,
    releases: tuple[str, ...],
    round_: str | None,
    watch: int | None,
    present_scale_only: bool,
) -> int:
    """\b
    Examples:
      pipeline run
      pipeline run --watch 60

    pull-responses, then write-rankings: the one command of a hiring round.
    With --round of this round alone: its responses, and then its ranking, until Rankings is written without it.
    """
    from pipeline.cli.watching import watch as repeat
    from pipeline.errands.run import run as run_once

    if watch and screen.json:
        raise CannotAsk("--watch prints as it goes, and --json prints one document.", "Give one of the two.")
    with screen.project("run") as project:

        def once(project: Project) -> Ran:
            return run_once(
                project, full=full, releases=releases, present_scale_only=present_scale_only, round_id=round_
            )

        if not watch:
            outcome = once(project)
            if screen.json:
                screen.document(outcome.document())
            return _report_run(screen, outcome)
        told: list[tuple[object, ...]] = []  # what stood at the run before

        def look(project: Project) -> None:
            outcome = once(project)
            if outcome.anything or not told or outcome.standing != told[-1]:
                _report_run(screen, outcome)
            told[:] = [outcome.standing]

        repeat(screen, project, watch, look)
    return 0  # not reached: watching ends with Ctrl-C


def _report_run(screen: Screen, outcome: Ran) -> int:
    code = _report_pull(screen, outcome.pulled)
    for change in outcome.changes:
        screen.say(f"{'+' if change.outcome == 'apply' else '!'} {change.what}")
    screen.say(outcome.written.summary())
    sys.stderr.flush()
    return code


@command("rank")
@click.option(
    "--ratings",
    type=click.Path(path_type=Path),
    metavar="FILE.csv",
    help="Rank a plain CSV of ratings; no workspace is needed.",
)
@click.option("--record", type=click.Path(path_type=Path), metavar="FILE", help="Reproduce a decision record.")
@click.option("--exchangeable", is_flag=True, help="Adjust as if candidates were assigned to interviewers at random.")
@scale_option
@round_option
def rank(
    screen: Screen,
    ratings: Path | None,
    record: Path | None,
    exchangeable: bool,
    present_scale_only: bool,
    round_: str | None,
) -> None:
    """\b
    Examples:
      pipeline rank
      pipeline rank --ratings ratings.csv --json

    Compute and print the ranking. Nothing is written.
    """
    from pipeline.errands import rank as errand
    from pipeline.ranking import parts, table

    if ratings and record:
        raise CannotAsk("--ratings and --record both say what to rank.", "Give one of the two.")
    if record and round_:
        raise CannotAsk("A decision record is reproduced as it was made, of all its rounds.", "Leave --round out.")
    if record:
        ranked = errand.from_record(record)
    elif ratings:
        ranked = errand.from_ratings(screen.directory, screen.role, ratings, exchangeable=exchangeable, round_id=round_)
    else:
        with screen.project() as project:
            ranked = errand.from_workspace(
                project, exchangeable=exchangeable, present_scale_only=present_scale_only, round_id=round_
            )
    if screen.json:
        screen.document(parts(ranked.ranking))
        return
    width = shutil.get_terminal_size((120, 24)).columns if sys.stdout.isatty() else 120
    shown = table(ranked.ranking, ranked.rubric, width)
    screen.data(shown)
    for note in ranked.ranking.notes:
        if note not in shown:
            screen.say(f"- {note}")


@command("explain")
@click.argument("candidate", shell_complete=complete_candidate)
@round_option
def explain(screen: Screen, candidate: str, round_: str | None) -> None:
    """\b
    Examples:
      pipeline explain "Ana Ribeiro"
      pipeline explain "Ana Ribeiro" --json

    Every rating, weight and step from the answers about one candidate to the rank.
    """
    from pipeline.errands import rank as errand

    with screen.project() as project:
        explanation = errand.explain(project, candidate, round_id=round_)
    if screen.json:
        screen.document(explanation.document())
    else:
        screen.data(explanation.text())


@command("export")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--candidate", shell_complete=complete_candidate, help="Only what is stored about this candidate.")
@click.option("--yes", is_flag=True, help="Replace FILE if it exists.")
@round_option
def export(screen: Screen, file: Path, candidate: str | None, yes: bool, round_: str | None) -> None:
    """\b
    Examples:
      pipeline export ranking.xlsx
      pipeline export report.html

    Save the ranking; the ending of FILE chooses: .xlsx .csv .json .html
    """
    from pipeline.errands.export import export as run_export

    if file.exists():
        screen.confirm(f"{file} exists. Replace it?", "--yes", yes=yes)
    with screen.project() as project:
        try:
            run_export(project, file, candidate=candidate, round_id=round_)
        except OSError as fault:
            raise PipelineError(
                f"{file} could not be written: {fault.strerror}.",
                "Choose another place or make room, and run it again.",
            ) from None
    if screen.json:
        screen.document({"file": str(file)})
    screen.say(f"wrote {file}")
