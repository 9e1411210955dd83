"""Field masks: the `fields` parameter (`a,b(c,d),a/b,*`) that trims answers, and the `updateMask` of requests.

Pure. A mask is a tree of names; an empty tree means everything below.
"""

from __future__ import annotations

import re
from collections import deque
from functools import cache
from typing import Any

Tree = dict[str, Any]

_TOKEN = re.compile(r"\s*([A-Za-z0-9_.\-$*]+|\S)\s*")
_NAMES = re.compile(r"[A-Za-z0-9_\-$*]+(?:\.[A-Za-z0-9_\-$*]+)*")
_MOST_TOKENS, _MOST_BRACKETS = 5000, 50


class MaskError(ValueError):
    """The mask as a whole, or the path in it, that cannot be read."""


def parse(text: str) -> Tree:
    tokens = deque([*_TOKEN.findall(text), ""])  # with a mark at the end
    try:
        if len(tokens) > _MOST_TOKENS or text.count("(") > _MOST_BRACKETS:
            raise MaskError(text)
        tree = _names(tokens)
        _expect(tokens, "")
    except ValueError:
        raise MaskError(text) from None
    return tree


def _expect(tokens: deque[str], token: str) -> None:
    if tokens.popleft() != token:
        raise ValueError(token)


def _names(tokens: deque[str]) -> Tree:
    """`a,b.c(d),e/f` as a tree, up to what does not belong to it."""
    tree: Tree = {}
    while True:
        path = _path(tokens)
        while tokens[0] == "/":
            tokens.popleft()
            path += _path(tokens)
        below: Tree = {}
        if tokens[0] == "(":
            tokens.popleft()
            below = _names(tokens)
            _expect(tokens, ")")
        for name in reversed(path):
            below = {name: below}
        _merge(tree, below)
        if tokens[0] != ",":
            return tree
        tokens.popleft()


def _path(tokens: deque[str]) -> list[str]:
    names = tokens.popleft()
    if not _NAMES.fullmatch(names):
        raise ValueError(names)
    return names.split(".")


def _merge(tree: Tree, more: Tree) -> None:
    """Ask for more; what is asked for as a whole stays so."""
    for name, below in more.items():
        if tree.get(name) and below:
            _merge(tree[name], below)
        else:
            tree[name] = {} if name in tree else below


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
