"""Send a message that is due: write it outside of the store, then mark it sent."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Protocol

from movewell.contracts.types import MessageKind, StopReason
from movewell.keyring.port import KeyDestroyed, Keyring, KeyUnknown
from movewell.keyring.sealing import SealBroken, open_sealed
from movewell.store.documents import Stored, from_document
from movewell.store.port import Store
from movewell.store.timers import Timer
from movewell.store.unit import Unit
from movewell.telemetry import logger

from notifications.application.follow_up import give_up
from notifications.application.plan_message import stop_message
from notifications.domain.correspondence import Addressee
from notifications.domain.invitation import Invitation, invitations
from notifications.domain.message import Message, MessageStatus
from notifications.domain.task import Problem
from notifications.domain.wording import subject_of, text_of

SENDER = "Talking Therapies physical activity <no-reply@movewell.example>"
log = logger(__name__)


class Sink(Protocol):
    """Where messages go. Putting the same message again changes nothing."""

    def put(self, message_id: str, content: bytes) -> None:
        """Taken, durably, when this returns."""

    def holds(self, message_id: str) -> bool:
        """Whether it was taken."""


class Unreachable(Exception):
    """A message has nobody to go to. `broken`: a contact is there and cannot be opened."""

    def __init__(self, reason: StopReason, *, broken: bool = False) -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.broken = broken


@dataclass(frozen=True)
class Post:
    """What sending needs. `mint` makes a link's token (see `movewell.web.links.mint_link`)."""

    store: Store
    stored: Stored
    keyring: Keyring
    sink: Sink
    mint: Callable[..., str]
    public_url: str
    team_mailbox: str

    def begin(self, timer: Timer, unit: Unit) -> None:
        """Commit to sending, so that no ending can stop what may be on its way."""
        message = unit.get(Message, timer.subject)
        message.begin_sending()
        unit.save(message)

    def write(self, timer: Timer) -> None:
        """The effect: the message in the sink, unless there is nothing to send or nobody to send it to."""
        message = self._read(timer.tenant, Message, timer.subject)
        if message is None or message.status is not MessageStatus.SENDING:
            return
        addressee = self._read(timer.tenant, Addressee, message.person_id)
        with contextlib.suppress(Unreachable):  # settling says why
            self.sink.put(message.id, self._content(message, self._address(message, addressee)))

    def settle(self, timer: Timer, unit: Unit) -> None:
        """Mark it sent if the sink has it; else stop it, and say why it has nobody to go to."""
        message = unit.get(Message, timer.subject)
        if message.status is not MessageStatus.SENDING:
            return
        if self.sink.holds(message.id):
            message.mark_sent(unit.now)
            unit.save(message)
            return
        try:
            self._address(message, self._relied_on(unit, message))
        except Unreachable as found:
            if found.broken:
                log.warning("message.undeliverable", message_id=message.id, kind=message.kind.value)
            if found.reason is StopReason.NO_CONTACT:
                give_up(unit, message, Problem.SEAL_BROKEN if found.broken else Problem.NO_ADDRESS)
            else:
                stop_message(unit, message, found.reason)
        else:  # a contact came after it was looked for
            unit.later("message.sends", message.id, unit.now)

    def _relied_on(self, unit: Unit, message: Message) -> Addressee | None:
        addressee = unit.find_one(Addressee, message.person_id)
        if addressee is not None:
            unit.touch(addressee)
        return addressee

    def _read(self, tenant: str, cls: type, id: str):
        document = self.store.read(tenant, lambda tx: tx.get(self.stored.of(cls), id))
        return None if document is None else from_document(cls, document)

    def _address(self, message: Message, addressee: Addressee | None) -> str:
        """Where the message goes. Raises Unreachable."""
        if message.kind is MessageKind.RISK_ALERT:
            return self.team_mailbox
        if addressee is None or addressee.contact is None:
            erased = addressee is not None and addressee.erased
            raise Unreachable(StopReason.PERSON_ERASED if erased else StopReason.NO_CONTACT)
        try:
            contact = open_sealed(self.keyring, message.tenant, message.person_id, "contact", addressee.contact)
        except (KeyDestroyed, KeyUnknown):
            raise Unreachable(StopReason.PERSON_ERASED) from None
        except SealBroken:
            raise Unreachable(StopReason.NO_CONTACT, broken=True) from None
        email: str | None = contact.get("email")
        if not email:
            raise Unreachable(StopReason.NO_CONTACT)
        return email

    def _content(self, message: Message, address: str) -> bytes:
        """RFC 5322, the same bytes however often it is made."""
        made = EmailMessage()
        made["From"], made["To"], made["Subject"] = SENDER, address, subject_of(message)
        made["Date"] = format_datetime(message.due_at)
        made["Message-ID"] = f"<{message.id}@movewell.example>"
        made["Auto-Submitted"] = "auto-generated"
        made.set_content(text_of(message, self._links(message), self.public_url), cte="8bit")
        return made.as_bytes(policy=SMTP)

    def _links(self, message: Message) -> dict[str, str]:
        """The addresses of the message's links, by purpose."""
        return {each.purpose: self._link(message, each) for each in invitations(message)}

    def _link(self, message: Message, invitation: Invitation) -> str:
        token = self.mint(
            audience=invitation.audience,
            purpose=invitation.purpose,
            subject=invitation.subject,
            tenant=message.tenant,
            jti=invitation.jti,
            issued_at=message.due_at,
            expires_at=invitation.expires_at,
        )
        return f"{self.public_url}/{invitation.purpose}/link/{token}"
