"""Make MongoDB the replica set that it was started for, and give each service its user. As often as one likes.

Run in a service's image, by the compose file, with the secrets mounted in `/run/secrets`. It stands by itself: of the
platform it uses nothing. A service may read and write its own database. In the keyring, referral may read and write,
and who only reads keys may only read; reporting has nothing to do there.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import pymongo
from pymongo.errors import OperationFailure, PyMongoError

SECRETS = Path("/run/secrets")
HOST, PATIENCE_SECONDS = "mongo:27017", 90
KEYRING = "movewell_keyring"
KEYRING_ROLES = {"referral": "readWrite", "scheduling": "read", "outcomes": "read", "notifications": "read"}
_NOT_YET_INITIALISED, _USER_EXISTS = 94, 51003

Client = pymongo.MongoClient[dict[str, Any]]


def initiate(client: Client, name: str, host: str = HOST) -> bool:
    """Whether there was no set before. Returns when it takes writes; TimeoutError after a while."""
    hello = client.admin.command("hello")
    is_new = "setName" not in hello and _is_uninitiated(client)
    if is_new:
        members = [{"_id": 0, "host": host}]
        client.admin.command("replSetInitiate", {"_id": name, "members": members})
    until = time.monotonic() + PATIENCE_SECONDS
    while not client.admin.command("hello").get("isWritablePrimary"):
        if time.monotonic() > until:
            raise TimeoutError("the set has no primary")
        time.sleep(0.5)
    return is_new


def _is_uninitiated(client: Client) -> bool:
    """By its own word: a member that is still starting has no name for its set either."""
    try:
        client.admin.command("replSetGetStatus")
    except OperationFailure as refused:
        return refused.code == _NOT_YET_INITIALISED
    return False


def grant(client: Client, url: str) -> str:
    """The user of a service's URL, made or brought up to date; the name."""
    parts = urlsplit(url)
    name, password = unquote(parts.username or ""), unquote(parts.password or "")
    roles = [{"role": "readWrite", "db": parts.path.lstrip("/")}]
    if name in KEYRING_ROLES:
        roles.append({"role": KEYRING_ROLES[name], "db": KEYRING})
    try:
        client.admin.command("createUser", name, pwd=password, roles=roles)
    except OperationFailure as refused:
        if refused.code != _USER_EXISTS:
            raise
        client.admin.command("updateUser", name, pwd=password, roles=roles)
    return name


def reached(url: str) -> Client:
    """A client of the one server, not of the set, once it answers; it may be starting."""
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        client: Client = pymongo.MongoClient(
            url, directConnection=True, serverSelectionTimeoutMS=2_000, timeoutMS=10_000
        )
        try:
            client.admin.command("hello")
            client.admin.command("usersInfo", 1)
        except PyMongoError:
            client.close()
            if time.monotonic() > until:
                raise
            time.sleep(1)
        else:
            return client


def main(secrets: Path = SECRETS, host: str = HOST, name: str = "rs0") -> int:
    password = quote((secrets / "mongo_root_password").read_text().strip(), safe="")
    client = reached(f"mongodb://root:{password}@{host}/admin")
    print("a new set" if initiate(client, name, host) else "the set is there already")
    for each in sorted(secrets.glob("*_database_url")):
        print(f"{grant(client, each.read_text().strip())} has its user")
    return 0


if __name__ == "__main__":
    sys.exit(main())
