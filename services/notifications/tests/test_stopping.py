"""What is over is not written about."""

from __future__ import annotations

from typing import Any

import pytest
from movewell.contracts import referral as said
from movewell.contracts.types import MessageKind
from notifications.domain.message import message_id

from .scene import (
    ENDINGS,
    OVER,
    PERSON,
    REFERRAL,
    RISK,
    SESSION,
    START,
    TENANT,
    Site,
    booked,
    cancelled,
    named,
    offered,
    opened,
    raised,
    signposted,
    uid,
)


@pytest.mark.parametrize(("asks", "over"), OVER, ids=named)
def test_what_is_over_is_not_written_about(site: Site, asks: Any, over: Any) -> None:
    site.register()
    site.say(asks, over, over)
    site.fire(SESSION)
    assert site.mails() == {}
    assert len(site.events("stopped")) == 1
    assert site.reasons() == {"no_longer_true"}


def test_a_cancelled_booking_leaves_the_reminder_of_another(site: Site) -> None:
    site.register()
    site.say(booked(2), booked(3), cancelled(3))
    site.fire(SESSION)
    assert list(site.mails()) == [message_id(TENANT, MessageKind.REMINDER, uid(102))]


@pytest.mark.parametrize("ending", ENDINGS, ids=named)
@pytest.mark.parametrize("first", [True, False], ids=["ending first", "ending last"])
def test_after_an_ending_only_the_risk_alert_is_sent(site: Site, ending: Any, first: bool) -> None:
    asked = [offered(), booked(1), opened(), raised()]
    site.register()
    site.say(*([ending, *asked] if first else [*asked, ending]))
    site.fire(SESSION)
    assert list(site.mails()) == [message_id(TENANT, MessageKind.RISK_ALERT, RISK)]
    assert site.reasons() == (set() if first else {"referral_ended"})


def test_an_ending_says_nothing_about_another_referral_of_the_person(site: Site) -> None:
    site.register()
    other = said.ReferralWithdrawn(referral_id=uid(99), person_id=PERSON, withdrawn_at=START)
    site.say(offered(), other)
    site.fire()
    assert site.message(MessageKind.OFFER).status.value == "sent"


def test_signposting_sends_its_own_message_and_stops_the_others(site: Site) -> None:
    site.register()
    site.say(booked(2), signposted(), opened())
    site.fire(SESSION)
    assert list(site.mails()) == [message_id(TENANT, MessageKind.SIGNPOST, REFERRAL)]
    assert "walking group" in site.mail(MessageKind.SIGNPOST).get_content()
