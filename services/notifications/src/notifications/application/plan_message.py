"""Plan a message, find out whether it can be sent, stop it."""

from __future__ import annotations

from datetime import datetime, timedelta

from movewell.contracts.types import MessageKind, StopReason
from movewell.store.unit import Unit

from notifications.domain.correspondence import Addressee, Correspondence
from notifications.domain.message import Message, MessageStatus, message_id

WAIT_FOR_CONTACT = timedelta(days=7)
MOST = 500


def plan_message(
    unit: Unit,
    kind: MessageKind,
    occasion: str,
    *,
    referral_id: str,
    person_id: str,
    due_at: datetime,
    facts: dict[str, str | int],
) -> None:
    """Plan it once; if no contact is known yet, it waits for one. After an ending only what is told even then."""
    id = message_id(unit.tenant, kind, occasion)
    to_team = kind is MessageKind.RISK_ALERT
    if unit.find_one(Message, id) is not None:
        return
    if not to_team and not _correspondence(unit, referral_id).admits(kind):
        return
    message = Message(
        id=id,
        tenant=unit.tenant,
        referral_id=referral_id,
        person_id=person_id,
        kind=kind,
        occasion=occasion,
        due_at=due_at,
        facts=facts,
    )
    addressee = None if to_team else _addressee(unit, person_id)
    if addressee is not None and addressee.erased:
        return
    message.announce()
    if addressee is None or addressee.contact is not None:
        _schedule(unit, message)
    else:
        unit.save(message)
        unit.later("contact.awaited", id, max(unit.now, due_at) + WAIT_FOR_CONTACT)


def _correspondence(unit: Unit, referral_id: str) -> Correspondence:
    """Whether the referral has ended; who ends it at the same moment conflicts with this, and so meets the message."""
    found = unit.find_one(Correspondence, referral_id)
    if found is not None:
        unit.touch(found)
        return found
    begun = Correspondence(id=referral_id, tenant=unit.tenant)
    unit.save(begun)
    return begun


def _addressee(unit: Unit, person_id: str) -> Addressee:
    """Likewise for a contact that comes, and for a person who is erased."""
    found = unit.find_one(Addressee, person_id)
    if found is not None:
        unit.touch(found)
        return found
    unknown = Addressee(id=person_id, tenant=unit.tenant)
    unit.save(unknown)
    return unknown


def _schedule(unit: Unit, message: Message) -> None:
    message.plan()
    unit.save(message)
    unit.later("message.sends", message.id, message.due_at)
    unit.not_later("contact.awaited", message.id)


def contact_known(unit: Unit, person_id: str) -> None:
    """What waited for a contact can be sent, unless its time is over: nobody is reminded too late."""
    for message in unsent_of_person(unit, person_id):
        if message.status is not MessageStatus.AWAITING_CONTACT:
            continue
        if message.kind is MessageKind.REMINDER and message.due_at < unit.now:
            stop_message(unit, message, StopReason.NO_LONGER_TRUE)
        else:
            _schedule(unit, message)


def stop_message(unit: Unit, message: Message, reason: StopReason) -> None:
    """Stop it and take its timers away."""
    message.stop(reason, unit.now)
    unit.save(message)
    unit.not_later("message.sends", message.id)
    unit.not_later("contact.awaited", message.id)


def stop_occasion(unit: Unit, kind: MessageKind, occasion: str) -> None:
    """The occasion is no longer there: its message is not sent, if there is one."""
    message = unit.find_one(Message, message_id(unit.tenant, kind, occasion))
    if message is not None and message.is_unsent:
        stop_message(unit, message, StopReason.NO_LONGER_TRUE)


def unsent_of_person(unit: Unit, person_id: str) -> list[Message]:
    """Every message to a person that is not sent."""
    found = unit.find(Message, {"person_id": person_id}, limit=MOST)
    return [each for each in found if each.is_unsent]


def unsent_of_referral(unit: Unit, referral_id: str) -> list[Message]:
    """Every message about a referral that is not sent."""
    return [each for each in messages_of_referral(unit, referral_id) if each.is_unsent]


def messages_of_referral(unit: Unit, referral_id: str) -> list[Message]:
    """Every message about a referral, sent or not."""
    return unit.find(Message, {"referral_id": referral_id}, limit=MOST)
