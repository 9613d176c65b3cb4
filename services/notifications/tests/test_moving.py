"""A booking that moves takes its messages with it: nobody is sent to a time that is no more."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from movewell.contracts.types import MessageKind
from movewell.wire.schema import time_text
from notifications.domain.message import message_id
from notifications.domain.wording import when_of

from .scene import ENDINGS, REFERRAL, SESSION, START, TENANT, Site, booked, cancelled, moved, uid

LATER = SESSION + timedelta(days=2)
LATER_STILL = SESSION + timedelta(days=9)


def sent(site: Site) -> list[str]:
    """Kinds of what was sent, in alphabetical order."""
    return sorted(row["kind"] for row in site.rows("messages") if row["status"] == "sent")


def text(site: Site, kind: MessageKind, occasion: str) -> str:
    return str(site.mails()[message_id(TENANT, kind, occasion)].get_content())


def on(moment: datetime) -> str:
    return f"on {when_of(moment)}"


def test_a_reminder_goes_with_its_session(site: Site) -> None:
    site.register()
    site.say(booked(2), moved(2))
    site.fire(LATER - timedelta(hours=48, seconds=1))
    assert sent(site) == ["move"]
    site.fire(LATER - timedelta(hours=48))
    assert sent(site) == ["move", "reminder"]
    assert on(LATER) in text(site, MessageKind.REMINDER, f"{uid(102)}/1")


def test_who_knows_the_former_time_is_told_both(site: Site) -> None:
    site.register()
    site.say(booked(1))
    site.fire()
    site.say(moved(1), moved(1))
    site.fire()
    assert sent(site) == ["confirmation", "move"]
    told = text(site, MessageKind.MOVE, f"{uid(101)}/1")
    assert f"Your session {on(SESSION)} has moved. It is now {on(LATER)}." in told


def test_a_confirmation_that_was_not_sent_tells_the_new_time_at_once(site: Site) -> None:
    site.say(booked(1), moved(1))
    site.register()
    site.fire()
    assert sent(site) == ["confirmation"]
    assert f"The first is {on(LATER)}." in text(site, MessageKind.CONFIRMATION, f"{uid(101)}/1")


def test_of_two_moves_at_once_the_last_is_told_with_the_time_that_was_known(site: Site) -> None:
    site.register()
    site.say(booked(2), moved(2), moved(2, moves=2, to=LATER_STILL))
    site.fire()
    assert sent(site) == ["move"]
    told = text(site, MessageKind.MOVE, f"{uid(102)}/2")
    assert on(SESSION) in told and on(LATER_STILL) in told


def test_a_session_moved_to_less_than_48_hours_ahead_is_told_and_not_reminded_of(site: Site) -> None:
    site.register()
    site.say(booked(2), moved(2, to=START + timedelta(hours=30)))
    site.fire(SESSION + timedelta(days=30))
    assert sent(site) == ["move"]


@pytest.mark.parametrize("ended", [False, True])
def test_a_moved_session_that_is_cancelled_is_called_by_its_new_time(site: Site, ended: bool) -> None:
    site.register()
    site.say(booked(1))
    site.fire()
    over = cancelled(1, starts_at=LATER)
    site.say(*([ENDINGS[0]] if ended else []), moved(1), over)
    site.fire(SESSION + timedelta(days=30))
    assert sent(site) == ["cancellation", "confirmation"]
    occasion = f"{REFERRAL}/{time_text(START)}"
    assert f"Your session {on(LATER)} is cancelled." in text(site, MessageKind.CANCELLATION, occasion)


def test_a_move_leaves_the_messages_of_another_booking(site: Site) -> None:
    site.register()
    site.say(booked(1), booked(2, SESSION + timedelta(days=7)), moved(1))
    site.fire(SESSION + timedelta(days=30))
    assert sent(site) == ["confirmation", "reminder", "reminder"]


def test_after_an_ending_no_move_is_told(site: Site) -> None:
    site.register()
    site.say(booked(2), ENDINGS[0], moved(2))
    site.fire(SESSION + timedelta(days=30))
    assert site.mails() == {}
