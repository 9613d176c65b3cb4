"""Make the secrets of the compose file, once: `make compose-secrets`, into `deploy/compose/secrets`.

What is there stays as it is. Each is a file, readable for every user of a container that it is mounted into; the folder
is its owner's alone. Services' passwords stand in their databases' URLs, and nowhere else.
"""

from __future__ import annotations

import argparse
import base64
import json
import secrets
import sys
from pathlib import Path

from movewell.web.tokens import new_key, public

from deploy.compose.initiate import HOST, KEYRING, KEYRING_ROLES
from deploy.local.site import SERVICES

FOLDER = Path(__file__).with_name("secrets")


def make(folder: Path, replica_set: str = "rs0") -> list[str]:
    """Make what is missing; the names of what was made."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    made = []
    for name, text in _fresh(folder, replica_set).items():
        if not (folder / name).exists():
            (folder / name).write_text(text, encoding="ascii")
            (folder / name).chmod(0o444)
            made.append(name)
    return made


def _fresh(folder: Path, replica_set: str) -> dict[str, str]:
    """Every secret; what belongs together is made from what is there."""
    options = f"replicaSet={replica_set}&authSource=admin"
    token_key, link_key = _kept(folder, "token_key"), _kept(folder, "link_key")
    found = {
        "mongo_keyfile": base64.b64encode(secrets.token_bytes(96)).decode(),
        "mongo_root_password": secrets.token_hex(24),
        "keyring_secret": _random(),
        "no_keyring_secret": _random(),
        "cookie_secret": _random(),
        "token_key": json.dumps(token_key),
        "token_public_key": json.dumps(public(token_key)),
        "link_key": json.dumps(link_key),
        "link_public_key": json.dumps(public(link_key)),
        "oidc_client_secret": "",
    }
    for each in SERVICES:
        kept = folder / f"{each}_database_url"
        start = f"mongodb://{each}:{secrets.token_hex(24)}@{HOST}/"
        if kept.exists():
            start = kept.read_text().partition("movewell_")[0]
        found[f"{each}_database_url"] = f"{start}movewell_{each}?{options}"
        if each in KEYRING_ROLES:
            found[f"{each}_keyring_url"] = f"{start}{KEYRING}?{options}"
    return found


def _kept(folder: Path, name: str) -> dict:
    path = folder / name
    return dict(json.loads(path.read_text())) if path.exists() else new_key()


def _random() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="?", default=FOLDER)
    made = make(parser.parse_args(argv).folder)
    print(f"made: {', '.join(made)}" if made else "all secrets are there; nothing was changed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
