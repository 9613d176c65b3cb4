"""Which event asks for which message, and which takes one back."""

from __future__ import annotations

from datetime import timedelta

from movewell.contracts import outcomes as scored
from movewell.contracts import people
from movewell.contracts import referral as said
from movewell.contracts import scheduling as scheduled
from movewell.contracts.types import MessageKind, StopReason
from movewell.store.unit import Unit
from movewell.wire.schema import time_text

from notifications.application.follow_up import drop_tasks
from notifications.application.plan_message import (
    contact_known,
    plan_message,
    stop_message,
    stop_occasion,
    unsent_of_person,
    unsent_of_referral,
)
from notifications.domain.correspondence import DECEASED, Addressee, Correspondence

ANSWER_WITHIN = timedelta(days=7)


def tell_offer(event: scheduled.PlaceOffered, unit: Unit) -> None:
    """A place is held: ask the patient."""
    plan_message(
        unit,
        MessageKind.OFFER,
        event.offer_id,
        referral_id=event.referral_id,
        person_id=event.person_id,
        due_at=event.offered_at,
        facts={
            "sessions": event.sessions,
            "starts_at": time_text(event.first_starts_at),
            "expires_at": time_text(event.expires_at),
        },
    )


Answered = (
    scheduled.OfferAccepted
    | scheduled.OfferDeclined
    | scheduled.OfferLapsed
    | scheduled.OfferWithdrawn
    | scheduled.OfferReturned
)


def offer_is_over(event: Answered, unit: Unit) -> None:
    """Nobody needs to be asked any more."""
    stop_occasion(unit, MessageKind.OFFER, event.offer_id)


def tell_questionnaire(event: scored.QuestionnaireOpened, unit: Unit) -> None:
    """Ask for answers."""
    plan_message(
        unit,
        MessageKind.QUESTIONNAIRE,
        event.questionnaire_id,
        referral_id=event.referral_id,
        person_id=event.person_id,
        due_at=event.opened_at,
        facts={
            "due_at": time_text(event.due_at),
            "expires_at": time_text(event.due_at + ANSWER_WITHIN),
        },
    )


def questionnaire_is_over(event: scored.QuestionnaireAnswered | scored.QuestionnaireClosed, unit: Unit) -> None:
    """Answers are no longer asked for."""
    stop_occasion(unit, MessageKind.QUESTIONNAIRE, event.questionnaire_id)


def alert_team(event: scored.RiskRaised, unit: Unit) -> None:
    """A clinician must look today, also when the referral has ended."""
    plan_message(
        unit,
        MessageKind.RISK_ALERT,
        event.risk_id,
        referral_id=event.referral_id,
        person_id=event.person_id,
        due_at=event.raised_at,
        facts={"trigger": event.trigger.value},
    )


Ending = (
    said.ReferralCancelled
    | said.ReferralWithdrawn
    | said.ReferralDischarged
    | said.ReferralDeclined
    | said.ReferralErased
)


def end_correspondence(event: Ending | said.ReferralSignposted, unit: Unit) -> None:
    """Nothing more is written to the patient about this referral."""
    found = unit.find_one(Correspondence, event.referral_id)
    correspondence = found or Correspondence(id=event.referral_id, tenant=unit.tenant)
    correspondence.ended = True
    if isinstance(event, said.ReferralDischarged):
        correspondence.deceased = event.end_code in DECEASED
    unit.save(correspondence)
    signposted = isinstance(event, said.ReferralSignposted)
    for message in unsent_of_referral(unit, event.referral_id):
        if not correspondence.admits(message.kind) and not (signposted and message.kind is MessageKind.SIGNPOST):
            stop_message(unit, message, StopReason.REFERRAL_ENDED)


def tell_signpost(event: said.ReferralSignposted, unit: Unit) -> None:
    """Recommend the activity, then close."""
    plan_message(
        unit,
        MessageKind.SIGNPOST,
        event.referral_id,
        referral_id=event.referral_id,
        person_id=event.person_id,
        due_at=event.signposted_at,
        facts={"activity": event.activity},
    )
    end_correspondence(event, unit)


def keep_contact(event: people.PersonRegistered | people.ContactReplaced, unit: Unit) -> None:
    """Keep the contact, sealed; what waited for it can go."""
    found = unit.find_one(Addressee, event.person_id)
    addressee = found or Addressee(id=event.person_id, tenant=unit.tenant)
    if addressee.erased:
        return
    addressee.contact = event.contact
    addressee.identity = getattr(event, "identity", addressee.identity)
    unit.save(addressee)
    contact_known(unit, event.person_id)


def forget_person(event: people.PersonErased, unit: Unit) -> None:
    """Nothing is known and nothing is written any more."""
    found = unit.find_one(Addressee, event.person_id)
    addressee = found or Addressee(id=event.person_id, tenant=unit.tenant)
    addressee.contact, addressee.identity, addressee.erased = None, None, True
    unit.save(addressee)
    for message in unsent_of_person(unit, event.person_id):
        if message.kind is not MessageKind.RISK_ALERT:
            stop_message(unit, message, StopReason.PERSON_ERASED)
    drop_tasks(unit, event.person_id)
