"""How changes are told to people. Words only; nothing is decided here."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from pipeline.form.changes import Change
from pipeline.form.designing import EMAIL_COLLECTION
from pipeline.form.fields import Field, Json

_FACETS = {
    "title": "wording",
    "description": "description",
    "required": "required",
    "options": "options",
    "shuffle": "shuffled options",
    "paragraph": "long answer",
    "collection": "e-mail collection",
    "kind": "kind",
}
COLLECTIONS = {google: config for config, google in EMAIL_COLLECTION.items()}
LONGEST = 60  # characters of a text that a message quotes

_LEVEL = re.compile(r"(\d+) · ")


def label(field: Field, item: Json) -> str:
    """What an item is called in a message."""
    title = quoted(item.get("title", ""))
    if field.kind == "rating":
        return f"question {field.ref} {title}"
    return f"page {title}" if field.kind == "page" else title


def sort_of(field: Field) -> str:
    return field.kind if field.kind in ("page", "note") else "question"


def quoted(text: str, most: int = LONGEST) -> str:
    text = " ".join(text.split())
    return f"“{text if len(text) <= most else text[: most - 1].rstrip() + '…'}”"


def shown(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return quoted(value) if value else "nothing"
    return ", ".join(quoted(v if isinstance(v, str) else v.get("value", "Other"), 40) for v in value) or "nothing"


def changed(what: str, facet: str, now: Any, want: Any) -> str:
    return f"{what}: {_FACETS[facet]} {_becomes(now, want)}"


def edited(what: str, facet: str, now: Any, want: Any) -> str:
    old, new = _both(now, want)
    return f"{what}: {_FACETS[facet]} {'were' if facet == 'options' else 'was'} edited by hand to {old}, ours is {new}"


def _becomes(now: Any, want: Any) -> str:
    return " becomes ".join(_both(now, want))


def _both(now: Any, want: Any) -> tuple[str, str]:
    """Two values, long texts from shortly before the place where they part."""
    if isinstance(now, str) and isinstance(want, str):
        now, want = COLLECTIONS.get(now, now), COLLECTIONS.get(want, want)
        if max(len(now), len(want)) > LONGEST:
            same = next((place for place, (a, b) in enumerate(zip(now, want, strict=False)) if a != b), 0)
            start = now.rfind(" ", 0, max(0, same - LONGEST // 4)) + 1
            if start:
                now, want = f"…{now[start:]}", f"…{want[start:]}"
    return shown(now), shown(want)


def at_stake(what: str, stake: int) -> str:
    return f"{what}; {_answers(stake)} at stake"


def _answers(count: int) -> str:
    return f"{count or 'no'} answer{'s' * (count != 1)}"


def our_change(field: Field, what: str, facet: str, now: Any, want: Any, answered: int) -> Change:
    """A change of one facet that follows from the question bank or the rubric."""
    if facet == "options" and field.kind == "rating":
        text = f"{what}: {_levels(now, want)}"
        if answered:
            text += f"; {_answers(answered)} given under the old text {'keep their' if answered != 1 else 'keeps its'} level"
        return Change("anchors-changed", "changes-meaning", text)
    kind = {"title": "page-renamed" if field.kind == "page" else "reworded", "description": "description-changed"}
    return Change(kind.get(facet, "setting-changed"), "safe", changed(what, facet, now, want))


def _levels(now: Sequence[Any], want: Sequence[Any]) -> str:
    """Level by level, what it said and what it will say."""
    old, new = _by_level(now), _by_level(want)
    told = [
        f"level {level} {_becomes(old.get(level, ''), new.get(level, ''))}"
        for level in sorted(old.keys() | new.keys(), key=int)
        if old.get(level) != new.get(level)
    ]
    return ", ".join(told) or f"options {shown(now)} become {shown(want)}"


def _by_level(options: Sequence[Any]) -> dict[str, str]:
    matches = ((_LEVEL.match(option), option) for option in options if isinstance(option, str))
    return {match[1]: option[match.end() :] for match, option in matches if match}


def first_filling(join: Sequence[Field]) -> str:
    questions = sum(1 for field in join if field.kind == "rating")
    pages = 1 + sum(1 for field in join if field.kind == "page")
    return f"the form is filled: {questions} question{'s' * (questions != 1)} to rate on {pages} pages"
