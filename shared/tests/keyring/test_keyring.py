"""A data key per person; destroying it erases the person."""

from __future__ import annotations

import multiprocessing
import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from movewell.keyring.port import GRANTS, KeyDestroyed, KeyUnknown, NotGranted, WrongSecret
from movewell.keyring.sealing import SealBroken, blind_index, open_sealed, seal
from movewell.keyring.sqlite import SqliteKeyring

SECRET = bytes(range(32))
FIELDS = st.dictionaries(st.text(max_size=8), st.one_of(st.text(max_size=30), st.none(), st.integers()))


def keyring(path: Path | None = None, service: str = "referral", secret: bytes = SECRET) -> SqliteKeyring:
    return SqliteKeyring(str(path) if path else None, secret=secret, service=service)


@given(FIELDS)
def test_what_is_sealed_can_be_opened(fields: dict) -> None:
    ring = keyring()
    ring.create("T", "p")
    assert open_sealed(ring, "T", "p", "contact", seal(ring, "T", "p", "contact", fields)) == fields


@given(st.integers(0, 60), st.integers(1, 63))
def test_any_changed_character_breaks_the_seal(at: int, by: int) -> None:
    ring = keyring()
    ring.create("T", "p")
    sealed = seal(ring, "T", "p", "contact", {"email": "a@example.org"})
    alphabet = string.ascii_uppercase + string.ascii_lowercase + string.digits + "-_"
    other = alphabet[(alphabet.index(sealed[at]) + by) % 64]
    with pytest.raises(SealBroken):
        open_sealed(ring, "T", "p", "contact", sealed[:at] + other + sealed[at + 1 :])


@pytest.mark.parametrize(("tenant", "person", "purpose"), [("T", "q", "contact"), ("T", "p", "identity")])
def test_a_seal_belongs_to_one_person_and_purpose(tenant: str, person: str, purpose: str) -> None:
    ring = keyring()
    ring.create("T", "p")
    ring.create("T", "q")
    sealed = seal(ring, "T", "p", "contact", {"email": "a@example.org"})
    with pytest.raises(SealBroken):
        open_sealed(ring, tenant, person, purpose, sealed)


def test_a_destroyed_key_never_comes_back(tmp_path: Path) -> None:
    ring, other = keyring(tmp_path / "k"), keyring(tmp_path / "k", "notifications")
    ring.create("T", "p")
    sealed = seal(ring, "T", "p", "contact", {})
    open_sealed(other, "T", "p", "contact", sealed)
    for _ in range(2):
        ring.destroy("T", "p")
    for attempt in (lambda: ring.create("T", "p"), lambda: other.key("T", "p")):
        with pytest.raises(KeyDestroyed):
            attempt()


def test_a_destroyed_key_is_gone_from_the_files(tmp_path: Path) -> None:
    ring = keyring(tmp_path / "k")
    ring.create("T", "p")
    with ring._file.reading() as connection:
        (wrapped,) = connection.execute("SELECT wrapped FROM keys WHERE person_id = 'p'").fetchone()

    def on_disk() -> bytes:
        return b"".join(each.read_bytes() for each in tmp_path.iterdir())

    assert wrapped.encode() in on_disk()
    ring.destroy("T", "p")
    assert wrapped.encode() not in on_disk()


def test_an_unknown_person_has_no_key() -> None:
    with pytest.raises(KeyUnknown):
        keyring().key("T", "nobody")


@pytest.mark.parametrize("service", ["scheduling", "outcomes", "reporting", "notifications"])
def test_a_service_may_do_what_it_is_granted_and_no_more(service: str) -> None:
    ring = keyring(service=service)
    with pytest.raises(NotGranted):
        ring.create("T", "p")
    if "read" not in GRANTS.get(service, ()):
        with pytest.raises(NotGranted):
            ring.key("T", "p")


def test_another_secret_is_noticed_at_once(tmp_path: Path) -> None:
    keyring(tmp_path / "k")
    with pytest.raises(WrongSecret):
        keyring(tmp_path / "k", secret=bytes(32))


def _make(path: Path, queue) -> None:
    ring = keyring(path)
    ring.create("T", "p")
    queue.put(ring.key("T", "p"))


def test_two_processes_agree_on_a_key(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    processes = [context.Process(target=_make, args=(tmp_path / "k", queue)) for _ in range(2)]
    for each in processes:
        each.start()
    assert queue.get(timeout=20) == queue.get(timeout=20)
    for each in processes:
        each.join()


def test_a_blind_index_depends_on_secret_tenant_and_value() -> None:
    marks = {blind_index(s, t, v) for s in (SECRET, bytes(32)) for t in ("T", "U") for v in ("1", "2")}
    assert len(marks) == 8
