"""The patient's offer: see it, take it, say no, or ask for another time. Reached by a link; no account needed."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request
from movewell.contracts.types import Actor, SessionFormat
from movewell.kernel import Invalid
from movewell.store.burned_links import burn
from movewell.store.unit import Unit, Units
from movewell.web.body import cause
from movewell.web.links import LinkReader
from movewell.web.patients import PatientSessions, link_routes
from movewell.web.policy import principal
from werkzeug.wrappers import Response

from scheduling.application.answer_offer import accept_offer, ask_another_time, decline_offer
from scheduling.application.describe_venue import Place
from scheduling.domain.offer import Offer, OfferClosed, OfferStatus
from scheduling.domain.preference import DAYS, PartOfDay, Preference, SameTimeAsked, time_of
from scheduling.domain.programme import MOST_ASKED, Programme
from scheduling.domain.session import Session
from scheduling.entrypoints.venues import venue_shown


class FormatUnknown(Invalid):
    """The form asks for a format that there is none of."""


def add_offer_pages(blueprint: Blueprint, units: Units, reader: LinkReader, patients: PatientSessions) -> None:
    """Add the pages to the service's blueprint."""
    link_routes(
        blueprint,
        thing="offer",
        purpose="offer",
        reader=reader,
        sessions=patients,
        burn=lambda link: burn(units, link.tenant, link.jti),
        clock=units.clock,
    )

    def read(unit: Unit) -> tuple[Offer, list[Session], Place | None, Programme]:
        offer = unit.get(Offer, principal().subject)
        sessions = [unit.get(Session, id) for id in offer.session_ids]
        return offer, sessions, venue_shown(unit, offer.venue_id), unit.get(Programme, offer.referral_id)

    def show(error: str | None = None, status: int = 200) -> tuple[str, int]:
        offer, sessions, venue, programme = units.read(principal().tenant, read)
        page = render_template(
            "offer.jinja",
            offer=offer,
            sessions=sessions,
            venue=venue,
            programme=programme,
            expired=units.clock.now() >= offer.expires_at,
            error=error,
        )
        return page, status

    @blueprint.get("/offer")
    def offer() -> tuple[str, int]:
        return show()

    @blueprint.post("/offer")
    def answer() -> Response | tuple[str, int]:
        answers = {"accept": accept_offer, "decline": decline_offer}
        chosen = set(request.form.getlist("answer"))
        if chosen == {"another"}:
            return redirect("/offer/another-time", 303)
        work = answers.get(chosen.pop()) if len(chosen) == 1 else None  # yes and no together are no answer
        if work is None:
            return show("Select whether you want this place", 400)
        who = principal()
        try:
            units.run(who.tenant, cause(), lambda unit: work(unit, who.subject, Actor.PATIENT))
        except OfferClosed:
            return show(status=409)
        return redirect("/offer", 303)

    def show_times(error: str | None = None, status: int = 200, field: str = "monday-morning") -> Any:
        offer, _, _, programme = units.read(principal().tenant, read)
        if offer.status is not OfferStatus.OPEN:
            return redirect("/offer", 303)
        page = render_template(
            "another_time.jinja",
            offer=offer,
            days=DAYS,
            parts=[each.value for each in PartOfDay],
            offered_time=time_of(offer.first_starts_at).replace("-", " "),
            times_left=MOST_ASKED - programme.times_asked,
            most=MOST_ASKED,
            chosen=request.form.getlist("times"),
            chosen_format=request.form.get("format", ""),
            error=error,
            field=field,
        )
        return page, status

    @blueprint.get("/offer/another-time")
    def another_time() -> Any:
        return show_times()

    @blueprint.post("/offer/another-time")
    def another_time_asked() -> Any:
        who = principal()
        try:
            wish = _wish()
            units.run(who.tenant, cause(), lambda unit: ask_another_time(unit, who.subject, wish, Actor.PATIENT))
        except FormatUnknown:
            return show_times("Select which sessions you would like", 400, "format")
        except Invalid:
            return show_times("Select at least one time that suits you", 400)
        except SameTimeAsked:
            return show_times(
                "This place is at a time that you selected. Select other times, or go back and take it", 400
            )
        except OfferClosed:
            return show(status=409)
        return redirect("/offer", 303)


def _wish() -> Preference:
    """What the form asks for. Raises Invalid, FormatUnknown."""
    format = request.form.get("format", "")
    if format not in ("", *(each.value for each in SessionFormat)):
        raise FormatUnknown("There is no such format.")
    return Preference.of(request.form.getlist("times"), SessionFormat(format) if format else None)
