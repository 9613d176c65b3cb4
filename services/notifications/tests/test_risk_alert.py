"""What the team is told of a risk item."""

from __future__ import annotations

import pytest
from movewell.contracts.outcomes import RiskRaised
from movewell.contracts.types import MessageKind, RiskTrigger

from .scene import IDS, REFERRAL, RISK, START, TEAM, Site

ANSWERS = {RiskTrigger.PHQ9_ITEM9, RiskTrigger.RELIABLE_DETERIORATION}


@pytest.mark.parametrize("trigger", RiskTrigger)
def test_the_alert_says_where_the_item_comes_from_and_nothing_of_the_patient(site: Site, trigger: RiskTrigger) -> None:
    site.say(RiskRaised(**IDS, risk_id=RISK, trigger=trigger, raised_at=START))
    site.fire()
    mail = site.mail(MessageKind.RISK_ALERT)
    text = mail.get_content()
    assert mail["To"] == TEAM
    assert text.startswith("A patient's answers" if trigger in ANSWERS else "What happened to a patient at a session")
    assert REFERRAL in text and f"Raised by: {trigger.value}" in text
