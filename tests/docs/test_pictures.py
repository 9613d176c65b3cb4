"""The pictures that `make screenshots PICTURES=1` writes for the README are there, small, and of scenes that exist."""

from __future__ import annotations

import pytest

from tests.architecture.copy_of_house import ROOT
from tests.browser.scenes import SCENES
from tests.browser.screenshots import PICTURES, VIEWS


@pytest.mark.parametrize("name", sorted(PICTURES))
def test_a_picture_is_there_and_is_small(name: str) -> None:
    picture = ROOT / "docs" / "pictures" / f"{name}.png"
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert picture.stat().st_size < 150_000
    scene, view, *_ = PICTURES[name]
    assert scene in SCENES
    assert view in VIEWS
