"""What referral alone is told."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from movewell.settings import SettingsIncomplete, load, setting

from referral.adapters.bars_destination import Destinations

_CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


@dataclass(frozen=True)
class ReferralSettings:
    """`signpost_activities` is a JSON object: tenant → code of a local activity → what staff and patients call it.

    `bars_destinations` is a JSON object: tenant → list of `system|value`.

    The list holds what BaRS messages to that tenant may be addressed to: services (for instance
    `https://fhir.nhs.uk/Id/dos-service-id|2000099992`) and organisations
    (`https://fhir.nhs.uk/Id/ods-organization-code|RR8`). A tenant without a list takes any message.
    """

    bars_destinations: dict | None = setting(
        'identifiers that BaRS messages are addressed to, for instance {"ZT001": ["system|value"]}', default=None
    )
    signpost_activities: dict | None = setting(
        'local activities of each tenant, for instance {"ZT001": {"parkrun": "parkrun, a free weekly 5 km"}}',
        default=None,
    )


def read_destinations(environ: Mapping[str, str]) -> Mapping[str, Destinations]:
    """Tenant → whom its messages may be for. Raises SettingsIncomplete."""
    given: Mapping[str, Any] = load(ReferralSettings, environ).bars_destinations or {}
    for listed in given.values():
        if not isinstance(listed, list) or not all(isinstance(each, str) and "|" in each for each in listed):
            raise SettingsIncomplete("BARS_DESTINATIONS is malformed (tenant to list of system|value)")
    return {tenant: Destinations.of(listed) for tenant, listed in given.items()}


def read_activities(environ: Mapping[str, str]) -> Mapping[str, Mapping[str, str]]:
    """Tenant → code of a local activity → its words. Raises SettingsIncomplete."""
    given: Mapping[str, Any] = load(ReferralSettings, environ).signpost_activities or {}
    for listed in given.values():
        if not isinstance(listed, dict) or not all(map(_is_activity, listed.items())):
            raise SettingsIncomplete("SIGNPOST_ACTIVITIES is malformed (tenant to code of lower case to words)")
    return given


def _is_activity(listed: tuple[Any, Any]) -> bool:
    code, words = listed
    return bool(_CODE.fullmatch(code)) and isinstance(words, str) and bool(words.strip())
