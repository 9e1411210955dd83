"""Cells as Google's JSON: what goes into one, and what is read out of one.

Text that a person typed only ever becomes a `stringValue`. Formulas are put together from our own words, numbers and
quoted references; no other text may reach `formula`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

Json = dict[str, Any]

MAX_TEXT = 50_000  # characters; Google refuses the whole batch beyond it
MISSING = "–"  # stands where there is no number: text, so that no formula takes it for one
_CUT = "… (cut here; the whole text is in the form's responses)"


def text(value: str, note: str = "") -> Json:
    """A text that stays text, whatever it starts with; "" empties the cell."""
    entered = {"stringValue": fitting(value)} if value else {}
    return {"userEnteredValue": entered} | ({"note": fitting(note)} if note else {})


def fitting(value: str) -> str:
    """The text, cut to what a cell can hold, counted as Google counts (UTF-16)."""
    if len(value) * 2 <= MAX_TEXT:
        return value
    units = value.encode("utf-16-le", "surrogatepass")
    if len(units) <= 2 * MAX_TEXT:
        return value
    return units[: 2 * (MAX_TEXT - len(_CUT))].decode("utf-16-le", "ignore") + _CUT


def number(value: int | float | Fraction | None) -> Json:
    """A number, or a dash where there is none."""
    if value is None:
        return text(MISSING)
    return {"userEnteredValue": {"numberValue": float(value) if isinstance(value, Fraction) else value}}


def formula(expression: str) -> Json:
    return {"userEnteredValue": {"formulaValue": expression}}


EMPTY: Json = {"userEnteredValue": {}}


def quoted(title: str) -> str:
    """A worksheet's title as a formula names it, with quotes where it needs them."""
    if re.fullmatch(r"[A-Za-z_][A-Za-z_]*", title) and not re.fullmatch(r"(?i)R|C|RC|TRUE|FALSE", title):
        return title
    return "'" + title.replace("'", "''") + "'"


def words(value: str) -> str:
    """One of our own texts as a literal inside a formula."""
    return '"' + value.replace('"', '""') + '"'


def letters(column: int) -> str:
    """0 -> A, 26 -> AA."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def entered(cell: Mapping[str, Any]) -> str | float | bool | None:
    """What was entered: text, number, truth, the text of a formula, or None for an empty cell."""
    return _value(cell.get("userEnteredValue", {}))


def sought(value: str | float | bool | None) -> str:
    """A value as a search for whole cells has to name it."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def shown(cell: Mapping[str, Any]) -> str | float | bool | None:
    """What the cell comes to: of a formula its result, "" for an error."""
    return _value(cell.get("effectiveValue", {}))


def is_formula(cell: Mapping[str, Any]) -> bool:
    return "formulaValue" in cell.get("userEnteredValue", {})


@dataclass(frozen=True)
class Columns:
    """How formulas name whole columns, by key, of a worksheet that people sort, widen and add rows to.

    Naming all rows (`rows` 0), they stay right whatever happens there; a column that is gone is `#REF!`, as a
    spreadsheet writes it. A file that nobody adds rows to names as many as there are.
    """

    title: str
    places: Mapping[str, int]
    rows: int = 0

    def column(self, key: str) -> str:
        if key not in self.places:
            return "#REF!"
        letter = letters(self.places[key])
        ends = f"${letter}$1:${letter}${self.rows}" if self.rows else f"${letter}:${letter}"
        return f"{quoted(self.title)}!{ends}"


def _value(value: Mapping[str, Any]) -> str | float | bool | None:
    for kind in ("numberValue", "stringValue", "boolValue", "formulaValue"):
        if kind in value:
            held: str | float | bool = value[kind]
            return held
    return "" if "errorValue" in value else None


def same(cell: Mapping[str, Any], held: Mapping[str, Any]) -> bool:
    """True when writing `cell` over `held` would change nothing that people see."""
    wanted, have = cell.get("userEnteredValue", {}), held.get("userEnteredValue", {})
    if "formulaValue" in wanted and "formulaValue" in have:
        alike = plain(wanted["formulaValue"]) == plain(have["formulaValue"])
    else:
        alike = entered(cell) == entered(held) and set(wanted) == set(have)
    return alike and cell.get("note", "") == held.get("note", "")


def plain(expression: str) -> str:
    """A formula without what a spreadsheet may rewrite by itself: spaces, and quotes round titles without need."""
    return re.sub(r"'([A-Za-z_][A-Za-z_]*)'!", r"\1!", re.sub(r"\s+", "", expression))
