"""`make demo`: the whole platform on this machine, and a walk through it.

Environment: ONCE=1 checks what it expects and ends, FRESH=1 starts clean, PORT is the wanted port, DATA the
folder that the site lies in. EVENT_LOG_URL=kafka://host:port and DATABASE_URL=mongodb://host/DATABASE stand it on
Kafka and MongoDB (each service's name, and keyring, take the place of DATABASE).
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import time
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from movewell.web.links import mint_link
from rich.console import Console
from rich.table import Table

from deploy.local.assets import AssetsUnavailable, fetch
from deploy.local.expectations import check
from deploy.local.processes import ROOT, Platform, free_port
from deploy.local.site import TENANT, Site
from deploy.local.walk import Story, Walk

console = Console()


def main() -> int:
    """The exit status: 0 if all that was expected happened."""
    began = time.monotonic()
    once = os.environ.get("ONCE") == "1"
    folder = Path(os.environ.get("DATA") or ROOT / "data")
    if os.environ.get("FRESH") == "1" or once:
        shutil.rmtree(folder, ignore_errors=True)
    wanted = int(os.environ.get("PORT", "8080"))
    port = free_port(wanted)
    if port != wanted:
        console.print(f"Port {wanted} is taken: using {port}.")
    site = Site.at(folder, os.environ.get("EVENT_LOG_URL"), os.environ.get("DATABASE_URL"))
    assets = styled(ROOT / "build" / "assets")
    platform = Platform(site, port, assets)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        platform.start()
        console.print(f"Movewell is up at {platform.url} after {time.monotonic() - began:.1f} s.")
        faults = _walk_or_remember(site, platform)
        for each in faults:
            console.print(f"[red]Not as expected:[/red] {each}")
        _say_where(site, platform)
        if once:
            return 1 if faults else 0
        console.print("Press Ctrl-C to stop.")
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        return 0
    finally:
        platform.stop()


def styled(folder: Path) -> Path | None:
    """The folder with the NHS frontend; None, said aloud, when it cannot be had: pages work without it."""
    try:
        return fetch(folder)
    except AssetsUnavailable as error:
        console.print(f"The NHS styles could not be fetched, so pages look plain: {error}", markup=False)
        return None


def _walk_or_remember(site: Site, platform: Platform) -> list[str]:
    """Walk, once in the life of a site. What was not as expected."""
    kept = site.folder / "walk.json"
    if kept.exists():
        console.print("This site has its data from before (FRESH=1 starts clean).")
        _show(json.loads(kept.read_text()))
        return []
    with console.status("The walk begins") as status:
        walk = Walk(site, platform.url, status.update)
        stories = walk.run()
    told = [_told(each) for each in stories]
    kept.write_text(json.dumps(told))
    _show(told)
    return check(site, partial(platform.door, "reporting"), walk)


def _told(story: Story) -> dict:
    return {"patient": story.patient.name, "door": story.patient.door, "steps": story.steps}


def _show(told: list[dict]) -> None:
    table = Table(title="What happened, and how long from command to reaction")
    for column in ("Patient", "Door", "Step", "Time"):
        table.add_column(column, justify="right" if column == "Time" else "left")
    for story in told:
        for number, (what, seconds) in enumerate(story["steps"]):
            time_taken = "" if seconds is None else f"{seconds * 1000:.0f} ms"
            first = (story["patient"], story["door"]) if number == 0 else ("", "")
            table.add_row(*first, what, time_taken)
        table.add_section()
    console.print(table)


def _say_where(site: Site, platform: Platform) -> None:
    now = datetime.now(UTC)
    token = mint_link(
        site.secrets["link_key"],
        audience="reporting",
        purpose="report",
        subject="manager",
        tenant=TENANT,
        jti=f"demo-{now.timestamp()}",
        issued_at=now,
        expires_at=now + timedelta(days=3650),
    )
    console.print(f"Staff sign in, as a made-up person: {platform.url}/signin", soft_wrap=True)
    console.print(f"The report, fit for publication: {platform.url}/report", soft_wrap=True)
    console.print(f"The report with exact figures:   {platform.url}/report/exact/link/{token}", soft_wrap=True)
    console.print(f"Messages sent: {site.sink}\nStores, log and keyring: {site.folder}", soft_wrap=True)


if __name__ == "__main__":
    sys.exit(main())
