"""What referral alone is told."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from movewell.settings import SettingsIncomplete, load, setting
from movewell.web.system_clients import SystemClient, read_clients

from referral.adapters.bars_destination import Destinations
from referral.adapters.deprivation_file import PostcodeDeciles
from referral.adapters.webhook_receiver import WebhookReceiver, read_receivers

_CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


@dataclass(frozen=True)
class ReferralSettings:
    """`system_clients` is a JSON object: client id → {"tenant", "scopes", "jwks"}. `token_private_key` signs what they
    are given; its public half is every service's `TOKEN_PUBLIC_KEY`. `signpost_activities` is a JSON object: tenant →
    code of a local activity → what staff call it. `bars_destinations` is a JSON object: tenant → list of
    `system|value`.

    The list holds what BaRS messages to that tenant may be addressed to: services (for instance
    `https://fhir.nhs.uk/Id/dos-service-id|2000099992`) and organisations
    (`https://fhir.nhs.uk/Id/ods-organization-code|RR8`). A tenant without a list takes any message.
    """

    drafts_an_hour: int = setting("self-referrals that may be begun from one network address in an hour", default=60)
    bars_destinations: dict | None = setting(
        'identifiers that BaRS messages are addressed to, for instance {"ZT001": ["system|value"]}', default=None
    )
    system_clients: dict | None = setting(
        'systems that may call, for instance {"emis": {"tenant": "ZT001", "scopes": ["referral:write"], "jwks": {…}}}',
        default=None,
    )
    webhooks: dict | None = setting(
        'where systems are told what came of a referral: {"emis": {"url": "https://…", "secrets": ["whsec_…"]}}',
        secret=True,
        default=None,
    )
    webhooks_to_this_machine: bool = setting(
        "1 sends webhooks to this machine, by http too; local mode only", default=False
    )
    token_private_key: dict | None = setting("JWK that signs systems' tokens", secret=True, default=None)
    signpost_activities: dict | None = setting(
        'local activities of each tenant, for instance {"ZT001": {"parkrun": "parkrun, a free weekly 5 km"}}',
        default=None,
    )
    deprivation_file: Path | None = setting("CSV of postcode and imd_decile", default=None)


@dataclass(frozen=True)
class Systems:
    """Who may ask for a token, and what signs it."""

    clients: Mapping[str, SystemClient]
    private_key: Mapping[str, Any] | None


def read_systems(environ: Mapping[str, str]) -> Systems:
    """Raises SettingsIncomplete: clients without a key that signs their tokens could do nothing."""
    given = load(ReferralSettings, environ)
    clients = read_clients(given.system_clients or {})
    if clients and given.token_private_key is None:
        raise SettingsIncomplete("SYSTEM_CLIENTS needs TOKEN_PRIVATE_KEY")
    return Systems(clients, given.token_private_key)


def read_webhooks(
    environ: Mapping[str, str], clients: Mapping[str, SystemClient], *, local_mode: bool
) -> Mapping[str, WebhookReceiver]:
    """Client id → its receiver. Raises SettingsIncomplete."""
    given = load(ReferralSettings, environ)
    if given.webhooks_to_this_machine and not local_mode:
        raise SettingsIncomplete("WEBHOOKS_TO_THIS_MACHINE is refused outside of local mode")
    return read_receivers(given.webhooks or {}, clients, to_this_machine=given.webhooks_to_this_machine)


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
