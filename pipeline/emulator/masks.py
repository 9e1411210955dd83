"""Field masks: the `fields` parameter (`a,b(c,d),a/b,*`) that trims answers, and the `updateMask` of requests.

Pure. A mask is a tree of names; an empty tree means everything below.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

Tree = dict[str, Any]

_TOKEN = re.compile(r"\s*([A-Za-z0-9_.\-$*]+|[(),/])\s*")


class MaskError(ValueError):
    """The mask as a whole, or the path in it, that cannot be read."""


def parse(text: str) -> Tree:
    tokens: list[str] = []
    place = 0
    while place < len(text):
        match = _TOKEN.match(text, place)
        if not match:
            raise MaskError(text)
        tokens.append(match[1])
        place = match.end()
    if len(tokens) > 5000 or text.count("(") > 50:
        raise MaskError(text)
    tree, rest = _names(tokens, 0, text)
    if rest != len(tokens):
        raise MaskError(text)
    return tree


def _names(tokens: list[str], place: int, text: str) -> tuple[Tree, int]:
    tree: Tree = {}
    while True:
        path: list[str] = []
        while True:
            if place >= len(tokens) or tokens[place] in "(),/":
                raise MaskError(text)
            path += tokens[place].split(".")
            place += 1
            if place < len(tokens) and tokens[place] == "/":
                place += 1
                continue
            break
        below: Tree = {}
        if place < len(tokens) and tokens[place] == "(":
            below, place = _names(tokens, place + 1, text)
            if place >= len(tokens) or tokens[place] != ")":
                raise MaskError(text)
            place += 1
        if "" in path:
            raise MaskError(text)
        _add(tree, path, below)
        if place < len(tokens) and tokens[place] == ",":
            place += 1
            continue
        return tree, place


def _add(tree: Tree, path: list[str], below: Tree) -> None:
    for name in path[:-1]:
        if name in tree and not tree[name]:
            return  # everything below is already asked for
        tree = tree.setdefault(name, {})
    last = path[-1]
    if not below:
        tree[last] = {}
    elif last not in tree:
        tree[last] = below
    elif tree[last]:
        for name, deeper in below.items():
            _add(tree[last], [name], deeper)


def trim(tree: Tree, value: Any) -> Any:
    """What the mask leaves of an answer; members of a list keep their places."""
    if not tree:
        return value
    if isinstance(value, list):
        return [trim(tree, member) for member in value]
    if not isinstance(value, dict):
        return value
    kept: dict[str, Any] = {}
    everything = tree.get("*")
    for name, member in value.items():
        below = tree.get(name, everything)
        if below is None:
            continue
        left = trim(below, member)
        if left or not member or not isinstance(left, dict):  # a message of which nothing was asked for is left out
            kept[name] = left
    return kept


def paths(mask: str) -> list[list[str]]:
    """The paths of an `updateMask`: `title,questionItem.question` as lists of names, in camelCase."""
    return [[camel(name) for name in path.strip().split(".")] for path in mask.split(",") if path.strip()]


def camel(name: str) -> str:
    head, *tail = name.split("_")
    return head + "".join(part[:1].upper() + part[1:] for part in tail) if head else name


@cache
def snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])([A-Z])", lambda match: "_" + match[1].lower(), name)
