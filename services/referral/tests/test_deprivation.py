"""The decile of a postcode's area leaves; the postcode does not."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from movewell.contracts.types import EthnicCategory, IntakeChannel, SourceOfReferral
from movewell.keyring.sqlite import SqliteKeyring
from movewell.log.sqlite import SqliteLog
from movewell.service import Running
from movewell.settings import SettingsIncomplete
from movewell.store.sqlite import SqliteStore
from movewell.store.unit import Cause
from movewell.testing.hand_clock import HandClock
from referral.adapters.deprivation_file import PostcodeDeciles
from referral.application.receive_referral import Secrecy, receive_referral
from referral.bootstrap import make_service
from referral.domain.incoming import IncomingPerson, IncomingReferral
from referral.settings import read_deciles

SECRET = b"k" * 32
POSTCODE = "ZZ99 3CZ"


def told(decile_of: Callable[[str], int | None] | None = None, **person: Any) -> dict[str, Any]:
    """What `referral.received` says of a person."""
    keyring = SqliteKeyring(None, secret=SECRET, service="referral")
    running = Running(
        make_service(keyring), SqliteStore(None), SqliteLog(None), HandClock(datetime(2026, 3, 2, 9, tzinfo=UTC))
    )
    running.prepare()
    incoming = IncomingReferral(
        person=IncomingPerson(family_name="Testwell", birth_date=date(1984, 3, 9), **person),
        source=SourceOfReferral.GP_PRACTICE,
        channel=IntakeChannel.JSON,
    )
    secrecy = Secrecy(keyring, SECRET, decile_of) if decile_of else Secrecy(keyring, SECRET)
    running.units.run("ZT001", Cause("c"), lambda unit: receive_referral(unit, secrecy, incoming))
    while running.relay().step():
        pass
    said = [
        record.value.decode()
        for (topic, partition), end in running.log.ends(["referral"]).items()
        for record in running.log.read(topic, partition, 0, end)
    ]
    assert len(said) == 1 and "ZZ99" not in said[0] and "3CZ" not in said[0]
    return json.loads(said[0])


def test_a_referral_tells_its_ethnic_category_and_decile_and_no_postcode() -> None:
    deciles = PostcodeDeciles(["postcode,imd_decile", f"{POSTCODE},4"])
    said = told(deciles.decile_of, postcode=POSTCODE, ethnic_category=EthnicCategory.INDIAN)
    assert (said["ethnic_category"], said["deprivation_decile"]) == ("H", 4)


def test_what_is_not_known_is_not_told() -> None:
    deciles = PostcodeDeciles(["postcode,imd_decile", "ZZ99 3VZ,4"])
    for said in (told(), told(postcode=POSTCODE), told(deciles.decile_of, postcode=POSTCODE)):
        assert said.get("ethnic_category") is said.get("deprivation_decile") is None


@given(st.dictionaries(st.from_regex(r"[A-Z]{1,2}[1-9] [0-9][A-Z]{2}", fullmatch=True), st.integers(1, 10)))
def test_every_postcode_of_a_file_has_its_decile_however_it_is_written(given_deciles: dict[str, int]) -> None:
    lines = ["pcds,postcode,imd_decile", *(f"x,{each},{decile}" for each, decile in given_deciles.items())]
    read = PostcodeDeciles(lines)
    assert {each: read.decile_of(each) for each in given_deciles} == given_deciles
    assert all(read.decile_of(each.lower().replace(" ", "")) == decile for each, decile in given_deciles.items())
    assert [read.decile_of(other) for other in ("", "A", "ZZ99 9ZZ", "é", "A" * 40)] == [None] * 5


def test_places_without_a_decile_are_passed_over() -> None:
    assert PostcodeDeciles(["imd_decile,postcode", ",CF10 1AA"]).decile_of("CF10 1AA") is None


@pytest.mark.parametrize(
    "text",
    ["", "postcode\nA1 1AA\n", "postcode,imd_decile\nA1 1AA,11\n", "postcode,imd_decile\nA1-1AA,1\n", "\xff\xfe"],
)
def test_a_file_that_cannot_be_used_stops_the_start_and_is_not_repeated(tmp_path: Path, text: str) -> None:
    file = tmp_path / "deciles.csv"
    file.write_bytes(text.encode("latin-1"))
    with pytest.raises(SettingsIncomplete, match="DEPRIVATION_FILE") as refused:
        read_deciles({"DEPRIVATION_FILE": str(file)})
    assert "A1" not in str(refused.value)


def test_a_file_is_read_with_its_byte_order_mark_and_its_absence_is_no_fault(tmp_path: Path) -> None:
    file = tmp_path / "deciles.csv"
    file.write_text(f"\ufeffpostcode,imd_decile\n{POSTCODE},10\n", encoding="utf-8")
    assert read_deciles({"DEPRIVATION_FILE": str(file)})(POSTCODE) == 10
    assert read_deciles({})(POSTCODE) is None
    with pytest.raises(SettingsIncomplete):
        read_deciles({"DEPRIVATION_FILE": str(tmp_path / "absent")})
