"""A self-referral is in the audit: who wrote the record was the patient."""

from __future__ import annotations

from .applicant import PERSONAL, Applicant, at_the_door


def test_what_somebody_sent_of_themselves_is_written_down_once() -> None:
    door = at_the_door()
    anna = Applicant(door)
    anna.fill()
    assert list(door.running.store.scan("accesses")) == [], "a draft is nobody's record yet"
    anna.sends()
    anna.post("/refer/check")
    (row,) = door.running.store.scan("accesses")
    (referral,) = door.kept()["referrals"]
    assert (row["who"], row["roles"], row["why"]) == ("self", ["patient"], "self-referral")
    assert (row["record"], row["method"], row["route"]) == (referral["id"], "POST", "/refer/check")
    assert not any(each in str(row) for each in PERSONAL)
