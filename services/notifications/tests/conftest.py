"""A site of notifications for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from .scene import Site


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    made = Site(tmp_path / "sink")
    yield made
    made.keyring.close()
