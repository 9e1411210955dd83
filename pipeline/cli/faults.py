"""Every fault as words on stderr and an exit code; a bug of ours keeps its traceback in a file."""

from __future__ import annotations

import errno
import os
import tempfile
import traceback
from datetime import UTC, datetime
from pathlib import Path

import click

from pipeline.cli.plain import plain
from pipeline.errors import InvalidInput, PipelineError
from pipeline.state import hidden_directory, private_directory

directory = Path()  # of the command at work: where the traceback of a bug goes
STOPPED, BUG, REFUSED = 130, 1, 5
TRACEBACKS = 20  # kept


def exit_code(fault: BaseException) -> int:
    """Contract: 0 to 8, 130 for Ctrl-C."""
    if isinstance(fault, SystemExit):
        return fault.code if isinstance(fault.code, int) else 0
    if isinstance(fault, KeyboardInterrupt | click.Abort):
        return STOPPED
    if isinstance(fault, click.exceptions.Exit | click.ClickException | PipelineError):
        return fault.exit_code
    return REFUSED if _is_about_a_file(fault) else BUG


def _is_about_a_file(fault: BaseException) -> bool:
    return isinstance(fault, OSError) and (fault.filename is not None or fault.errno == errno.ENOSPC)


def report(fault: BaseException) -> int:
    """Say what happened, and return the exit code."""
    if isinstance(fault, KeyboardInterrupt | click.Abort):
        _say("Stopped. Nothing is half done: run the same command again to go on.")
    elif isinstance(fault, click.ClickException):
        fault.show()
    elif isinstance(fault, InvalidInput):
        click.echo(plain(str(fault)), err=True)  # each line begins with its own place
    elif isinstance(fault, PipelineError):
        _say(str(fault))
    elif isinstance(fault, OSError) and _is_about_a_file(fault):
        where = f"{fault.filename}: " if fault.filename is not None else ""
        _say(f"{where}{fault.strerror}.\nCheck the path, its permissions and the free space, and run this again.")
    elif not isinstance(fault, SystemExit | click.exceptions.Exit):
        _bug(fault)
    return exit_code(fault)


def _say(text: str) -> None:
    click.echo(plain(f"pipeline: {text}"), err=True)


def _bug(fault: BaseException) -> None:
    """One line, and where the traceback was written; it holds code places, never the values a person typed."""
    lines = traceback.extract_tb(fault.__traceback__)
    text = "".join(traceback.format_list(lines)) + f"{type(fault).__name__}\n"
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    kept = "The traceback could not be saved"
    for where in (_logs(), None):
        try:
            if where:
                private_directory(hidden_directory(where.parent) / where.name)
            handle, path = tempfile.mkstemp(".txt", f"fault-{stamp}-{os.getpid()}-", where)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
            for old in sorted(where.glob("fault-*.txt"))[:-TRACEBACKS] if where else ():
                old.unlink()
        except OSError:
            continue
        kept = f"The traceback is in {path}"
        break
    _say(f"a fault of ours ({type(fault).__name__}). {kept}; please report it.")


def _logs() -> Path | None:
    """The project's own place, if this is a project; else a new file among everybody's temporary ones."""
    return directory / ".pipeline" / "logs" if (directory / "config").is_dir() else None
