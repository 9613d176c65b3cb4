"""`/offers` and `/waiting-list`: who has been asked, who gave no answer, who waits how long for what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Blueprint, render_template, request
from movewell.contracts.types import SessionFormat
from movewell.store.unit import Unit, Units
from movewell.web.accesses import note_seen
from movewell.web.policy import principal
from movewell.wire.schema import time_text

from scheduling.application.open_names import Known, Names, persons
from scheduling.domain.offer import Offer, OfferStatus
from scheduling.domain.person import Person
from scheduling.domain.programme import Programme, ProgrammeStatus
from scheduling.entrypoints.words import choices

_PAGE = 50


@dataclass(frozen=True)
class Asked:
    """An open offer and who has it."""

    offer: Offer
    known: Known
    left: str


@dataclass(frozen=True)
class Waiting:
    """A programme for which somebody must do something, who it is for, and since when."""

    programme: Programme
    known: Known
    since: datetime | None
    time: str


def in_time(span: timedelta) -> str:
    """Roughly, for people: 3 hours, 2 days, 5 weeks."""
    seconds = max(0, int(span.total_seconds()))
    if seconds < 60:
        return "less than a minute"
    for most, unit, seconds_each in ((7_200, "minute", 60), (172_800, "hour", 3_600), (1_209_600, "day", 86_400)):
        if seconds < most:
            number = seconds // seconds_each
            return f"{number} {unit}{'' if number == 1 else 's'}"
    return f"{seconds // 604_800} weeks"


def add_waiting_pages(blueprint: Blueprint, units: Units, names: Names) -> None:
    """Add the pages to the service's blueprint."""

    def known_of(kept: list[Person], seen: list[str]) -> dict[str, Known]:
        note_seen(seen)
        return names.known(kept)

    @blueprint.get("/offers")
    def offers() -> str:
        now = units.clock.now()

        def read(unit: Unit) -> tuple[list[Offer], list[Programme], list[Person]]:
            is_open = {"status": OfferStatus.OPEN.value}
            open_offers = unit.find(Offer, is_open, order=("expires_at",), limit=_PAGE + 1)
            no_answer = {"status": ProgrammeStatus.UNANSWERED.value}
            unanswered = unit.find(Programme, no_answer, order=("unanswered_since",), limit=_PAGE + 1)
            return open_offers, unanswered, persons(unit, (each.person_id for each in (*open_offers, *unanswered)))

        open_offers, unanswered, kept = units.read(principal().tenant, read)
        known = known_of(kept, [*(each.referral_id for each in open_offers), *(each.id for each in unanswered)])
        return render_template(
            "staff/offers.jinja",
            asked=[Asked(each, known[each.person_id], in_time(each.expires_at - now)) for each in open_offers[:_PAGE]],
            unanswered=[_waiting(each, known, each.unanswered_since, now) for each in unanswered[:_PAGE]],
            more=max(len(open_offers), len(unanswered)) > _PAGE,
            most=_PAGE,
        )

    @blueprint.get("/waiting-list")
    def waiting_list() -> str:
        now, format = units.clock.now(), request.args.get("format", "")
        format = format if format in {each.value for each in SessionFormat} else ""
        after = request.args.get("after", "").split("~")

        def read(unit: Unit) -> tuple[list[Programme], list[Person]]:
            where = {"status": ProgrammeStatus.WAITING.value, **({"format": format} if format else {})}
            place = after if len(after) == 2 else None
            found = unit.find(Programme, where, order=("waiting_since",), limit=_PAGE + 1, after=place)
            return found, persons(unit, (each.person_id for each in found))

        found, kept = units.read(principal().tenant, read)
        page = found[:_PAGE]
        known = known_of(kept, [each.id for each in page])
        return render_template(
            "staff/waiting_list.jinja",
            waiting=[_waiting(each, known, each.waiting_since, now) for each in page],
            format=format,
            formats=choices(SessionFormat),
            following=_following(page) if len(found) > _PAGE else "",
        )


def _waiting(programme: Programme, known: dict[str, Known], since: datetime | None, now: datetime) -> Waiting:
    return Waiting(programme, known[programme.person_id], since, in_time(now - since) if since else "")


def _following(page: list[Programme]) -> str:
    last = page[-1]
    return f"{time_text(last.waiting_since) if last.waiting_since else ''}~{last.id}"
