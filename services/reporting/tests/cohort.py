"""Rows by hand and rows at random, for the tests of the figures. Everybody here is invented."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from reporting.figures.facts import facts_of
from reporting.figures.filters import Counted, counted
from reporting.figures.rows import Period, within

QUARTER = (date(2026, 1, 1), date(2026, 3, 31))
ENDINGS = (None, "declined", "signposted", "cancelled", "withdrawn", "discharged", "erased")


def at(day: int, hour: int = 9) -> str:
    """A time as rows carry it; day 1 is 1 January 2026."""
    moment = datetime(2026, 1, 1, hour, tzinfo=UTC) + timedelta(days=day - 1)
    return moment.isoformat(timespec="microseconds")


def referral(name: str, **facts: Any) -> dict[str, Any]:
    """A referral received on 1 January 2026, with further facts."""
    return {"id": name, "tenant": "A1B2C", "received_at": at(1), "ended": None, **facts}


def attending(name: str, *, waited: int = 14, attended: int = 3, **facts: Any) -> dict[str, Any]:
    """A referral that came to its first session after `waited` days."""
    reached = {"screened_at": at(2), "cleared": True, "accepted_at": at(3), "offered_at": at(4)}
    booked = {"first_booked_at": at(5), "sessions_booked": 4, "sessions_attended": attended}
    return referral(name, **reached, **booked, first_attended_at=at(1 + waited), **facts)


def finishing(name: str, *, ended_day: int = 80, **facts: Any) -> dict[str, Any]:
    """A referral that was discharged after a course."""
    return attending(name, ended="discharged", ended_at=at(ended_day), **facts)


def scores(phq9: tuple[int, int | None], gad7: tuple[int, int | None]) -> dict[str, Any]:
    """An outcome with its flags worked out from (first, last) scores by the national rules."""
    pairs = ((phq9, 10, 6), (gad7, 8, 4))
    paired = phq9[1] is not None and gad7[1] is not None
    falls = [first - last >= rci for (first, last), _, rci in pairs] if paired else []
    rises = [last - first >= rci for (first, last), _, rci in pairs] if paired else []
    case = any(first >= cut for (first, _), cut, _ in pairs)
    return {
        "phq9_first": phq9[0],
        "phq9_last": phq9[1],
        "gad7_first": gad7[0],
        "gad7_last": gad7[1],
        "at_caseness": case,
        "recovered": case and paired and all(last < cut for (_, last), cut, _ in pairs),
        "reliably_improved": any(falls) and not any(rises),
        "reliably_deteriorated": any(rises) and not any(falls),
        "reviewed_at": at(80),
    }


def count(referrals: list[dict[str, Any]], bookings: list[dict[str, Any]], period: Period = QUARTER) -> Counted:
    """Rows by hand, counted."""
    booked = [each for each in bookings if within(period, each["starts_at"])]
    facts = [(row["id"], facts_of(row)) for row in referrals]
    return counted(facts, [(each.get("referral_id"), each.get("site"), each.get("code")) for each in booked], period)


_days = st.integers(-40, 200).map(at)
_maybe = st.none() | _days
_flag = st.booleans()
_score = st.none() | st.integers(0, 27)
_outcomes = st.none() | st.fixed_dictionaries(
    {
        **dict.fromkeys(("phq9_first", "phq9_last", "gad7_first", "gad7_last"), _score),
        **dict.fromkeys(("at_caseness", "recovered", "reliably_improved", "reliably_deteriorated"), _flag),
    }
)

referrals = st.lists(
    st.fixed_dictionaries(
        {"id": st.uuids().map(str), "received_at": _maybe},
        optional={
            "screened_at": _maybe,
            "cleared": _flag,
            "accepted_at": _maybe,
            "offered_at": _maybe,
            "waiting_since": _maybe,
            "first_booked_at": _maybe,
            "first_attended_at": _maybe,
            "sessions_booked": st.none() | st.integers(0, 10),
            "sessions_attended": st.none() | st.integers(0, 10),
            "ended": st.sampled_from(ENDINGS),
            "ended_at": _maybe,
            "outcome": _outcomes,
        },
    ),
    max_size=40,
)
bookings = st.lists(
    st.fixed_dictionaries(
        {"id": st.uuids().map(str), "starts_at": _maybe},
        optional={"code": st.none() | st.sampled_from("234567")},
    ),
    max_size=40,
)
