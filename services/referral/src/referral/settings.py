"""What referral alone is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from movewell.settings import SettingsIncomplete, load, setting

from referral.adapters.bars_destination import Destinations


@dataclass(frozen=True)
class ReferralSettings:
    """`bars_destinations` is a JSON object: tenant → list of `system|value`.

    The list holds what BaRS messages to that tenant may be addressed to: services (for instance
    `https://fhir.nhs.uk/Id/dos-service-id|2000099992`) and organisations
    (`https://fhir.nhs.uk/Id/ods-organization-code|RR8`). A tenant without a list takes any message.
    """

    drafts_an_hour: int = setting("self-referrals that may be begun from one network address in an hour", default=60)
    bars_destinations: dict | None = setting(
        'identifiers that BaRS messages are addressed to, for instance {"ZT001": ["system|value"]}', default=None
    )


def read_destinations(environ: Mapping[str, str]) -> Mapping[str, Destinations]:
    """Tenant → whom its messages may be for. Raises SettingsIncomplete."""
    given: Mapping[str, Any] = load(ReferralSettings, environ).bars_destinations or {}
    for listed in given.values():
        if not isinstance(listed, list) or not all(isinstance(each, str) and "|" in each for each in listed):
            raise SettingsIncomplete("BARS_DESTINATIONS is malformed (tenant to list of system|value)")
    return {tenant: Destinations.of(listed) for tenant, listed in given.items()}
