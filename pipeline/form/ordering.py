"""Where items go, and the creates, moves and deletes that put them there, each index right when its turn comes."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence

from pipeline.form.fields import Json


def arrange(current: Sequence[str], ours: Sequence[str]) -> list[str]:
    """The items of `ours` in that order, and each other item of `current` still behind the one it follows now."""
    target, placed = list(ours), set(ours)
    previous: str | None = None
    for name in current:
        if name not in placed:
            target.insert(0 if previous is None else target.index(previous) + 1, name)
        previous = name
    return target


def insert_new(current: Sequence[str], wanted: Sequence[str]) -> list[str]:
    """The items of `current` as they stand, and each new one of `wanted` behind its predecessor there."""
    result = [name for name in current if name in set(wanted)]
    previous: str | None = None
    for name in wanted:
        if name not in result:
            result.insert(0 if previous is None else result.index(previous) + 1, name)
        previous = name
    return result


def deletions(current: Sequence[str], doomed: Iterable[str]) -> list[Json]:
    """From the bottom up, so that no delete shifts the next."""
    gone = set(doomed)
    places = [index for index, name in enumerate(current) if name in gone]
    return [{"deleteItem": {"location": {"index": index}}} for index in reversed(places)]


def placements(current: Sequence[str], target: Sequence[str], new: Mapping[str, Json]) -> list[Json]:
    """From the top down: create or fetch what belongs at each place.

    An item is only ever moved upwards: there "new location" means the same whether it is counted before or after the
    item is taken out, which Google's reference does not say.
    """
    working = list(current)
    requests: list[Json] = []
    for place, name in enumerate(target):
        if name in new:
            requests.append({"createItem": {"item": new[name], "location": {"index": place}}})
            working.insert(place, name)
        elif working[place] != name:
            origin = working.index(name, place)
            requests.append({"moveItem": {"originalLocation": {"index": origin}, "newLocation": {"index": place}}})
            working.insert(place, working.pop(origin))
    return requests


def moved(before: Sequence[str], after: Sequence[str]) -> list[str]:
    """The fewest items that explain the new order (those outside a longest increasing run), in that order."""
    place = {name: index for index, name in enumerate(before)}
    names = [name for name in after if name in place]
    tails: list[int] = []
    ends: list[int] = []  # ends[k]: index in `names` of the last item of the best run of length k + 1
    links: list[int] = []
    for index, name in enumerate(names):
        length = bisect_left(tails, place[name])
        links.append(ends[length - 1] if length else -1)
        tails[length:] = [place[name], *tails[length + 1 :]]
        ends[length:] = [index, *ends[length + 1 :]]
    run: set[str] = set()
    index = ends[-1] if ends else -1
    while index >= 0:
        run.add(names[index])
        index = links[index]
    return [name for name in names if name not in run]
