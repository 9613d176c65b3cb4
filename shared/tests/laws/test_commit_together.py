"""Laws 1, 3 and 6: whoever dies after a commit has kept all that belongs together."""

from __future__ import annotations

from datetime import timedelta

import pytest
from movewell.store.idempotency import once
from movewell.store.unit import Cause, Unit

from .stage import START, TENANT, Died, Stage, die_at, lapsed, uid


def decide(unit: Unit) -> tuple[int, dict[str, str]]:
    """A state, its event and its timer."""
    unit.tx.add("things", {"id": uid(1), "tenant": TENANT})
    unit.publish(lapsed(1, 10))
    unit.later("thing.ends", "thing", START + timedelta(hours=1))
    return 201, {"id": uid(1)}


def kept(stage: Stage) -> dict[str, int]:
    return {name: len(list(stage.telling.store.scan(name))) for name in ("things", "outbox", "streams", "timers")}


def test_who_dies_after_the_commit_has_kept_the_state_with_its_event_and_its_timer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stage = Stage()
    die_at(monkeypatch, "store.after_commit")
    with pytest.raises(Died):
        stage.telling.units.run(TENANT, Cause("c"), decide)
    assert kept(stage) == {"things": 1, "outbox": 1, "streams": 1, "timers": 1}


def test_who_dies_before_the_commit_has_kept_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    stage = Stage()
    die_at(monkeypatch, "store.before_commit")
    with pytest.raises(Died):
        stage.telling.units.run(TENANT, Cause("c"), decide)
    assert set(kept(stage).values()) == {0}


def test_who_dies_after_the_commit_has_kept_the_effect_with_its_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    stage = Stage()
    stage.publish(lapsed(1, 10))
    consumer = stage.consumer()
    die_at(monkeypatch, "store.after_commit")
    with pytest.raises(Died):
        consumer.apply(stage.records())
    consumer.apply(stage.records())
    assert stage.told(1) == [10]


def test_who_dies_after_the_commit_has_kept_the_answer_of_a_command(monkeypatch: pytest.MonkeyPatch) -> None:
    stage = Stage()

    def command(unit: Unit) -> tuple[int, dict[str, str]]:
        unit.publish(lapsed(1, 10))
        return 201, {"id": uid(1)}

    def ask() -> bool:
        asked = {"scope": "me", "key": "k", "body": b"{}", "work": command}
        return once(stage.telling.units, TENANT, Cause("c"), **asked).replayed

    die_at(monkeypatch, "store.after_commit")
    with pytest.raises(Died):
        ask()
    assert ask() is True
    assert len(list(stage.telling.store.scan("outbox"))) == 1
