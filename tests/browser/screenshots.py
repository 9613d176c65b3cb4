"""Write a picture of every page and state, at the width of a desk, of a phone, and at twice the size.

`python -m tests.browser.screenshots FOLDER [SCENE …]`
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

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
    write(Path(sys.argv[1]), sys.argv[2:])
