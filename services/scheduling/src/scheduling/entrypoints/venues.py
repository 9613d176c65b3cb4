"""What pages say of a venue: as the site's directory has it, or else as it was told with a series."""

from __future__ import annotations

from collections.abc import Iterable

from movewell.store.unit import Unit
from movewell.web.listed import listed_of

from scheduling.application.describe_venue import Place, venue_of
from scheduling.domain.session import Session


def venue_shown(unit: Unit, venue_id: str) -> Place | None:
    """None if nothing is known of it."""
    if (found := listed_of(unit.tenant).venues.get(venue_id)) is not None:
        return Place(venue_id, found.name, found.address)
    told = venue_of(unit, venue_id)
    return Place(venue_id, told.name, told.address) if told is not None else None


def venues_shown(unit: Unit, sessions: Iterable[Session]) -> dict[str, Place | None]:
    """Those of the sessions by id, each looked up once."""
    return {id: venue_shown(unit, id) for id in dict.fromkeys(each.venue_id for each in sessions)}
