"""A site on one machine: its folder, its secrets (made once), and the settings of each service."""

from __future__ import annotations

import base64
import json
import secrets
from dataclasses import dataclass
from pathlib import Path

from movewell.web.tokens import mint, new_key, public

SERVICES = ("referral", "scheduling", "outcomes", "notifications", "reporting")
TENANT = "ZT001"


@dataclass(frozen=True)
class Site:
    """`folder` holds the stores, the log, the keyring, the clock and the sink."""

    folder: Path
    secrets: dict

    @classmethod
    def at(cls, folder: Path) -> Site:
        """The site in the folder; its secrets are made when it is new."""
        folder.mkdir(parents=True, exist_ok=True)
        kept = folder / "secrets.json"
        if not kept.exists():
            kept.touch(mode=0o600)
            kept.write_text(json.dumps(_new_secrets()))
        return cls(folder, json.loads(kept.read_text()))

    @property
    def sink(self) -> Path:
        return self.folder / "sink"

    @property
    def clock_file(self) -> Path:
        return self.folder / "clock"

    def environment(self, service: str, public_url: str, assets: Path | None) -> dict[str, str]:
        """The variables that `movewell.settings.ServiceSettings` reads."""
        made = {
            "DATABASE_URL": f"sqlite:///{self.folder / service}.sqlite",
            "EVENT_LOG_URL": f"sqlite:///{self.folder / 'log'}.sqlite",
            "KEYRING_URL": f"sqlite:///{self.folder / 'keyring'}.sqlite",
            "KEYRING_SECRET": self.secrets["keyring_secret"],
            "COOKIE_SECRET": self.secrets["cookie_secret"],
            "TOKEN_PUBLIC_KEY": json.dumps(public(self.secrets["token_key"])),
            "LINK_PUBLIC_KEY": json.dumps(public(self.secrets["link_key"])),
            "LOCAL_MODE": "1",
            "CLOCK_FILE": str(self.clock_file),
            "SINK_DIR": str(self.sink),
            "PUBLIC_URL": public_url,
        }
        if service == "notifications":
            made["LINK_PRIVATE_KEY"] = json.dumps(self.secrets["link_key"])
        if assets is not None:
            made["ASSETS_DIR"] = str(assets)
        return made

    def token(self, role: str, now: float) -> str:
        """A bearer token for a persona of the demonstration, good for a day."""
        return mint(
            self.secrets["token_key"],
            subject=f"demo-{role}",
            roles=[role],
            tenant=TENANT,
            now=now,
            seconds=86_400,
        )


def _new_secrets() -> dict:
    return {
        "keyring_secret": _random(),
        "cookie_secret": _random(),
        "token_key": new_key(),
        "link_key": new_key(),
    }


def _random() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
