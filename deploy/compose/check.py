"""Bring the compose file's stack up, walk through it, take a worker away, check what is left: `make compose-check`.

Images are pulled where a registry has them; else stand-ins are made on this machine, which is said. STAND_INS=1 asks no
registry, KEEP=1 leaves the stack up for a look. The status is 0 if all was as expected.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

import httpx

from deploy.compose.engine import ROOT, Engine, NotToBeHad
from deploy.compose.images import Chosen, choose
from deploy.compose.promises import broken_promises
from deploy.compose.stack import PROJECT, Stack, StackWatch, UnhurriedStaff
from deploy.local.expectations import check
from deploy.local.people import Patient
from deploy.local.processes import free_port
from deploy.local.site import SERVICES, Site
from deploy.local.visitors import WalkFailed
from deploy.local.walk import Walk

LATER = (
    Patient("Iris", "Testperson", "json", "9990000093", "recovers", "group"),
    Patient("Juniper", "Testperson", "bars", "9990000107", "steady"),
)
CHECKER = ROOT / "tests" / "faults" / "checker.py"
_UP_SECONDS = 900


class Steps:
    """Says what is done, and how long it took."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    def done(self, what: str) -> None:
        print(f"{time.monotonic() - self._began:7.1f} s  {what}", flush=True)
        self._began = time.monotonic()


def main() -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that everything is taken down
    engine, steps = Engine(), Steps()
    folder = Path(tempfile.mkdtemp(prefix="movewell-compose-"))
    try:
        steps.done(engine.start())
        chosen = choose()
        steps.done(f"images: {len(chosen.environ) - len(chosen.stand_ins)} real, {len(chosen.stand_ins)} stand-ins")
        faults = _on_a_stack(Stack(folder, chosen, free_port(18080), free_port(18125)), steps)
        _say(faults, chosen)
        return 1 if faults else 0
    except NotToBeHad as error:
        print(f"The check could not be made: {error}", file=sys.stderr)
        return 2
    finally:
        if os.environ.get("KEEP") != "1":
            engine.stop()
            shutil.rmtree(folder, ignore_errors=True)


def _on_a_stack(stack: Stack, steps: Steps) -> list[str]:
    """Up, the walk, a worker killed, another story, the checker; down, whatever happened. What was not as expected."""
    try:
        site = stack.site()
        stack.down()  # what a check left that was killed
        stack.command("build", *[f"{each}-api" for each in SERVICES], seconds=3600)
        steps.done("images of the five services built")
        stack.command("up", "--detach", "--wait", "--wait-timeout", str(_UP_SECONDS), seconds=_UP_SECONDS + 60)
        steps.done(f"up and healthy: {len(stack.containers())} containers")
        faults = [*broken_promises(stack)]
        steps.done("promises of the compose file held against the containers")
        stack.command("up", "--detach", "--wait", "--wait-timeout", str(_UP_SECONDS), seconds=_UP_SECONDS + 60)
        steps.done("up a second time: initiation and preparation change nothing")
        return faults + _walked(stack, site, steps)
    except (NotToBeHad, WalkFailed, httpx.HTTPError) as error:
        print(_last_words(stack), file=sys.stderr)
        return [f"{type(error).__name__}: {error}"]
    finally:
        if os.environ.get("KEEP") != "1":
            stack.down()
            steps.done("down")


def _walked(stack: Stack, site: Site, steps: Steps) -> list[str]:
    with stack.doctors() as doctors:
        watch = StackWatch(site, stack.url, doctors)
        walk = Walk(site, stack.url, lambda said: None, watch, staff=UnhurriedStaff)
        walk.run()
        faults = check(site, partial(stack.door, "reporting"), walk)
        steps.done(f"the walk of {len(walk.stories)} patients through {len(list(site.sink.glob('*.eml')))} messages")
        faults += _another_story(stack, site, watch)
        steps.done("three scheduling workers, one of them killed, two more patients booked")
        watch.until_quiet()
    return [*faults, *_backed_up(stack, steps), *_checked(stack, steps)]


def _another_story(stack: Stack, site: Site, watch: StackWatch) -> list[str]:
    stack.command("up", "--detach", "--no-recreate", "--scale", "scheduling-work=3", "--wait", "scheduling-work")
    workers = [each["Name"] for each in stack.containers() if each["Service"] == "scheduling-work"]
    if len(workers) != 3:
        return [f"there are {len(workers)} scheduling workers, not 3"]
    subprocess.run(["docker", "kill", sorted(workers)[0]], check=True, capture_output=True)
    later = Walk(site, stack.url, lambda said: None, watch, LATER, UnhurriedStaff)
    later.begin("later")
    booked = [later.coordinator.get(f"/api/programmes/{each.referral_id}")["bookings"] for each in later.stories]
    return [] if all(booked) else ["after a worker was killed nobody was booked"]


def _backed_up(stack: Stack, steps: Steps) -> list[str]:
    """As the runbook says."""
    folder = stack.folder / "backups"
    folder.mkdir()
    folder.chmod(0o777)
    options = ("--rm", "--no-deps", "-T", "--volume", f"{folder}:/backups")
    said = json.loads(stack.command("run", *options, "scheduling-work", "backup", "/backups/scheduling"))
    steps.done(f"a backup of scheduling: {said['documents']} documents")
    return [] if said["documents"] else ["the backup holds nothing"]


def _checked(stack: Stack, steps: Steps) -> list[str]:
    """The independent checker, on the stores, the log and the messages."""
    export = stack.folder / "export"
    said = stack.command("run", "--rm", "--no-deps", "-T", "exporter").strip()
    shutil.copytree(stack.folder / "sink", export / "sink")
    done = subprocess.run([sys.executable, CHECKER, export], capture_output=True, text=True, check=False)
    steps.done(f"the independent checker on {said}: status {done.returncode}")
    return [] if done.returncode == 0 else [done.stdout.strip() or done.stderr.strip()]


def _last_words(stack: Stack) -> str:
    try:
        return stack.command("logs", "--no-color", "--tail", "5")
    except NotToBeHad as error:
        return str(error)


def _say(faults: list[str], chosen: Chosen) -> None:
    for each in faults:
        print(f"Not as expected: {each}")
    print(f"Answers of 503 that were waited out: {UnhurriedStaff.told_to_wait}.")
    for each in chosen.stand_ins:
        print(f"Stand-in for {each.usual}. Unproven, or what it is: {each.leaves_unproven}.")
    if os.environ.get("KEEP") == "1":
        print(f"The stack is still up as {PROJECT}.")
    print("All as expected." if not faults else f"{len(faults)} not as expected.")


if __name__ == "__main__":
    sys.exit(main())
