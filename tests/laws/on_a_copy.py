"""A plugin for the runs on a copy: which backends are asked, and no property that fails is made smaller."""

from __future__ import annotations

import os

import pytest
from hypothesis import Phase, settings

SCALED_OUT = "MOVEWELL_LAWS_SCALED_OUT"
_PARAMETERS = frozenset({"kafka", "mongo", "scaled-out"})
_FIXTURES = frozenset({"kafka_url", "mongo_url"})

settings.register_profile("laws", phases=[Phase.explicit, Phase.generate], database=None)
settings.load_profile("laws")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests that need Kafka or MongoDB alone, or all but them."""
    wanted = os.environ.get(SCALED_OUT) == "yes"
    left_out = [each for each in items if _needs_servers(each) is not wanted]
    items[:] = [each for each in items if _needs_servers(each) is wanted]
    config.hook.pytest_deselected(items=left_out)


def _needs_servers(item: pytest.Item) -> bool:
    called = getattr(item, "callspec", None)
    given = {each for each in called.params.values() if isinstance(each, str)} if called else set()
    return bool(given & _PARAMETERS or _FIXTURES & set(getattr(item, "fixturenames", ())))
