"""The search for canaries finds what it looks for, and the doors that could let them out do not."""

from __future__ import annotations

import base64

import pytest
from movewell.store.unit import Cause

from tests.journeys import canaries
from tests.journeys.canaries import Canary, leaks
from tests.journeys.visitors import FIT, Clinic
from tests.journeys.world import World


@pytest.mark.parametrize("trace", sorted(Canary(1).traces()))
def test_a_canary_in_a_store_is_found(world: World, trace: str) -> None:
    running = world.running["scheduling"]
    document = {"id": "planted", "tenant": "ZT001", "value": base64.b64encode(trace.upper().encode()).decode()}
    running.units.run("ZT001", Cause(""), lambda unit: unit.tx.add("set_aside", document))
    assert leaks(world) == [f"store scheduling.set_aside: {trace}"]
    running.units.run("ZT001", Cause(""), lambda unit: unit.tx.remove("set_aside", "planted", 1))


def test_a_canary_in_a_message_is_found_but_for_its_addressee(world: World) -> None:
    world.sink.mkdir(exist_ok=True)
    message = world.sink / "planted.eml"
    message.write_text(f"To: {Canary(1).email}\nSubject: Hello\n\nHello\n")
    assert leaks(world) == []
    message.write_text(f"To: {Canary(1).email}\nSubject: Hello {Canary(1).given}\n\nHello\n")
    assert leaks(world) == ["message planted: quillonia"]
    message.unlink()


def test_every_output_is_looked_into(clinic: Clinic) -> None:
    clinic.schedules("monday")
    clinic.takes_on(clinic.refer("bars"))
    looked_into = {where.rpartition(" ")[0] or where for where, _ in canaries.outputs(clinic.world)}
    assert {"log", "store", "metrics of", "captured", "answer of a", "message"} <= looked_into
    assert "request.answered" in clinic.world.log_text


def test_refusals_do_not_repeat_what_was_written(clinic: Clinic) -> None:
    patient = clinic.refer()
    text, path = patient.canary.text, f"/api/referrals/{patient.referral_id}"
    for where, document in (
        (f"{path}/screening", {**FIT, "notes": text}),
        (f"{path}/screening", {**FIT, "systolic": text, "contraindications": [text]}),
        (f"{path}/signpost", {"activity": text}),
        ("/api/outcomes/x/review", {"notes": text}),
        ("/api/questionnaires/x/answers", {"answers": {text: 1, "phq9_1": text}}),
        ("/api/referrals", {"person": {**patient.canary.person(), "nhs_number": "9990000019", text: text}}),
    ):
        assert clinic.clinician.call("POST", where, json=document).status_code >= 400
    broken = {"resourceType": "Bundle", "type": text, "entry": [{"resource": patient.canary.person()}]}
    assert clinic.system.call("POST", "/FHIR/R4/$process-message", json=broken).status_code >= 400
