"""Numbers and names as people read them: rounding half up, bands instead of probabilities, names made harmless.

Arithmetic is done elsewhere; nothing here changes a value, only its text.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import lru_cache

MOST_DECIMALS = 6  # scores that still print alike here are told apart by their rank


@lru_cache(maxsize=1 << 14)
def half_up(value: Fraction | float, decimals: int = 2) -> str:
    """The value with so many decimals, halves away from zero: 2.675 is 2.68, as a spreadsheet prints it."""
    exact = value if isinstance(value, Fraction) else Fraction(repr(float(value)))
    scaled = math.floor(abs(exact) * 10**decimals + Fraction(1, 2))
    sign = "-" if exact < 0 and scaled else ""
    whole, part = divmod(scaled, 10**decimals)
    return f"{sign}{whole}.{part:0{decimals}d}" if decimals else f"{sign}{whole}"


def signed(value: float, decimals: int = 2) -> str:
    """The value with its sign, and no sign on a zero: +0.35, -0.20, 0.00."""
    text = half_up(value, decimals)
    return text if text.startswith("-") or not float(text) else f"+{text}"


def score_texts(scores: Sequence[Fraction | None]) -> list[str]:
    """Each score with 2 decimals, and with more where two that differ would print alike (ranking.md 7, rule 6)."""
    decimals = dict.fromkeys((score for score in scores if score is not None), 2)
    crowded = list(decimals)
    for places in range(2, MOST_DECIMALS):
        alike: dict[str, list[Fraction]] = {}
        for score in crowded:
            alike.setdefault(half_up(score, places), []).append(score)
        crowded = [score for group in alike.values() if len(group) > 1 for score in group]
        for score in crowded:
            decimals[score] = places + 1
        if not crowded:
            break
    return ["" if score is None else half_up(score, decimals[score]) for score in scores]


def minute(moment: str) -> str:
    """A time as people read it: 2026-03-31 14:30 UTC. What is not RFC 3339 in UTC stays as it is."""
    found = re.fullmatch(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d):\d\d(\.\d+)?Z", moment)
    return f"{found[1]} {found[2]} UTC" if found else moment


def share(value: Fraction | float) -> str:
    """A share of 1 in whole percent, never rounded up to 100 nor down to 0."""
    percent = int(half_up(100 * value, 0))
    if percent == 100 and value < 1:
        percent = 99
    if percent == 0 and value > 0:
        percent = 1
    return f"{percent} %"


def chance(probability: float) -> str:
    """A probability in words that promise no more than 4,000 draws and a handful of scorecards can hold."""
    if probability < 0.02:
        return "next to none"
    if probability < 0.15:
        return "slim"
    if probability < 0.40:
        return "possible"
    if probability < 0.60:
        return "about even"
    if probability < 0.75:
        return "leaning yes"
    if probability <= 0.90:
        return "likely"
    return "very likely"


def comparison(probability: float) -> str:
    """How clearly one candidate is ahead of another, P(better) >= 1/2 (ranking.md 3.4)."""
    if probability < 0.60:
        return "toss-up"
    if probability < 0.75:
        return "leaning"
    if probability <= 0.90:
        return "likely"
    return "clear"


def listing(names: Iterable[str], most: int = 6) -> str:
    """Ana, Ben and Cyd; beyond `most` the rest is counted."""
    shown = list(names)
    if len(shown) > most:
        shown = [*shown[: most - 1], f"{len(shown) - most + 1} more"]
    return shown[0] if len(shown) == 1 else " and ".join([", ".join(shown[:-1]), shown[-1]]) if shown else ""


def count(number: int, noun: str) -> str:
    """1 scorecard, 2 scorecards."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def ordinal(number: int) -> str:
    """1st, 2nd, 3rd, 4th, 11th."""
    ending = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def printable(text: str) -> str:
    """The text on one line, with what could move a terminal's cursor or turn its letters round spelt out."""
    if text.isprintable():
        return text
    return "".join(_spelt(char) for char in text)


def _spelt(char: str) -> str:
    if char.isprintable() or char in "\u200c\u200d":  # the two joiners belong to the spelling of names
        return char
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def columns_of(text: str) -> int:
    """How many terminal columns the text takes: two for East Asian wide letters, none for combining marks."""
    if text.isascii():
        return len(text)
    return sum(
        0
        if unicodedata.combining(char) or char in "\u200c\u200d\ufe0f"
        else 2
        if unicodedata.east_asian_width(char) in "WF"
        else 1
        for char in text
    )


def fitted(text: str, columns: int) -> str:
    """The text cut to so many terminal columns, with an ellipsis where something is missing."""
    if columns_of(text) <= columns:
        return text
    kept = ""
    for char in text:
        if columns_of(kept + char) > columns - 1:
            break
        kept += char
    return kept + "…"


def padded(text: str, columns: int, *, right: bool = False) -> str:
    """The text filled up with blanks to so many terminal columns, on its left when `right`."""
    blanks = " " * (columns - columns_of(text))
    return blanks + text if right else text + blanks
