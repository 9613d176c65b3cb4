"""Patients referred to the stage, and what other services say of them; invented, as all people here are."""

from __future__ import annotations

import base64
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from movewell.adapters import open_keyring
from movewell.contracts import notifications, outcomes, scheduling
from movewell.contracts.declare import declaration_of
from movewell.contracts.types import (
    AttendanceCode,
    Channel,
    IntakeChannel,
    Measure,
    MessageKind,
    RiskTrigger,
    SessionFormat,
    SourceOfReferral,
    StopReason,
)
from movewell.service import Running, Service
from movewell.store.documents import stored
from movewell.store.sqlite import SqliteStore
from movewell.store.unit import Cause, Unit, new_id
from referral.application.decide_referral import record_screening
from referral.application.make_decision import make_decision
from referral.application.receive_referral import Secrecy, receive_referral
from referral.domain.decision import Choice, Made
from referral.domain.incoming import IncomingPerson, IncomingReferral
from referral.domain.referral import Referral

from deploy.local.site import TENANT

if TYPE_CHECKING:
    from tests.browser.stage import Stage

FIT: dict[str, Any] = {"systolic": 124, "diastolic": 78, "heart_rate": 68}
FIT |= {"active": False, "disease": False, "symptoms": False, "contraindications": []}
ACCEPT = Made(choice=Choice.ACCEPT, format=SessionFormat.GROUP, sessions_planned=8)
LONG, ARABIC = "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch-Featherstonehaugh", "عبد الرحمن"


class Patients:
    """Refers people, and lets referral's views hear what it and the others say."""

    def __init__(self, stage: Stage) -> None:
        self._running = stage.running("referral")
        secret = base64.urlsafe_b64decode(stage.site.secrets["keyring_secret"])
        self.secrecy = Secrecy(open_keyring(stage.site.store("keyring"), secret, "referral"), secret)
        self._others = {
            name: Running(Service(name, stored()), SqliteStore(None), self._running.log, stage.clock)
            for name in ("scheduling", "outcomes", "notifications")
        }
        for each in self._others.values():
            each.prepare()

    def refer(self, given: str, family: str, *, days_ago: int = 0, **person: Any) -> str:
        """The id of the referral."""
        incoming = IncomingReferral(
            person=IncomingPerson(given_names=(given,), family_name=family, birth_date=date(1984, 3, 9), **person),
            source=SourceOfReferral.GP_PRACTICE,
            channel=IntakeChannel.JSON,
            reason="Low mood since the winter.\nUsed to swim; would like to be active again, with others.",
        )

        def work(unit: Unit) -> str:
            unit.now -= timedelta(days=days_ago)
            return receive_referral(unit, self.secrecy, incoming).id

        id: str = self._do(work)
        return id

    def screen(self, id: str, **changes: Any) -> str:
        self._do(lambda unit: record_screening(unit, id, {**FIT, **changes}, "clinician-1"))
        return id

    def decide(self, id: str, made: Made = ACCEPT) -> str:
        def work(unit: Unit) -> None:
            seen = unit.get(Referral, id).version
            make_decision(unit, self.secrecy, id, made, seen=seen, by="clinician-1", name="Amina Yusuf")

        self._do(work)
        return id

    def is_treated(self, id: str) -> str:
        """Eight sessions booked, two attended and one missed, both measures scored, a risk open."""
        now = self._running.units.clock.now()
        ids, said = {"referral_id": id, "person_id": new_id()}, []
        for ordinal in range(1, 9):
            starts_at = now + timedelta(days=7 * (ordinal - 4))
            booking = {"booking_id": new_id(), "session_id": new_id()}
            given = {"venue_id": "gym", "format": SessionFormat.GROUP, "ordinal": ordinal}
            times = {"starts_at": starts_at, "ends_at": starts_at + timedelta(hours=1)}
            said.append(scheduling.SessionBooked(**ids, **booking, **given, **times))
            settled = {"referral_id": id, **booking, "starts_at": starts_at, "recorded_at": starts_at}
            if ordinal in (1, 2):
                said.append(scheduling.SessionAttended(**settled, code=AttendanceCode.ATTENDED))
            elif ordinal == 3:
                said.append(scheduling.SessionMissed(**settled, code=AttendanceCode.DID_NOT_ATTEND))
        for measure, scores in ((Measure.PHQ9, (17, 11)), (Measure.GAD7, (12, 6))):
            for weeks, score in zip((3, 1), scores, strict=True):
                facts = {"measure": measure, "score": score, "at_caseness": score >= 8}
                scored_at = now - timedelta(weeks=weeks)
                said.append(
                    outcomes.MeasureScored(referral_id=id, questionnaire_id=new_id(), scored_at=scored_at, **facts)
                )
        told = {"referral_id": id, "message_id": new_id(), "channel": Channel.EMAIL}
        said.append(notifications.MessageSent(**told, kind=MessageKind.REMINDER, sent_at=now - timedelta(days=9)))
        self.say(*said)
        return self.is_at_risk(id)

    def is_at_risk(self, id: str) -> str:
        facts = {"risk_id": new_id(), "trigger": RiskTrigger.PHQ9_ITEM9, "raised_at": self._running.units.clock.now()}
        self.say(outcomes.RiskRaised(referral_id=id, person_id=new_id(), **facts))
        return id

    def is_not_reached(self, id: str) -> str:
        told = {"referral_id": id, "message_id": new_id(), "kind": MessageKind.OFFER}
        stopped_at = self._running.units.clock.now()
        self.say(notifications.MessageStopped(**told, reason=StopReason.NO_CONTACT, stopped_at=stopped_at))
        return id

    def say(self, *events: Any) -> None:
        for event in events:
            units = self._others[declaration_of(event).owner].units
            units.run(TENANT, Cause(new_id()), lambda unit, event=event: unit.publish(event))
        self._follow()

    def _do(self, work: Any) -> Any:
        done = self._running.units.run(TENANT, Cause(new_id()), work)
        self._follow()
        return done

    def _follow(self) -> None:
        relays, view = [each.relay() for each in (self._running, *self._others.values())], self._running.projections()
        while sum(each.step() for each in relays) or view.step(0):
            pass
        for each in relays:
            each.release()
        view.close()
