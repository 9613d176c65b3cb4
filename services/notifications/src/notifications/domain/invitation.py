"""Which pages a message invites to, and until when: what its links are made of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from movewell.contracts.types import MessageKind

from notifications.domain.message import Message

STAYS = timedelta(days=7)
"""A link to a referral's own pages works until so long after the session that its message is about."""
_AUDIENCES = {"offer": "scheduling", "questionnaire": "outcomes", "booking": "scheduling", "progress": "outcomes"}
_ABOUT_ONE_THING = {MessageKind.OFFER: "offer", MessageKind.QUESTIONNAIRE: "questionnaire"}
_ABOUT_THE_REFERRAL = {
    MessageKind.CONFIRMATION: ("booking",),
    MessageKind.MOVE: ("booking",),
    MessageKind.REMINDER: ("booking", "progress"),
}


@dataclass(frozen=True)
class Invitation:
    """One link. `subject` is whose page it opens; `jti` is the same however often the message is written."""

    purpose: str
    subject: str
    jti: str
    expires_at: datetime

    @property
    def audience(self) -> str:
        """The service that the page belongs to."""
        return _AUDIENCES[self.purpose]


def invitations(message: Message) -> list[Invitation]:
    """To an offer or questionnaire until it expires; to the sessions and to the progress of a referral."""
    if purpose := _ABOUT_ONE_THING.get(message.kind):
        expires_at = datetime.fromisoformat(str(message.facts["expires_at"]))
        return [Invitation(purpose, message.occasion, message.id, expires_at)]
    return [
        Invitation(purpose, message.referral_id, str(uuid5(UUID(message.id), purpose)), stays_until(message))
        for purpose in _ABOUT_THE_REFERRAL.get(message.kind, ())
    ]


def stays_until(message: Message) -> datetime:
    """When the links to a referral's pages end, of a message about a session."""
    return datetime.fromisoformat(str(message.facts["starts_at"])) + STAYS
