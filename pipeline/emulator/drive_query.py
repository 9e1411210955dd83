"""The search language of Drive's `files.list`: `q`, `orderBy` and page tokens. Pure.

Supported: name and mimeType (=, !=, contains), trashed, starred, parents and owners `in`, appProperties and properties
`has`, modifiedTime and createdTime; and, or, not, (). Another term or order of Google's is a 501.
"""

from __future__ import annotations

import base64
import operator
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from .drive_refusals import INVALID_VALUE
from .refusal import Refusal

Json = dict[str, Any]
Test = Callable[[Json], bool]
Compare = Callable[[Any, Any], bool]

_TOKEN = re.compile(r"""\s*('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[A-Za-z][A-Za-z0-9]*|<=|>=|!=|[=<>(){}])""")


# Words of Google's `q`, `orderBy` and `corpora` that would need what the workspace does not keep.
_UNSERVED = frozenset(
    [
        "fullText",
        "writers",
        "readers",
        "sharedWithMe",
        "visibility",
        "labels",
        "shortcutDetails",
        "viewedByMeTime",
        "modifiedByMeTime",
        "sharedWithMeTime",
        "recency",
        "quotaBytesUsed",
        "domain",
    ]
)


def unknown(name: str, parameter: str = "q") -> Refusal:
    if name in _UNSERVED:
        return Refusal(501, f"The local workspace does not search or sort by {name}.")
    return INVALID_VALUE(parameter)


def parse(text: str, root: str = "", me: str = "") -> Test:
    """A test of files as JSON; `root` and `me` are what these aliases stand for."""
    tokens: list[str] = []
    place = 0
    while text[place:].strip():
        match = _TOKEN.match(text, place)
        if not match:
            raise INVALID_VALUE("q")
        tokens.append(match[1])
        place = match.end()
    if len(tokens) > 2000 or tokens.count("(") + tokens.count("not") > 100:
        raise INVALID_VALUE("q")
    reader = _Reader(tokens, root, me)
    test = reader.any_of() if tokens else lambda file: True
    if reader.tokens:
        raise INVALID_VALUE("q")
    return test


class _Reader:
    def __init__(self, tokens: list[str], root: str, me: str) -> None:
        self.tokens = tokens[::-1]
        self.root, self.me = root, me

    def next(self) -> str:
        if not self.tokens:
            raise INVALID_VALUE("q")
        return self.tokens.pop()

    def at(self, word: str) -> bool:
        if self.tokens and self.tokens[-1].lower() == word:
            self.tokens.pop()
            return True
        return False

    def expect(self, word: str) -> None:
        if not self.at(word):
            raise INVALID_VALUE("q")

    def any_of(self) -> Test:
        return self.joined("or", self.all_of, any)

    def all_of(self) -> Test:
        return self.joined("and", self.term, all)

    def joined(self, word: str, below: Callable[[], Test], together: Callable[[Iterator[bool]], bool]) -> Test:
        tests = [below()]
        while self.at(word):
            tests.append(below())
        return lambda file: together(test(file) for test in tests)

    def term(self) -> Test:
        if self.at("not"):
            below = self.term()
            return lambda file: not below(file)
        if self.at("("):
            inner = self.any_of()
            self.expect(")")
            return inner
        first = self.next()
        if first[0] in "'\"":
            self.expect("in")
            return self._member(_text(first), self.next())
        if first in _UNSERVED:
            raise unknown(first)
        operator = self.next()
        if operator == "has":
            return self._has(first)
        return self._compare(first, operator, self.next())

    def _member(self, value: str, field: str) -> Test:
        if field == "parents":
            wanted = self.root if value == "root" else value
            return lambda file: wanted in file.get("parents", [])
        if field != "owners":
            raise unknown(field)
        wanted = (self.me if value == "me" else value).lower()
        return lambda file: any(one["emailAddress"] == wanted for one in file["owners"])

    def _has(self, field: str) -> Test:
        if field not in ("appProperties", "properties"):
            raise INVALID_VALUE("q")
        self.expect("{")
        wanted: dict[str, str] = {}
        while not wanted or not self.at("}"):
            if wanted:
                self.expect("and")
            name = self.next().lower()
            self.expect("=")
            wanted[name] = _text(self.next())
        if set(wanted) != {"key", "value"}:
            raise INVALID_VALUE("q")
        return lambda file: file.get(field, {}).get(wanted["key"]) == wanted["value"]

    def _compare(self, field: str, sign: str, value: str) -> Test:
        if field not in _COMPARED or sign not in _COMPARED[field][2]:
            raise unknown(field)
        read, kept, signs = _COMPARED[field]
        wanted, compare = read(value), signs[sign]
        return lambda file: bool(compare(kept(file[field]), wanted))


def _text(token: str) -> str:
    if token[0] not in "'\"":
        raise INVALID_VALUE("q")
    return re.sub(r"\\(.)", r"\1", token[1:-1], flags=re.DOTALL)


def _flag(token: str) -> bool:
    if token.lower() not in ("true", "false"):
        raise INVALID_VALUE("q")
    return token.lower() == "true"


def moment(text: str, parameter: str) -> datetime:
    """RFC 3339; without an offset, UTC."""
    try:
        read = datetime.fromisoformat(text)
        return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise INVALID_VALUE(parameter) from None


def _begins_a_word(name: str, wanted: str) -> bool:
    """Drive's `contains` for names finds the beginnings of words only."""
    return re.search(r"(?:^|\W)" + re.escape(wanted), name) is not None


_EQUAL: Mapping[str, Compare] = {"=": operator.eq, "!=": operator.ne}
_ORDERED = {**_EQUAL, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
_TIME = (lambda token: moment(_text(token), "q"), datetime.fromisoformat, _ORDERED)
# By field: how its value is read in `q` and in a file, and the signs that may stand between them.
_COMPARED: dict[str, tuple[Callable[[str], Any], Callable[[Any], Any], Mapping[str, Compare]]] = {
    "name": (lambda token: _text(token).lower(), str.lower, {**_EQUAL, "contains": _begins_a_word}),
    "mimeType": (lambda token: _text(token), str, {**_EQUAL, "contains": str.startswith}),
    "trashed": (_flag, bool, _EQUAL),
    "starred": (_flag, bool, _EQUAL),
    "modifiedTime": _TIME,
    "createdTime": _TIME,
}
_KEYS: dict[str, Callable[[Json], Any]] = {
    "name": lambda file: file["name"].lower(),
    "name_natural": lambda file: [
        (int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", file["name"].lower())
    ],
    "modifiedTime": operator.itemgetter("modifiedTime"),
    "createdTime": operator.itemgetter("createdTime"),
    "folder": lambda file: not file["mimeType"].endswith(".folder"),
    "starred": lambda file: not file["starred"],
}


def sort(files: list[Json], order: str) -> None:
    for key in reversed([part.strip() for part in order.split(",") if part.strip()]):
        name, _, direction = key.partition(" ")
        if name not in _KEYS or direction.strip() not in ("", "desc"):
            raise unknown(name, "orderBy")
        files.sort(key=_KEYS[name], reverse=direction.strip() == "desc")


def page(name: str, every: Sequence[Json], params: Mapping[str, Any], *, most: int, binding: str) -> Json:
    """The page asked for under its name, with the token of the next; a token of another query is refused."""
    size = params.get("pageSize", 100)
    if not 1 <= size <= most:
        raise INVALID_VALUE("pageSize")
    first, bound = 0, binding
    if token := params.get("pageToken"):
        try:
            start, _, bound = base64.urlsafe_b64decode(token.encode()).decode().partition(":")
            first = int(start)
        except ValueError:
            first = -1
    if bound != binding or first < 0:
        raise INVALID_VALUE("pageToken")
    told: Json = {name: every[first : first + size]}
    if first + size < len(every):
        told["nextPageToken"] = base64.urlsafe_b64encode(f"{first + size}:{binding}".encode()).decode()
    return told
