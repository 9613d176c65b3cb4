"""The story of a questionnaire: asked, answered, scored, reviewed; closed when nothing is to be asked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from movewell.contracts import referral as said
from movewell.contracts import scheduling as scheduled
from movewell.contracts.types import Actor, AttendanceCode, RiskTrigger, SessionFormat
from movewell.kernel import Invalid
from movewell.log.sqlite import SqliteLog
from movewell.service import Running
from movewell.store.sqlite import SqliteStore
from movewell.store.unit import Cause
from outcomes.application.answer_questionnaire import answer_questionnaire
from outcomes.application.ask_before_session import questionnaire_id
from outcomes.application.raise_risk import acknowledge_risk
from outcomes.application.review_outcome import review_outcome
from outcomes.bootstrap import SERVICE
from outcomes.domain.case import NothingScored
from outcomes.domain.questionnaire import AlreadyAnswered, Questionnaire, QuestionnaireNotOpen

TENANT = "ZT001"
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class HandClock:
    def __init__(self) -> None:
        self.moment = START

    def now(self) -> datetime:
        return self.moment


def uid(number: int) -> str:
    return str(UUID(int=number))


def answers(phq9: int, gad7: int, item9: int = 0) -> dict[str, int]:
    """Answers that come to these totals; item 9 as given."""
    made = {"phq9_9": item9}
    for name, total, items in (("phq9", phq9 - item9, 8), ("gad7", gad7, 7)):
        for n in range(1, items + 1):
            made[f"{name}_{n}"] = min(3, total)
            total -= made[f"{name}_{n}"]
    return made


class Site:
    """Outcomes on a store of its own, driven by hand."""

    def __init__(self) -> None:
        self.clock = HandClock()
        self.running = Running(SERVICE, SqliteStore(None), SqliteLog(None), self.clock)
        self.running.prepare()

    def do(self, work: Any) -> Any:
        return self.running.units.run(TENANT, Cause("c"), work)

    def hear(self, event: Any) -> None:
        self.do(lambda unit: SERVICE.reactions[type(event)](event, unit))

    def booked(self, ordinal: int = 1) -> str:
        starts_at = START + timedelta(weeks=ordinal)
        event = scheduled.SessionBooked(
            referral_id=uid(1),
            person_id=uid(2),
            booking_id=uid(100 + ordinal),
            session_id=uid(200 + ordinal),
            venue_id="gym",
            format=SessionFormat.GROUP,
            ordinal=ordinal,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=1),
        )
        self.hear(event)
        return questionnaire_id(event.booking_id)

    def attended(self, ordinal: int) -> None:
        self.hear(
            scheduled.SessionAttended(
                referral_id=uid(1),
                booking_id=uid(100 + ordinal),
                session_id=uid(200 + ordinal),
                code=AttendanceCode.ATTENDED,
                starts_at=START,
                recorded_at=START,
            )
        )

    def answer(self, id: str, given: dict[str, int]) -> Any:
        return self.do(lambda unit: answer_questionnaire(unit, id, given, Actor.PATIENT))

    def status(self, id: str) -> str:
        return self.do(lambda unit: unit.get(Questionnaire, id)).status.value

    def events(self) -> list[str]:
        rows = sorted(self.running.store.scan("outbox"), key=lambda row: row["id"])
        return [row["headers"]["ce_type"].split(".", 1)[1] for row in rows]

    def fire(self) -> None:
        loop = self.running.timers()
        while loop.step():
            pass


@pytest.fixture
def site() -> Site:
    return Site()


def test_the_first_booked_session_opens_the_questionnaire_at_once(site: Site) -> None:
    assert site.status(site.booked()) == "open"


def test_a_later_questionnaire_opens_72_hours_before_its_session(site: Site) -> None:
    site.booked(1)
    third = site.booked(3)
    site.clock.moment = START + timedelta(weeks=3) - timedelta(hours=72, minutes=1)
    site.fire()
    assert site.status(third) == "planned"
    site.clock.moment += timedelta(minutes=1)
    site.fire()
    assert site.status(third) == "open"


def test_answers_are_scored_once(site: Site) -> None:
    id = site.booked()
    for _ in range(2):
        site.answer(id, answers(14, 9))
    assert site.events().count("measure.scored.v1") == 2
    with pytest.raises(AlreadyAnswered):
        site.answer(id, answers(13, 9))


def test_every_missing_answer_is_named_at_once_and_nothing_is_kept(site: Site) -> None:
    id = site.booked()
    given = answers(14, 9)
    del given["phq9_2"], given["gad7_7"]
    given["phq9_77"] = 1
    with pytest.raises(Invalid) as refusal:
        site.answer(id, given)
    assert {pointer for pointer, _ in refusal.value.faults} == {"/phq9_2", "/gad7_7", "/phq9_77"}
    assert site.status(id) == "open"


@pytest.mark.parametrize(("item9", "raised"), [(0, 0), (1, 1), (3, 1)])
def test_item_9_above_zero_raises_a_risk_at_once(site: Site, item9: int, raised: int) -> None:
    site.answer(site.booked(), answers(9, 3, item9))
    items = list(site.running.store.scan("risk_items"))
    assert [each["trigger"] for each in items] == [RiskTrigger.PHQ9_ITEM9.value] * raised
    for each in items:
        for _ in range(2):
            site.do(lambda unit, each=each: acknowledge_risk(unit, each["id"], "clinician-1"))
    assert site.events().count("risk.acknowledged.v1") == raised


def test_a_reliable_rise_raises_a_risk(site: Site) -> None:
    site.answer(site.booked(1), answers(6, 4))
    second = site.booked(2)
    site.clock.moment = START + timedelta(weeks=2, hours=-1)
    site.fire()
    site.answer(second, answers(12, 4))
    (item,) = site.running.store.scan("risk_items")
    assert item["trigger"] == RiskTrigger.RELIABLE_DETERIORATION.value


def test_a_cancelled_booking_closes_its_questionnaire(site: Site) -> None:
    id = site.booked()
    site.hear(
        scheduled.BookingCancelled(
            referral_id=uid(1),
            booking_id=uid(101),
            session_id=uid(201),
            code=AttendanceCode.CANCELLED_BY_PATIENT,
            by=Actor.PATIENT,
            cancelled_at=START,
        )
    )
    with pytest.raises(QuestionnaireNotOpen):
        site.answer(id, answers(1, 1))


def test_an_unanswered_questionnaire_is_closed_a_week_after_its_session(site: Site) -> None:
    id = site.booked()
    site.clock.moment = START + timedelta(weeks=2)
    site.fire()
    assert site.status(id) == "closed"


def withdrawn() -> said.ReferralWithdrawn:
    return said.ReferralWithdrawn(referral_id=uid(1), person_id=uid(2), withdrawn_at=START)


def test_an_ending_closes_what_is_pending(site: Site) -> None:
    first, second = site.booked(1), site.booked(3)
    site.hear(withdrawn())
    assert (site.status(first), site.status(second)) == ("closed", "closed")
    assert not list(site.running.store.scan("timers"))


def test_a_booking_heard_of_after_the_ending_asks_nothing(site: Site) -> None:
    site.hear(withdrawn())
    site.booked()
    assert not list(site.running.store.scan("questionnaires"))


def test_erasure_takes_the_answers_away(site: Site) -> None:
    id = site.booked()
    site.answer(id, answers(9, 9))
    site.hear(said.ReferralErased(referral_id=uid(1), person_id=uid(2), erased_at=START))
    assert site.do(lambda unit: unit.get(Questionnaire, id)).answers == {}


def test_a_review_tells_first_and_last_and_what_they_mean(site: Site) -> None:
    site.answer(site.booked(1), answers(18, 15))
    second = site.booked(2)
    site.clock.moment = START + timedelta(weeks=2, hours=-1)
    site.fire()
    site.answer(second, answers(6, 5))
    site.attended(1)
    site.attended(2)
    for _ in range(2):
        result = site.do(lambda unit: review_outcome(unit, uid(1)))
    assert (result.recovered, result.reliably_improved) == (True, True)
    assert site.events().count("outcome.reviewed.v1") == 1


def test_without_a_score_there_is_nothing_to_review(site: Site) -> None:
    site.booked()
    with pytest.raises(NothingScored):
        site.do(lambda unit: review_outcome(unit, uid(1)))
