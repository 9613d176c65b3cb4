"""The patient's offer: see it, take it, or say no. Reached by a link; no account, no JavaScript."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from movewell.contracts.types import Actor
from movewell.store.burned_links import burn
from movewell.store.unit import Unit, Units
from movewell.web.body import cause
from movewell.web.links import LinkReader
from movewell.web.patients import PatientSessions, link_routes
from movewell.web.policy import principal
from werkzeug.wrappers import Response

from scheduling.application.answer_offer import accept_offer, decline_offer
from scheduling.application.describe_venue import venue_of
from scheduling.domain.offer import Offer, OfferClosed
from scheduling.domain.session import Session
from scheduling.domain.venue import Venue


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

    def read(unit: Unit) -> tuple[Offer, list[Session], Venue | None]:
        offer = unit.get(Offer, principal().subject)
        return offer, [unit.get(Session, id) for id in offer.session_ids], venue_of(unit, offer.venue_id)

    def show(error: str | None = None, status: int = 200) -> tuple[str, int]:
        offer, sessions, venue = units.read(principal().tenant, read)
        page = render_template(
            "offer.jinja",
            offer=offer,
            sessions=sessions,
            venue=venue,
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
        work = answers.get(chosen.pop()) if len(chosen) == 1 else None  # yes and no together are no answer
        if work is None:
            return show("Select whether you want this place", 400)
        who = principal()
        try:
            units.run(who.tenant, cause(), lambda unit: work(unit, who.subject, Actor.PATIENT))
        except OfferClosed:
            return show(status=409)
        return show()
