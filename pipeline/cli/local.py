"""Commands of the local workspace: `serve` keeps it up, `demo` does the main job in it once."""

from __future__ import annotations

import json
import signal
import sys
import threading
from pathlib import Path

import click

from pipeline.cli.screen import Screen, command
from pipeline.cli.workspace import SERVED, started
from pipeline.errors import CannotAsk, Refused
from pipeline.project import SERVE_PORT, Project
from pipeline.state import hidden_directory, holder, lock


@command("serve")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=SERVE_PORT, show_default=True, help="0 takes a free port."
)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--i-understand-this-is-not-encrypted",
    "unencrypted",
    is_flag=True,
    help="Needed with any --host but 127.0.0.1: whoever shares the network can read along.",
)
def serve(screen: Screen, port: int, host: str, unencrypted: bool) -> None:
    """\b
    Examples:
      pipeline serve
      pipeline serve --port 0 --json

    Run the local workspace: forms and spreadsheets as pages for people, Google's API for programs.
    """
    if host not in ("127.0.0.1", "localhost") and not unencrypted:
        raise CannotAsk(
            f"--host {host} would open the workspace to the network, without encryption.",
            "Leave --host out, or add --i-understand-this-is-not-encrypted.",
        )
    hidden = hidden_directory(screen.directory / ".pipeline")
    running = holder(hidden, name=SERVED)
    if running:
        raise Refused(
            f"The local workspace of this project is already up at {running.get('url')} (process {running.get('pid')}).",
            "Use that one, or stop it first.",
        )
    over = told_to_end()
    try:
        workspace = started(hidden, host=host, port=port)
    except OSError as fault:
        raise Refused(f"Cannot listen on {host}:{port}: {fault.strerror or fault}.", "Choose another --port.") from None
    with workspace, lock(hidden, "serve", name=SERVED, url=workspace.url):
        if screen.json:
            ready = {"schema_version": 1, "url": workspace.url, "token_file": str(workspace.token_file.resolve())}
            click.echo(json.dumps(ready))
            sys.stdout.flush()
        else:
            screen.data(f"{workspace.url}/?token={workspace.token}")
            screen.say("The local workspace is up at this address; Ctrl-C ends it.")
        wait_for(over)


def told_to_end() -> threading.Event:
    """Set once SIGTERM comes. Taken before anybody learns that we are up, so that no SIGTERM finds us unprepared."""
    over = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: over.set())
    return over


def wait_for(over: threading.Event) -> None:
    """Until then; Ctrl-C raises KeyboardInterrupt as usual."""
    while not over.wait(3600):
        pass


def stay_up(project: Project) -> None:
    """Let people click through, and the other commands of the project use this workspace meanwhile."""
    over = told_to_end()
    if project.address is None or holder(project.hidden, name=SERVED):
        wait_for(over)
        return
    with lock(project.hidden, "demo", name=SERVED, url=project.address.url):
        wait_for(over)


@command("demo", directory=Path("interview-demo"))
@click.option("--serve/--no-serve", "serve_", default=None, help="Stay up to be clicked through [on a terminal only].")
def demo(screen: Screen, serve_: bool | None) -> None:
    """\b
    Examples:
      pipeline demo
      pipeline demo --no-serve --json

    The whole job once, in the local workspace: form, scorecards of a sample panel, spreadsheet, ranking.
    Works in a directory of its own, interview-demo, unless --project says otherwise; it can be run again.
    """
    from pipeline.errands.demo import demo as run_demo
    from pipeline.errands.starter import write_starter

    write_starter(screen.directory)
    stay = serve_ if serve_ is not None else sys.stdout.isatty() and sys.stderr.isatty()
    with screen.project(stays=stay) as opened:
        project = opened.locally()
        with lock(project.hidden, "demo"):
            outcome = run_demo(project, say=screen.say)
        if screen.json:
            screen.document(outcome.document())
        else:
            screen.data(outcome.text())
        if stay:
            screen.say(f"\nOpen {project.owner_link}\nIt stays up until Ctrl-C.")
            sys.stdout.flush()
            stay_up(project)
        elif not project.address_lasts:
            screen.say(f"\nTo click through it: pipeline serve --project {screen.directory}")
