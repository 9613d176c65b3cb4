"""Settings: everything wrong is said at once, and no value with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest
from movewell.adapters import UnknownScheme, open_store
from movewell.settings import ServiceSettings, SettingsIncomplete, load, setting

KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
COMPLETE = {
    "DATABASE_URL": "sqlite://",
    "EVENT_LOG_URL": "sqlite://",
    "KEYRING_URL": "sqlite://",
    "KEYRING_SECRET": KEY,
    "TOKEN_PUBLIC_KEY": "{}",
    "LINK_PUBLIC_KEY": "{}",
    "COOKIE_SECRET": KEY,
}


def test_complete_settings_are_read() -> None:
    settings = load(ServiceSettings, COMPLETE)
    assert settings.keyring_secret == bytes(range(32))
    assert KEY not in repr(settings) and repr(bytes(range(32))) not in repr(settings)


def test_every_missing_variable_is_named_at_once() -> None:
    with pytest.raises(SettingsIncomplete) as refusal:
        load(ServiceSettings, {})
    assert all(name in str(refusal.value) for name in COMPLETE)


@dataclass(frozen=True)
class Sample:
    size: int = setting("a size")
    on: bool = setting("a switch")
    secret: bytes = setting("a secret", secret=True)


def test_a_malformed_value_is_never_shown() -> None:
    with pytest.raises(SettingsIncomplete) as refusal:
        load(Sample, {"SIZE": "hunter1", "ON": "hunter2", "SECRET": "hunter3!"})
    assert "hunter" not in str(refusal.value)
    assert str(refusal.value).count("malformed") == 3


def test_a_secret_may_lie_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "size").write_text("7\n")
    environ = {"SIZE_FILE": str(tmp_path / "size"), "ON": "1", "SECRET": KEY}
    assert load(Sample, environ).size == 7


def test_an_empty_file_sets_nothing(tmp_path: Path) -> None:
    (tmp_path / "secret").touch()
    environ = {**COMPLETE, "OIDC_CLIENT_SECRET_FILE": str(tmp_path / "secret")}
    assert load(ServiceSettings, environ).oidc_client_secret is None
    with pytest.raises(SettingsIncomplete, match="COOKIE_SECRET is missing"):
        load(ServiceSettings, {**COMPLETE, "COOKIE_SECRET": "", "COOKIE_SECRET_FILE": str(tmp_path / "secret")})


def test_the_movable_clock_is_refused_outside_of_local_mode() -> None:
    with pytest.raises(SettingsIncomplete):
        load(ServiceSettings, {**COMPLETE, "CLOCK_FILE": "clock"})


def test_an_unknown_scheme_is_named() -> None:
    with pytest.raises(UnknownScheme, match="redis"):
        open_store("redis://here")


@dataclass(frozen=True)
class Listed:
    tenants: tuple[str, ...] = setting("the sites")
    delays: tuple[int, ...] = setting("days", default=(1, 2))
    made: list = field(default_factory=list)


def test_a_tuple_is_separated_by_commas() -> None:
    assert load(Listed, {"TENANTS": "ZT001, ZT002", "DELAYS": "7,8"}) == Listed(
        tenants=("ZT001", "ZT002"), delays=(7, 8)
    )


def test_what_is_absent_has_its_default() -> None:
    assert load(Listed, {"TENANTS": "ZT001"}) == Listed(tenants=("ZT001",))


def test_a_secret_of_the_wrong_length_is_told_with_the_other_faults() -> None:
    with pytest.raises(SettingsIncomplete) as refusal:
        load(ServiceSettings, {**COMPLETE, "KEYRING_SECRET": "c2hvcnQ=", "DATABASE_URL": ""})
    assert "KEYRING_SECRET is not 32 bytes" in str(refusal.value)
    assert "DATABASE_URL is missing" in str(refusal.value)
    assert "c2hvcnQ" not in str(refusal.value)


def test_a_file_that_cannot_be_read_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    for path in (tmp_path / "absent", tmp_path, tmp_path / "binary"):
        with pytest.raises(SettingsIncomplete) as refusal:
            load(Listed, {"TENANTS_FILE": str(path)})
        assert str(refusal.value) == "TENANTS is malformed (the sites)"
