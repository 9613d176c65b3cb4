"""Values of the formats that are named in our descriptions, for Schemathesis to send."""

from __future__ import annotations

from base64 import b64encode
from datetime import date, datetime, timedelta, timezone

import schemathesis
from hypothesis import strategies as st

_SEEN = st.characters(categories=["L", "M", "N", "P", "S"])
_WORDS = st.lists(st.text(_SEEN, min_size=1, max_size=20), min_size=1, max_size=4).map(" ".join)
_DAYS = st.dates(date(1900, 1, 1), date(2026, 3, 1)).map(date.isoformat)
_TIMES = st.datetimes(
    datetime.fromisoformat("1900-01-01"),
    datetime.fromisoformat("2100-01-01"),
    timezones=st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes))),
)
_NOON = st.dates(date(2000, 1, 1), date(2099, 12, 31)).map(lambda day: f"{day}T12:00:00")
_HEADERS = st.sampled_from([b"{}", b'{"value": "2000099992"}']).map(lambda said: b64encode(said).decode())


def _check_digit(nine: str) -> str | None:
    """NHS Data Model and Dictionary, NHS NUMBER: modulus 11; None where there is none."""
    digit = 11 - sum(int(each) * weight for each, weight in zip(nine, range(10, 1, -1), strict=True)) % 11
    return {11: "0", 10: None}.get(digit, str(digit))


def _nhs_number(six: int) -> str | None:
    nine = f"999{six:06}"
    digit = _check_digit(nine)
    return None if digit is None or len(set(nine + digit)) == 1 else nine + digit


FORMATS = {
    "base64-json": _HEADERS,
    "date-time": _TIMES.map(lambda moment: moment.isoformat(timespec="seconds")),
    "email": st.emails().filter(lambda address: len(address) <= 254),
    "line": _WORDS,
    "london-time": _NOON,
    "nhs-number": st.integers(0, 999_999).map(_nhs_number).filter(bool),
    "ods-code": st.from_regex(r"\A[A-Z0-9]{3,10}\Z"),
    "past-date": _DAYS,
    "phone": st.from_regex(r"\A\+?[0-9]{7,15}\Z"),
    "postcode": st.from_regex(r"\A[A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9][A-Z]{2}\Z"),
    "text": st.lists(_WORDS, min_size=1, max_size=3).map("\n".join),
}


def register() -> None:
    for name, strategy in FORMATS.items():
        schemathesis.openapi.format(name, strategy)
