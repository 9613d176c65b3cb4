"""Somebody refers themselves, and the pathway takes them on as it takes anybody."""

from __future__ import annotations

import re

from werkzeug.test import Client, TestResponse

from tests.journeys.canaries import Canary, leaks
from tests.journeys.visitors import Clinic, Patient


def refers_themselves(clinic: Clinic, canary: Canary) -> str:
    """In a browser of their own, whose pages show them what they have typed; the id of the referral."""
    answers: dict[str, dict[str, str]] = {
        "date-of-birth": {"birth_date-day": "9", "birth_date-month": "3", "birth_date-year": "1984"},
        "where-you-live": {"in_england": "yes"},
        "therapy": {"therapy": "none"},
        "name": {"given_name": canary.given, "family_name": canary.family},
        "knows-nhs-number": {"knows_number": "yes"},
        "nhs-number": {"nhs_number": canary.nhs_number},
        "contact": {"email": canary.email, "phone": canary.phone},
        "preferred-contact": {"preferred": "email"},
        "messages": {"may_leave_message": "yes"},
        "address": {"postcode": canary.postcode},
        "emergency-contact": {"emergency_name": canary.family, "emergency_phone": canary.phone},
        "help": {"help": canary.text},
    }
    browser = Client(clinic.world.gateway, TestResponse)
    at = browser.post("/refer/safe", data={"safe": "yes"}).headers["Location"]
    while at != "/refer/sent":
        token = re.search(r'name="csrf_token" value="(\w+)"', browser.get(at).text)
        assert token is not None
        at = browser.post(at, data={"csrf_token": token[1], **answers.get(at.rsplit("/", 1)[1], {})}).headers[
            "Location"
        ]
    reference = browser.get(at).text.split('movewell-reference">')[1].split("<")[0]
    (found,) = clinic.clinician.get(f"/api/referrals?reference={reference}")["items"]
    return str(found["referral_id"])


def test_who_refers_themselves_is_taken_on_booked_and_written_to(clinic: Clinic) -> None:
    clinic.schedules("monday")
    canary = Canary(1)
    referral_id = refers_themselves(clinic, canary)
    clinic.world.settle()
    shown = clinic.clinician.get(f"/api/referrals/{referral_id}")
    assert (shown["source"], shown["channel"], shown["status"]) == ("B1", "web", "received")
    patient = Patient(canary, referral_id, shown["person_id"])
    clinic.takes_on(patient)
    clinic.takes_place(patient)
    assert clinic.seats_taken() == 2
    assert set(clinic.told(patient)) & {"sent"}
    assert leaks(clinic.world) == []


def test_a_draft_ends_with_its_key_and_tells_no_other_service(clinic: Clinic) -> None:
    refers_themselves(clinic, Canary(2))
    clinic.world.settle()
    (draft,) = clinic.world.documents("referral", "drafts")
    assert draft["answers"] == {}
    assert draft["id"] not in " ".join(each.value.decode() for each in clinic.world.records())
    keyring = clinic.world.keyring("referral")
    living = 2  # the key of the person, and the one that is nobody's
    assert keyring.doctor() == {"living": living, "destroyed": 1, "broken": 0}
    keyring.close()
