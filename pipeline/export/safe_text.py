"""Typed text made fit for a file: every character one that XML and screens take, and no cell a formula."""

from __future__ import annotations

import re
import unicodedata

_UNFIT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_TRIGGERS = frozenset("=+-@\t\r\n＝＋－＠")
_CELL_OF_ITS_OWN = re.compile(r"(?<=;)(?=\s*[=+\-@＝＋－＠])")


def clean(text: str) -> str:
    """The text with line ends as newlines, and control characters as the symbols that stand for them (NUL as ␀)."""
    return _UNFIT.sub(lambda found: _symbol(found[0]), text.replace("\r\n", "\n").replace("\r", "\n"))


def _symbol(char: str) -> str:
    if char < "\x20":
        return chr(0x2400 + ord(char))
    return "\u2421" if char == "\x7f" else "\ufffd"


def cut(text: str, most: int, why: str) -> str:
    """The text in at most so many UTF-16 units; what is cut says `why`."""
    if len(text) * 2 <= most:
        return text
    units = text.encode("utf-16-le")
    if len(units) <= 2 * most:
        return text
    return units[: 2 * (most - len(why))].decode("utf-16-le", "ignore") + why


def formula_safe(text: str) -> str:
    """The text for a cell of a CSV file, where spreadsheets take some openings for a formula.

    An apostrophe is put before text that starts with `=`, `+`, `-`, `@` (plain or full-width), tab, CR or LF, also behind
    blanks and invisible characters. The same behind a semicolon: where that is the separator of lists, Excel opens a
    file with commas by splitting at semicolons, in quotes or not. Nothing else is changed.
    """
    text = _CELL_OF_ITS_OWN.sub("'", text)
    if text[:1] in _TRIGGERS:
        return "'" + text
    for char in text:
        if char in _TRIGGERS:
            return "'" + text
        if not (char.isspace() or unicodedata.category(char) in ("Cc", "Cf")):
            return text
    return text
