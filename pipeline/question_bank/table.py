"""A CSV file as people's programs write it -> rows by column name, every fault with its place.

Owns encodings, separators, quotes and the shape of the rows; knows nothing of what the columns mean. UTF-8 with or
without BOM; comma, semicolon or tab; any line ends. A row is counted as a spreadsheet shows it, the header being row 1;
where cells hold line breaks, the line of the file where it starts, which an editor shows, is said as well.
"""

from __future__ import annotations

import csv
import io
import re
import stat
from bisect import bisect_right
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from pipeline.errors import Fault
from pipeline.question_bank.texts import CELL_LIMIT, nearest, quoted

SAVE_AS = (
    "save it again as UTF-8 (Excel: Save As, CSV UTF-8; LibreOffice: Save As, Edit filter settings, Unicode (UTF-8); "
    "Google Sheets: File, Download, CSV)"
)
CHECK_NAME = "check the name"
UNEVEN_SHOWN = 5  # rows of a wrong width that are named one by one; a broken quote makes hundreds
_SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab"}


@dataclass(frozen=True)
class Row:
    """One record: its `number` in a spreadsheet (header 1), the `line` where it starts, its cells unstripped."""

    number: int
    line: int
    cells: Mapping[str, str]

    @property
    def note(self) -> str:
        """The file's line, for messages, where it is not the spreadsheet's row."""
        return _note(self.number, self.line)


def _note(number: int, line: int) -> str:
    return "" if line == number else f" (line {line} of the file)"


@dataclass(frozen=True)
class Table:
    """`complete` is False when some rows could not be read, so that absence proves nothing."""

    file: str
    columns: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    faults: tuple[Fault, ...] = ()
    complete: bool = True


@dataclass
class _Reading:
    file: str
    faults: list[Fault] = field(default_factory=list)
    complete: bool = True

    def fault(self, row: int, column: str, what: str, todo: str) -> None:
        self.faults.append(Fault(self.file, row, column, what, todo))


def never_ends(path: Path) -> bool:
    """Whether reading would wait for ever, or go on for ever: a named pipe, a device. A shell's `<(...)` is none."""
    try:
        kind = path.stat().st_mode
    except (OSError, ValueError):
        return False  # reading says why
    if stat.S_ISFIFO(kind):
        return path.parent not in {Path("/dev"), Path("/dev/fd"), Path("/proc/self/fd")}
    return stat.S_ISCHR(kind) and path not in {Path("/dev/stdin"), Path("/dev/null")}


def read_text(path: Path, shown: str, *, absent: str = CHECK_NAME, save_as: str = SAVE_AS) -> tuple[str, list[Fault]]:
    """The text of a file, with what is wrong with its encoding, by line. Untrustworthy text is "" or a guess."""
    if never_ends(path):
        return "", [Fault(shown, 0, "", "this is a pipe or a device, not a file", "name a file that is on the disk")]
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return "", [Fault(shown, 0, "", "there is no such file", absent)]
    except IsADirectoryError:
        return "", [Fault(shown, 0, "", "this is a directory, not a file", "name the file itself")]
    except PermissionError:
        return "", [Fault(shown, 0, "", "you may not read this file", "ask its owner for read permission")]
    except OSError as error:
        reason = error.strerror or "unknown reason"
        return "", [Fault(shown, 0, "", f"the file cannot be read ({reason})", "check the disk, or copy the file anew")]
    if raw.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return "", [Fault(shown, 0, "", "this is a workbook, not a text file", "open it and save it as CSV UTF-8")]
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")) or raw[:200].count(0) > 40:
        return "", [Fault(shown, 0, "", "the file is encoded as UTF-16", save_as)]
    faults: list[Fault] = []
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text, faults = _as_windows_1252(raw, shown, save_as)
    if (at := text.find("\0")) >= 0:
        row = _line_of(text, at)
        faults.append(Fault(shown, row, "", "holds a NUL byte, so the file is damaged or not text", save_as))
        text = text.replace("\0", "")
    return text, faults


def _as_windows_1252(raw: bytes, shown: str, save_as: str) -> tuple[str, list[Fault]]:
    """Decode by guess, so that the other faults can be told too, and say where the first wrong byte stands."""
    bad = []
    for number, chunk in enumerate(raw.splitlines(), 1):
        try:
            chunk.decode("utf-8")
        except UnicodeDecodeError as error:
            bad.append((number, chunk, error.start))
    row, chunk, at = bad[0]
    before, after = (part.decode("cp1252", "replace") for part in (chunk[:at], chunk[at:]))
    guess = re.split(r'[\s,;"]', before)[-1] + re.split(r'[\s,;"]', after)[0]
    more = f", the first of {len(bad)} such lines" if len(bad) > 1 else ""
    what = f"is not UTF-8: byte 0x{chunk[at]:02X}, which would read {quoted(guess)} in Windows-1252{more}"
    return raw.decode("cp1252", "replace"), [Fault(shown, row, "", what, save_as)]


def _line_of(text: str, at: int) -> int:
    return len(re.findall(r"\r\n|\r|\n", text[:at])) + 1


def read(
    path: Path,
    *,
    columns: Collection[str],
    required: Collection[str],
    also: Collection[str] = (),
    shown: str = "",
    absent: str = CHECK_NAME,
) -> Table:
    """The rows of a CSV file by column name, and all that is wrong with its shape.

    Args:
        columns: the names of a whole header.
        required: those it must hold.
        also: further names that it may hold.
        shown: the file's name in messages; default the path as given.
        absent: what to do if there is no such file.
    """
    reading = _Reading(shown or str(path))
    text, faults = read_text(path, reading.file, absent=absent)
    if not text.strip():
        if not faults:
            reading.fault(0, "", "the file is empty", f"start it with the header {','.join(columns)}")
        return Table(reading.file, faults=(*faults, *reading.faults), complete=False)
    known = (*columns, *also)
    separator = _separator(text, known)
    starts: list[int] = []
    records = _records(text, separator, starts, reading)
    names = _header(next(records, []), columns, known, required, reading)
    rows: list[Row] = []
    uneven: list[Row] = []
    for number, cells in enumerate(records, 2):
        while len(cells) > len(names) and not cells[-1].strip():
            cells.pop()
        if not any(cell.strip() for cell in cells):
            continue
        row = Row(number, starts[-1], dict(zip(names, cells, strict=False)))
        if len(cells) != len(names):
            reading.complete = False
            uneven.append(row)
            if len(uneven) <= UNEVEN_SHOWN:
                _wrong_width(row, len(cells), len(names), separator, reading)
            continue
        rows.append(row)
    if len(uneven) > UNEVEN_SHOWN:
        more = len(uneven) - UNEVEN_SHOWN
        what = f"{more} more row{'s have' if more > 1 else ' has'} too few or too many cells"
        todo = "correct the faults above first: one missing quote can break every row below it"
        reading.fault(uneven[UNEVEN_SHOWN].number, "", what, todo)
    if not rows and reading.complete:
        reading.fault(0, "", "the file has a header but no rows", "add at least one row below it")
        reading.complete = False
    reading.faults += (_by_row(fault, starts) for fault in faults)
    found = tuple(name for name in names if name in known)
    complete = reading.complete and set(required) <= set(found)
    return Table(reading.file, found, tuple(rows), tuple(reading.faults), complete)


def _separator(text: str, columns: Collection[str]) -> str:
    """The separator under which the header holds most names that we know; a comma when in doubt."""
    first = text.splitlines()[0]
    plain = {_plain(column) for column in columns}

    def known(separator: str) -> int:
        return sum(_plain(name.strip().strip('"')) in plain for name in first.split(separator))

    return max(_SEPARATORS, key=known)


def _plain(name: str) -> str:
    """A column's name as people vary it: `Scheduled at` for `scheduled_at`."""
    return name.strip().casefold().replace(" ", "_")


def _by_row(fault: Fault, starts: list[int]) -> Fault:
    """A fault that was found at a line, at the row which that line belongs to."""
    row = bisect_right(starts, fault.row)
    return replace(fault, row=row, what=fault.what + _note(row, fault.row))


def _records(text: str, separator: str, starts: list[int], reading: _Reading) -> Iterator[list[str]]:
    """Each record, after the line where it starts went to `starts`. A wrong quote is told once; the rest is read all the same."""
    lenient = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    strict = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    sound = True
    while True:
        line = lenient.line_num + 1
        starts.append(line)
        row = len(starts)
        try:
            if sound:
                next(strict, None)
        except csv.Error as error:
            sound = False
            if "unexpected end" in str(error):
                reading.complete = False
                what = f"a quote is opened in this row and never closed{_note(row, line)}"
                reading.fault(row, "", what, "add the missing \" at the cell's end")
                return
            if "field larger" not in str(error):
                what = f"a quote stands in the middle of a cell{_note(row, line)}"
                reading.fault(row, "", what, 'put the whole cell in quotes and write each quote inside it twice ("")')
        try:
            cells = next(lenient)
        except StopIteration:
            return
        except csv.Error:
            reading.complete = False
            what = (
                f"a cell has more than {csv.field_size_limit():,} characters; a spreadsheet cell holds {CELL_LIMIT:,}"
            )
            reading.fault(row, "", what + _note(row, line), "look for a missing closing quote, or shorten the cell")
            return
        yield cells or [""]


def _header(
    header: list[str], columns: Collection[str], known: Collection[str], required: Collection[str], reading: _Reading
) -> list[str]:
    written = {_plain(column): column for column in known}
    names = [written.get(_plain(name), name.strip()) for name in header]
    while names and not names[-1]:
        names.pop()
    if not names:
        reading.fault(1, "", "the first line is empty", f"write the header there: {','.join(columns)}")
        return names
    seen: set[str] = set()
    missing = [name for name in columns if name in required and name not in names]
    for position, name in enumerate(names, 1):
        if not name:
            reading.fault(1, f"column {position}", "the column has no name", "name it, or delete the column")
        elif name in seen:
            reading.fault(1, name, "the column stands here twice", "delete or rename one of the two")
        elif name not in known:
            near = nearest(name, [column for column in known if column not in names])
            todo = f'did you mean "{near}"?' if near else "rename or delete it"
            reading.fault(1, quoted(name)[1:-1], "there is no such column", todo)
        seen.add(name)
    if len(missing) == len(required) and len(names) == 1:
        what = f"the first line is not a header: {quoted(names[0])}"
        todo = f"write the column names there, with commas between: {','.join(columns)}"
        reading.fault(1, "", what, todo)
        return names
    for name in missing:
        reading.fault(1, name, "the column is missing", f'add a column named "{name}" to the header')
    return names


def _wrong_width(row: Row, cells: int, names: int, separator: str, reading: _Reading) -> None:
    mark = _SEPARATORS[separator]
    what = f"the row has {cells} cell{'s' * (cells != 1)}, the header has {names}{row.note}"
    if cells > names:
        todo = f'put a cell that holds a {mark} in double quotes, "like{separator.strip() or " "} this"'
    else:
        todo = f"add the missing {mark}s, also for empty cells, or look for a missing quote"
    reading.fault(row.number, "", what, todo)
