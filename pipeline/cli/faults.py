"""Every fault as words on stderr and an exit code; a bug of ours keeps its traceback in a file."""

from __future__ import annotations

import os
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path

import click

from pipeline.errors import InvalidInput, PipelineError


def report(fault: BaseException) -> int:
    """Say what happened and return the exit code (contract: 0 to 8, 130 for Ctrl-C)."""
    if isinstance(fault, SystemExit):
        return fault.code if isinstance(fault.code, int) else 0
    if isinstance(fault, KeyboardInterrupt | click.Abort):
        _say("Stopped. Nothing is half done: run the same command again to go on.")
        return 130
    if isinstance(fault, click.exceptions.Exit):
        return fault.exit_code
    if isinstance(fault, click.ClickException):
        fault.show()
        return fault.exit_code
    if isinstance(fault, InvalidInput):
        click.echo(str(fault), err=True)  # each line begins with its own place
        return fault.exit_code
    if isinstance(fault, PipelineError):
        _say(str(fault))
        return fault.exit_code
    if isinstance(fault, OSError) and fault.filename is not None:
        _say(
            f"{fault.filename}: {fault.strerror}.\nCheck the path, its permissions and the free space, and run this again."
        )
        return 5
    return _bug(fault)


def _say(text: str) -> None:
    click.echo(f"pipeline: {text}", err=True)


def _bug(fault: BaseException) -> int:
    """One line, and where the traceback was written; it holds code places, never the values a person typed."""
    lines = traceback.extract_tb(fault.__traceback__)
    text = "".join(traceback.format_list(lines)) + f"{type(fault).__name__}\n"
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    where = Path(os.environ.get("PIPELINE_PROJECT", ".")) / ".pipeline" / "logs"
    try:
        where.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = where / f"fault-{stamp}-{os.getpid()}.txt"
        path.write_text(text, encoding="utf-8")
        kept = f"The traceback is in {path}"
    except OSError:
        sys.stderr.write(text)
        kept = "The traceback could not be saved and stands above"
    _say(f"a fault of ours ({type(fault).__name__}). {kept}; please report it.")
    return 1
