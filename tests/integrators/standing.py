"""A platform that stands for integrators to call: a client with its key, and where it is told of its referrals."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from movewell.web.tokens import new_key, public

from deploy.local.processes import Platform, free_port
from deploy.local.site import TENANT, Site

CLIENT, KEY_ID = "practice-system", "2026-1"


@dataclass(frozen=True)
class Standing:
    """`key` is the private JWK of the client; `printed` is what its receiver of webhooks printed."""

    platform: Platform
    key: dict[str, Any]
    printed: Path

    @property
    def url(self) -> str:
        return self.platform.url

    def as_client(self) -> httpx.Client:
        return self._caller("system", CLIENT)

    def as_clinician(self) -> httpx.Client:
        return self._caller("clinician")

    def _caller(self, role: str, subject: str | None = None) -> httpx.Client:
        token = self.platform.site.token(role, time.time(), subject=subject)
        return httpx.Client(base_url=self.url, headers={"Authorization": f"Bearer {token}"}, timeout=20)


@contextmanager
def standing(folder: Path, environ: dict[str, str], printed: Path) -> Iterator[Standing]:
    """Up until it is left."""
    key = new_key()
    client = {"tenant": TENANT, "scopes": ["referral:read", "referral:write"]}
    client["jwks"] = {"keys": [{**public(key), "kid": KEY_ID}]}
    extra = {"SYSTEM_CLIENTS": json.dumps({CLIENT: client}), **environ}
    platform = Platform(Site.at(folder), free_port(18_620), None, extra)
    platform.start()
    try:
        yield Standing(platform, key, printed)
    finally:
        platform.stop()


def wait_until(true: Callable[[], Any], seconds: float = 60) -> None:
    """Raises TimeoutError."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            raise TimeoutError
        time.sleep(0.05)
