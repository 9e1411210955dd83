"""`pipeline --help` against `python -c "import click"`: at most 1.6 times as long, each the best of many runs.

A ratio measured in one run, so that the machine's speed and load drop out: `python benchmarks/help.py`.
"""

from __future__ import annotations

import subprocess
import sys
import time

LIMIT, RUNS = 1.6, 30
CLICK = [sys.executable, "-c", "import click"]
HELP = [sys.executable, "-c", "import sys; sys.argv[1:] = ['--help']; from pipeline.cli import main; main()"]


def seconds(command: list[str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - started


def ratio(runs: int = RUNS) -> float:
    """Taken in turns, so that a busy moment hits both."""
    pairs = [(seconds(CLICK), seconds(HELP)) for _ in range(runs)]
    return min(pair[1] for pair in pairs) / min(pair[0] for pair in pairs)


if __name__ == "__main__":
    found = ratio()
    print(f"pipeline --help takes {found:.2f} times as long as importing click (at most {LIMIT})")
    sys.exit(found > LIMIT)
