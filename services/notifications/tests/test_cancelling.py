"""Who may think of coming to a session that is cancelled is told not to: once, whatever was written before."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations

import pytest
from movewell.contracts import referral as said
from movewell.contracts.types import EndCode

from .scene import BY_PATIENT, BY_PROVIDER, ENDINGS, IDS, SESSION, START, Site, booked, cancelled
from .test_moving import on

SESSIONS = [SESSION + timedelta(weeks=week) for week in range(3)]
DIED = said.ReferralDischarged(**IDS, end_code=EndCode.DECEASED, discharged_at=START)
LATER = START + timedelta(minutes=5)


def book(site: Site) -> None:
    site.register()
    site.say(*(booked(ordinal, starts_at) for ordinal, starts_at in enumerate(SESSIONS, 1)))


def over(code: object = BY_PROVIDER) -> list[object]:
    """The events of a programme that is cancelled at one moment."""
    return [cancelled(ordinal, code, starts_at) for ordinal, starts_at in enumerate(SESSIONS, 1)]


def told(site: Site) -> list[str]:
    """The texts of the cancellations that were sent until all is quiet."""
    site.fire(SESSIONS[-1])
    texts = [str(mail.get_content()) for mail in site.mails().values() if "cancelled" in str(mail["Subject"])]
    return sorted(texts)


@pytest.mark.parametrize("ended", [False, True])
def test_a_patient_who_was_told_to_come_and_cancels_is_told_not_to(site: Site, ended: bool) -> None:
    site.register()
    site.say(booked())
    site.fire()
    site.say(*([ENDINGS[0]] if ended else []), cancelled(), cancelled())
    (text,) = told(site)
    assert f"Your session {on(SESSION)} is cancelled. You do not need to come." in text


def test_a_patient_who_cancels_before_anything_was_sent_is_told_nothing(site: Site) -> None:
    site.register()
    site.say(booked(), cancelled())
    assert told(site) == []


@pytest.mark.parametrize("confirmed", [False, True])
@pytest.mark.parametrize("ordinal", [1, 3])
def test_who_has_a_place_is_told_when_the_provider_cancels_it(site: Site, confirmed: bool, ordinal: int) -> None:
    """The confirmation names the first session only, and the patient knows of all: they accepted the place."""
    book(site)
    if confirmed:
        site.fire()
    site.say(cancelled(ordinal, BY_PROVIDER, SESSIONS[ordinal - 1]))
    (text,) = told(site)
    assert f"Your session {on(SESSIONS[ordinal - 1])} is cancelled." in text


def test_a_session_so_near_that_no_reminder_was_planned_is_told_too(site: Site) -> None:
    soon = START + timedelta(hours=3)
    site.register()
    site.say(booked(2, soon), cancelled(2, BY_PROVIDER, soon))
    (text,) = told(site)
    assert on(soon) in text


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_what_is_cancelled_at_one_moment_is_told_in_one_message(site: Site, order: tuple[int, ...]) -> None:
    book(site)
    site.fire()
    events = over()
    site.say(*(events[at] for at in order), *events)
    (text,) = told(site)
    lines = [line.removeprefix("- ") for line in text.splitlines() if line.startswith("- ")]
    assert lines[:3] == [on(moment).removeprefix("on ") for moment in SESSIONS]
    assert len(site.events("planned")) == 5, "a confirmation, three reminders, one cancellation"


def test_what_comes_after_the_message_was_sent_is_not_kept_back(site: Site) -> None:
    book(site)
    events = over()
    site.say(events[0], events[1])
    site.fire(LATER)
    site.say(*events)
    texts = told(site)
    assert len(texts) == 2
    assert [sum(on(moment).removeprefix("on ") in text for text in texts) for moment in SESSIONS] == [1, 1, 1]


def test_sessions_cancelled_at_two_moments_are_told_of_twice(site: Site) -> None:
    book(site)
    site.say(cancelled(1, BY_PROVIDER, SESSIONS[0]), cancelled(2, BY_PROVIDER, SESSIONS[1], LATER))
    assert len(told(site)) == 2


@pytest.mark.parametrize("ending", ENDINGS, ids=lambda each: type(each).__name__)
@pytest.mark.parametrize("at", range(5))
def test_an_ending_heard_at_any_moment_leaves_the_same_one_message(site: Site, ending: object, at: int) -> None:
    """Referral and scheduling tell on topics of their own, so the ending may come before, between or after."""
    site.register()
    events = [booked(1, SESSIONS[0]), booked(2, SESSIONS[1]), *over()[:2]]
    site.say(*events[:at], ending, *events[at:])
    (text,) = told(site)
    assert [on(moment).removeprefix("on ") in text for moment in SESSIONS] == [True, True, False]
    assert len(site.mails()) == 1


@pytest.mark.parametrize("at", range(4))
def test_nobody_writes_to_a_patient_who_died(site: Site, at: int) -> None:
    site.register()
    events = [booked(1), cancelled(1, BY_PROVIDER), cancelled(2, BY_PROVIDER, SESSIONS[1])]
    site.say(*events[:at], DIED, *events[at:])
    assert told(site) == []
    assert site.mails() == {}


@pytest.mark.parametrize("code", [BY_PATIENT, BY_PROVIDER])
def test_a_session_that_has_begun_is_not_called_off_afterwards(site: Site, code: object) -> None:
    site.register()
    site.say(booked())
    site.fire()
    site.say(cancelled(1, code, SESSION, SESSION))
    assert told(site) == []
