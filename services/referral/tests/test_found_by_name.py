"""Family names are found by a mark that keeps nothing of them; persons from before get theirs once."""

from __future__ import annotations

import pytest
from movewell.store.unit import Unit
from referral.application.mark_names import mark_names
from referral.application.receive_referral import Secrecy
from referral.domain.person import Person
from referral.settings import SettingsIncomplete, read_activities

from .clinic import Clinic
from .test_worklist_page import listed


@pytest.fixture
def clinic() -> Clinic:
    return Clinic()


def secrecy_of(clinic: Clinic) -> Secrecy:
    """Of the same keyring: the service's own is in memory, so it is taken from what destroys its keys."""
    alarm = clinic.door.running.service.alarms["key.destroyed"]
    (keyring,) = (cell.cell_contents for cell in alarm.effect.__closure__ or ())
    return Secrecy(keyring, b"k" * 32)


def forget_mark(clinic: Clinic, id: str) -> None:
    """As a release that knew no such mark has left the person."""

    person_id = clinic.referral(id).person_id

    def work(unit: Unit) -> None:
        document = unit.tx.get("people", person_id)
        assert document is not None
        version = document["version"]
        kept = {name: each for name, each in document.items() if name not in ("family_name_mark", "version")}
        unit.tx.replace("people", kept, version)

    clinic.door.do(work)


def found(clinic: Clinic, term: str) -> list[str]:
    return listed(clinic.post("/worklist/search", "clinician", {"term": term}).text)


def test_a_person_of_an_earlier_release_is_found_once_marked(clinic: Clinic) -> None:
    id = clinic.refer(family_name="Zzyxwell")
    forget_mark(clinic, id)
    assert found(clinic, "zzyxwell") == []
    running = clinic.door.running
    assert mark_names(running.store, running.units, secrecy_of(clinic)) == 1
    assert found(clinic, "zzyxwell") == [id]
    assert mark_names(running.store, running.units, secrecy_of(clinic)) == 0


def test_an_erased_person_is_not_marked(clinic: Clinic) -> None:
    id = clinic.refer(family_name="Zzyxwell")
    person_id = clinic.referral(id).person_id
    clinic.door.call("POST", f"/api/people/{person_id}/erase", "clinician")
    clinic.door.running.timers().step()
    running = clinic.door.running
    assert mark_names(running.store, running.units, secrecy_of(clinic)) == 0
    person: Person = clinic.door.do(lambda unit: unit.get(Person, person_id))
    assert person.family_name_mark is None


def test_the_mark_keeps_nothing_of_the_name_and_differs_between_services(clinic: Clinic) -> None:
    clinic.refer(family_name="Zzyxwell")
    (document,) = clinic.door.running.store.scan("people")
    assert "zzyxwell" not in str(document).lower() and len(document["family_name_mark"]) == 64
    secrecy = secrecy_of(clinic)
    assert secrecy.mark("ZT002", "family-name", "zzyxwell") != document["family_name_mark"]


@pytest.mark.parametrize(
    "wrong", ['{"ZT001": ["parkrun"]}', '{"ZT001": {"Park Run": "x"}}', '{"ZT001": {"parkrun": " "}}']
)
def test_malformed_activities_stop_the_service(wrong: str) -> None:
    with pytest.raises(SettingsIncomplete):
        read_activities({"SIGNPOST_ACTIVITIES": wrong})


def test_without_activities_there_is_no_list() -> None:
    assert read_activities({}) == {}
    assert read_activities({"SIGNPOST_ACTIVITIES": '{"ZT001": {"parkrun": "parkrun"}}'}) == {
        "ZT001": {"parkrun": "parkrun"}
    }
