"""`/programmes/<referral>`: what a coordinator does for a patient on the phone, said to be done by staff."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request
from movewell.contracts.types import Actor
from movewell.kernel import DomainError, NotFound
from movewell.store.unit import Unit, Units, new_id
from movewell.web.body import cause
from movewell.web.policy import principal
from werkzeug.wrappers import Response

from scheduling.application.answer_offer import accept_offer, decline_offer
from scheduling.application.offer_place import offer_place, places_to_choose
from scheduling.application.open_names import Names, persons
from scheduling.application.settle_booking import bookings_of
from scheduling.domain.offer import Offer
from scheduling.domain.programme import Programme
from scheduling.domain.session import Session
from scheduling.entrypoints.reach import do_once
from scheduling.entrypoints.venues import venue_shown, venues_shown

Shown = Response | tuple[str, int]
_ANSWERS = {"accept": accept_offer, "decline": decline_offer}


def read_programme(unit: Unit, referral_id: str) -> dict[str, Any]:
    """All that the page shows, names still sealed. Raises NotFound."""
    programme = unit.get(Programme, referral_id)
    offer = unit.find_one(Offer, programme.offer_id) if programme.offer_id else None
    places = places_to_choose(unit, programme)
    bookings = bookings_of(unit, referral_id)
    sessions = {each.session_id: unit.get(Session, each.session_id) for each in bookings}
    shown = [*sessions.values(), *(each[0] for each in places)]
    return {
        "programme": programme,
        "offer": offer,
        "offered": [unit.get(Session, id) for id in offer.session_ids] if offer else [],
        "offered_at": venue_shown(unit, offer.venue_id) if offer else None,
        "places": places,
        "bookings": bookings,
        "sessions": sessions,
        "venues": venues_shown(unit, shown),
        "person": persons(unit, [programme.person_id])[0],
    }


def add_programme_pages(blueprint: Blueprint, units: Units, names: Names) -> None:
    """Add the pages to the service's blueprint."""

    def show(referral_id: str, error: tuple[str, str] | None = None, status: int = 200) -> tuple[str, int]:
        """`error` is the id of the field at fault and what to say."""
        read = units.read(principal().tenant, lambda unit: read_programme(unit, referral_id))
        person, now = read.pop("person"), units.clock.now()
        page = render_template(
            "staff/programme.jinja",
            **read,
            known=names.known([person])[person.id],
            now=now,
            expired=read["offer"] is not None and now >= read["offer"].expires_at,
            error=error,
            done=request.args.get("done"),
            key=new_id(),
            is_coordinator="coordinator" in principal().roles,
        )
        return page, status

    @blueprint.get("/programmes/<referral_id>")
    def programme(referral_id: str) -> tuple[str, int]:
        return show(referral_id)

    @blueprint.post("/programmes/<referral_id>/offer")
    def programme_answer(referral_id: str) -> Shown:
        work = _ANSWERS.get(request.form.get("answer", ""))
        if work is None:
            return show(referral_id, ("answer", "Select what the patient said"), 400)
        offer_id = request.form.get("offer_id", "")

        def answer(unit: Unit) -> Offer:
            if unit.get(Offer, offer_id).referral_id != referral_id:
                raise NotFound("There is no such offer.")
            return work(unit, offer_id, Actor.STAFF)

        try:
            offer = units.run(principal().tenant, cause(), answer)
        except NotFound:
            raise
        except DomainError as refused:
            return show(referral_id, ("offer", refused.detail), 409)
        return redirect(f"/programmes/{referral_id}?done={offer.status.value}", 303)

    @blueprint.post("/programmes/<referral_id>/place")
    def programme_place(referral_id: str) -> Shown:
        series_id = request.form.get("series_id", "")
        if not series_id:
            return show(referral_id, ("series_id", "Select the sessions to offer"), 400)

        def work(unit: Unit) -> dict[str, str]:
            return {"offer_id": offer_place(unit, referral_id, series_id).id}

        try:
            do_once(units, f"place|{referral_id}", work)
        except NotFound:
            raise
        except DomainError as refused:
            return show(referral_id, ("place", refused.detail), 409)
        return redirect(f"/programmes/{referral_id}?done=offered", 303)
