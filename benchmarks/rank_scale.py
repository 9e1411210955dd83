"""How long ranking takes, phase by phase, beside the csv module reading the same file; and the command as a whole.

    python benchmarks/rank_scale.py              1,000,000 ratings, three shapes
    python benchmarks/rank_scale.py 100000       fewer

The yardstick is what any program must pay: `sum(1 for row in csv.reader(file))`. Compare ratios, not seconds.
"""

from __future__ import annotations

import csv
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

from pipeline.scorecard import Competency, Question, Rubric, Scale

TIME = "2026-03-01T10:00:00Z"
SHAPES = {  # name: interviewers, scorecards a candidate, questions a scorecard
    "12 ratings a scorecard, 200 interviewers": (200, 4, 12),
    "12 ratings a scorecard, 1,000 interviewers": (1000, 4, 12),
    "1 rating a scorecard, 500 interviewers": (500, 4, 1),
}


def rubric() -> Rubric:
    """Four competencies with three questions each."""
    weights = {"tech": 4, "design": 3, "team": 2, "drive": 1}
    return Rubric(
        role="scale",
        title="Scale",
        scale=Scale(),
        competencies=tuple(Competency(k, k, Fraction(w), why="to measure") for k, w in weights.items()),
        questions=tuple(Question(f"{k}-{n}", k, f"{k} {n}") for k in weights for n in range(3)),
        rounds=(),
    )


def write(path: Path, ratings: int, interviewers: int, cards: int, questions: int) -> int:
    """A ratings file of about so many rows; returns the number of candidates."""
    rng = random.Random(7)
    ids = [q.id for q in rubric().questions]
    lenient = [rng.gauss(0, 0.3) for _ in range(interviewers)]
    candidates = max(1, ratings // (cards * questions))
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["candidate", "interviewer", "round", "question", "rating", "submitted_at"])
        for c in range(candidates):
            true = rng.gauss(3.2, 0.5)
            asked = ids if questions == len(ids) else [ids[c % len(ids)]]
            for r in rng.sample(range(interviewers), cards):
                halo = rng.gauss(0, 0.4)
                for q in asked:
                    level = min(5, max(1, round(true + lenient[r] + halo + rng.gauss(0, 0.7))))
                    rows.writerow([f"candidate {c:06}", f"interviewer {r:04}", "main", q, level, TIME])
    return candidates


def measure(path: Path) -> None:
    """One line a phase; run in a process of its own, so that no file finds the memory of another."""
    started = time.process_time()
    with path.open(encoding="utf-8", newline="") as file:
        ratings = sum(1 for _ in csv.reader(file)) - 1
    yardstick = time.process_time() - started

    from pipeline import ranking
    from pipeline.ranking import agreement, calibration, headline, severity
    from pipeline.ranking.cells import collect
    from pipeline.ranking.design import build
    from pipeline.ranking.estimates import estimate
    from pipeline.ranking.policy import Policy

    def timed(name: str, work: Callable[[], Any]) -> Any:
        before = time.process_time()
        result = work()
        spent = time.process_time() - before
        print(f"  {name:34}{spent:8.2f} s {spent / yardstick:7.1f} x csv")
        return result

    role, policy = rubric(), Policy()
    print(f"  {'csv module alone':34}{yardstick:8.2f} s     1.0 x csv")
    cards = timed("read and check the file", lambda: ranking.ratings_file.read(path, role))
    cells = timed("sum to cells", lambda: collect(role, cards))
    score = headline.Headline(role, policy).score
    results = timed("exact headline and ranks", lambda: headline.order([score(each) for each in cells.candidates]))
    design = timed("observations", lambda: build(cells, role))
    fitted = timed("severity", lambda: severity.fit(design))
    model = fitted if isinstance(fitted, severity.Severity) else None
    timed("calibration table", lambda: calibration.table(design, cells, role, model, 1.0))
    timed("agreement", lambda: agreement.assess(design, cells, role))
    timed("all estimates, with draws", lambda: estimate(cells, role, results, policy))
    cells = results = design = fitted = model = None
    timed("rank() as a whole", lambda: ranking.rank(role, cards))
    print(f"  {ratings:,} ratings, {len(cards):,} scorecards")


def command(project: Path, ratings: Path) -> None:
    """The same as people run it: processor time and peak memory of `pipeline rank --ratings FILE --json`."""
    rank = [sys.executable, "-m", "pipeline", "rank", "--project", str(project), "--ratings", str(ratings), "--json"]
    with subprocess.Popen(rank, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(rank)} ended with {process.returncode}")
    print(
        f"  {'as a command, with --json':34}{used.ru_utime + used.ru_stime:8.2f} s; peak {used.ru_maxrss / 1024:,.0f} MB"
    )


def write_project(project: Path) -> None:
    """The rubric as the files of a project."""
    role, anchors = rubric(), ["anchor_1", "anchor_3", "anchor_5"]
    (project / "config").mkdir()
    competencies = [f'[[competency]]\nid = "{c.id}"\nweight = {c.weight}\nwhy = "{c.why}"' for c in role.competencies]
    (project / "config" / "scale.toml").write_text("\n".join(['title = "Scale"', *competencies]), encoding="utf-8")
    with (project / "question_bank.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["id", "competency", "question", *anchors])
        rows.writerows([q.id, q.competency, q.question, *anchors] for q in role.questions)


def panel() -> None:
    """500 candidates x 4 scorecards of 12 ratings: the processor time of `rank` beyond imports."""
    import numpy  # noqa: F401 - imported beforehand, so that it is not counted

    from pipeline import ranking
    from pipeline.ranking import estimates  # noqa: F401

    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "ratings.csv"
        write(path, 24_000, 40, 4, 12)
        cards = ranking.ratings_file.read(path, rubric())
    before = time.process_time()
    ranking.rank(rubric(), cards)
    print(f"500 candidates x 4 scorecards: {time.process_time() - before:.2f} s of processor time (limit 1 s)")


def main() -> None:
    if len(sys.argv) == 3:
        measure(Path(sys.argv[2]))
        return
    panel()
    ratings = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as directory:
        write_project(Path(directory))
        for name, (interviewers, cards, questions) in SHAPES.items():
            path = Path(directory) / "ratings.csv"
            candidates = write(path, ratings, interviewers, cards, questions)
            print(f"\n{name}; {candidates:,} candidates")
            subprocess.run([sys.executable, __file__, "measure", str(path)], check=True, env=dict(os.environ))
            command(Path(directory), path)


if __name__ == "__main__":
    main()
