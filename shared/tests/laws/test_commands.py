"""Law 6: a command is answered once for its key, whoever asks at the same time, and for nobody else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from movewell.store.burned_links import burn
from movewell.store.idempotency import Answer, once
from movewell.store.port import Duplicate
from movewell.store.unit import Cause, Unit, Units

from .stage import TENANT, Stage, lapsed, uid


def ask(units: Units, tenant: str = TENANT, scope: str = "me", key: str = "k") -> Answer:
    def command(unit: Unit) -> tuple[int, dict[str, str]]:
        unit.publish(lapsed(int(tenant[2:]), 10))
        return 201, {"id": uid(1)}

    return once(units, tenant, Cause("c"), scope=scope, key=key, body=b"{}", work=command)


@pytest.mark.parametrize("other", [{"tenant": "ZT002"}, {"scope": "somebody else"}, {"key": "another"}])
def test_a_key_belongs_to_who_sent_it(other: dict[str, str]) -> None:
    stage = Stage()
    ask(stage.telling.units)
    assert ask(stage.telling.units).replayed is True
    assert ask(stage.telling.units, **other).replayed is False


class Overtaken(Units):
    """Units of a server on which another commits the same command first, as it may happen on MongoDB."""

    overtaken = False

    def run(self, tenant: str, cause: Cause, work: Callable[[Unit], Any]) -> Any:
        if not self.overtaken:
            object.__setattr__(self, "overtaken", True)
            super().run(tenant, cause, work)
            raise Duplicate("commands", "id")
        return super().run(tenant, cause, work)


def test_who_lost_the_race_gets_the_winners_answer() -> None:
    stage = Stage()
    units = stage.telling.units
    answer = ask(Overtaken(units.service, units.store, units.stored, units.clock))
    assert (answer.status, answer.body, answer.replayed) == (201, {"id": uid(1)}, True)
    assert len(list(stage.telling.store.scan("outbox"))) == 1


def test_a_link_is_used_up_once_and_by_each_tenant_for_itself() -> None:
    units = Stage().telling.units
    assert [burn(units, TENANT, "jti"), burn(units, TENANT, "jti"), burn(units, "ZT002", "jti")] == [True, False, True]
