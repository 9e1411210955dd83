"""What a text or number of the user's may look like, and the limits that Google or a reader sets.

Both files that people write, the question bank and the configuration, are held to these rules before anything is sent.
A rule raises `Unusable(what, todo)`; the caller, who knows the place, makes a `Fault` of it. Touches no file.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

CELL_LIMIT = 50_000
"""Google Sheets refuses a longer cell, and with it the whole write. Every text of ours ends up in a cell."""

TITLE_LIMIT = 1_000
"""A question or a title. Google documents no limit; nobody reads out more than this."""

OPTION_LIMIT = 1_000
"""One option of a question: level, its name and its anchor. Google documents no limit; a phone shows ten lines."""

DESCRIPTION_LIMIT = 4_000
"""What stands under a title. Google documents no limit; more than a screenful is not read during an interview."""

ID = re.compile(r"[a-z0-9-]{1,40}")
ID_RULE = "use 1 to 40 of the characters a-z, 0-9 and -"

MAX_NUMBER = 1_000_000
MAX_DECIMALS = 9

_LINE_BREAKS = "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"  # everything that str.splitlines, or Google, breaks a line at
_PLAIN_NUMBER = re.compile(r"[0-9]+(\.[0-9]*)?|\.[0-9]+")
_DECIMAL_COMMA = re.compile(r"[0-9]+,[0-9]+")


class Unusable(ValueError):
    """A value that breaks a rule: what is wrong with it, and what to do."""

    def __init__(self, what: str, todo: str) -> None:
        super().__init__(what)
        self.what = what
        self.todo = todo


def quoted(text: str) -> str:
    """The user's text as it can stand in a message: in quotes, short, and with no character that moves the cursor."""
    visible = "".join(
        c if c.isprintable() else {"\n": "\\n", "\r": "\\r", "\t": "\\t"}.get(c, f"\\u{ord(c):04x}") for c in text
    )
    return f'"{visible}"' if len(visible) <= 60 else f'"{visible[:57]}..."'


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """What to do about an unknown name: the nearest known one if there is one, else the list."""
    names = list(dict.fromkeys(known))
    if near := nearest(name, names):
        return f'did you mean "{near}"?'
    return f"use one of: {', '.join(names)}" if names else "remove it"


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name that a slip of the keyboard away gives this one, "" if there is none."""
    names = {entry.lower(): entry for entry in known}
    near = difflib.get_close_matches(name.strip().lower(), names, n=1, cutoff=0.6)
    return names[near[0]] if near else ""


def length(text: str) -> int:
    """Characters as Google counts them: UTF-16 units, so that an emoji is two."""
    return len(text) + sum(ord(c) > 0xFFFF for c in text)


def block(text: str, limit: int = DESCRIPTION_LIMIT) -> str:
    """Text that may run over several lines, stripped, with one kind of line break."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    for character in text:
        if character not in "\n\t" and unicodedata.category(character) in ("Cc", "Zl", "Zp", "Cs"):
            raise Unusable(f"holds the invisible character U+{ord(character):04X}", "delete it, or type the line anew")
    _at_most(text, limit)
    return text


def line(text: str, limit: int = TITLE_LIMIT) -> str:
    """Text that becomes a title or an option: one line, stripped. Google refuses line breaks there."""
    text = text.strip(" \t\n\r")
    broken = next((c for c in text if c in _LINE_BREAKS), None)
    if broken is not None:
        name = "a line break" if broken in "\r\n" else f"a line break (U+{ord(broken):04X})"
        raise Unusable(f"holds {name}, which Google Forms refuses here", "write it on one line")
    return block(text, limit)


def lines(text: str, limit: int = DESCRIPTION_LIMIT) -> tuple[str, ...]:
    """A list with one entry a line. Empty lines and the bullets that people paste are dropped."""
    entries = (re.sub(r"^[-*•]\s+", "", entry.strip()) for entry in block(text, limit).split("\n"))
    return tuple(entry for entry in entries if entry)


def identifier(text: str) -> str:
    """An id as the contract wants it."""
    text = text.strip()
    if not ID.fullmatch(text):
        suggestion = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:40]
        better = f', such as "{suggestion}"' if suggestion else ""
        raise Unusable(f"{quoted(text)} cannot be an id", ID_RULE + better)
    return text


def number(text: str) -> Fraction:
    """The exact value of a plain decimal: "0.1" is one tenth. No sign, exponent, percent or thousands mark."""
    text = text.strip()
    if _DECIMAL_COMMA.fullmatch(text):
        raise Unusable(f"{quoted(text)} is not a number", f"use a decimal point: {text.replace(',', '.')}")
    if not _PLAIN_NUMBER.fullmatch(text):
        raise Unusable(f"{quoted(text)} is not a positive number", "write plain digits, such as 2 or 0.5")
    return exact(Decimal(text))


def exact(value: Decimal) -> Fraction:
    """A decimal as a fraction, if it is one that people could mean: finite, not negative, of ordinary size."""
    if not value.is_finite():
        raise Unusable(f"{str(value).lower()} is not a finite number", "write plain digits, such as 2 or 0.5")
    if value < 0:
        raise Unusable(f"{value} is negative", "write a number of 0 or more")
    if value > MAX_NUMBER:
        raise Unusable("the number is too large", f"stay at or below {MAX_NUMBER:,}")
    if int(value.as_tuple().exponent) < -MAX_DECIMALS:
        raise Unusable("the number has too many decimals", f"round it to {MAX_DECIMALS} decimals")
    return Fraction(value)


def whole(text: str, *, high: int) -> int:
    """A whole number from 0 to `high`."""
    text = text.strip()
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise Unusable(f"{quoted(text)} is not a whole number", "write digits only, such as 5")
    if int(text) > high:
        raise Unusable(f"{text} is too large", f"write a whole number from 0 to {high}")
    return int(text)


def _at_most(text: str, limit: int) -> None:
    if (count := length(text)) > limit:
        limit_name = "a spreadsheet cell holds" if limit == CELL_LIMIT else "the limit is"
        raise Unusable(f"has {count:,} characters; {limit_name} {limit:,}", f"shorten it by {count - limit:,}")
