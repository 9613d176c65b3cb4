"""Sealing: what is sealed for a person opens for that person and purpose, whole or not at all."""

from __future__ import annotations

import base64
import re
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from movewell.contracts.types import Sealed
from movewell.keyring.personal import Personal
from movewell.keyring.port import KeyDestroyed, KeyUnknown
from movewell.keyring.sealing import SealBroken, TooLongToSeal, blind_index, open_sealed, seal
from movewell.keyring.sqlite import SqliteKeyring

SECRET = b"s" * 32
TENANT, PERSON, OTHER = (
    "ZT001",
    "019a0000-0000-7000-8000-000000000001",
    "019a0000-0000-7000-8000-000000000002",
)
NAME = "Quillon Testperson-Zzyzx"
SHAPE = get_args(Sealed)[1]

KEYRING = SqliteKeyring(None, secret=SECRET, service="referral")
KEYRING.create(TENANT, PERSON)
KEYRING.create(TENANT, OTHER)
KEYRING.create("ZT002", PERSON)

any_text = st.text(st.characters(), max_size=40)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | any_text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(any_text, inner, max_size=3),
    max_leaves=8,
)


def _seal(fields: dict[str, Any]) -> str:
    return seal(KEYRING, TENANT, PERSON, "identity", fields)


@given(st.dictionaries(any_text, json_values, max_size=4))
def test_what_was_sealed_opens_unchanged(fields: dict[str, Any]) -> None:
    sealed = _seal(fields)
    assert re.fullmatch(SHAPE.pattern, sealed)
    assert open_sealed(KEYRING, TENANT, PERSON, "identity", sealed) == fields


def test_a_name_with_half_a_surrogate_pair_survives_as_it_came() -> None:
    assert open_sealed(KEYRING, TENANT, PERSON, "identity", _seal({"name": "a\ud800"})) == {"name": "a\ud800"}


@given(st.text(max_size=12), st.data())
def test_any_flipped_bit_breaks_the_seal(name: str, data: st.DataObject) -> None:
    raw = bytearray(base64.urlsafe_b64decode(_seal({"name": name})))
    bit = data.draw(st.integers(0, len(raw) * 8 - 1))
    raw[bit // 8] ^= 1 << bit % 8
    with pytest.raises(SealBroken):
        open_sealed(KEYRING, TENANT, PERSON, "identity", base64.urlsafe_b64encode(raw).decode())


@given(st.text(max_size=12), st.data())
def test_any_flipped_bit_of_the_text_breaks_the_seal(name: str, data: st.DataObject) -> None:
    text = bytearray(_seal({"name": name}).encode())
    bit = data.draw(st.integers(0, len(text) * 8 - 1))
    text[bit // 8] ^= 1 << bit % 8
    with pytest.raises(SealBroken):
        open_sealed(KEYRING, TENANT, PERSON, "identity", text.decode("latin-1"))


@pytest.mark.parametrize("padding", range(3))
def test_every_bit_of_the_last_characters_counts(padding: int) -> None:
    sealed = _seal({"name": "x" * padding})
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    place = len(sealed.rstrip("=")) - 1
    for letter in alphabet.replace(sealed[place], ""):
        with pytest.raises(SealBroken):
            open_sealed(KEYRING, TENANT, PERSON, "identity", sealed[:place] + letter + sealed[place + 1 :])


@pytest.mark.parametrize("text", ["", "A", "AQ==", "AAECAwQFBgc=", "Ä", "A" * 8004, "AQ" + "A" * 30])
def test_what_was_never_sealed_does_not_open(text: str) -> None:
    with pytest.raises(SealBroken):
        open_sealed(KEYRING, TENANT, PERSON, "identity", text)


@pytest.mark.parametrize(
    "told", [(TENANT, OTHER, "identity"), ("ZT002", PERSON, "identity"), (TENANT, PERSON, "contact")]
)
def test_ciphertext_cannot_be_given_to_another_person_tenant_or_purpose(told: tuple[str, str, str]) -> None:
    with pytest.raises(SealBroken):
        open_sealed(KEYRING, *told, _seal({"name": NAME}))


def test_sealing_twice_gives_different_ciphertext() -> None:
    assert _seal({"name": NAME}) != _seal({"name": NAME})


def test_ciphertext_does_not_hold_the_name() -> None:
    assert NAME.encode() not in base64.urlsafe_b64decode(_seal({"name": NAME}))


def test_personal_values_are_sealed_by_what_they_hold() -> None:
    sealed = _seal({"name": Personal(NAME), "phones": [Personal("020 7946 0000")]})
    opened = open_sealed(KEYRING, TENANT, PERSON, "identity", sealed)
    assert opened == {"name": NAME, "phones": ["020 7946 0000"]}


@pytest.mark.parametrize("value", [object(), {1, 2}, b"bytes", float("nan")])
def test_what_json_cannot_say_is_refused(value: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        _seal({"value": value})


def test_the_longest_seal_fits_in_an_event_and_one_byte_more_is_refused() -> None:
    fitting = SHAPE.max_length // 4 * 3 - 12 - 16 - len('{"name":""}')
    assert len(_seal({"name": "x" * fitting})) == SHAPE.max_length
    with pytest.raises(TooLongToSeal):
        _seal({"name": "x" * (fitting + 1)})


def test_nothing_of_an_erased_person_opens_any_more() -> None:
    keyring = SqliteKeyring(None, secret=SECRET, service="referral")
    keyring.create(TENANT, PERSON)
    sealed = seal(keyring, TENANT, PERSON, "identity", {"name": NAME})
    keyring.destroy(TENANT, PERSON)
    with pytest.raises(KeyDestroyed):
        open_sealed(keyring, TENANT, PERSON, "identity", sealed)
    with pytest.raises(KeyDestroyed):
        seal(keyring, TENANT, PERSON, "identity", {"name": NAME})


def test_nothing_is_sealed_for_a_person_without_a_key() -> None:
    with pytest.raises(KeyUnknown):
        seal(SqliteKeyring(None, secret=SECRET, service="referral"), TENANT, PERSON, "identity", {"name": NAME})


def test_a_blind_index_finds_the_same_number_again_and_only_that() -> None:
    mark = blind_index(SECRET, TENANT, "9990000018")
    assert re.fullmatch("[0-9a-f]{64}", mark)
    assert mark == blind_index(SECRET, TENANT, "9990000018")
    others = [
        blind_index(SECRET, TENANT, "9990000026"),
        blind_index(SECRET, "ZT002", "9990000018"),
        blind_index(b"t" * 32, TENANT, "9990000018"),
    ]
    assert len({mark, *others}) == 4
