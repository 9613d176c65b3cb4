"""What messages say. Plain words; no clinical word in a subject; help lines in every message to a patient."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from movewell.contracts.types import MessageKind, RiskTrigger

from notifications.domain.invitation import STAYS
from notifications.domain.message import Message

Facts = Mapping[str, str | int]
Links = Mapping[str, str]

_LONDON = ZoneInfo("Europe/London")
_HELP = (
    "If you need help now\n"
    "- Call 999 if your life or somebody else's is at risk.\n"
    "- Call 111 and choose option 2 to talk to a mental health professional, day or night.\n"
    "- Call Samaritans free on 116 123, day or night.\n"
)
_SUBJECTS = {
    MessageKind.OFFER: "Your appointment: we have a place for you",
    MessageKind.CONFIRMATION: "Your appointment: your sessions are booked",
    MessageKind.REMINDER: "Your appointment is in two days",
    MessageKind.QUESTIONNAIRE: "Your appointment: some questions first",
    MessageKind.RISK_ALERT: "Movewell: a risk item needs a clinician today",
    MessageKind.SIGNPOST: "Your appointment: something near you",
    MessageKind.CANCELLATION: "Your appointment is cancelled",
    MessageKind.MOVE: "Your appointment has moved",
}
_RAISED = {
    RiskTrigger.PHQ9_ITEM9.value: "A patient's answers",
    RiskTrigger.RELIABLE_DETERIORATION.value: "A patient's answers",
    RiskTrigger.SERIOUS_ADVERSE_EVENT.value: "What happened to a patient at a session",
}


def subject_of(message: Message) -> str:
    """The subject line; it may be seen on a locked phone."""
    return _SUBJECTS[message.kind]


def text_of(message: Message, links: Mapping[str, str], public_url: str) -> str:
    """The whole text. `links` are the patient's own, by purpose (see `invitation.py`)."""
    facts = message.facts
    if message.kind is MessageKind.RISK_ALERT:
        return (
            f"{_RAISED[str(facts['trigger'])]} raised a risk item. A clinician must look at it today.\n\n"
            f"Risk item: {message.occasion}\nReferral: {message.referral_id}\nRaised by: {facts['trigger']}\n\n"
            f"Open Movewell at {public_url} to acknowledge it. Do not reply with details of the patient.\n"
        )
    paragraphs = {
        MessageKind.OFFER: _offer,
        MessageKind.CONFIRMATION: _confirmation,
        MessageKind.REMINDER: _reminder,
        MessageKind.QUESTIONNAIRE: _questionnaire,
        MessageKind.SIGNPOST: _signpost,
        MessageKind.CANCELLATION: _cancellation,
        MessageKind.MOVE: _move,
    }[message.kind](facts, links)
    return "\n\n".join(["Hello", *paragraphs, "Your Talking Therapies service", _HELP])


def when(moment: str | int) -> str:
    """Monday 9 March 2026 at 10am, in London; as the NHS digital service manual has it ("Dates and times")."""
    return when_of(datetime.fromisoformat(str(moment)))


def when_of(moment: datetime) -> str:
    """The same of a moment."""
    local = moment.astimezone(_LONDON)
    return f"{local:%A} {local.day} {local:%B %Y} at {_clock(local)}"


def _clock(local: datetime) -> str:
    """10am, 10:30am, midday, midnight."""
    if local.minute == 0 and local.hour % 12 == 0:
        return "midday" if local.hour else "midnight"
    minutes = f":{local:%M}" if local.minute else ""
    return f"{local.hour % 12 or 12}{minutes}{'am' if local.hour < 12 else 'pm'}"


def _offer(facts: Facts, links: Links) -> list[str]:
    return [
        f"We have a place for you on {facts['sessions']} sessions. The first is on {when(facts['starts_at'])}.",
        f"Please tell us by {when(facts['expires_at'])} if you want the place. Use this link:",
        links["offer"],
        "The link is for you only and works once.",
    ]


def _confirmation(facts: Facts, links: Links) -> list[str]:
    return [
        f"Your sessions are booked. The first is on {when(facts['starts_at'])}.",
        "We will remind you two days before each session. Wear clothes and shoes that you can move in.",
        "If you feel unwell on the day, do not come. Call us instead.",
        "See all your sessions, move or cancel one, or add them to your calendar. Use this link:",
        links["booking"],
        _once(facts),
    ]


def _reminder(facts: Facts, links: Links) -> list[str]:
    return [
        f"Your next session is on {when(facts['starts_at'])}.",
        "If you cannot come, please tell us, so that somebody else can have the place. "
        "Use this link to move or cancel the session, or call us:",
        links["booking"],
        "If you have answered our questions, you can see how your answers have changed. Use this link:",
        links["progress"],
        _once(facts, "Each link"),
    ]


def _move(facts: Facts, links: Links) -> list[str]:
    return [
        f"Your session on {when(facts['former_starts_at'])} has moved. It is now on {when(facts['starts_at'])}.",
        "To see where it is, or to add it to your calendar, use this link:",
        links["booking"],
        _once(facts),
        "If you did not expect this, please call us.",
    ]


def _once(facts: Facts, what: str = "The link") -> str:
    """How long the pages of a referral are open: until a week after the session, on the device of the first use."""
    until = when_of(datetime.fromisoformat(str(facts["starts_at"])) + STAYS)
    return (
        f"{what} is for you only and works once. You can come back to the page on the same phone or computer "
        f"until {until}. Every reminder brings new links."
    )


def _questionnaire(facts: Facts, links: Links) -> list[str]:
    return [
        f"Please answer some questions before your session on {when(facts['due_at'])}. Use this link:",
        links["questionnaire"],
        "It takes about five minutes. The link is for you only and works once.",
    ]


def _cancellation(facts: Facts, links: Links) -> list[str]:
    times = str(facts.get("times") or facts["starts_at"]).split()
    if len(times) == 1:
        what = f"Your session on {when(times[0])} is cancelled. You do not need to come."
    else:
        what = "\n".join(["These sessions are cancelled. You do not need to come:", *(f"- {when(at)}" for at in times)])
    return [
        what,
        "If you did not expect this, or want to talk about what comes next, please call us.",
    ]


def _signpost(facts: Facts, links: Links) -> list[str]:
    return [
        f"We think that this local activity would suit you: {str(facts['activity']).replace('-', ' ')}.",
        "Ask us if you want help to get started.",
    ]
