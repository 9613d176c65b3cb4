"""A site leaves the embedded set in the middle of its stories, and goes on; and it can go back."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from deploy.local.site import SERVICES, Site
from tests import backends
from tests.faults.checker import check
from tests.faults.exports import export_keyring, export_log, export_store
from tests.journeys.visitors import Clinic, Patient
from tests.journeys.world import Backends, World

DIED = -signal.SIGKILL


@dataclass(frozen=True)
class Set:
    """What a site stands on. `store` has NAME in the place of a database's."""

    store: str
    log: str

    def of(self, name: str) -> str:
        return self.store.replace("NAME", name)

    @property
    def backends(self) -> Backends:
        return Backends(self.of, self.log, self.of("keyring"), 0.0 if self.log.startswith("sqlite") else 0.05)


def embedded(folder: Path) -> Set:
    folder.mkdir(exist_ok=True)
    return Set(f"sqlite:///{folder}/NAME.sqlite", f"sqlite:///{folder}/log.sqlite")


@pytest.fixture
def scaled_out(kafka_url: str) -> Set:
    name = f"l{uuid.uuid4().hex[:8]}"
    try:
        store = backends.mongo_url(f"{name}_NAME")
    except backends.Missing as error:
        backends.say_missing(error)
    return Set(store, f"{kafka_url}?session_ms=6000&prefix={name}.")


def carry(site: Site, service: str, here: Set, there: Set, **more: str) -> subprocess.CompletedProcess[str]:
    """`python -m SERVICE carry`, as an operator does it."""
    environment = {
        **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
        **site.environment(service, "http://movewell.test", None),
        "DATABASE_URL": here.of(service),
        "EVENT_LOG_URL": here.log,
        "KEYRING_URL": here.of("keyring"),
        "TO_DATABASE_URL": there.of(service),
        "TO_EVENT_LOG_URL": there.log,
        "TO_KEYRING_URL": there.of("keyring"),
        **more,
    }
    command = [sys.executable, "-m", service, "carry"]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)


def carry_all(site: Site, here: Set, there: Set) -> dict[str, dict]:
    """All at once: none waits for another."""
    with ThreadPoolExecutor() as pool:
        done = dict(zip(SERVICES, pool.map(lambda each: carry(site, each, here, there), SERVICES), strict=True))
    assert {name: each.stderr for name, each in done.items() if each.returncode} == {}
    return {name: json.loads(each.stdout) for name, each in done.items()}


def violations(folder: Path, sink: Path) -> list[str]:
    """What the independent checker says."""
    if not (folder / "sink").exists():
        (folder / "sink").symlink_to(sink)
    return check(folder)


def exported(stands: Set, folder: Path) -> Path:
    """What lies in Kafka and MongoDB as the files that the checker reads."""
    folder.mkdir()
    servers, _, options = stands.log.removeprefix("kafka://").partition("?")
    export_log(servers, options.rpartition("prefix=")[2], folder / "log.sqlite")
    for each in SERVICES:
        export_store(stands.of(each), folder / f"{each}.sqlite")
    export_keyring(stands.of("keyring"), folder / "keyring.sqlite")
    return folder


@dataclass
class Story:
    """A site in the middle of things: one person has an offer, one has exercised, one was erased."""

    world: World
    here: Set
    offered: Patient
    exercises: Patient
    erased: Patient

    def ends(self) -> None:
        """The platform stops."""
        self.world.close()

    def begins_again(self, there: Set) -> Clinic:
        """The same site, secrets and hour on what it was carried to."""
        moment = self.world.clock.moment
        self.world = World(self.world.site.folder, there.backends)
        self.world.clock.moment = moment
        return Clinic(self.world, people=3)


@pytest.fixture
def story(tmp_path: Path) -> Story:
    here = embedded(tmp_path / "embedded")
    clinic = Clinic(World(tmp_path / "site", here.backends))
    clinic.schedules("monday", weeks=4)
    exercises, offered, erased = clinic.refer("bars"), clinic.refer(), clinic.refer()
    clinic.takes_on(exercises)
    clinic.takes_place(exercises)
    clinic.takes_on(erased)
    clinic.erases(erased)
    clinic.answers_questions(exercises, phq9=18, gad7=15)
    clinic.before_session(1)
    clinic.takes_on(offered)
    made = Story(clinic.world, here, offered, exercises, erased)
    made.ends()
    return made


def test_a_site_leaves_the_embedded_set_goes_on_and_goes_back(story: Story, scaled_out: Set, tmp_path: Path) -> None:
    site, sink = story.world.site, story.world.sink
    assert violations(tmp_path / "embedded", sink) == []
    sent = story.world.messages()
    told = carry_all(site, story.here, scaled_out)
    assert told["referral"]["keys"] == {"living": 2, "destroyed": 1, "broken": 0}
    assert min(topic["records"] for each in told.values() for topic in each["topics"].values()) > 0

    clinic = story.begins_again(scaled_out)
    clinic.world.settle()
    assert clinic.world.messages() == sent  # the whole log was met again, and nothing was sent again
    clinic.takes_place(story.offered)
    clinic.refer()
    assert [each["status"] for each in clinic.programme(story.offered)["bookings"]] == ["booked", "booked"]
    story.ends()
    assert violations(exported(scaled_out, tmp_path / "scaled-out"), sink) == []

    back = embedded(tmp_path / "back")
    assert carry_all(site, scaled_out, back)["referral"]["keys"] == {"living": 3, "destroyed": 1, "broken": 0}
    sent = clinic.world.messages()
    clinic = story.begins_again(back)
    clinic.world.settle()
    assert clinic.world.messages() == sent
    clinic.after_session(1)
    clinic.attends(story.exercises, 1)
    story.ends()
    assert violations(tmp_path / "back", sink) == []


def test_what_was_killed_goes_on_and_what_is_not_empty_is_left_alone(story: Story, tmp_path: Path) -> None:
    there, site, armed = embedded(tmp_path / "there"), story.world.site, tmp_path / "failpoints"
    armed.mkdir()
    (armed / "relay.after_publish").touch()
    assert carry(site, "referral", story.here, there, MOVEWELL_FAILPOINTS=str(armed)).returncode == DIED
    refused = carry(site, "referral", there, embedded(tmp_path / "elsewhere"))
    assert (refused.returncode, "did not end" in refused.stderr) == (1, True)
    on = carry(site, "referral", story.here, there)
    assert (on.returncode, json.loads(on.stdout)["keys"]["destroyed"]) == (0, 1)
    again = carry(site, "referral", story.here, there)
    assert (again.returncode, again.stderr) == (1, "the store to carry to is not empty\n")
    log = replace(there, store=embedded(tmp_path / "new").store)
    refused = carry(site, "referral", story.here, log)
    assert (refused.returncode, refused.stderr) == (1, "the topics to carry to are not empty\n")
    keys = replace(embedded(tmp_path / "third"), log=f"sqlite:///{tmp_path}/third.sqlite")
    shutil.copy(tmp_path / "there" / "keyring.sqlite", tmp_path / "third")
    refused = carry(site, "referral", story.here, keys)
    assert (refused.returncode, refused.stderr) == (1, "the keyring to carry to is not empty\n")
