"""How a value shows: Google's automatic format and its number format patterns, locale en_US.

Pure. Not claimed: fractions (`# ?/?`), conditions other than sign, colours (they are skipped) and other locales.
"""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import NamedTuple

from .typed import EPOCH, NumberFormat, Value

DEFAULT_PATTERNS = {
    "NUMBER": "#,##0.00",
    "PERCENT": "0.00%",
    "CURRENCY": '"$"#,##0.00',
    "DATE": "m/d/yyyy",
    "TIME": "h:mm:ss am/pm",
    "DATE_TIME": "m/d/yyyy h:mm:ss",
    "SCIENTIFIC": "0.00E+00",
    "TEXT": "@",
}
MOMENTS = ("DATE", "TIME", "DATE_TIME")
_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"?|\\(?P<escaped>.)|_.|\*.|\[(?P<elapsed>[hms]+)\+?\]'
    r"|\[\$(?P<currency>[^\]-]*)[^\]]*\]|\[(?P<skip>[^\]]*)\]"
    r"|(?P<half>am/pm|a/p)|(?P<exponent>e[+-]0+)|(?P<moment>y+|m+|d+|h+|s+(?:\.0+)?)"
    r"|(?P<general>general)|(?P<digits>[0#?][0#?,]*(?:\.[0#?]*)?|\.[0#?]+)|(?P<other>.)",
    re.IGNORECASE | re.DOTALL,
)


class Token(NamedTuple):
    kind: str
    text: str


def show(value: Value, number_format: NumberFormat | None = None) -> str:
    """The text of a value that is not an error; empty for an empty cell."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    pattern = (number_format or {}).get("pattern") or DEFAULT_PATTERNS.get((number_format or {}).get("type", ""), "")
    if isinstance(value, str):
        sections = _sections(pattern)
        if len(sections) == 4:
            return "".join(str(value) if t.text == "@" else t.text for t in sections[3] if t.kind != "skip")
        return str(value)
    return by_pattern(value, pattern) if pattern and pattern != "@" else automatic(value)


def automatic(number: float) -> str:
    """A number without a format: ten significant digits, exponents only where the digits do not fit."""
    if number == int(number) and abs(number) < 1e15:
        return str(int(number))
    if not 1e-5 <= abs(number) < 1e15:
        mantissa, exponent = f"{number:.5E}".split("E")
        return f"{mantissa.rstrip('0').rstrip('.')}E{exponent[0]}{exponent[1:].zfill(2)}"
    digits = Decimal(f"{number:.9E}")
    shown = f"{digits if abs(number) < 1e10 else Decimal(repr(number)).quantize(Decimal(1), ROUND_HALF_UP):f}"
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


@lru_cache(maxsize=512)
def _sections(pattern: str) -> tuple[tuple[Token, ...], ...]:
    sections: list[list[Token]] = [[]]
    for match in _TOKEN.finditer(pattern):
        kind, text = match.lastgroup or "skip", match[0]
        if kind in ("quoted", "escaped", "currency"):
            sections[-1].append(Token("other", match[kind]))
        elif text == ";":
            sections.append([])
        elif kind == "elapsed":
            sections[-1].append(Token(kind, match[kind].lower()))
        elif text[0] == "_":
            sections[-1].append(Token("other", " "))
        elif kind != "skip" and text[0] != "*":
            sections[-1].append(Token(kind, text))
    return tuple(map(tuple, sections))


def by_pattern(number: float, pattern: str) -> str:
    """A number under a pattern, whose sections are positive; negative; zero; text."""
    sections = _sections(pattern)
    tokens, sign = sections[0], "-" if number < 0 else ""
    if len(sections) > 1 and number < 0:
        tokens, sign = sections[1], ""
    elif len(sections) > 2 and number == 0:
        tokens = sections[2]
    if any(token.kind in ("moment", "elapsed", "half") for token in tokens):
        return _moment(float(number), tokens)
    if any(token.kind == "general" for token in tokens):
        return sign + "".join(automatic(abs(number)) if t.kind == "general" else t.text for t in tokens)
    shown = _number(abs(number), tokens)
    return shown if sign and not re.search("[1-9]", shown) else sign + shown


def _number(number: float, tokens: tuple[Token, ...]) -> str:
    amount = Decimal(repr(float(number)))
    places = [token for token in tokens if token.kind == "digits"]
    amount *= Decimal(100) ** sum(token.text == "%" for token in tokens if token.kind == "other")
    digits = places[0].text if places else ""
    whole, _, fraction = digits.partition(".")
    scaled = whole.rstrip(",")
    amount /= Decimal(1000) ** (len(whole) - len(scaled))
    exponent = 0
    if any(token.kind == "exponent" for token in tokens) and amount:
        exponent = amount.adjusted() - max(scaled.count("0") - 1, 0)
        amount = amount.scaleb(-exponent)
    rounded = amount.quantize(Decimal(1).scaleb(-len(fraction)), ROUND_HALF_UP)
    int_text, _, fraction_text = f"{rounded:f}".partition(".")
    int_text = int_text.lstrip("0").rjust(scaled.count("0"), "0")
    if "," in scaled:
        int_text = re.sub(r"(?<=\d)(?=(\d{3})+$)", ",", int_text)
    optional = len(fraction) - len(fraction.rstrip("#?"))
    while optional and fraction_text.endswith("0"):
        fraction_text, optional = fraction_text[:-1], optional - 1
    shown = int_text + ("." + fraction_text if fraction_text or digits.endswith(".") else "")
    out = []
    for token in tokens:
        if token.kind == "digits":
            out.append(shown if token is places[0] else "")
        elif token.kind == "exponent":
            width = len(token.text) - 2
            mark = "-" if exponent < 0 else "+" if token.text[1] == "+" else ""
            out.append(f"E{mark}{abs(exponent):0{width}d}")
        else:
            out.append(token.text)
    return "".join(out)


def _moment(number: float, tokens: tuple[Token, ...]) -> str:
    finest = max((len(t.text.partition(".")[2]) for t in tokens if t.kind == "moment"), default=0)
    seconds = round(number * 86_400, finest)
    try:
        when = datetime.combine(EPOCH, time()) + timedelta(seconds=seconds)
    except OverflowError:
        return automatic(number)
    halved = any(token.kind == "half" for token in tokens)
    out = []
    for index, token in enumerate(tokens):
        if token.kind == "elapsed":
            unit = {"h": 3600, "m": 60, "s": 1}[token.text[0]]
            out.append(str(int(seconds // unit)).zfill(len(token.text)))
        elif token.kind == "half":
            out.append(("AM" if when.hour < 12 else "PM")[: 1 if len(token.text) == 3 else 2])
        elif token.kind == "moment":
            out.append(_part(when, token.text.lower(), halved, _is_minute(tokens, index)))
        else:
            out.append(token.text)
    return "".join(out)


def _is_minute(tokens: tuple[Token, ...], index: int) -> bool:
    """Whether an `m` says minutes: right after hours or right before seconds."""
    if len(tokens[index].text) > 2:
        return False
    timed = [i for i, token in enumerate(tokens) if token.kind in ("moment", "elapsed")]
    place = timed.index(index)
    before = tokens[timed[place - 1]].text.lower() if place else ""
    after = tokens[timed[place + 1]].text.lower() if place + 1 < len(timed) else ""
    return before.startswith("h") or after.startswith("s")


def _part(when: datetime, part: str, halved: bool, minute: bool) -> str:
    letter, width = part[0], len(part)
    if letter == "y":
        return f"{when.year:04d}" if width > 2 else f"{when.year % 100:02d}"
    if letter == "d":
        return f"{when:%A}" if width > 3 else f"{when:%a}" if width == 3 else str(when.day).zfill(width)
    if letter == "h":
        return str((when.hour - 1) % 12 + 1 if halved else when.hour).zfill(width)
    if letter == "s":
        whole, _, fraction = part.partition(".")
        tail = "." + f"{when.microsecond:06d}"[: len(fraction)] if fraction else ""
        return str(when.second).zfill(len(whole)) + tail
    if minute:
        return str(when.minute).zfill(width)
    names = {3: f"{when:%b}", 4: f"{when:%B}", 5: f"{when:%B}"[0]}
    return names.get(width) or str(when.month).zfill(width)
