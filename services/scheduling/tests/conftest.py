"""A site of scheduling for each test."""

from __future__ import annotations

import pytest
from movewell.store.sqlite import SqliteStore

from .scene import Site


@pytest.fixture
def site() -> Site:
    return Site(SqliteStore(None))
