"""Settings from the environment: one frozen dataclass; all that is wrong is said at once, never a value."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

S = TypeVar("S")
_PHONE = re.compile(r"\+?[0-9](?: ?[0-9]){2,14}")


class SettingsIncomplete(Exception):
    """Variables are missing or malformed; the message names each and what it is for."""


def setting(help: str, *, secret: bool = False, length: int | None = None, default: Any = MISSING) -> Any:
    """A field that is read from the variable of its name in capitals, or from the file that NAME_FILE names.

    What is empty is not set.
    `length` is the exact length of the value.
    """
    options = {} if default is MISSING else {"default": default}
    return field(metadata={"help": help, "length": length}, repr=not secret, kw_only=True, **options)


def load(cls: type[S], environ: Mapping[str, str]) -> S:
    """An instance of the dataclass. Raises SettingsIncomplete."""
    hints, values, faults = get_type_hints(cls), {}, []
    for each in fields(cls):  # type: ignore[arg-type]
        name = each.name.upper()
        try:
            text = _text(name, environ)
            if text is not None:
                values[each.name] = _read(hints[each.name], text)
                if (length := each.metadata.get("length")) and len(values[each.name]) != length:
                    faults.append(_fault(name, each, f"is not {length} bytes"))
            elif each.default is MISSING and each.default_factory is MISSING:
                faults.append(_fault(name, each, "is missing"))
        except (ValueError, OSError):
            faults.append(_fault(name, each, "is malformed"))
    if faults:
        raise SettingsIncomplete("; ".join(faults))
    return cls(**values)


def _fault(name: str, each: Field[Any], what: str) -> str:
    return f"{name} {what} ({each.metadata.get('help', '')})"


def _text(name: str, environ: Mapping[str, str]) -> str | None:
    if path := environ.get(f"{name}_FILE"):
        return Path(path).read_text().strip() or None
    return environ.get(name) or None


def _read(hint: Any, text: str) -> Any:
    if get_origin(hint) is tuple:
        return tuple(_read(get_args(hint)[0], part.strip()) for part in text.split(","))
    plain = next((each for each in get_args(hint) if each is not type(None)), hint)
    return _READERS[plain](text)


def _boolean(text: str) -> bool:
    if text.lower() not in ("1", "0", "true", "false"):
        raise ValueError(text)
    return text.lower() in ("1", "true")


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError from error


def _object(text: str) -> dict[str, Any]:
    made = json.loads(text)
    if not isinstance(made, dict):
        raise ValueError(text)
    return made


_READERS: dict[Any, Callable[[str], Any]] = {
    str: str,
    int: int,
    float: float,
    bool: _boolean,
    Path: Path,
    bytes: _bytes,
    dict: _object,
}


@dataclass(frozen=True)
class ServiceSettings:
    """What every service is told. Adapters are chosen by URL and nothing else."""

    database_url: str = setting("the service's store, for instance sqlite:///data/referral.sqlite")
    event_log_url: str = setting("the event log, for instance sqlite:///data/log.sqlite")
    keyring_url: str = setting("the keyring, for instance sqlite:///data/keyring.sqlite")
    keyring_secret: bytes = setting("32 bytes in URL-safe base64 that wrap the keys", secret=True, length=32)
    token_public_key: dict = setting("JWK that staff's and systems' tokens are checked with")
    link_public_key: dict = setting("JWK that patients' links are checked with")
    link_private_key: dict | None = setting("JWK that signs links; notifications only", secret=True, default=None)
    cookie_secret: bytes = setting("URL-safe base64 that signs patients' cookies", secret=True)
    local_mode: bool = setting("1 on a developer's machine or in a demonstration", default=False)
    clock_file: Path | None = setting("the movable clock of local mode", default=None)
    assets_dir: Path | None = setting("folder with the NHS frontend's CSS and JavaScript", default=None)
    public_url: str = setting("where patients reach the platform", default="http://127.0.0.1:8080")
    sink_dir: Path | None = setting("folder that messages are written into; notifications only", default=None)
    team_mailbox: str = setting("the clinical team's mailbox", default="team@example.org")
    service_phone: str | None = setting("where patients call the service, for instance 0117 496 0000", default=None)
    directory_file: Path | None = setting("TOML with names of services, venues and instructors", default=None)
    oidc_issuer: str | None = setting("the OpenID provider that staff sign in with, https://…", default=None)
    oidc_client_id: str | None = setting("what the provider knows the platform as", default=None)
    oidc_client_secret: str | None = setting("the provider's secret for it, if it has one", secret=True, default=None)
    oidc_scope: str = setting("what is asked of the provider", default="openid profile")
    oidc_subject_claim: str = setting("the claim that is a person's id, for ever", default="sub")
    oidc_roles_claim: str = setting("the claim with a person's roles", default="roles")
    oidc_tenant_claim: str = setting("the claim with the ODS code of a person's service", default="tenant")
    oidc_role_names: dict | None = setting("what the provider calls a role → what we call it", default=None)
    staff_idle_minutes: int = setting("minutes without a request that end a sign-in", default=30)
    staff_session_hours: int = setting("hours that end a sign-in whatever is done", default=10)
    published_tenant: str = setting("the service whose figures anyone may see", default="ZT001")

    def __post_init__(self) -> None:
        if self.clock_file is not None and not self.local_mode:
            raise SettingsIncomplete("CLOCK_FILE is refused outside of local mode")
        if (self.oidc_issuer is None) != (self.oidc_client_id is None):
            raise SettingsIncomplete("OIDC_ISSUER and OIDC_CLIENT_ID are needed together")
        if self.oidc_issuer is not None and not self.local_mode and not self.oidc_issuer.startswith("https://"):
            raise SettingsIncomplete("OIDC_ISSUER is not https outside of local mode")
        if self.staff_idle_minutes < 3 or self.staff_session_hours < 1:
            raise SettingsIncomplete("STAFF_IDLE_MINUTES is at least 3, STAFF_SESSION_HOURS at least 1")
        if self.service_phone is not None and not _PHONE.fullmatch(self.service_phone):
            raise SettingsIncomplete("SERVICE_PHONE is malformed (digits and spaces, after a + if it has one)")
