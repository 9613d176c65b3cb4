"""Write a picture of every page and state, at the width of a desk, of a phone, and at twice the size.

`python -m tests.browser.screenshots FOLDER [SCENE …]`, or `--pictures` for those few that the README shows.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from deploy.local.assets import fetch
from deploy.local.processes import ROOT
from tests.browser.chromium import launched, missing
from tests.browser.scenes import SCENES
from tests.browser.stage import on_stage

VIEWS = {
    "desk": {"viewport": {"width": 1280, "height": 900}},
    "phone": {"viewport": {"width": 320, "height": 640}, "device_scale_factor": 2, "is_mobile": True},
    "zoomed": {"viewport": {"width": 640, "height": 450}, "device_scale_factor": 2},
}
"""A window of 1280 at 200 % shows 640 CSS pixels, each twice as large."""


PICTURES = {
    "worklist": ("worklist", "desk", 500, "All open referrals"),
    "report": ("report-manager", "desk", 720, "Key figures"),
    "offer": ("offer-open", "phone", 560, "We have a place for you"),
    "register": ("register", "phone", 560, "Register"),
}
"""Name in docs/pictures → scene, view, how many CSS pixels of its height are shown, and the heading at their top."""
PLAIN_NAMES = Path(__file__).with_name("plain_names.toml")


def write_pictures(folder: Path) -> None:
    """Those of the README, cut at their height, so that they are small."""
    folder.mkdir(parents=True, exist_ok=True)
    assets = fetch(ROOT / "build" / "assets")
    with (
        tempfile.TemporaryDirectory() as site,
        on_stage(Path(site), assets, PLAIN_NAMES) as stage,
        launched() as browser,
    ):
        for name, (scene, view, height, heading) in PICTURES.items():
            width = VIEWS[view]["viewport"]["width"]
            shown = {**VIEWS[view], "viewport": {"width": width, "height": height}}
            context = browser.new_context(**shown, timezone_id="Europe/London", locale="en-GB")
            page = context.new_page()
            SCENES[scene](page, stage)
            top = page.get_by_role("heading", name=heading).first.bounding_box()
            page.screenshot(path=folder / f"{name}.png", **_cut(top["y"] - 24, width, height))
            context.close()
            print(folder / f"{name}.png")


def _cut(top: float, width: int, height: int) -> dict[str, Any]:
    return {"full_page": True, "clip": {"x": 0, "y": max(top, 0), "width": width, "height": height}}


def write(folder: Path, names: list[str]) -> None:
    """One picture of the whole page for each scene and view."""
    folder.mkdir(parents=True, exist_ok=True)
    assets = fetch(ROOT / "build" / "assets")
    with tempfile.TemporaryDirectory() as site, on_stage(Path(site), assets) as stage, launched() as browser:
        for name in names or SCENES:
            for view, options in VIEWS.items():
                context = browser.new_context(**options, timezone_id="Europe/London", locale="en-GB")
                page = context.new_page()
                SCENES[name](page, stage)
                page.screenshot(path=folder / f"{name}-{view}.png", full_page=True)
                context.close()
            print(name)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    if absent := missing():
        sys.exit(f"install {', '.join(absent)}")
    if sys.argv[1] == "--pictures":
        write_pictures(ROOT / "docs" / "pictures")
    else:
        write(Path(sys.argv[1]), sys.argv[2:])
