"""Two services in which markup stands in every field that somebody writes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.journeys.canaries import Canary
from tests.journeys.visitors import Visitor
from tests.journeys.world import URL
from tests.security.two_services import OURS, TwoServices


def plant(
    folder: Path, name: Callable[[int], str], text: str, url: str = URL, assets: Path | None = None
) -> TwoServices:
    """`name` gives that of the patient with a number; `text` is the reason of each referral, and every note."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Canary, "family", property(lambda self: name(self.number)))
        patch.setattr(Canary, "given", property(lambda self: name(self.number + 1)))
        patch.setattr(Canary, "text", property(lambda self: text))
        services = TwoServices(folder, url, assets)
    _venue(services, name(0))
    _risk(services, text)
    _note(services, text)
    _decision(services, text)
    services.world.settle()
    return services


def _venue(services: TwoServices, markup: str) -> None:
    series = {
        "series_id": "planted", "venue_id": "planted", "venue_name": markup, "venue_address": markup,
        "instructor_id": "instructor-9", "format": "group", "capacity": 5, "minutes": 60, "weeks": 1,
        "first_starts_at": "2026-03-20T10:00:00",
    }  # fmt: skip
    Visitor(services.world, "coordinator", OURS).post("/api/series", series)


def _risk(services: TwoServices, text: str) -> None:
    clinician, risk = Visitor(services.world, "clinician", OURS), services.ids(OURS)["risk_id"]
    clinician.post(f"/api/risks/{risk}/acknowledge")
    clinician.post(f"/api/risks/{risk}/close", {"outcome": "gp_told", "note": text})


def _note(services: TwoServices, text: str) -> None:
    """Of an instructor."""
    booked = services.booked(OURS)
    instructor = Visitor(services.world, "instructor", OURS, services.instructor(booked["session_id"]))
    form = {"text": text, "idempotency_key": "planted-0001"}
    path = f"/register/{booked['session_id']}/notes/{booked['id']}"
    assert instructor.call("POST", path, data=form).status_code == 303


def _decision(services: TwoServices, text: str) -> None:
    """About the one that nobody has decided about."""
    waiting = Visitor(services.world, "clinician", OURS)
    (referral,) = waiting.get("/api/referrals?status=received")["items"]
    given = {"reason": "42", "override": "other", "note": text}
    waiting.post(f"/api/referrals/{referral['referral_id']}/decline", given)
