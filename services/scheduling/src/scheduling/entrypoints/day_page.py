"""`/today`: the sessions of a day, an instructor's own or everybody's, each with its seats and its register."""

from __future__ import annotations

from datetime import date, timedelta

from flask import Blueprint, render_template, request
from movewell.store.port import Between
from movewell.store.unit import Unit, Units
from movewell.web.policy import principal
from movewell.wire.schema import time_text

from scheduling.application.describe_venue import Place
from scheduling.domain.session import Session
from scheduling.entrypoints.reach import begins, day_of, london_day, next_day, own_only
from scheduling.entrypoints.venues import venues_shown

_MOST = 200


def sessions_of_day(unit: Unit, day: date, instructor_id: str | None) -> list[Session]:
    """In order of time; of one instructor, or of all."""
    where = {"starts_at": Between(at_least=time_text(begins(day)), below=time_text(next_day(day)))}
    whose = {"instructor_id": instructor_id} if instructor_id is not None else {}
    return unit.find(Session, {**whose, **where}, order=("starts_at",), limit=_MOST)


def add_day_page(blueprint: Blueprint, units: Units) -> None:
    """Add the page to the service's blueprint."""

    @blueprint.get("/today")
    def today() -> str:
        this_day = london_day(units.clock.now())
        day, whose = day_of(request.args.get("day"), this_day), own_only()

        def read(unit: Unit) -> tuple[list[Session], dict[str, Place | None]]:
            sessions = sessions_of_day(unit, day, whose)
            return sessions, venues_shown(unit, sessions)

        sessions, venues = units.read(principal().tenant, read)
        return render_template(
            "staff/today.jinja",
            day=day,
            this_day=this_day,
            before=day - timedelta(days=1),
            after=day + timedelta(days=1),
            sessions=sessions,
            venues=venues,
            everybodys=whose is None,
            whom=principal().subject,
        )
