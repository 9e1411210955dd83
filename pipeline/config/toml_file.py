"""A TOML file -> values by key: each with its rule, its default and the line it came from.

Owns TOML syntax, types, unknown keys and places; knows nothing of what the keys mean. Every `take` either gives the
value or notes a fault and gives the default, so that one reading tells all that is wrong.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeVar

from pipeline.errors import Fault
from pipeline.question_bank import texts
from pipeline.question_bank.table import read_text
from pipeline.question_bank.texts import Unusable, did_you_mean, quoted

T = TypeVar("T")
_HEADER = re.compile(r"\s*(\[\[?)([^\[\]]+)\]\]?\s*(#.*)?$")
_KEY = re.compile(r"\s*([A-Za-z0-9_.\"' -]+?)\s*=")
_PLACE = re.compile(r"\s*\(at (?:line (\d+), column (\d+)|end of document)\)$")


@dataclass(frozen=True)
class Setting:
    """One value in force, for `config show`: `line` is 0 where the default or an environment variable holds."""

    key: str
    value: object
    file: str
    line: int

    @property
    def origin(self) -> str:
        if self.line:
            return f"{self.file}:{self.line}"
        return f"environment, {self.file[1:]}" if self.file.startswith("$") else "default"

    @property
    def text(self) -> str:
        """The value as the file would write it."""
        if isinstance(self.value, Fraction):
            return f"{float(self.value):g}"
        if isinstance(self.value, tuple):
            return json.dumps([str(entry) for entry in self.value], ensure_ascii=False)
        return json.dumps(self.value, ensure_ascii=False)


@dataclass
class Document:
    """One file being read: its places, and the faults and settings found so far."""

    file: str
    lines: dict[str, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    settings: list[Setting] = field(default_factory=list)

    def line(self, key: str) -> int:
        """The line of a key such as `competency[1].weight`, or of the nearest thing that holds it; 1 if in doubt."""
        while key:
            if key in self.lines:
                return self.lines[key]
            key = key.rpartition(".")[0]
        return 1

    def fault(self, key: str, what: str, todo: str) -> None:
        self.faults.append(Fault(self.file, self.line(key), quoted(_plain_key(key))[1:-1], what, todo))


def read(path: Path, shown: str = "", *, optional: bool = False) -> tuple[Table | None, Document]:
    """The top table of a file; None when it cannot be read as TOML at all. Empty if it is optional and missing."""
    document = Document(shown or str(path))
    if optional and not path.exists():
        return Table(document, "", {}), document
    text, faults = read_text(path, document.file, save_as="save it again as UTF-8")
    document.faults += faults
    if faults:
        return None, document
    try:
        values = tomllib.loads(text, parse_float=_decimal)
    except (ValueError, RecursionError) as error:  # ValueError: bad syntax, or an integer of thousands of digits
        document.faults.append(_syntax_fault(document.file, text, error))
        return None, document
    document.lines = dict(_places(re.split(r"\r\n|\n", text)))
    return Table(document, "", values), document


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:  # an exponent beyond what any decimal can have
        return Decimal("inf")


def _plain_key(key: str) -> str:
    """A key as its file writes it: `competency.weight`, whichever of the competencies it is."""
    return re.sub(r"\[\d+\]", "", key)


def _syntax_fault(file: str, text: str, error: Exception) -> Fault:
    message = str(error) or "the values are nested too deeply"
    place = _PLACE.search(message)
    what = message[: place.start()] if place else message
    row = int(place[1]) if place and place[1] else max(1, len(text.splitlines()))
    column = place[2] if place and place[2] else ""
    what = re.sub(r"\(('[^)]*)\)", lambda path: "[" + ".".join(re.findall("'([^']*)'", path[1])) + "]", what)
    todo = 'write key = value, with text in quotes: title = "Backend developer"'
    if "overwrite" in what or "twice" in what or "declare" in what.lower():
        todo = "each key and each [table] may stand once, only a [[list of tables]] again and again"
    return Fault(file, row, column, f"this is not TOML: {what[:1].lower()}{what[1:]}", todo)


def _places(lines: Sequence[str]) -> Iterator[tuple[str, int]]:
    """Each key of a valid file with its line. Values over several lines are stepped over by parsing them."""
    prefix, counts, at = "", dict[str, int](), 0
    while at < len(lines):
        if header := _HEADER.match(lines[at]):
            name = ".".join(part.strip().strip("\"'") for part in header[2].split("."))
            if header[1] == "[[":
                counts[name] = counts.get(name, -1) + 1
                name = f"{name}[{counts[name]}]"
            prefix = name + "."
            yield name, at + 1
        elif key := _KEY.match(lines[at]):
            name = ".".join(part.strip().strip("\"'") for part in key[1].split("."))
            yield prefix + name, at + 1
            at = _last_line(lines, at)
        at += 1


def _last_line(lines: Sequence[str], at: int) -> int:
    """Where the value ends that begins in line `at`: the first place up to which the text is TOML."""
    for end in range(at, len(lines)):
        try:
            tomllib.loads("\n".join(lines[at : end + 1]))
        except tomllib.TOMLDecodeError:
            continue
        return end
    return at


@dataclass
class Table:
    """One table of a file. What nobody takes from it is unknown, and said so by `close`."""

    document: Document
    path: str
    values: dict[str, Any]
    known: list[str] = field(default_factory=list)

    def key(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name

    def fault(self, name: str, what: str, todo: str) -> None:
        self.document.fault(self.key(name) if name else self.path, what, todo)

    def has(self, name: str) -> bool:
        return name in self.values

    def faulty(self, *names: str) -> bool:
        """Whether one of these keys was already found wrong, so that what depends on it cannot be judged."""
        columns = {_plain_key(self.key(name)) for name in names}
        lines = {self.document.line(self.key(name)) for name in names}
        return any(fault.column in columns and fault.row in lines for fault in self.document.faults)

    def take(self, name: str, rule: Callable[[Any], T], default: T) -> T:
        """The value under a key by its rule; the default where it is absent or wrong."""
        self.known.append(name)
        value = default
        if name in self.values:
            try:
                value = rule(self.values[name])
            except Unusable as wrong:
                self.fault(name, wrong.what, wrong.todo)
        line = self.document.line(self.key(name)) if name in self.values else 0
        self.document.settings.append(Setting(self.key(name), value, self.document.file, line))
        return value

    def each(self, name: str, rule: Callable[[Any], T], default: tuple[T, ...] = ()) -> tuple[T, ...]:
        """A list, every entry by one rule and every wrong one told; the default where it is absent or wrong."""

        def entries(value: Any) -> tuple[T, ...]:
            good: list[T] = []
            bad: list[Unusable] = []
            for entry in _typed(value, list):
                try:
                    good.append(rule(entry))
                except Unusable as wrong:
                    bad.append(wrong)
            for earlier in bad[:-1]:
                self.fault(name, earlier.what, earlier.todo)
            if bad:
                raise bad[-1]
            return tuple(good)

        return self.take(name, entries, default)

    def need(self, name: str, rule: Callable[[Any], str], example: str) -> str:
        """A text that must be there."""
        if name not in self.values:
            self.known.append(name)
            self.fault(name, "is missing", f"add {name} = {example}")
            return ""
        return self.take(name, rule, "")

    def table(self, name: str) -> Table:
        """The table `[name]`, empty where the file has none."""
        self.known.append(name)
        values = self.values.get(name, {})
        if not isinstance(values, dict):
            self.fault(name, f"is {_kind(values)}, not a table", f"write [{self.key(name)}] on a line of its own")
            values = {}
        return Table(self.document, self.key(name), values)

    def tables(self, name: str) -> list[Table]:
        """The tables `[[name]]` in file order."""
        self.known.append(name)
        values = self.values.get(name, [])
        if not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
            self.fault(
                name, f"is {_kind(values)}, not a list of tables", f"write [[{name}]], with two brackets each side"
            )
            values = []
        return [Table(self.document, f"{self.key(name)}[{index}]", value) for index, value in enumerate(values)]

    def close(self) -> None:
        for name in self.values:
            if name not in self.known:
                where = f"[{_plain_key(self.path)}]" if self.path else "this file"
                self.fault(name, f"{where} has no such key", did_you_mean(name, self.known))


# Rules: a value as TOML gives it -> the value as we use it.


def text(limit: int = texts.TITLE_LIMIT, *, empty: bool = False) -> Callable[[Any], str]:
    """One line of text."""
    return lambda value: _filled(texts.line(_typed(value, str), limit), empty)


def block(*, empty: bool = True) -> Callable[[Any], str]:
    """Text of any number of lines."""
    return lambda value: _filled(texts.block(_typed(value, str)), empty)


def identifier(value: Any) -> str:
    return texts.identifier(_typed(value, str))


def flag(value: Any) -> bool:
    return _typed(value, bool)


def whole(low: int, high: int) -> Callable[[Any], int]:
    """A whole number within bounds."""

    def rule(value: Any) -> int:
        number = _typed(value, int)
        if not low <= number <= high:
            raise Unusable(f"{number} is out of bounds", f"write a whole number from {low} to {high:,}")
        return number

    return rule


def number(low: Fraction | int = 0, high: Fraction | int = texts.MAX_NUMBER) -> Callable[[Any], Fraction]:
    """An exact decimal within bounds."""

    def rule(value: Any) -> Fraction:
        exact = texts.exact(Decimal(str(_typed(value, Decimal, int))))
        if not low <= exact <= high:
            raise Unusable(f"{value} is out of bounds", f"write a number from {_plain(low)} to {_plain(high)}")
        return exact

    return rule


def choice(*options: str) -> Callable[[Any], str]:
    def rule(value: Any) -> str:
        if _typed(value, str) not in options:
            raise Unusable(f"{quoted(value)} is not a choice here", did_you_mean(value, options))
        return str(value)

    return rule


def _filled(value: str, empty: bool) -> str:
    if not value and not empty:
        raise Unusable("is empty", "write a text, or delete the line to get the default if there is one")
    return value


def _typed(value: Any, *types: type[T]) -> T:
    if isinstance(value, types) and (bool in types or not isinstance(value, bool)):
        return value
    wanted = _WANTED[types[0]]
    raise Unusable(f"is {_kind(value)}, not {wanted[0]}", f"write {wanted[1]}")


_WANTED: dict[type, tuple[str, str]] = {
    str: ("text", 'it in quotes, such as "example"'),
    bool: ("true or false", "true or false, without quotes"),
    int: ("a whole number", "digits only, without quotes or a point, such as 5"),
    Decimal: ("a number", "a number without quotes, such as 2 or 0.5"),
    list: ("a list", 'it in brackets, such as ["one", "two"]'),
}


def _kind(value: object) -> str:
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, str):
        return "text"
    if isinstance(value, int):
        return "a whole number"
    if isinstance(value, Decimal):
        return "a number with decimals"
    if isinstance(value, list):
        return "a list"
    return "a table" if isinstance(value, dict) else "a date or time"


def _plain(value: Fraction | int) -> str:
    return f"{value:,}" if Fraction(value).denominator == 1 else str(float(value))
