"""What codes of messages mean, in words for staff. By value, so that the tables are complete before a kind is used."""

from __future__ import annotations

from movewell.contracts.types import StopReason

from notifications.domain.message import MessageStatus
from notifications.domain.task import Problem

KINDS = {
    "offer": "Offer of a place",
    "confirmation": "Sessions are booked",
    "reminder": "Reminder of a session",
    "questionnaire": "Questions before a session",
    "risk_alert": "Risk alert to the team",
    "signpost": "Suggested activity",
    "cancellation": "A session is cancelled",
    "move": "A session has moved",
}
TELL = {
    "offer": "Tell them about the place and until when it is held. You can answer for them on the offer’s page.",
    "confirmation": "Tell them when and where their first session is.",
    "reminder": "Remind them of their next session.",
    "questionnaire": "Ask them the questions on the phone.",
    "signpost": "Tell them which activity near them was suggested.",
    "cancellation": "Tell them that they do not need to come to the session.",
    "move": "Tell them the new time of their session.",
}
PROBLEMS = {
    Problem.NO_ADDRESS: "There is no email address",
    Problem.SEAL_BROKEN: "The contact details cannot be read",
    Problem.NEVER_CAME: "No contact details came within a week",
}
MEND = {
    Problem.NO_ADDRESS: "Ask for an email address and add it to the referral, so that the next message arrives.",
    Problem.SEAL_BROKEN: "Ask for the contact details again and replace them on the referral. Report this to whoever"
    " runs Movewell: something was damaged.",
    Problem.NEVER_CAME: "Ask the referrer for contact details and add them to the referral.",
}
STATUSES = {
    MessageStatus.AWAITING_CONTACT: "Waits for contact details",
    MessageStatus.PLANNED: "Planned",
    MessageStatus.SENDING: "Being sent",
    MessageStatus.SENT: "Sent",
    MessageStatus.STOPPED: "Not sent",
}
REASONS = {
    StopReason.REFERRAL_ENDED: "the referral had ended",
    StopReason.NO_LONGER_TRUE: "it was no longer needed",
    StopReason.NO_CONTACT: "nobody could be written to",
    StopReason.PERSON_ERASED: "the person was erased",
}
