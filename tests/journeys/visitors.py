"""Who comes to the doors of the world: staff and systems by token, patients by the links in their messages."""

from __future__ import annotations

import email
import email.policy
import re
import time
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from movewell.testing.bars_message import bars_cancellation, bars_headers, bars_referral
from werkzeug.test import Client, TestResponse

from deploy.local.people import answers
from deploy.local.site import TENANT
from tests.journeys.canaries import Canary
from tests.journeys.world import START, World

LONDON = ZoneInfo("Europe/London")
FIT: dict[str, Any] = {
    "systolic": 128,
    "diastolic": 82,
    "heart_rate": 72,
    "active": False,
    "disease": False,
    "symptoms": False,
    "contraindications": [],
}
PREFERRED = {"override": "patient_preference"}
UNFIT = {**FIT, "systolic": 186}
_LINK = re.compile(r"http://[^/\s]+(/\S+/link/\S+)")
_CSRF = re.compile(r'name="csrf_token" value="([^"]+)"')
FIRST_SESSION = datetime(2026, 3, 9, 10, 0, tzinfo=LONDON)


class Refused(Exception):
    """A door said no."""

    def __init__(self, answer: TestResponse) -> None:
        super().__init__(f"{answer.status_code} {answer.get_data(as_text=True)[:300]}")
        self.status = answer.status_code


class Visitor:
    """An HTTP client at the platform's one address. What the doors say is kept in the world's `answers`."""

    def __init__(self, world: World, role: str | None = None, tenant: str = TENANT, subject: str | None = None) -> None:
        self._world = world
        self._client = Client(world.gateway, TestResponse)
        self._headers = {}
        if role:
            token = world.site.token(role, time.time(), tenant, subject)
            self._headers["Authorization"] = f"Bearer {token}"

    def call(self, method: str, path: str, **more: Any) -> TestResponse:
        headers = {**self._headers, **more.pop("headers", {})}
        answer = self._client.open(path, method=method, headers=headers, **more)
        self._world.answers.append(f"{method} {path}\n{answer.status_code} {answer.headers}\n{text_of(answer)}")
        return answer

    def get(self, path: str) -> Any:
        """The JSON answer. Raises Refused."""
        return _taken(self.call("GET", path)).get_json()

    def post(self, path: str, json: Any = None, **headers: str) -> Any:
        """Likewise."""
        content = {} if json is None else {"json": json}
        return _taken(self.call("POST", path, headers=headers, **content)).get_json(silent=True)


def text_of(answer: TestResponse) -> str:
    """Also of a PDF: what can be read of it."""
    return answer.get_data().decode("utf-8", "replace")


def _taken(answer: TestResponse) -> TestResponse:
    if answer.status_code >= 400:
        raise Refused(answer)
    return answer


@dataclass
class Patient:
    """A person referred, whose details are canaries."""

    canary: Canary
    referral_id: str = ""
    person_id: str = ""
    opened: set[str] = field(default_factory=set)


@dataclass
class Form:
    """A page that a patient has open, with a box for free text that nobody asked for."""

    browser: Visitor
    path: str
    token: str
    text: str
    shown: str

    def choices(self, name: str) -> list[str]:
        """The values of its radios."""
        return re.findall(rf'name="{name}" type="radio" value="([^"]+)"', self.shown)

    def send(self, answers: dict[str, Any]) -> int:
        """The status of the page that follows. Nothing is settled."""
        form = {**answers, "csrf_token": self.token, "comments": self.text}
        return self.browser.call("POST", self.path, data=form, follow_redirects=True).status_code


class Clinic:
    """Everybody who takes part, and what each of them does, in the words of the pathway."""

    def __init__(self, world: World, tenant: str = TENANT, people: int = 0) -> None:
        """`people` is how many numbers of canaries are others'."""
        self.world, self.tenant = world, tenant
        self.system, self.clinician = Visitor(world, "system", tenant), Visitor(world, "clinician", tenant)
        self.instructor, self.coordinator = Visitor(world, "instructor", tenant), Visitor(world, "coordinator", tenant)
        self.manager = Visitor(world, "manager", tenant)
        self._people = people

    # the referrer

    def refer(self, door: str = "json") -> Patient:
        """A new patient, by a BaRS message or by JSON."""
        self._people += 1
        patient = Patient(Canary(self._people))
        return self.refer_again(patient, door)

    def refer_again(self, patient: Patient, door: str = "json") -> Patient:
        """A referral of this person, who may be known already."""
        answer = _taken(self._send_bars(patient) if door == "bars" else self._send_json(patient))
        patient.referral_id = answer.headers["Location"].rsplit("/", 1)[1]
        patient.person_id = self.clinician.get(f"/api/referrals/{patient.referral_id}")["person_id"]
        self.world.settle()
        return patient

    def _send_bars(self, patient: Patient) -> TestResponse:
        message = bars_referral(reference=_reference(patient), reason=patient.canary.text, **patient.canary.bars())
        headers = bars_headers(str(uuid.uuid4()), str(uuid.uuid4()))
        return self.system.call("POST", "/FHIR/R4/$process-message", json=message, headers=headers)

    def _send_json(self, patient: Patient) -> TestResponse:
        document = {"source": "B1", "person": patient.canary.person(), "reason": patient.canary.text}
        headers = {"Idempotency-Key": str(uuid.uuid4())}
        return self.system.call("POST", "/api/referrals", json=document, headers=headers)

    def cancels(self, patient: Patient) -> None:
        """The referrer takes the referral back. Nothing is carried to its end here."""
        wanted = {each: patient.canary.bars()[each] for each in ("nhs_number", "family", "given")}
        message = bars_cancellation(reference=_reference(patient), **wanted)
        headers = bars_headers(str(uuid.uuid4()), str(uuid.uuid4()))
        _taken(self.system.call("POST", "/FHIR/R4/$process-message", json=message, headers=headers))

    # the clinical team

    def screens(self, patient: Patient, facts: dict[str, Any] = FIT) -> str:
        """The outcome of the screening."""
        outcome: str = self._decides(patient, "screening", facts)["outcome"]
        return outcome

    def accepts(self, patient: Patient, format: str = "group", sessions: int = 2) -> None:
        self._decides(patient, "accept", {"format": format, "sessions_planned": sessions, **PREFERRED})

    def takes_on(self, patient: Patient, format: str = "group", sessions: int = 2) -> Patient:
        """Screened and accepted."""
        self.screens(patient)
        self.accepts(patient, format, sessions)
        return patient

    def ends(self, patient: Patient, how: str, given: dict[str, Any] | None = None) -> None:
        """`decline`, `signpost`, `withdraw` or `discharge`; the first two with a reason, if it wasn't suggested."""
        why = {"override": "clinical_judgement"} if how in ("decline", "signpost") else {}
        self._decides(patient, how, {**given, **why} if given else None)

    def erases(self, patient: Patient) -> None:
        self.clinician.post(f"/api/people/{patient.person_id}/erase")
        self.world.settle()

    def reviews(self, patient: Patient) -> dict[str, Any]:
        result: dict[str, Any] = self.clinician.post(f"/api/outcomes/{patient.referral_id}/review")
        self.world.settle()
        return result

    def _decides(self, patient: Patient, what: str, given: dict[str, Any] | None) -> Any:
        answer = self.clinician.post(f"/api/referrals/{patient.referral_id}/{what}", given)
        self.world.settle()
        return answer

    # sessions

    def schedules(
        self, name: str, format: str = "group", capacity: int = 20, weeks: int = 2, begins: datetime = FIRST_SESSION
    ) -> None:
        """A weekly series, from the first Monday on if not said otherwise."""
        series = {
            "series_id": name,
            "venue_id": f"gym-{name}",
            "instructor_id": f"instructor-{name}",
            "format": format,
            "capacity": capacity,
            "first_starts_at": begins.replace(tzinfo=None).isoformat(),
            "minutes": 60,
            "weeks": weeks,
        }
        self.coordinator.post("/api/series", series)
        self.world.settle()

    def programme(self, patient: Patient) -> dict[str, Any]:
        found: dict[str, Any] = self.coordinator.get(f"/api/programmes/{patient.referral_id}")
        return found

    def seats_taken(self) -> int:
        return sum(each["seats_taken"] for each in self.instructor.get("/api/sessions")["items"])

    def attends(self, patient: Patient, ordinal: int, code: str = "5") -> None:
        """A coordinator records an attendance by the data set's code: an instructor does it for their own sessions."""
        booking = self.booking(patient, ordinal)
        self.coordinator.post(f"/api/bookings/{booking['booking_id']}/attendance", {"code": code})
        self.world.settle()

    def booking(self, patient: Patient, ordinal: int) -> dict[str, Any]:
        (found,) = (each for each in self.programme(patient)["bookings"] if each["ordinal"] == ordinal)
        return found

    # the patient

    def messages_to(self, patient: Patient) -> list[email.message.EmailMessage]:
        return [each for each in self._sent() if patient.canary.email in str(each["To"])]

    def alerts(self) -> list[email.message.EmailMessage]:
        """Messages to the clinical team."""
        return [each for each in self._sent() if "team@" in str(each["To"])]

    def _sent(self) -> list[Any]:
        parsed = (
            email.message_from_bytes(each, policy=email.policy.default) for each in self.world.messages().values()
        )
        return sorted(parsed, key=lambda each: (each["Date"].datetime, each["Subject"]))

    def told(self, patient: Patient) -> dict[str, set[str]]:
        """What became of the messages about the referral: status → kinds."""
        found: dict[str, set[str]] = {}
        for each in self.coordinator.get(f"/api/messages?referral_id={patient.referral_id}")["items"]:
            found.setdefault(each["status"], set()).add(each["kind"])
        return found

    def link(self, patient: Patient, thing: str) -> str | None:
        """A link to this thing in a message, that was not opened before."""
        for message in self.messages_to(patient):
            for link in _LINK.findall(message.get_body(("plain",)).get_content()):
                if f"/{thing}/link/" in link and link not in patient.opened:
                    return link
        return None

    def opens_link(self, patient: Patient, thing: str, page: str = "") -> Form:
        """Opens a link not opened before, and continues; then to a page behind it."""
        link = self.link(patient, thing)
        assert link is not None, f"no link to a {thing}"
        patient.opened.add(link)
        browser = Visitor(self.world)
        assert browser.call("GET", link).status_code == 200
        assert browser.call("POST", link).status_code == 303
        path = f"/{thing}{page}"
        shown = browser.call("GET", path).get_data(as_text=True)
        found = _CSRF.search(shown)
        return Form(browser, path, found[1] if found else "", patient.canary.text, shown)

    def takes_place(self, patient: Patient) -> None:
        assert self.opens_link(patient, "offer").send({"answer": "accept"}) == 200
        self.world.settle()

    def says_no(self, patient: Patient) -> None:
        assert self.opens_link(patient, "offer").send({"answer": "decline"}) == 200
        self.world.settle()

    def answers_questions(self, patient: Patient, phq9: int, gad7: int, item9: int = 0) -> None:
        assert self.opens_link(patient, "questionnaire").send(answers(phq9, gad7, item9)) == 200
        self.world.settle()

    # time

    def before_session(self, number: int) -> None:
        """46 hours before: the reminder has been sent."""
        self.world.move_to(FIRST_SESSION + timedelta(weeks=number - 1, hours=-46))

    def after_session(self, number: int) -> None:
        """Two hours after it began."""
        self.world.move_to(FIRST_SESSION + timedelta(weeks=number - 1, hours=2))


def _reference(patient: Patient) -> str:
    return f"{START:%Y}-{patient.canary.number}"
