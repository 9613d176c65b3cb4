"""A browser and a stage for the tests of pages. What is missing is said aloud, and in CI it is a failure."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest

from deploy.local.assets import AssetsUnavailable, fetch
from deploy.local.processes import ROOT
from tests.browser.chromium import Seen, launched, missing
from tests.browser.stage import Stage, on_stage

pytest.register_assert_rewrite("tests.browser.sound_pages")


def _do_without(what: str) -> NoReturn:
    if os.environ.get("CI") == "true":
        pytest.fail(f"pages are not tested: {what}")
    pytest.skip(f"pages are not tested: {what}")


def _assets() -> Path:
    """Several workers of pytest may want them at once."""
    folder = ROOT / "build" / "assets"
    folder.parent.mkdir(exist_ok=True)
    with (folder.parent / "assets.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return fetch(folder)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    if absent := missing():
        _do_without(f"install {', '.join(absent)}")
    with launched() as browser:
        yield browser


@pytest.fixture(scope="session")
def assets(chromium: Any) -> Path:
    """The folder of what pages need; fetched only where there is a browser."""
    try:
        return _assets()
    except AssetsUnavailable as error:
        _do_without(str(error))


@pytest.fixture(scope="session")
def stage(assets: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with on_stage(tmp_path_factory.mktemp("stage"), assets) as made:
        yield made


@pytest.fixture
def open_page(chromium: Any, stage: Stage) -> Iterator[Callable[..., Any]]:
    """Make a page with a profile of its own; when the test is over, nothing it should not do may have been seen."""
    made: list[tuple[Any, Seen]] = []

    def make(width: int = 1280, **options: Any) -> Any:
        context = chromium.new_context(viewport={"width": width, "height": 800}, timezone_id="Asia/Tokyo", **options)
        context.set_default_timeout(10_000)
        page = context.new_page()
        made.append((context, Seen(page, stage.url)))
        return page

    yield make
    for context, _ in made:
        context.close()
    assert [fault for _, seen in made for fault in seen.faults] == []
