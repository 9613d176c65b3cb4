"""Which message an event asks for, when it is due, and what it waits for."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from movewell.contracts.types import MessageKind
from movewell.store.buffered import BufferedTransaction

from .scene import ADDRESS, PERSON, REFERRAL, SESSION, START, Site, booked, offered


def test_only_the_first_session_is_confirmed_and_every_session_is_reminded_of(site: Site) -> None:
    site.register()
    site.say(booked(1), booked(2, SESSION + timedelta(days=7)))
    kinds = sorted(row["kind"] for row in site.rows("messages"))
    assert kinds == ["confirmation", "reminder", "reminder"]


def test_a_reminder_goes_48_hours_before_and_not_a_second_earlier(site: Site) -> None:
    site.register()
    site.say(booked(2))
    site.fire(SESSION - timedelta(hours=48, seconds=1))
    assert site.mails() == {}
    site.fire(SESSION - timedelta(hours=48))
    assert site.mail(MessageKind.REMINDER)["Date"].datetime == SESSION - timedelta(hours=48)


def test_a_session_in_less_than_48_hours_is_not_reminded_of(site: Site) -> None:
    site.register()
    site.say(booked(2, START + timedelta(hours=48)))
    assert site.rows("messages") == []


def test_an_offer_waits_for_the_contact(site: Site) -> None:
    site.say(offered())
    site.fire()
    assert site.message(MessageKind.OFFER).status.value == "awaiting_contact"
    assert (site.mails(), len(site.events("planned"))) == ({}, 1)
    site.register()
    assert [row["kind"] for row in site.rows("timers")] == ["message.sends"]
    site.fire(START + timedelta(days=8))
    assert site.mail(MessageKind.OFFER)["To"] == ADDRESS
    assert site.events("stopped") == []


def test_after_seven_days_without_a_contact_a_message_is_stopped(site: Site) -> None:
    site.say(offered())
    site.fire(START + timedelta(days=7, seconds=-1))
    assert site.message(MessageKind.OFFER).status.value == "awaiting_contact"
    site.fire(START + timedelta(days=7))
    site.register()
    site.fire()
    assert site.message(MessageKind.OFFER).status.value == "stopped"
    assert (site.mails(), site.reasons()) == ({}, {"no_contact"})


def test_a_message_for_a_later_day_waits_seven_days_from_that_day(site: Site) -> None:
    site.say(booked(2))
    due = SESSION - timedelta(hours=48)
    site.fire(START + timedelta(days=8))
    assert site.message(MessageKind.REMINDER).status.value == "awaiting_contact"
    site.register()
    site.fire(due)
    assert site.mail(MessageKind.REMINDER)["To"] == ADDRESS
    assert site.events("stopped") == []


def test_a_message_for_a_later_day_is_stopped_when_the_contact_never_comes(site: Site) -> None:
    site.say(booked(2))
    deadline = SESSION - timedelta(hours=48) + timedelta(days=7)
    site.fire(deadline - timedelta(seconds=1))
    assert site.events("stopped") == []
    site.fire(deadline)
    assert (site.mails(), site.reasons()) == ({}, {"no_contact"})


@pytest.mark.parametrize("known", [True, False], ids=["known", "not yet known"])
def test_what_a_plan_rests_on_conflicts_with_whoever_changes_it(
    site: Site, known: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An ending, an erasure or a contact that is committed at the same moment must meet the message."""
    if known:
        site.register()
        site.say(booked(1))
    guarded: set[tuple[str, str]] = set()
    for write in ("touch", "add"):
        monkeypatch.setattr(BufferedTransaction, write, noting(getattr(BufferedTransaction, write), guarded))
    site.say(offered())
    assert {("correspondences", REFERRAL), ("addressees", PERSON)} <= guarded


def noting(write: Any, guarded: set[tuple[str, str]]) -> Any:
    def wrapped(tx: BufferedTransaction, collection: str, subject: Any, *rest: Any) -> None:
        guarded.add((collection, subject if isinstance(subject, str) else subject["id"]))
        write(tx, collection, subject, *rest)

    return wrapped
