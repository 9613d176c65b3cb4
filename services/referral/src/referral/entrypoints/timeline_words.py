"""What happened to a referral, said in one sentence each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from movewell.store.port import Document
from movewell.web.times import in_london

from referral.entrypoints import wording as words
from referral.entrypoints.wording import in_words


@dataclass(frozen=True)
class Entry:
    """`at` is a moment; `words` a sentence; `hint` more of it, or nothing."""

    at: datetime
    words: str
    hint: str = ""


def told(entries: list[Document], activities: dict[str, str]) -> list[Entry]:
    """The timeline's entries in words, the newest first."""
    return [_told(each, activities) for each in reversed(entries)]


def _told(entry: Document, activities: dict[str, str]) -> Entry:
    at, said = datetime.fromisoformat(entry["at"]), WORDS.get(entry["what"])
    if said is None:
        return Entry(at, in_words({}, entry["what"].replace(".", " ")))
    first, _, hint = said({**entry, "activities": activities}).partition("|")
    return Entry(at, first, hint)


def _screened(entry: Document) -> str:
    return f"The patient was screened: {in_words(words.OUTCOMES, entry['outcome']).lower()}"


def _offered(entry: Document) -> str:
    sessions, first = entry["sessions"], in_london(datetime.fromisoformat(entry["first_starts_at"]))
    until = in_london(datetime.fromisoformat(entry["expires_at"]))
    return (
        f"A place was offered: {in_words(words.FORMATS, entry['format']).lower()}, {sessions} in all"
        f"|The first is on {first}. The place is held until {until}."
    )


def _signposted(entry: Document) -> str:
    return f"The patient was signposted to {in_words(entry['activities'], entry['activity'])}"


def _scored(entry: Document) -> str:
    measure = in_words(words.MEASURES, entry["measure"])
    return f"{measure} score: {entry['score']}|{'At' if entry['at_caseness'] else 'Below'} the cut-off for caseness."


def _reviewed(entry: Document) -> str:
    found = [
        said
        for name, said in (
            ("recovered", "recovered"),
            ("reliably_improved", "reliably improved"),
            ("reliably_deteriorated", "reliably deteriorated"),
        )
        if entry[name]
    ]
    return f"The outcome was reviewed: {' and '.join(found) or 'no reliable change'}"


def _delivered(entry: Document) -> str:
    return f"The programme is over|{entry['sessions_attended']} of {entry['sessions_booked']} sessions attended."


def _moved(entry: Document) -> str:
    former, starts = (in_london(datetime.fromisoformat(entry[each])) for each in ("former_starts_at", "starts_at"))
    return f"A session was moved by {in_words(words.ACTORS, entry['by'])}|From {former} to {starts}."


def _corrected(entry: Document) -> str:
    was, code = (in_words(words.ATTENDANCE, entry[each]).lower() for each in ("was", "code"))
    return f"An attendance was corrected: {code}|It was: {was}."


def _reported(entry: Document) -> str:
    what = in_words(words.ADVERSE_EVENTS, entry["kind"])
    return (
        f"An adverse event at a session: {what} ({entry['severity']})|{words.ADVERSE_ACTIONS.get(entry['action'], '')}"
    )


def _by(said: str) -> Callable[[Document], str]:
    return lambda entry: f"{said} by {in_words(words.ACTORS, entry['by'])}"


WORDS: dict[str, Callable[[Document], str]] = {
    "referral.received": lambda e: f"The referral was received|From: {in_words(words.SOURCES, e['source'])}.",
    "screening.recorded": _screened,
    "clearance.withdrawn": lambda e: "The clearance to exercise was withdrawn",
    "referral.accepted": lambda e: (
        f"The referral was accepted for {e['sessions_planned']} {in_words(words.FORMATS, e['format']).lower()}"
    ),
    "referral.signposted": _signposted,
    "referral.declined": lambda e: f"The referral was declined|Reason: {in_words(words.REJECTIONS, e['reason'])}.",
    "referral.cancelled": lambda e: f"The referral was cancelled: {in_words(words.CANCELLATIONS, e['reason'])}",
    "referral.withdrawn": lambda e: "The patient withdrew from the referral",
    "referral.discharged": lambda e: f"The patient was discharged|{in_words(words.END_CODES, e['end_code'])}.",
    "referral.erased": lambda e: "The person’s details were erased",
    "place.offered": _offered,
    "offer.accepted": _by("The place was accepted"),
    "offer.declined": _by("The place was declined"),
    "offer.lapsed": lambda e: "The place was given back: nobody answered in time",
    "offer.returned": _by("Another time was asked for"),
    "booking.moved": _moved,
    "attendance.corrected": _corrected,
    "adverse_event.reported": _reported,
    "offer.withdrawn": lambda e: "The place was withdrawn",
    "waiting.started": lambda e: "No place was free: the patient went on the waiting list",
    "waiting.ended": lambda e: "The patient left the waiting list",
    "booking.cancelled": _by("A session was cancelled"),
    "session.attended": lambda e: f"Session: {in_words(words.ATTENDANCE, e['code']).lower()}",
    "session.missed": lambda e: f"Session: {in_words(words.ATTENDANCE, e['code']).lower()}",
    "programme.delivered": _delivered,
    "questionnaire.opened": lambda e: f"Questionnaire {e['ordinal']} was opened for the patient",
    "questionnaire.answered": _by("A questionnaire was answered"),
    "questionnaire.closed": lambda e: f"A questionnaire was closed: {in_words(words.CLOSES, e['reason'])}",
    "measure.scored": _scored,
    "risk.raised": lambda e: f"A risk was raised: {in_words(words.RISKS, e['trigger'])}",
    "risk.acknowledged": lambda e: "A clinician took the risk on",
    "risk.closed": lambda e: f"A risk was closed: {in_words(words.RISK_OUTCOMES, e['outcome'])}",
    "outcome.reviewed": _reviewed,
    "message.sent": lambda e: f"A message was sent: {in_words(words.MESSAGES, e['kind'])}",
    "message.stopped": lambda e: (
        f"A message was not sent: {in_words(words.MESSAGES, e['kind'])}|Because {in_words(words.STOPS, e['reason'])}."
    ),
}
"""Name of the event → its sentence, and after a bar what is said in smaller type."""
