"""A venue: what people are told of where a session is."""

from __future__ import annotations

from dataclasses import dataclass

from movewell.kernel import Aggregate


@dataclass(kw_only=True)
class Venue(Aggregate):
    """`id` is the tenant and the venue's own id. Name and address are words for patients, each on one line."""

    name: str | None = None
    address: str | None = None
