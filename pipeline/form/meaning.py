"""What gives ratings their meaning but does not stand in the form: weights, must-haves, who belongs where, the scale.

Level names and anchors stand in the options of the form; `planning` compares those.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from pipeline.form.changes import Change
from pipeline.scorecard import Rubric


def weighing(rubric: Rubric) -> dict[str, str]:
    """The rubric's weighing as a flat table to be kept and compared later."""
    table = {"scale": f"{rubric.scale.low} to {rubric.scale.high}"}
    for competency in rubric.competencies:
        table[f"competency {competency.id}: weight"] = _number(competency.weight)
        if competency.threshold is not None:
            table[f"competency {competency.id}: must-have threshold"] = _number(competency.threshold)
    for question in rubric.questions:
        table[f"question {question.id}: weight"] = _number(question.weight)
        table[f"question {question.id}: competency"] = question.competency
    return table


def weighing_changes(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[Change, ...]:
    """Each difference as a change of meaning. A question that comes or goes is the form's to tell."""
    changes = []
    for name in [*before, *(name for name in after if name not in before)]:
        old, new = before.get(name), after.get(name)
        if old == new or (name.startswith("question ") and (old is None or new is None)):
            continue
        if old is None:
            text = f"{name} is new: {new}"
        elif new is None:
            text = f"{name} is dropped, it was {old}"
        else:
            text = f"{name} {old} becomes {new}"
        changes.append(Change(_KINDS[name.rpartition(": ")[2]], "changes-meaning", text))
    return tuple(changes)


def questions_changed(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """Which questions came and went between two such tables, in words."""
    old, new = ([name for name in table if name.endswith(_BELONGS)] for table in (before, after))
    return [
        *(f"{name.removesuffix(_BELONGS)} is new" for name in new if name not in old),
        *(f"{name.removesuffix(_BELONGS)} is removed" for name in old if name not in new),
    ]


_BELONGS = ": competency"
_KINDS = {
    "scale": "scale-changed",
    "weight": "weight-changed",
    "must-have threshold": "must-have-changed",
    "competency": "competency-changed",
}


def _number(value: Fraction) -> str:
    """Exact, and as people write it where that is exact: 3, 0.25, 1/3."""
    plain = f"{float(value):.10g}"
    return plain if Fraction(plain) == value else str(value)
