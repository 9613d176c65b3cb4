"""Settings: everything wrong is said at once, and no value with it."""

from __future__ import annotations

from dataclasses import dataclass
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


def test_the_movable_clock_is_refused_outside_of_local_mode() -> None:
    with pytest.raises(SettingsIncomplete):
        load(ServiceSettings, {**COMPLETE, "CLOCK_FILE": "clock"})


def test_an_unknown_scheme_is_named() -> None:
    with pytest.raises(UnknownScheme, match="redis"):
        open_store("redis://here")
