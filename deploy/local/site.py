"""A site on one machine: its folder, its secrets (made once), and the settings of each service."""

from __future__ import annotations

import base64
import json
import secrets
from dataclasses import dataclass
from pathlib import Path

from movewell.web.policy import SCOPES
from movewell.web.tokens import mint, new_key, public

SERVICES = tuple(
    sorted(each.parent.name for each in Path(__file__).resolve().parents[2].glob("services/*/pyproject.toml"))
)
TENANT = "ZT001"
DIRECTORY = Path(__file__).with_name("directory.toml")
ACTIVITIES = {
    "parkrun": "parkrun: a free walk or run of 5 km on Saturdays",
    "health-walks": "Health walks: short walks with a leader",
    "swimming-for-all": "Swimming for all: quiet hours at the leisure centre",
}


@dataclass(frozen=True)
class Site:
    """`folder` holds the clock and the sink, and the stores, the log and the keyring where they are not elsewhere.

    Elsewhere is `log_url`, and `store_url` with DATABASE in the place of a database's name. `directory` is the file
    that lists names; without one, pages show codes.
    """

    folder: Path
    secrets: dict
    log_url: str | None = None
    store_url: str | None = None
    directory: Path | None = DIRECTORY

    @classmethod
    def at(cls, folder: Path, log_url: str | None = None, store_url: str | None = None) -> Site:
        """The site in the folder; its secrets are made when it is new."""
        folder.mkdir(parents=True, exist_ok=True)
        kept = folder / "secrets.json"
        if not kept.exists():
            kept.touch(mode=0o600)
            kept.write_text(json.dumps(_new_secrets()))
        return cls(folder, json.loads(kept.read_text()), log_url, store_url)

    @property
    def sink(self) -> Path:
        return self.folder / "sink"

    @property
    def clock_file(self) -> Path:
        return self.folder / "clock"

    def store(self, name: str) -> str:
        """The URL of the store of a service, or of the keyring."""
        if self.store_url is not None:
            return self.store_url.replace("DATABASE", f"movewell_{name}")
        return f"sqlite:///{self.folder / name}.sqlite"

    def environment(self, service: str, public_url: str, assets: Path | None) -> dict[str, str]:
        """The variables that `movewell.settings.ServiceSettings` reads."""
        made = {
            "DATABASE_URL": self.store(service),
            "EVENT_LOG_URL": self.log_url or f"sqlite:///{self.folder / 'log'}.sqlite",
            "KEYRING_URL": self.store("keyring"),
            "KEYRING_SECRET": self.secrets["keyring_secret"],
            "COOKIE_SECRET": self.secrets["cookie_secret"],
            "TOKEN_PUBLIC_KEY": json.dumps(public(self.secrets["token_key"])),
            "LINK_PUBLIC_KEY": json.dumps(public(self.secrets["link_key"])),
            "LOCAL_MODE": "1",
            "SERVICE_PHONE": "020 7946 0000",  # of the numbers that are kept for fiction
            "CLOCK_FILE": str(self.clock_file),
            "SINK_DIR": str(self.sink),
            "PUBLIC_URL": public_url,
        }
        if service == "referral":
            made["TOKEN_PRIVATE_KEY"] = json.dumps(self.secrets["token_key"])
            made["SIGNPOST_ACTIVITIES"] = json.dumps({TENANT: ACTIVITIES})
        if service == "notifications":
            made["LINK_PRIVATE_KEY"] = json.dumps(self.secrets["link_key"])
        if self.directory is not None:
            made["DIRECTORY_FILE"] = str(self.directory)
        if assets is not None:
            made["ASSETS_DIR"] = str(assets)
        return made

    def token(self, role: str, now: float, tenant: str = TENANT, subject: str | None = None) -> str:
        """A bearer token for a persona of the demonstration, good for a day."""
        return mint(
            self.secrets["token_key"],
            subject=subject or f"demo-{role}",
            roles=[role],
            scopes=SCOPES if role == "system" else (),
            tenant=tenant,
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
