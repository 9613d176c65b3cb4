"""Outcomes at its doors, with the keyring that referral and it share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import pytest
from movewell.keyring.sqlite import SqliteKeyring
from movewell.testing.at_the_door import AtTheDoor
from outcomes.bootstrap import assemble

from .stories import Patient


class Clinic(NamedTuple):
    """The service, and the keyring as referral has it."""

    door: AtTheDoor
    keys: SqliteKeyring


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clinic]:
    path = tmp_path_factory.mktemp("keys") / "keys.db"
    keys = SqliteKeyring(str(path), secret=b"k" * 32, service="referral")
    yield Clinic(AtTheDoor("outcomes", assemble, keyring_url=f"sqlite:///{path}"), keys)
    keys.close()


@pytest.fixture
def patient(clinic: Clinic) -> Patient:
    return Patient(clinic.door)
