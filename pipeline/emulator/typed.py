"""What a person types into a cell, and the value and number format that it becomes (`USER_ENTERED`, locale en_US).

Text in, value and format out; a date without its year is one of this year.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import Any

EPOCH = date(1899, 12, 30)
_SECONDS = 86_400


class Formula(str):
    """The text of a formula, with its `=`."""

    __slots__ = ()


Value = None | bool | int | float | str | Formula
NumberFormat = dict[str, str]


def serial(moment: date | datetime | time) -> float:
    """Days since 1899-12-30, as every spreadsheet counts."""
    days = 0 if isinstance(moment, time) else (date(moment.year, moment.month, moment.day) - EPOCH).days
    if isinstance(moment, time | datetime):
        seconds = moment.hour * 3600 + moment.minute * 60 + moment.second + moment.microsecond / 1e6
        return plain(days + seconds / _SECONDS)
    return days


def plain(number: float) -> int | float:
    """A whole number as int, so that 42.0 travels as 42."""
    return int(number) if float(number).is_integer() and abs(number) < 1e15 else number


_NUMBER = re.compile(
    r"(?P<open>\()?(?P<sign>[+-])?\s?(?P<currency>\$)?(?P<sign2>-)?"
    r"(?P<digits>\d{1,3}(?:,\d{3})+|\d+)?(?P<fraction>\.\d*)?(?P<exponent>[eE][+-]?\d{1,3})?"
    r"\s?(?P<percent>%)?(?P<close>\))?"
)
_MONTHS = {
    name[:length].lower(): number
    for number, name in enumerate(calendar.month_name)
    if name
    for length in (3, len(name))
}
_MONTH = r"(?P<name>[A-Za-z]{3,9})\.?"
# Each with the pattern that Google derives from how it was typed.
_DATES = [
    (re.compile(r"(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})"), "yyyy-mm-dd"),
    (re.compile(r"(?P<y>\d{4})/(?P<m>\d{1,2})/(?P<d>\d{1,2})"), "yyyy/mm/dd"),
    (re.compile(r"(?P<m>\d{1,2})/(?P<d>\d{1,2})/(?P<y>\d{4})"), "m/d/yyyy"),
    (re.compile(r"(?P<m>\d{1,2})-(?P<d>\d{1,2})-(?P<y>\d{4})"), "m-d-yyyy"),
    (re.compile(r"(?P<m>\d{1,2})/(?P<d>\d{1,2})/(?P<y>\d{2})"), "m/d/yy"),
    (re.compile(rf"{_MONTH} (?P<d>\d{{1,2}}),? (?P<y>\d{{4}})"), "mmm d, yyyy"),
    (re.compile(rf"(?P<d>\d{{1,2}}) {_MONTH} (?P<y>\d{{4}})"), "d mmm yyyy"),
    (re.compile(rf"(?P<d>\d{{1,2}})-{_MONTH}-(?P<y>\d{{4}})"), "d-mmm-yyyy"),
    (re.compile(rf"{_MONTH} (?P<y>\d{{4}})"), "mmm yyyy"),
    (re.compile(r"(?P<m>\d{1,2})/(?P<d>\d{1,2})"), "m/d"),
    (re.compile(r"(?P<m>\d{1,2})-(?P<d>\d{1,2})"), "m-d"),
    (re.compile(rf"{_MONTH} (?P<d>\d{{1,2}})"), "mmm d"),
    (re.compile(rf"(?P<d>\d{{1,2}}) {_MONTH}"), "d mmm"),
    (re.compile(rf"(?P<d>\d{{1,2}})-{_MONTH}"), "d-mmm"),
]
_TIME = re.compile(r"(?P<h>\d{1,2}):(?P<min>\d{2})(?::(?P<s>\d{2}(?:\.\d{1,6})?))?(?:\s?(?P<half>[AaPp])[Mm])?")


def _number(text: str) -> tuple[Value, NumberFormat | None] | None:
    match = _NUMBER.fullmatch(text)
    if not match or not (match["digits"] or (match["fraction"] and len(match["fraction"]) > 1)):
        return None
    if bool(match["open"]) != bool(match["close"]) or (match["exponent"] and match["currency"]):
        return None
    negatives = [match["sign"] == "-", match["sign2"] == "-", bool(match["open"])]
    if sum(negatives) > 1:
        return None
    number = float((match["digits"] or "0").replace(",", "") + (match["fraction"] or "") + (match["exponent"] or ""))
    if number in (float("inf"), float("-inf")):
        return None
    grouped = "," in (match["digits"] or "")
    decimals = len(match["fraction"] or ".") - 1
    number = -number if any(negatives) else number
    if match["percent"]:
        return plain(round(number / 100, 15)), {"type": "PERCENT", "pattern": "0.00%" if decimals else "0%"}
    if match["currency"]:
        return plain(number), {"type": "CURRENCY", "pattern": '"$"#,##0.00' if decimals else '"$"#,##0'}
    if match["exponent"]:
        return plain(number), {"type": "SCIENTIFIC", "pattern": "0.00E+00"}
    if grouped:
        return plain(number), {"type": "NUMBER", "pattern": "#,##0.00" if decimals else "#,##0"}
    return plain(number), None


def _date(text: str) -> tuple[date, str] | None:
    for pattern, shown in _DATES:
        if match := pattern.fullmatch(text):
            parts = match.groupdict()
            month = _MONTHS.get((parts.get("name") or "").lower()) or int(parts.get("m") or 0)
            year = int(parts.get("y") or datetime.now(UTC).year)
            if year < 100:
                year += 2000 if year < 50 else 1900
            try:
                long = len(parts.get("name") or "") > 3
                return date(year, month, int(parts.get("d") or 1)), shown.replace("mmm", "mmmm") if long else shown
            except ValueError:
                return None
    return None


def _clock(text: str) -> tuple[float, str] | None:
    match = _TIME.fullmatch(text)
    if not match:
        return None
    hours, minutes, seconds = int(match["h"]), int(match["min"]), float(match["s"] or 0)
    if minutes > 59 or seconds >= 60 or (match["half"] and not 1 <= hours <= 12):
        return None
    if match["half"]:
        hours = hours % 12 + (12 if match["half"] in "Pp" else 0)
    pattern = "h:mm" + (":ss" if match["s"] else "") + (" am/pm" if match["half"] else "")
    pattern = "[h]:mm:ss" if hours > 23 else pattern
    return (hours * 3600 + minutes * 60 + seconds) / _SECONDS, pattern


def _moment(text: str) -> tuple[Value, NumberFormat | None] | None:
    if day := _date(text):
        return serial(day[0]), {"type": "DATE", "pattern": day[1]}
    if clock := _clock(text):
        return plain(clock[0]), {"type": "TIME", "pattern": clock[1]}
    day_text, space, clock_text = text.partition(" ") if text[:4].isdigit() or "/" in text else text.rpartition(" ")
    if space and (day := _date(day_text)) and (clock := _clock(clock_text)) and clock[0] < 1:
        return plain(serial(day[0]) + clock[0]), {"type": "DATE_TIME", "pattern": f"{day[1]} {clock[1]}"}
    return None


_READERS: tuple[Callable[[str], tuple[Value, NumberFormat | None] | None], ...] = (_number, _moment)


def entered(text: str) -> tuple[Value, NumberFormat | None]:
    """The value that typing `text` leaves in a cell, and the number format that it brings along, if any."""
    if text.startswith("'"):
        return text[1:] or None, None
    if len(text) > 1 and text.startswith("="):
        return Formula(text), None
    trimmed = text.strip()
    if trimmed.upper() in ("TRUE", "FALSE"):
        return trimmed.upper() == "TRUE", None
    for reader in _READERS if trimmed.isascii() else ():  # digits of other scripts are text
        if (found := reader(trimmed)) is not None:
            return found
    if len(trimmed) > 1 and trimmed[0] == "+":  # typed, `+A1` begins a formula as `=A1` does
        return Formula("=" + trimmed), None
    return text or None, None


def from_json(value: Any, *, parse: bool) -> tuple[Value, NumberFormat | None]:
    """One member of a ValueRange's `values`, `None` meaning cleared; the caller has dealt with null."""
    if isinstance(value, str):
        return entered(value) if parse else (value or None, None)
    return (value if isinstance(value, bool) else plain(value)), None
