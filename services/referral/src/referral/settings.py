"""What referral alone is told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from movewell.settings import SettingsIncomplete, load, setting

from referral.adapters.bars_destination import Destinations
from referral.adapters.deprivation_file import PostcodeDeciles


@dataclass(frozen=True)
class ReferralSettings:
    """`bars_destinations` is a JSON object: tenant → list of `system|value`.

    The list holds what BaRS messages to that tenant may be addressed to: services (for instance
    `https://fhir.nhs.uk/Id/dos-service-id|2000099992`) and organisations
    (`https://fhir.nhs.uk/Id/ods-organization-code|RR8`). A tenant without a list takes any message.
    """

    bars_destinations: dict | None = setting(
        'identifiers that BaRS messages are addressed to, for instance {"ZT001": ["system|value"]}', default=None
    )
    deprivation_file: Path | None = setting("CSV of postcode and imd_decile", default=None)


def read_destinations(environ: Mapping[str, str]) -> Mapping[str, Destinations]:
    """Tenant → whom its messages may be for. Raises SettingsIncomplete."""
    given: Mapping[str, Any] = load(ReferralSettings, environ).bars_destinations or {}
    for listed in given.values():
        if not isinstance(listed, list) or not all(isinstance(each, str) and "|" in each for each in listed):
            raise SettingsIncomplete("BARS_DESTINATIONS is malformed (tenant to list of system|value)")
    return {tenant: Destinations.of(listed) for tenant, listed in given.items()}


def read_deciles(environ: Mapping[str, str]) -> Callable[[str], int | None]:
    """Postcode → decile of deprivation; None for every postcode where no file is named. Raises SettingsIncomplete."""
    path = load(ReferralSettings, environ).deprivation_file
    if path is None:
        return lambda postcode: None
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            return PostcodeDeciles(lines).decile_of
    except (OSError, ValueError) as error:
        raise SettingsIncomplete(f"DEPRIVATION_FILE cannot be used: {error}") from None
