"""Keep what patients are told of a venue, and find it again."""

from __future__ import annotations

from dataclasses import dataclass

from movewell.store.unit import Unit

from scheduling.domain.venue import Venue


@dataclass(frozen=True)
class Place:
    """Name and address of a venue; None for what is not told."""

    venue_id: str
    name: str | None = None
    address: str | None = None


def describe_venue(unit: Unit, place: Place) -> bool:
    """Whether something changed. What is not told leaves what was told before."""
    key = f"{unit.tenant}/{place.venue_id}"
    venue = unit.find_one(Venue, key) or Venue(id=key, tenant=unit.tenant)
    told = (place.name or venue.name, place.address or venue.address)
    if told == (venue.name, venue.address):
        return False
    venue.name, venue.address = told
    unit.save(venue)
    return True


def venue_of(unit: Unit, venue_id: str) -> Venue | None:
    """What was told of the venue, None if nothing was."""
    return unit.find_one(Venue, f"{unit.tenant}/{venue_id}")
