"""A small hiring round for the tests of the exports, with names and texts that would like to be more than text."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterable
from fractions import Fraction
from functools import cache
from pathlib import Path

import pytest

from pipeline import ranking
from pipeline.export import Report
from pipeline.scorecard import Competency, PanelRow, Question, Round, Rubric, Scale, SubmittedScorecard
from pipeline.worksheets import StoredScorecard

HOSTILE = (
    '=HYPERLINK("http://x","y")',
    "=cmd|' /C calc'!A0",
    "<script>alert(1)</script>",
    "</title><b>",
    "-2+3+cmd",
    "@SUM(1+1)",
    "＝1+1",
    "\t=1+1",
    "\r\n=1+1",
    "\u202egnirts\u202c",
    "bell\x07null\x00vt\x0b\x1b[31m\ufffe",
    "_x0041_ &amp; {{ 7 * 7 }} ]]>",
    "http://example.org/a b",
    "007",
)


def rubric_of(*weights: int, threshold: str | None = None, title: str = "Developer") -> Rubric:
    """One competency a weight, two questions each; the first is a must-have when there is a threshold."""
    names = ("Databases", "Security", "Teamwork", "Testing", "Design")
    competencies = tuple(
        Competency(
            name.lower(),
            name,
            Fraction(weight),
            f"why {name} counts",
            Fraction(threshold) if threshold and name == names[0] else None,
        )
        for name, weight in zip(names, weights, strict=False)
    )
    questions = tuple(
        Question(f"{c.id}-{n}", c.id, f"Question {n} on {c.name}?", anchors={1: "lost", 3: "fair", 5: "teaches us"})
        for c in competencies
        for n in (1, 2)
    )
    rounds = (Round("technical", "Technical", tuple(c.id for c in competencies)),)
    return Rubric("developer", title, Scale(), competencies, questions, rounds)


RUBRIC = rubric_of(5, 3, 2, threshold="2")


def card(
    candidate: str, interviewer: str, *levels: int | None, rubric: Rubric = RUBRIC, said: str = "", summary: str = ""
) -> SubmittedScorecard:
    """One scorecard: a level for each question of the rubric, None where it was not assessed."""
    ratings = {q.id: level for q, level in zip(rubric.questions, levels, strict=False) if level is not None}
    evidence = {c.id: said or f"{candidate} on {c.name}, says {interviewer}" for c in rubric.competencies}
    return SubmittedScorecard(
        candidate,
        interviewer,
        "technical",
        "2026-03-02T10:00:00.5Z",
        ratings,
        evidence,
        "Yes",
        summary or f"{candidate} in short",
        response_id=f"{candidate}/{interviewer}",
        rubric_version=rubric.fingerprint,
    )


def report_of(cards: Iterable[SubmittedScorecard], rubric: Rubric = RUBRIC, **more: object) -> Report:
    """Everything counted, ranked by the usual rules."""
    counted = list(cards)
    names = list(dict.fromkeys(each.candidate for each in counted))
    panel = tuple(PanelRow(each.candidate, each.interviewer, each.round) for each in counted)
    made = ranking.rank(rubric, counted, candidates=names)
    stored = tuple(StoredScorecard(each, "counted") for each in counted)
    return Report(made, rubric, stored, panel, version="0.1.0", **more)  # type: ignore[arg-type]


@cache
def small() -> Report:
    """Ana before Ben; Cyd incomplete, Dev knocked out."""
    return report_of(
        [
            card("Ana", "ivo@example.com", 5, 4, 4, 4, 5, 5),
            card("Ana", "mara@example.com", 5, 5, 4, 5, 4, None),
            card("Ben", "ivo@example.com", 3, 4, 3, 3, 4, 3),
            card("Ben", "mara@example.com", 4, 3, 3, None, 4, 4),
            card("Cyd", "ivo@example.com", 4, 4, 4, 4, 4, 4),
            card("Dev", "ivo@example.com", 1, 1, 5, 5, 5, 5),
            card("Dev", "mara@example.com", 1, 2, 4, 5, 5, 5),
        ]
    )


@cache
def hostile() -> Report:
    """Every hostile text once as a name, as evidence and as a summary."""
    return report_of(
        [
            card(name, interviewer, 4, 3, 4, 3, 4, 3, said=name, summary=name)
            for name in HOSTILE
            for interviewer in ("=ivo@example.com", "mara@example.com")
        ]
    )


def shown(text: str) -> str:
    """What a reader sees of a typed text: letters without control characters, line ends alike."""
    return "".join(
        c for c in text.replace("\r\n", "\n").replace("\r", "\n") if c.isprintable() or c in "\n\t\u202e\u202c"
    )


def bare(text: str) -> str:
    """A text as another program gave it back, without the signs that stand for control characters."""
    return "".join(c for c in text if not (0x2400 <= ord(c) <= 0x2421 or c == "\ufffd"))


def soffice(file: Path, *, to: str, out: Path) -> Path:
    """The file as LibreOffice converts it; skipped, loudly, where there is none."""
    program = shutil.which("soffice")
    if program is None:
        if os.environ.get("PIPELINE_REQUIRE_SOFFICE"):
            pytest.fail("PIPELINE_REQUIRE_SOFFICE is set and there is no soffice on the PATH")
        pytest.skip("no soffice on the PATH: exports are not opened with LibreOffice")
    out.mkdir(exist_ok=True)
    profile = (out / "profile").as_uri()
    words = [
        program,
        "--headless",
        f"-env:UserInstallation={profile}",
        "--convert-to",
        to,
        "--outdir",
        str(out),
        str(file),
    ]
    done = subprocess.run(words, capture_output=True, text=True, timeout=180)
    made = out / f"{file.stem}.{to.partition(':')[0]}"
    assert made.exists(), f"LibreOffice could not convert {file.name}: {done.stdout}{done.stderr}"
    return made
