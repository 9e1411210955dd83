"""Text on its way to a screen: nothing that people typed may move the cursor, colour, retitle or turn round what is read.

Control characters and those that reverse the direction of text are spelt out. Line ends and tabs stay.
"""

from __future__ import annotations

import re

_ACTIVE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


def plain(text: str) -> str:
    """For people: `\\x1b` instead of what a terminal would obey."""
    return _ACTIVE.sub(lambda found: _spelt(found[0], r"\x{:02x}"), text)


def plain_json(text: str) -> str:
    """For programs: the same document, with JSON's own escapes for what it leaves as it is above U+007E."""
    return _ACTIVE.sub(lambda found: _spelt(found[0], r"\u{:04x}"), text)


def _spelt(char: str, short: str) -> str:
    code = ord(char)
    return short.format(code) if code < 0x100 else f"\\u{code:04x}"
