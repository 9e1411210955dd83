"""What a person types, the value that it becomes, and how it shows."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.emulator.displays import automatic, by_pattern, show
from pipeline.emulator.typed import EPOCH, Formula, entered


@pytest.mark.parametrize(
    ("typed", "value", "shown"),
    [
        ("0042", 42, "42"),
        ("-4.5", -4.5, "-4.5"),
        ("(5)", -5, "-5"),
        ("1e5", 100000, "1.00E+05"),
        ("10%", 0.1, "10%"),
        ("12.5%", 0.125, "12.50%"),
        ("$3.50", 3.5, "$3.50"),
        ("-$3", -3, "-$3"),
        ("2,000,000.01", 2000000.01, "2,000,000.01"),
        ("TRUE", True, "TRUE"),
        ("false", False, "FALSE"),
        ("2024-01-31", 45322, "2024-01-31"),
        ("1/31/2024", 45322, "1/31/2024"),
        ("Jan 5, 2024", 45296, "Jan 5, 2024"),
        ("January 5, 2024", 45296, "January 5, 2024"),
        ("3-4-2024", 45355, "3-4-2024"),
        ("5-Jan-2024", 45296, "5-Jan-2024"),
        ("March 2024", 45352, "March 2024"),
        ("12:30", 0.5208333333333334, "12:30"),
        ("25:00", 1.0416666666666667, "25:00:00"),
        ("1:30 PM", 0.5625, "1:30 pm"),
        ("2024-01-31 12:30:15", 45322.521006944444, "2024-01-31 12:30:15"),
        ("'0012", "0012", "0012"),
        ("'=A1", "=A1", "=A1"),
        ("007 agents", "007 agents", "007 agents"),
        ("1,23", "1,23", "1,23"),
        ("٣", "٣", "٣"),
        ("2024-02-30", "2024-02-30", "2024-02-30"),
        ("13/32", "13/32", "13/32"),
        ("1/2/2024 25:00", "1/2/2024 25:00", "1/2/2024 25:00"),
        ("=", "=", "="),
        ("", None, ""),
    ],
)
def test_typed_text_becomes(typed: str, value: object, shown: str) -> None:
    """A value of its kind, with a format that shows it as it was typed."""
    found, number_format = entered(typed)
    assert (found, type(found)) == (value, type(value))
    assert show(found, number_format).lower() == shown.lower()


@pytest.mark.parametrize("typed", ["3/5", "3-5", "Mar 5", "March 5", "5 Mar", "5-Mar"])
def test_a_day_without_its_year_is_one_of_this_year(typed: str) -> None:
    """And shows as it was typed: a fraction has to be typed otherwise, as in Google's."""
    found, number_format = entered(typed)
    assert EPOCH + timedelta(days=found) == date(datetime.now(UTC).year, 3, 5)
    assert show(found, number_format) == typed


@pytest.mark.parametrize(("typed", "formula"), [("=A1*2", "=A1*2"), ("+A1", "=+A1"), ("+49 30 123", "=+49 30 123")])
def test_typed_text_may_begin_a_formula(typed: str, formula: str) -> None:
    """By `=`, and by `+` where no number follows."""
    found, _ = entered(typed)
    assert isinstance(found, Formula)
    assert found == formula


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (1 / 1024, "0.0009765625"),
        (1 / 3, "0.3333333333"),
        (200 / 3, "66.66666667"),
        (0.1 + 0.2, "0.3"),
        (123456789012, "123456789012"),
        (1e15, "1E+15"),
        (1e-7, "1E-07"),
        (-0.5, "-0.5"),
    ],
)
def test_a_number_without_a_format(number: float, shown: str) -> None:
    """More digits than another program's General."""
    assert automatic(number) == shown


@pytest.mark.parametrize(
    ("number", "pattern", "shown"),
    [
        (1234.5, "#,##0.00", "1,234.50"),
        (2.345, "0.00", "2.35"),
        (-0.001, "0.00", "0.00"),
        (-3, "0.00;[Red](0.00)", "(3.00)"),
        (0, '0;-0;"none"', "none"),
        (0.5, "#.##", ".5"),
        (3, "0.0#", "3.0"),
        (0.125, "0.0%", "12.5%"),
        (12345, "0.00E+00", "1.23E+04"),
        (1234567, '#,##0,"k"', "1,235k"),
        (5, '0 "pts"', "5 pts"),
        (1234.5, "[$€-407]#,##0.00", "€1,234.50"),
        (45322.52, "yyyy-mm-dd hh:mm:ss", "2024-01-31 12:28:48"),
        (45322.52, "ddd d mmm yy, h am/pm", "Wed 31 Jan 24, 12 PM"),
        (1.5, "[h]:mm", "36:00"),
        (0.000011574, "mm:ss.000", "00:01.000"),
    ],
)
def test_a_number_under_a_pattern(number: float, pattern: str, shown: str) -> None:
    """Sections, digits, grouping, percent, exponents, dates and lasting hours."""
    assert by_pattern(number, pattern) == shown


def test_a_text_section_frames_text() -> None:
    """The fourth section of a pattern is for text."""
    assert show("Ann", {"type": "TEXT", "pattern": '0;0;0;"Dr. "@'}) == "Dr. Ann"


@settings(max_examples=300, deadline=None)
@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e12, max_value=1e12))
def test_the_automatic_format_is_read_back_to_ten_digits(number: float) -> None:
    """Typing what is shown gives the number again, as far as it was shown."""
    value, _ = entered(automatic(number))
    assert isinstance(value, int | float)
    assert value == pytest.approx(number, rel=1e-5 if abs(number) < 1e-5 else 1e-9, abs=1e-300)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=30))
def test_anything_may_be_typed(text: str) -> None:
    """Nothing that is typed breaks the reader, and whatever it becomes can be shown."""
    show(*entered(text))
