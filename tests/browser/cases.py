"""Patients of outcomes and notifications on the stage, in every state that their pages know."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from movewell.adapters import open_keyring
from movewell.contracts import people
from movewell.contracts import scheduling as scheduled
from movewell.contracts.types import Actor, MessageKind, RiskOutcome, RiskTrigger, SessionFormat
from movewell.keyring.sealing import seal
from movewell.projections import current_generation, rows_of
from movewell.settings import ServiceSettings, load
from movewell.store.unit import new_id
from movewell.wire.schema import time_text
from notifications.application.follow_up import finish_task, give_up
from notifications.application.plan_message import plan_message
from notifications.domain.message import Message, message_id
from notifications.domain.task import Problem
from notifications.entrypoints.subscriptions import REACTIONS as NOTIFICATIONS
from outcomes.application.keep_answers import keep_answers
from outcomes.bootstrap import SERVICE as OUTCOMES
from outcomes.domain.case import Case, Scored
from outcomes.domain.measures import INSTRUMENTS
from outcomes.domain.questionnaire import Questionnaire
from outcomes.domain.risk_item import RiskItem
from outcomes.projections.course_rows import COURSES

from deploy.local.site import TENANT
from tests.browser.stage import Stage

ITEMS = [item.id for each in INSTRUMENTS.values() for item in each.items]
LONG = ("Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch", "Featherstonehaugh-Cholmondeley")
ARABIC = ("عبد الرحمن", "الأحمدي")
Name = tuple[str, str]


def answers(phq9: int, gad7: int, item9: int = 0) -> dict[str, int]:
    """Answers that come to these totals; item 9 as given."""
    made = {"phq9_9": item9}
    for name, total, items in (("phq9", phq9 - item9, 8), ("gad7", gad7, 7)):
        for n in range(1, items + 1):
            made[f"{name}_{n}"] = min(3, total)
            total -= made[f"{name}_{n}"]
    return made


class Person:
    """Somebody whose name outcomes and notifications know."""

    def __init__(self, stage: Stage, name: Name = ("Alma", "Testwell"), phone: str = "07700 900123") -> None:
        self.stage, self.referral_id, self.person_id = stage, new_id(), new_id()
        self.now: datetime = stage.clock.now()
        settings = load(ServiceSettings, stage.site.environment("referral", stage.url, None))
        keys = open_keyring(settings.keyring_url, settings.keyring_secret, "referral")
        keys.create(TENANT, self.person_id)
        of = {"identity": {"given_names": [name[0]], "family_name": name[1]}, "contact": {"phone": phone}}
        sealed = {purpose: seal(keys, TENANT, self.person_id, purpose, each) for purpose, each in of.items()}
        keys.close()
        event = people.PersonRegistered(person_id=self.person_id, **sealed, registered_at=self.now)
        for service, reactions in (("outcomes", OUTCOMES.reactions), ("notifications", NOTIFICATIONS)):
            heard = reactions[people.PersonRegistered]
            self.do(service, lambda unit, heard=heard: heard(event, unit))

    def do(self, service: str, work: Any) -> Any:
        return self.stage.at(service, work)

    def scored(self, *totals: tuple[int, int], item9: int = 0, erased: bool = False) -> str:
        """Answered once a week until now; the referral's id."""
        case = Case(id=self.referral_id, tenant=TENANT, person_id=self.person_id, attended=len(totals))
        asked = [self._answered(case, place, len(totals), pair, item9) for place, pair in enumerate(totals)]
        asked.append(self._asked(len(totals) + 1, self.now + timedelta(days=2)))
        asked[-1].open(self.now)
        if erased:
            for each in asked:
                each.forget_answers()
        self.do("outcomes", lambda unit: [unit.save(each) for each in (case, *asked)])
        return self.referral_id

    def _answered(self, case: Case, place: int, of: int, pair: tuple[int, int], item9: int) -> Questionnaire:
        at = self.now - timedelta(weeks=of - place, hours=2)
        asked = self._asked(place + 1, at + timedelta(hours=26))
        asked.open(at)
        totals = asked.answer(answers(*pair, item9), Actor.PATIENT if place % 2 else Actor.STAFF, at)
        asked.taken_by = None if place % 2 else "Chloe Evans (coordinator-1)"
        case.scores += [Scored(measure, total, at) for measure, total in totals.items()]
        return asked

    def _asked(self, ordinal: int, due_at: datetime) -> Questionnaire:
        ids = {"id": new_id(), "referral_id": self.referral_id, "person_id": self.person_id, "booking_id": new_id()}
        return Questionnaire(**ids, tenant=TENANT, ordinal=ordinal, due_at=due_at)

    def risk(self, then: str = "open", raised: timedelta = timedelta(minutes=5), **more: Any) -> str:
        """The id of a risk item that is open, acknowledged or closed."""
        asked = self._asked(1, self.now)
        item = RiskItem(
            id=new_id(),
            tenant=TENANT,
            referral_id=self.referral_id,
            person_id=self.person_id,
            questionnaire_id=asked.id,
            raised_at=self.now - raised,
            **{"trigger": RiskTrigger.PHQ9_ITEM9, **more},
        )
        if then != "open":
            item.acknowledge("Amina Yusuf (clinician-1)", self.now)
        if then == "closed":
            item.close(RiskOutcome.NOT_REACHED, "Amina Yusuf (clinician-1)", self.now)
        self.do("outcomes", lambda unit: [unit.save(each) for each in (asked, item)])
        return item.id

    def course(self, **facts: Any) -> str:
        """A row of courses; the referral's id. Moments are told by how long ago they were."""
        moments = {name: time_text(self.now - ago) for name, ago in facts.items() if isinstance(ago, timedelta)}
        running = self.stage.running("outcomes")
        name = rows_of(COURSES.collection, current_generation(running.store)).name
        row = {"id": self.referral_id, "tenant": TENANT, **facts, **moments}
        running.store.transaction(TENANT, lambda tx: tx.add(name, row))
        return self.referral_id

    def bookings(self) -> dict[str, dict[str, Any]]:
        """One they came to, one they missed, one that was cancelled, two to come."""
        came = ("attended", "missed", "cancelled", "", "")
        return {
            new_id(): {"starts_at": time_text(self.now + timedelta(weeks=n - 3, days=2)), "ordinal": n, "came": each}
            for n, each in enumerate(came, start=1)
        }

    def unwritten(self, kind: MessageKind, problem: Problem, then: str = "open") -> str:
        """A message that could not be sent; the referral's id."""
        occasion = new_id()
        facts = {"starts_at": time_text(self.now), "expires_at": time_text(self.now), "sessions": 8}

        def work(unit: Any) -> None:
            ids = {"referral_id": self.referral_id, "person_id": self.person_id}
            plan_message(unit, kind, occasion, **ids, due_at=unit.now, facts=facts)
            id = message_id(unit.tenant, kind, occasion)
            give_up(unit, unit.get(Message, id), problem)
            if then == "done":
                finish_task(unit, id, "Chloe Evans (coordinator-1)")

        self.do("notifications", work)
        return self.referral_id

    def written(self) -> str:
        """Messages sent, planned and stopped; the referral's id."""
        self.unwritten(MessageKind.CONFIRMATION, Problem.NO_ADDRESS)
        self.do(
            "notifications",
            lambda unit: plan_message(
                unit,
                MessageKind.REMINDER,
                new_id(),
                referral_id=self.referral_id,
                person_id=self.person_id,
                due_at=self.now + timedelta(days=3),
                facts={"starts_at": time_text(self.now)},
            ),
        )
        return self.referral_id


def booked(stage: Stage) -> scheduled.SessionBooked:
    """A first session in nine days; its questionnaire is open."""
    starts_at = stage.clock.now() + timedelta(days=9)
    event = scheduled.SessionBooked(
        **{name: new_id() for name in ("referral_id", "person_id", "booking_id", "session_id")},
        venue_id="gym",
        format=SessionFormat.GROUP,
        ordinal=1,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=1),
    )
    stage.at("outcomes", lambda unit: OUTCOMES.reactions[type(event)](event, unit))
    return event


def begun(stage: Stage, questionnaire: str, **given: int) -> str:
    """Answers that are kept and not sent."""
    stage.at("outcomes", lambda unit: keep_answers(unit, questionnaire, given))
    return questionnaire
