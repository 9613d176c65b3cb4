"""A handful of synthetic patients walk the pathway over HTTP, through ten weeks of the shared clock."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
from movewell.directory import read_directory
from movewell.testing.bars_message import bars_cancellation, bars_headers, bars_referral

from deploy.local.people import PATIENTS, Patient, answers, scores
from deploy.local.site import DIRECTORY, TENANT, Site
from deploy.local.visitors import PatientsBrowser, Staff, WalkFailed, Watch, until

LONDON = ZoneInfo("Europe/London")
WEEKS, SESSIONS = 10, 8
Say = Callable[[str], None]
HEALTHY = {
    "systolic": 128,
    "diastolic": 82,
    "heart_rate": 72,
    "active": False,
    "disease": False,
    "symptoms": False,
    "contraindications": [],
}


@dataclass
class Story:
    """What became of one patient: the steps, each with the seconds from command to reaction."""

    patient: Patient
    referral_id: str = ""
    person_id: str = ""
    steps: list[tuple[str, float | None]] = field(default_factory=list)


class Walk:
    """Everybody who takes part. `watch` where the platform's gateway has no doctor, `staff` of another temper."""

    def __init__(
        self,
        site: Site,
        url: str,
        say: Say,
        watch: Watch | None = None,
        patients: Sequence[Patient] = PATIENTS,
        staff: type[Staff] = Staff,
    ) -> None:
        self._site = site
        self._url = url
        self._say = say
        self.system, self.clinician = staff(site, url, "system"), staff(site, url, "clinician")
        self.coordinator, self.manager = staff(site, url, "coordinator"), staff(site, url, "manager")
        self.watch = watch or Watch(site, url)
        self.stories = [Story(each) for each in patients]
        self._browsers = {each.name: PatientsBrowser(url, site.sink, each.email) for each in patients}

    def run(self) -> list[Story]:
        """The whole walk. Raises WalkFailed."""
        first_monday = self.begin()
        self._end_some()
        self._let_lapse()
        for week in range(WEEKS):
            self._week(first_monday + timedelta(weeks=week), week + 1)
        self._review()
        self.watch.until_quiet()
        return self.stories

    def begin(self, series: str = "monday") -> datetime:
        """Series of sessions, and everybody up to their bookings; the first session. Raises WalkFailed."""
        first_monday = self._schedule(series)
        for story in self.stories:
            self._refer(story)
            self._screen_and_decide(story)
        self.watch.until_quiet()
        for story in self.stories:
            if story.patient.story not in ("lapses", "signposted", "not_cleared"):
                self._accept_offer(story)
        return first_monday

    def _schedule(self, series: str) -> datetime:
        """One-to-one and group series on Mondays; the first at least four days from now."""
        local = self.watch.clock.now().astimezone(LONDON) + timedelta(days=4)
        monday = (local + timedelta(days=(7 - local.weekday()) % 7)).replace(
            hour=10, minute=0, second=0, microsecond=0, tzinfo=None
        )
        kinds = [("one_to_one", 1)] * 3 + [("group", 8)]
        listed = read_directory(DIRECTORY.read_bytes()).of(TENANT)
        for (format, capacity), (venue_id, venue), instructor_id in zip(
            kinds, listed.venues.items(), listed.instructors, strict=True
        ):
            self.coordinator.post(
                "/api/series",
                {
                    "series_id": f"{series}-1000-{venue_id}",
                    "venue_id": venue_id,
                    "venue_name": venue.name,
                    "venue_address": venue.address,
                    "instructor_id": instructor_id,
                    "format": format,
                    "capacity": capacity,
                    "first_starts_at": monday.isoformat(),
                    "minutes": 60,
                    "weeks": WEEKS,
                },
            )
        return monday.replace(tzinfo=LONDON)

    def _timed(self, story: Story, what: str, command: Callable[[], Any], seen: Callable[[], Any]) -> Any:
        """Do a command; note how long until its reaction can be seen."""
        began = time.perf_counter()
        command()
        found = until(seen, what)
        story.steps.append((what, time.perf_counter() - began))
        self._say(f"{story.patient.name}: {what}")
        return found

    def _noted(self, story: Story, what: str) -> None:
        story.steps.append((what, None))
        self._say(f"{story.patient.name}: {what}")

    def _refer(self, story: Story) -> None:
        patient, began = story.patient, time.perf_counter()
        if patient.door == "bars":
            message = bars_referral(
                nhs_number=patient.nhs_number,
                family=patient.family,
                given=patient.name,
                email=patient.email,
                reference=_uuid(patient.name),
            )
            response = self._send(message, _uuid(patient.name + "-new"))
        else:
            document = {
                "source": "B1",
                "person": {
                    "nhs_number": patient.nhs_number,
                    "family_name": patient.family,
                    "given_names": [patient.name],
                    "birth_date": "1984-02-29",
                    "email": patient.email,
                },
            }
            response = self.system.post("/api/referrals", document, **{"Idempotency-Key": _uuid(patient.name)})
        story.referral_id = response.headers["Location"].rsplit("/", 1)[1]
        story.person_id = self.clinician.get(f"/api/referrals/{story.referral_id}")["person_id"]
        story.steps.append(("referral received", time.perf_counter() - began))
        self._say(f"{patient.name}: referral received ({patient.door})")

    def _send(self, message: dict[str, Any], request_id: str) -> httpx.Response:
        headers = bars_headers(request_id, _uuid(request_id))
        return self.system.post("/FHIR/R4/$process-message", message, **headers)

    def _screen_and_decide(self, story: Story) -> None:
        patient, path = story.patient, f"/api/referrals/{story.referral_id}"
        facts = {**HEALTHY, "systolic": 186} if patient.story == "not_cleared" else HEALTHY
        outcome = self.clinician.post(f"{path}/screening", facts).json()["outcome"]
        self._noted(story, f"screening: {outcome}")
        if patient.story == "not_cleared":
            self.clinician.post(f"{path}/decline", {"reason": "23"})
            self._noted(story, "declined: not clinically appropriate")
        elif patient.story == "signposted":
            self.clinician.post(f"{path}/signpost", {"activity": "parkrun", "override": "patient_preference"})
            self._noted(story, "signposted to a local activity")
        else:
            why = {"override": "patient_preference"}
            wanted = {"format": patient.format, "sessions_planned": SESSIONS, **why}
            self._timed(
                story,
                "accepted, place offered",
                lambda: self.clinician.post(f"{path}/accept", wanted),
                lambda: self._programme(story).get("offer_id"),
            )

    def _programme(self, story: Story) -> dict[str, Any]:
        try:
            return self.coordinator.get(f"/api/programmes/{story.referral_id}")
        except WalkFailed:
            return {}

    def _accept_offer(self, story: Story) -> None:
        browser = self._browsers[story.patient.name]
        link = until(lambda: browser.new_link("offer"), f"the offer to {story.patient.name}")
        self._timed(
            story,
            "place accepted, sessions booked",
            lambda: browser.answer(link, "offer", {"answer": "accept"}),
            lambda: self._programme(story)["bookings"],
        )

    def _end_some(self) -> None:
        for story in self.stories:
            if story.patient.story == "erased":
                self._timed(
                    story,
                    "erased, seats freed",
                    lambda story=story: self.clinician.post(f"/api/people/{story.person_id}/erase"),
                    lambda story=story: self._programme(story)["status"] == "ended",
                )

    def _let_lapse(self) -> None:
        self.watch.move(timedelta(hours=49))
        (story,) = (each for each in self.stories if each.patient.story == "lapses")
        until(lambda: self._programme(story)["status"] == "unanswered", "the offer to lapse")
        self._noted(story, "offer lapsed after 48 hours")

    def _week(self, monday: datetime, week: int) -> None:
        self._say(f"week {week}: {monday:%d %B %Y}")
        self.watch.move(monday - timedelta(hours=46) - self.watch.clock.now())
        for story in self.stories:
            self._answer_questionnaire(story, week)
        self.watch.move(monday + timedelta(hours=2) - self.watch.clock.now())
        for story in self.stories:
            self._attend(story, week)
        if week == 3:
            self._cancel()

    def _answer_questionnaire(self, story: Story, ordinal: int) -> None:
        browser, patient = self._browsers[story.patient.name], story.patient
        link = browser.new_link("questionnaire")
        if link is None or patient.story == "erased":  # the questions may have been sent before; nobody answers them
            return
        risky = patient.risk_at == ordinal
        form = answers(*scores(patient, ordinal, SESSIONS), item9=1 if risky else 0)
        if not risky:
            browser.answer(link, "questionnaire", form)
            return
        (risk,) = self._timed(
            story,
            "item 9 answered, risk raised",
            lambda: browser.answer(link, "questionnaire", form),
            lambda: self.clinician.get("/api/risks")["items"],
        )
        self.clinician.post(f"/api/risks/{risk['risk_id']}/acknowledge")
        self._noted(story, "risk acknowledged by a clinician")

    def _attend(self, story: Story, week: int) -> None:
        now = self.watch.clock.now()
        for booking in self._programme(story).get("bookings", []):
            if booking["status"] != "booked" or datetime.fromisoformat(booking["starts_at"]) > now:
                continue
            code = "3" if week in story.patient.misses else "5"
            self.coordinator.post(f"/api/bookings/{booking['booking_id']}/attendance", {"code": code})
            what = "session 1 attended" if week == 1 else "did not attend" if code == "3" else ""
            if what:
                self._noted(story, what)

    def _cancel(self) -> None:
        """The referrer cancels one, and sends the same message again, as senders do."""
        (story,) = (each for each in self.stories if each.patient.story == "cancelled")
        patient, request_id = story.patient, _uuid(story.patient.name + "-cancel")
        message = bars_cancellation(
            nhs_number=patient.nhs_number,
            family=patient.family,
            given=patient.name,
            reference=_uuid(patient.name),
        )
        self._timed(
            story,
            "cancelled by the referrer, seats freed",
            lambda: self._send(message, request_id),
            lambda: self._programme(story)["status"] == "ended",
        )
        try:
            self._send(message, request_id)
        except WalkFailed as refused:
            if "duplicate" not in str(refused):
                raise
            self._noted(story, "the same message again: 409 duplicate")

    def _review(self) -> None:
        for story in self.stories:
            if story.patient.story not in ("recovers", "improves", "steady"):
                continue
            result = self.clinician.post(f"/api/outcomes/{story.referral_id}/review").json()
            self._noted(story, "outcome reviewed: " + _in_words(result))
            finished_before = self.manager.get("/api/report")["outcomes_of_finished"]
            self._timed(
                story,
                "discharged, in the report",
                lambda story=story: self.clinician.post(
                    f"/api/referrals/{story.referral_id}/discharge", {"end_code": "46"}
                ),
                lambda before=finished_before: self.manager.get("/api/report")["outcomes_of_finished"] != before,
            )


def _in_words(result: dict[str, Any]) -> str:
    if result["recovered"]:
        return "recovered"
    return "reliably improved" if result["reliably_improved"] else "no reliable change"


def _uuid(name: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_OID, name))
