"""Rows of a year of one service, as reporting keeps them: a hundred and twenty invented referrals."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

_NEW_YEAR = datetime(2026, 1, 1, 9, tzinfo=UTC)
_SITES = ("st-charles-gym", "pool", "llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch-hall")
PERIOD = "from=2026-01-01&to=2026-12-31"


def _at(day: int) -> str:
    return (_NEW_YEAR + timedelta(days=day)).isoformat(timespec="microseconds")


def _outcome(number: int) -> dict[str, Any]:
    """Six in ten improve reliably, one in ten deteriorates; half of all recover."""
    improved, worse = number % 10 < 6, number % 10 == 9
    return {
        "phq9_first": 16,
        "phq9_last": 7 if improved else 23 if worse else 15,
        "gad7_first": 13,
        "gad7_last": 6 if improved else 18 if worse else 12,
        "at_caseness": number % 8 != 0,
        "recovered": improved and number % 8 != 0,
        "reliably_improved": improved,
        "reliably_deteriorated": worse,
        "reviewed_at": _at(200),
    }


def _referral(tenant: str, number: int) -> dict[str, Any]:
    received = number % 90
    row: dict[str, Any] = {"id": f"referral-{number:03}", "tenant": tenant, "received_at": _at(received), "ended": None}
    row |= {"source": ("A1", "A1", "B1", "H2")[number % 4], "deprivation": number % 11 or None}
    row |= {"ethnicity": (*"AAAAHMDZ", None)[number % 9], "site": _SITES[number % 3] if number % 7 else None}
    if number % 12 == 0:
        return {**row, "ended": "declined", "ended_at": _at(received + 5)}
    row |= {"screened_at": _at(received + 2), "cleared": True, "accepted_at": _at(received + 3)}
    if number % 7 == 0:
        return {**row, "waiting_since": _at(received + 3)}
    row |= {"offered_at": _at(received + 4), "first_booked_at": _at(received + 5), "sessions_booked": 8}
    if number % 5 == 0:
        return row
    row |= {"first_attended_at": _at(received + 8 + number * 2 % 150), "sessions_attended": 6}
    ended = {"ended": "discharged", "ended_at": _at(received + 170)}
    return {**row, **ended, "outcome": _outcome(number)} if number % 3 else row


def referral_rows(tenant: str) -> list[dict[str, Any]]:
    """Rows of every kind of story, received in the first quarter of 2026."""
    return [_referral(tenant, number) for number in range(120)]


def booking_rows(tenant: str) -> list[dict[str, Any]]:
    """Six hundred bookings with every attendance code."""
    codes = ["5"] * 14 + ["3", "3", "2", "4", "6", None]
    return [
        {
            "id": f"booking-{n:03}",
            "referral_id": f"referral-{n % 120:03}",
            "site": _SITES[n % 3],
            "tenant": tenant,
            "starts_at": _at(10 + n % 200),
            "code": codes[n % len(codes)],
        }
        for n in range(600)
    ]
