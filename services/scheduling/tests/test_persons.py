"""Scheduling knows people by what is sealed, opens it for a page, and forgets it all when they are erased."""

from __future__ import annotations

from pathlib import Path

import pytest
from movewell.adapters import open_keyring
from movewell.contracts.adverse_events import AdverseEventAction, AdverseEventKind, AdverseEventSeverity, Relatedness
from movewell.contracts.people import PersonErased, PersonRegistered
from movewell.keyring.port import KeyDestroyed
from movewell.keyring.sealing import seal
from scheduling.application.keep_person import forget_person, keep_person
from scheduling.application.open_names import Known, Names, persons
from scheduling.application.report_adverse_event import Happening, report_adverse_event
from scheduling.application.write_note import write_note
from scheduling.domain.booking import TooEarly
from scheduling.domain.person import Note, Person

from .scene import START, TENANT, Site, uid

PERSON = uid(1001)
HAPPENING = Happening(
    AdverseEventKind.FALL, AdverseEventSeverity.MILD, Relatedness.RELATED, AdverseEventAction.FIRST_AID
)


class Secrets:
    """One keyring, as referral makes keys in it and scheduling reads them."""

    def __init__(self, folder: Path) -> None:
        url = f"sqlite:///{folder / 'keyring.sqlite'}"
        self.owner, self.reader = (open_keyring(url, b"k" * 32, each) for each in ("referral", "scheduling"))
        self.owner.create(TENANT, PERSON)

    def registered(self) -> PersonRegistered:
        identity = {"given_names": ["Ada", "May"], "family_name": "Example", "birth_date": "1990-01-01"}
        sealed = seal(self.owner, TENANT, PERSON, "identity", identity)
        return PersonRegistered(person_id=PERSON, identity=sealed, contact=sealed, registered_at=START)


@pytest.fixture
def secrets(tmp_path: Path) -> Secrets:
    return Secrets(tmp_path)


@pytest.fixture
def known(site: Site, secrets: Secrets) -> Site:
    """Patient 1 is known and has booked."""
    site.series()
    site.accepted(1)
    site.accept(1)
    site.do(lambda unit: keep_person(secrets.registered(), unit))
    return site


def opened(site: Site, secrets: Secrets) -> Known:
    kept = site.do(lambda unit: persons(unit, [PERSON]))
    return Names(secrets.reader).known(kept)[PERSON]


def erased(site: Site) -> None:
    site.do(lambda unit: forget_person(PersonErased(person_id=PERSON, erased_at=START), unit))


def kept(site: Site) -> str:
    collections = ("persons", "notes", "adverse_events", "bookings", "sessions", "outbox")
    return str([list(site.running.store.scan(each)) for each in collections])


def test_a_name_is_opened_for_a_page_and_kept_nowhere(known: Site, secrets: Secrets) -> None:
    name = opened(known, secrets).name
    assert name is not None and name.reveal() == "Ada May Example"
    assert "Example" not in kept(known) and "1990" not in kept(known) and "Example" not in repr(name)


def test_of_somebody_unknown_there_is_no_name_yet(site: Site, secrets: Secrets) -> None:
    assert opened(site, secrets) == Known(PERSON)


def test_erasure_takes_name_and_notes_away_for_ever(known: Site, secrets: Secrets) -> None:
    booking = known.bookings(1)[0]
    known.do(lambda unit: write_note(unit, secrets.reader, booking.id, "Sore knee.", "sam"))
    erased(known)
    assert list(known.running.store.scan("notes")) == []
    known.do(lambda unit: keep_person(secrets.registered(), unit))
    assert known.do(lambda unit: unit.get(Person, PERSON)).identity is None
    assert opened(known, secrets) == Known(PERSON, erased=True)


def test_where_the_key_is_destroyed_before_the_event_comes_nothing_is_shown(known: Site, secrets: Secrets) -> None:
    secrets.owner.destroy(TENANT, PERSON)
    assert opened(known, secrets) == Known(PERSON, erased=True)


def test_a_note_is_sealed_and_says_who_wrote_it(known: Site, secrets: Secrets) -> None:
    booking = known.bookings(1)[0]
    note = known.do(lambda unit: write_note(unit, secrets.reader, booking.id, "Sore knee.", "sam"))
    assert "Sore" not in kept(known)
    words = Names(secrets.reader).text(known.do(lambda unit: unit.get(Note, note.id)))
    assert words is not None and (words.reveal(), note.written_by) == ("Sore knee.", "sam")


def test_nothing_is_written_about_who_was_erased(known: Site, secrets: Secrets) -> None:
    booking = known.bookings(1)[0]
    erased(known)
    with pytest.raises(KeyDestroyed):
        known.do(lambda unit: write_note(unit, secrets.reader, booking.id, "Sore knee.", "sam"))


def test_what_happened_at_a_session_is_told_in_codes(known: Site) -> None:
    booking = known.bookings(1)[0]
    with pytest.raises(TooEarly):
        known.do(lambda unit: report_adverse_event(unit, booking.id, HAPPENING, "sam"))
    known.clock.moment = booking.starts_at
    known.do(lambda unit: report_adverse_event(unit, booking.id, HAPPENING, "sam"))
    assert known.events()[-1] == "movewell.adverse_event.reported.v1"
    (row,) = known.running.store.scan("adverse_events")
    assert (row["kind"], row["severity"], row["relatedness"], row["action"]) == (
        "fall", "mild", "related", "first_aid",
    )  # fmt: skip
