"""The README's table of the local workspace names what the workspace has, and all that Google has besides."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipeline.emulator import consent, drive, forms, schema, sheets

README = Path(__file__).parents[2] / "README.md"
REQUESTS = schema.document("sheets")["schemas"]["Request"]["properties"]
FORM_REQUESTS = schema.document("forms")["schemas"]["Request"]["properties"]


def short(methods: object) -> set[str]:
    """Method ids as the table writes them: without the API's name, and for Forms and Sheets without the collection's."""
    return {re.sub(r"^(forms\.forms|sheets\.spreadsheets|drive)\.", "", name) for name in methods}


SERVED = {
    "Forms v1": short(forms.HANDLERS),
    "Sheets v4": short(sheets.HANDLERS),
    "Sheets `batchUpdate`": set(sheets.REQUESTS),
    "Drive v3": short(drive.HANDLERS),
    "Signing in": {path for _, path in consent._ROUTES} | {consent.AUTH_PATHS[0]},
}
KNOWN = {
    "Forms v1": short(schema.methods("forms")),
    "Sheets v4": short(schema.methods("sheets")),
    "Sheets `batchUpdate`": set(REQUESTS),
    "Drive v3": short(schema.methods("drive")),
}


def cells(row: str) -> list[set[str]]:
    """The names in the columns yes, partly and no; what stands in brackets says what is missing."""
    line = next(line for line in README.read_text().splitlines() if line.startswith(f"| {row} |"))
    columns = re.sub(r"\([^)]*\)", "", line).strip().strip("|").split("|")[1:]
    return [set(re.findall(r"`([^`]+)`", column)) for column in columns]


@pytest.mark.parametrize("row", SERVED)
def test_what_the_table_calls_served_is_served_and_the_other_way_round(row):
    """Wholly or partly."""
    yes, partly, _ = cells(row)
    assert yes | partly == SERVED[row]
    assert not yes & partly


@pytest.mark.parametrize("row", KNOWN)
def test_what_google_has_and_the_table_does_not_promise_stands_under_no(row):
    """Name by name, or a whole collection as `name.*`."""
    *_, no = cells(row)
    left = KNOWN[row] - SERVED[row]
    named = {name for name in left if name in no or f"{name.partition('.')[0]}.*" in no}
    assert named == left
    assert {name for name in no if not name.endswith(".*")} <= left


def test_all_six_kinds_of_a_forms_batch_are_served(form):
    """The table has no row for them."""
    told = form.batch(*({kind: {}} for kind in sorted(FORM_REQUESTS)))
    assert len(FORM_REQUESTS) == 6
    with pytest.raises(Exception, match=r"requests\[0\]"):
        told.execute()
