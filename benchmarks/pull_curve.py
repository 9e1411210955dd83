"""Time and memory of `pull-responses --full` against the number of responses, as a table and a hand-drawn SVG.

    python benchmarks/pull_curve.py [--sizes 1000,10000,100000] [--into DIR]

Workspace and command are two processes, as with `pipeline serve`; responses lie in one form of the shipped bank. Each
size is pulled into an empty Scorecards worksheet, and then once more, when nothing is new.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import requests

from pipeline.emulator import forms_responses
from pipeline.emulator.store import Store

Json = dict[str, Any]


class Measured(NamedTuple):
    """One size. Memory in MB, at its highest: of the command in either pull, and of the workspace that answers it."""

    responses: int
    seconds: float
    command_mb: float
    workspace_mb: float
    lists: int
    writes: int
    again_seconds: float
    again_writes: int


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="1000,10000,100000")
    parser.add_argument("--into", type=Path, default=Path(__file__).parent)
    options = parser.parse_args()
    measured = [measure(int(size)) for size in options.sizes.split(",")]
    table = as_table(measured)
    print(table)
    (options.into / "pull_curve.md").write_text(table + "\n", encoding="utf-8")
    (options.into / "pull_curve.svg").write_text(as_svg(measured), encoding="utf-8")


def measure(size: int) -> Measured:
    with tempfile.TemporaryDirectory() as directory:
        project = Path(directory) / "project"
        command(project, "init", str(project))
        with served(project) as (url, token, server):
            made = json.loads(command(project, "create-form", "--json").stdout)
            load(project, url, token, made["forms"][0]["form_id"], size)
            forget_log(url, token)
            seconds, memory = timed(project, "pull-responses", "--full")
            first = calls(url, token)
            again_seconds, again_memory = timed(project, "pull-responses", "--full")
            again = calls(url, token)
            found = Measured(
                size,
                seconds,
                max(memory, again_memory),
                highest(server),
                first["forms.forms.responses.list"],
                first["sheets.spreadsheets.batchUpdate"],
                again_seconds,
                again["sheets.spreadsheets.batchUpdate"],
            )
    print(found, file=sys.stderr)
    return found


def command(project: Path, *words: str) -> subprocess.CompletedProcess[str]:
    made = subprocess.run(
        [sys.executable, "-m", "pipeline", *words, *(("--project", str(project)) if words[0] != "init" else ())],
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode not in (0, 8):
        raise SystemExit(made.stderr)
    return made


def timed(project: Path, *words: str) -> tuple[float, float]:
    """Seconds, and the highest memory in MB of one command."""
    started = time.monotonic()
    quiet = [sys.executable, "-m", "pipeline", *words, "--project", str(project), "-q"]
    with subprocess.Popen(quiet, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 8):
        raise SystemExit(f"{' '.join(words)} ended with {process.returncode}")
    return time.monotonic() - started, used.ru_maxrss / 1024


@contextmanager
def served(project: Path) -> Iterator[tuple[str, str, int]]:
    """`pipeline serve` in a process of its own: address, token, process id."""
    words = [sys.executable, "-m", "pipeline", "serve", "--port", "0", "--json", "--project", str(project)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        assert server.stdout is not None
        told = json.loads(server.stdout.readline())
        try:
            yield told["url"], Path(told["token_file"]).read_text(encoding="utf-8").strip(), server.pid
        finally:
            server.send_signal(signal.SIGTERM)


def load(project: Path, url: str, token: str, form_id: str, size: int, interviewers: int = 40) -> None:
    """Responses of so many interviewers, each about another candidate, straight into the workspace's database."""
    pick = random.Random(size)
    items = call("GET", url, token, f"/v1/forms/{form_id}").json()["items"]
    asked = [
        (question["questionId"], [o["value"] for o in question.get("choiceQuestion", {}).get("options", [])], title)
        for item in items
        if (question := item.get("questionItem", {}).get("question")) and (title := item.get("title", ""))
    ]
    store = Store(project / ".pipeline", [])
    with store.transaction(write=True) as tx:
        for number in range(size):
            answers = {}
            for id_, options, title in asked:
                if options:
                    answers[id_] = [pick.choice(options)]
                elif title == "Candidate":
                    answers[id_] = [f"Candidate {number // interviewers:05}"]
                else:
                    answers[id_] = [
                        "Gave an example of their own, with numbers, and said what they would do otherwise now."
                    ]
            forms_responses.keep(tx, form_id, answers, f"interviewer{number % interviewers}@example.com")
    store.close()


def call(verb: str, url: str, token: str, path: str) -> requests.Response:
    answer = requests.request(verb, url + path, headers={"Authorization": f"Bearer {token}"}, timeout=60)
    answer.raise_for_status()
    return answer


def forget_log(url: str, token: str) -> None:
    call("DELETE", url, token, "/_emulator/log")


def calls(url: str, token: str) -> Counter[str]:
    found = Counter(entry["method"] for entry in call("GET", url, token, "/_emulator/log").json()["requests"])
    forget_log(url, token)
    return found


def highest(process: int) -> float:
    """The most memory that a running process ever had, in MB; 0 where the system does not tell."""
    try:
        status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    except OSError:
        return 0.0
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM"))


def as_table(measured: Sequence[Measured]) -> str:
    head = "responses | seconds | per 1,000 | command MB | workspace MB | lists | writes | again, s | again, writes"
    lines = [f"| {head} |", "|" + " ---: |" * 9]
    lines += [
        f"| {m.responses:,} | {m.seconds:.1f} | {m.seconds / m.responses * 1000:.2f} | {m.command_mb:.0f} "
        f"| {m.workspace_mb:.0f} | {m.lists} | {m.writes} | {m.again_seconds:.1f} | {m.again_writes} |"
        for m in measured
    ]
    return "\n".join(lines)


def as_svg(measured: Sequence[Measured]) -> str:
    """Two panels over the number of responses: seconds, and MB of both processes."""
    widest = max(m.responses for m in measured)
    panels = [
        ("seconds", [("#1a73e8", "pull --full", [m.seconds for m in measured])]),
        (
            "MB",
            [
                ("#188038", "command", [m.command_mb for m in measured]),
                ("#e8710a", "workspace", [m.workspace_mb for m in measured]),
            ],
        ),
    ]
    drawn = []
    for number, (unit, lines) in enumerate(panels):
        left, bottom, width, height = 70 + number * 400, 260, 300, 200
        top = max(max(values) for _, _, values in lines) * 1.1
        drawn.append(f'<path d="M{left} {bottom - height}V{bottom}H{left + width}" fill="none" stroke="#5f6368"/>')
        for share in (0.5, 1.0):
            y = bottom - height * share
            drawn.append(f'<text x="{left - 6}" y="{y + 4}" text-anchor="end">{top * share:,.0f}</text>')
            x = left + width * share
            drawn.append(f'<text x="{x}" y="{bottom + 18}" text-anchor="middle">{widest * share:,.0f}</text>')
        drawn.append(f'<text x="{left}" y="{bottom - height - 14}">{unit}</text>')
        for place, (colour, name, values) in enumerate(lines):
            points = [
                (left + width * m.responses / widest, bottom - height * value / top)
                for m, value in zip(measured, values, strict=True)
            ]
            path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
            drawn.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
            drawn += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in points]
            drawn.append(f'<text x="{left + 90 + place * 90}" y="{bottom - height - 14}" fill="{colour}">{name}</text>')
    body = "\n".join(drawn)
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 820 310" font-family="sans-serif" font-size="12">\n'
        '<rect width="820" height="310" fill="#fff"/>\n'
        f'{body}\n<text x="410" y="300" text-anchor="middle">responses in the form</text>\n</svg>\n'
    )


if __name__ == "__main__":
    main()
