"""How the numbers came about, in sentences: the same in every format that tells it."""

from __future__ import annotations

from pipeline.export.report import Report
from pipeline.worksheets import about

_OF_THE_SPREADSHEET = {"Who writes what", "Rubric version", "Note"}
_ONE = (
    "This file holds what is stored about {subject}: scorecards with ratings and texts, scores, and how they came "
    "about. Of other candidates it holds no name and no score; their full names in free texts were replaced by "
    "[another candidate]. Read the texts before you pass them on: a remark about somebody it does not name stays."
)


def about_lines(report: Report) -> list[tuple[str, str]]:
    """Label and sentence, the most general first."""
    told = about.lines(report.ranking, report.rubric, report.panel, len(report.counted), report.limits)
    lines = [(label, said) for label, said in told if label not in _OF_THE_SPREADSHEET]
    lines.append(("Rubric version", report.rubric.fingerprint))
    if report.version:
        lines.append(("Made by", f"interview-pipeline {report.version}"))
    if report.subject:
        return [("Access request", _ONE.format(subject=report.subject)), *lines]
    return [*lines, *(("Note", note) for note in report.ranking.notes)]
