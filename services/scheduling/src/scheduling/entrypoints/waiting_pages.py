"""`/offers` and `/waiting-list`: who has been asked, who gave no answer, who waits how long for what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Blueprint, render_template, request
from movewell.contracts.types import SessionFormat
from movewell.store.unit import Unit, Units
from movewell.web.accesses import note_seen
from movewell.web.policy import principal

from scheduling.application.open_names import Known, Names, persons
from scheduling.domain.offer import Offer, OfferStatus
from scheduling.domain.person import Person
from scheduling.domain.programme import Programme, ProgrammeStatus
from scheduling.entrypoints.listing import page_of
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
        now, after = units.clock.now(), {name: request.args.get(name, "") for name in ("open", "unanswered")}

        def read(unit: Unit) -> tuple[list[Offer], list[Programme], dict[str, str], list[Person]]:
            is_open = {"status": OfferStatus.OPEN.value}
            open_offers, more = page_of(unit, Offer, is_open, by="expires_at", after=after["open"], size=_PAGE)
            no_answer = {"status": ProgrammeStatus.UNANSWERED.value}
            unanswered, more_to_call = page_of(
                unit, Programme, no_answer, by="unanswered_since", after=after["unanswered"], size=_PAGE
            )
            kept = persons(unit, (each.person_id for each in (*open_offers, *unanswered)))
            return open_offers, unanswered, {"open": more, "unanswered": more_to_call}, kept

        open_offers, unanswered, following, kept = units.read(principal().tenant, read)
        known = known_of(kept, [*(each.referral_id for each in open_offers), *(each.id for each in unanswered)])
        return render_template(
            "staff/offers.jinja",
            asked=[Asked(each, known[each.person_id], in_time(each.expires_at - now)) for each in open_offers],
            unanswered=[_waiting(each, known, each.unanswered_since, now) for each in unanswered],
            after=after,
            following=following,
        )

    @blueprint.get("/waiting-list")
    def waiting_list() -> str:
        now, format = units.clock.now(), request.args.get("format", "")
        format = format if format in {each.value for each in SessionFormat} else ""
        after = request.args.get("after", "")

        def read(unit: Unit) -> tuple[list[Programme], str, list[Person]]:
            where = {"status": ProgrammeStatus.WAITING.value, **({"format": format} if format else {})}
            page, following = page_of(unit, Programme, where, by="waiting_since", after=after, size=_PAGE)
            return page, following, persons(unit, (each.person_id for each in page))

        page, following, kept = units.read(principal().tenant, read)
        known = known_of(kept, [each.id for each in page])
        return render_template(
            "staff/waiting_list.jinja",
            waiting=[_waiting(each, known, each.waiting_since, now) for each in page],
            format=format,
            formats=choices(SessionFormat),
            following=following,
        )


def _waiting(programme: Programme, known: dict[str, Known], since: datetime | None, now: datetime) -> Waiting:
    return Waiting(programme, known[programme.person_id], since, in_time(now - since) if since else "")
