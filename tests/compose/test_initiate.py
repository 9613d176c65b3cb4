"""The replica set is initiated once, and each service's user made and kept up to date."""

from __future__ import annotations

from typing import Any

import pymongo
import pytest
from pymongo.errors import OperationFailure

from deploy.compose.initiate import grant, initiate


class Member:
    """What a mongod says that was started for a set: first that it belongs to none, then that it is its primary."""

    def __init__(self, refusal: int = 94) -> None:
        self.refusal = refusal
        self.initiated: list[dict[str, Any]] = []
        self.admin = self

    def command(self, name: str, value: Any = 1, **_: Any) -> dict[str, Any]:
        if name == "replSetInitiate":
            self.initiated.append(value)
        if name == "replSetGetStatus" and not self.initiated:
            raise OperationFailure("no replset config has been received", self.refusal)
        primary = bool(self.initiated) or self.refusal != 94
        return {"isWritablePrimary": primary} | ({"setName": "rs0"} if self.initiated else {})


def test_a_new_member_becomes_a_set_under_the_name_that_others_find_it_by() -> None:
    member = Member()
    assert initiate(member, "rs0", "mongo:27017")  # type: ignore[arg-type]
    assert member.initiated == [{"_id": "rs0", "members": [{"_id": 0, "host": "mongo:27017"}]}]


def test_a_set_is_not_initiated_twice() -> None:
    member = Member()
    initiate(member, "rs0")  # type: ignore[arg-type]
    assert not initiate(member, "rs0")  # type: ignore[arg-type]
    assert len(member.initiated) == 1


def test_who_only_starts_late_is_not_taken_for_new() -> None:
    member = Member(refusal=13436)  # not primary or secondary yet
    assert not initiate(member, "rs0")  # type: ignore[arg-type]
    assert member.initiated == []


@pytest.fixture
def client(mongo_url: str) -> Any:
    with pymongo.MongoClient(mongo_url) as opened:
        yield opened
        for each in ("scheduling", "reporting"):
            opened.admin.command("dropUser", each)


def test_a_service_may_write_its_own_database_and_read_keys_at_most(client: Any) -> None:
    host = "mongo:27017"
    for each in ("scheduling", "reporting"):
        assert grant(client, f"mongodb://{each}:p%40ss@{host}/movewell_{each}?authSource=admin") == each
    roles = _roles(client, "scheduling")
    assert roles == {("readWrite", "movewell_scheduling"), ("read", "movewell_keyring")}
    assert _roles(client, "reporting") == {("readWrite", "movewell_reporting")}


def test_a_user_who_is_there_is_brought_up_to_date(client: Any) -> None:
    for database in ("movewell_old", "movewell_scheduling"):
        grant(client, f"mongodb://scheduling:pass@mongo/{database}")
    grant(client, "mongodb://reporting:pass@mongo/movewell_reporting")
    assert ("readWrite", "movewell_old") not in _roles(client, "scheduling")
    assert ("readWrite", "movewell_scheduling") in _roles(client, "scheduling")


def _roles(client: Any, name: str) -> set[tuple[str, str]]:
    (user,) = client.admin.command("usersInfo", name)["users"]
    return {(each["role"], each["db"]) for each in user["roles"]}
