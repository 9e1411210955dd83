"""Ids for form items and questions: 8 hex digits that follow from a key, the same on every machine and in every run.

Google takes an id with a created item when no item of the form has it yet, so a repeated create is refused and the
way from a question of the bank to its answers can always be worked out again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from itertools import count

_LARGEST = 0x7FFFFFFF


def assign(keys: Iterable[str], *, taken: Collection[str] = ()) -> dict[str, str]:
    """An id for each key, 00000001..7fffffff, no two alike and none of `taken`, whatever the order of the keys."""
    ids: dict[str, str] = {}
    used = set(taken)
    for key in sorted(set(keys)):
        ids[key] = next(id_ for id_ in _candidates(key) if id_ not in used)
        used.add(ids[key])
    return ids


def _candidates(key: str) -> Iterable[str]:
    """The ids a key may have, in the order in which it tries them."""
    for attempt in count():
        text = key if attempt == 0 else f"{key}\n{attempt}"
        number = int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") & _LARGEST
        if number:
            yield f"{number:08x}"
