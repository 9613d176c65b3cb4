"""The commands in the runbooks are run as they are written, on a small embedded site, and do what the page says.

A line `$ …` in a block of `console` is a command; `# status 3` after it says how it ends.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from movewell.adapters import open_log, open_store
from movewell.contracts.scheduling import OfferLapsed
from movewell.log.sqlite import SqliteLog
from movewell.movable_clock import MovableClock
from movewell.service import Running
from movewell.store.unit import Cause
from movewell.web.tokens import new_key, public

from .site import START, TENANT, TOPIC, key, relay

pytest.importorskip("scheduling", reason="the runbooks speak of services, which are not installed")
pytest.importorskip("reporting", reason="the runbooks speak of services, which are not installed")

_ROOT = Path(__file__).parents[3]
_RUNBOOKS = _ROOT / "docs" / "runbooks"
_BLOCK = re.compile(r"^ *```console\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
_COMMAND = re.compile(r"^ *\$ (?P<command>[^#\n]+?)(?:\s+# status (?P<status>\d+))?$", re.MULTILINE)


@dataclass
class Page:
    """A runbook, run from a folder on a site of its own. `said` is what each command printed."""

    folder: Path
    said: list[str] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        secret = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
        token_key = json.dumps(public(_KEY))
        return {
            **{name: os.environ[name] for name in ("PATH", "HOME", "VIRTUAL_ENV") if name in os.environ},
            "EVENT_LOG_URL": f"sqlite:///{self.folder / 'log.sqlite'}",
            "KEYRING_URL": f"sqlite:///{self.folder / 'keyring.sqlite'}",
            "KEYRING_SECRET": secret,
            "COOKIE_SECRET": secret,
            "TOKEN_PUBLIC_KEY": token_key,
            "LINK_PUBLIC_KEY": token_key,
            "LOCAL_MODE": "1",
            "CLOCK_FILE": str(self.folder / "clock"),
            "TO_EVENT_LOG_URL": f"sqlite:///{self.folder / 'other' / 'log.sqlite'}",
            "TO_KEYRING_URL": f"sqlite:///{self.folder / 'other' / 'keyring.sqlite'}",
        }

    def run(self, name: str, first: int = 0, last: int | None = None) -> None:
        """Run the page's commands from the first to before the last, each with the status that it announces."""
        text = "\n".join(_BLOCK.findall((_RUNBOOKS / name).read_text()))
        commands = list(_COMMAND.finditer(text))
        assert len(commands) == text.count("$ "), "a command that this test cannot read"
        for each in commands[first:last]:
            self.command(each["command"], int(each["status"] or 0))

    def command(self, line: str, status: int = 0) -> None:
        words = shlex.split(line)
        assert words[:2] == ["python", "-m"]
        environment = self.environment | {
            "DATABASE_URL": f"sqlite:///{self.folder / words[2]}.sqlite",
            "TO_DATABASE_URL": f"sqlite:///{self.folder / 'other' / words[2]}.sqlite",
        }
        ended = subprocess.run(
            [sys.executable, *words[1:]], cwd=self.folder, env=environment, capture_output=True, text=True, timeout=60
        )
        assert ended.returncode == status, f"{line}: {ended.returncode}\n{ended.stdout}\n{ended.stderr}"
        self.said.append(ended.stdout + ended.stderr)

    def scheduling(self, store: str = "scheduling") -> Running:
        """The service itself, to do what its users would."""
        from scheduling.bootstrap import SERVICE

        made = Running(
            SERVICE,
            open_store(f"sqlite:///{self.folder / store}.sqlite"),
            open_log(self.environment["EVENT_LOG_URL"]),
            MovableClock(self.folder / "clock"),
        )
        made.prepare()
        return made

    def lapse(self, *offers: int) -> None:
        """Offers of one referral lapse, and the log learns of it."""
        running = self.scheduling()
        for offer in offers:
            event = OfferLapsed(referral_id=key(1), offer_id=key(offer), lapsed_at=START)
            running.units.run(TENANT, Cause("test"), lambda unit, event=event: unit.publish(event))
        relay(running)
        running.log.close()
        running.store.close()

    def records(self) -> int:
        log = SqliteLog(str(self.folder / "log.sqlite"))
        count = sum(log.ends([TOPIC]).values())
        log.close()
        return count

    def doctor(self) -> dict:
        found: dict = json.loads(self.said[-1])
        return found


_KEY = new_key()


@pytest.fixture
def page(tmp_path: Path) -> Page:
    return Page(tmp_path)


def test_republish(page: Page) -> None:
    page.lapse(10, 11, 12)
    log = SqliteLog(str(page.folder / "log.sqlite"))
    with log.file.writing() as connection:
        connection.execute("DELETE FROM records WHERE topic = ?", (TOPIC,))
        connection.execute("DELETE FROM heads WHERE topic = ?", (TOPIC,))
    log.close()
    page.run("republish.md")
    assert json.loads(page.said[1]) == {
        "republished": [{"topic": TOPIC, "lacking": 3, "placed": []}],
        "published": 3,
    }
    assert page.doctor()["pending"] == 0
    assert page.records() == 3


def set_back(page: Page) -> None:
    """The store as it was before the last event, which the log holds."""
    page.lapse(10)
    page.command("python -m scheduling backup before")
    page.lapse(11)
    for each in page.folder.glob("scheduling.sqlite*"):
        each.unlink()
    page.command("python -m scheduling restore before")


def test_recover(page: Page) -> None:
    set_back(page)
    page.run("recover.md")
    refused, recovered = page.said[2], page.said[3]
    assert "scheduling's store is older than the log" in refused
    assert "python -m scheduling recover" in refused
    assert '"sequence": 2' in recovered
    assert key(11) not in recovered
    page.lapse(12)
    assert page.records() == 3
    page.command("python -m scheduling recover")
    assert '"missing": []' in page.said[-1]


@pytest.mark.parametrize("door", ["api --bind 127.0.0.1:0", "relay", "consume", "timers"])
def test_every_door_that_would_change_anything_refuses_with_status_3(page: Page, door: str) -> None:
    set_back(page)
    page.command(f"python -m scheduling {door}", status=3)
    assert "older than the log" in page.said[-1]


def test_rebuild(page: Page) -> None:
    page.lapse(10, 11)
    page.run("rebuild.md")
    before, rebuilt, after = page.said
    assert json.loads(rebuilt)["digest"] == after.strip()
    assert before == after  # nothing of scheduling's is in these views but a referral's row, and no worker has run


def test_backup_and_restore(page: Page) -> None:
    page.lapse(10)
    page.run("backup-and-restore.md", last=1)
    page.lapse(11)
    page.command("python -m scheduling restore backup-of-scheduling", status=1)
    assert "the store is not empty" in page.said[-1]
    for each in page.folder.glob("scheduling.sqlite*"):
        each.unlink()
    page.run("backup-and-restore.md", first=1)
    assert page.doctor()["pending"] == 0
    page.lapse(12)
    assert page.records() == 3


@pytest.mark.parametrize("name", ["doctor.md", "kafka.md", "mongodb.md"])
def test_the_pages_that_only_look(page: Page, name: str) -> None:
    page.run(name)
    assert page.doctor()["service"] == "scheduling"


def test_upgrading(page: Page) -> None:
    page.lapse(10, 11)
    page.run("../upgrading.md")
    assert page.doctor()["pending"] == 0
    assert (page.folder / "backup-of-scheduling" / "manifest.json").exists()


def test_leaving_the_embedded_set(page: Page) -> None:
    page.lapse(10, 11)
    page.run("../leaving-the-embedded-set.md", last=2)
    assert json.loads(page.said[1])["topics"][TOPIC]["records"] == 2
    there = open_log(page.environment["TO_EVENT_LOG_URL"])
    assert sum(there.ends([TOPIC]).values()) == 2
    there.close()
    page.command("python -m scheduling carry", status=1)
    assert "the store to carry to is not empty" in page.said[-1]
    page.run("../leaving-the-embedded-set.md", first=2)


@pytest.mark.parametrize("path", sorted(_RUNBOOKS.glob("*.md")), ids=lambda path: path.name)
def test_a_runbook_is_one_page_and_its_links_lead_somewhere(path: Path) -> None:
    text = path.read_text()
    assert len(text.splitlines()) <= 75
    assert max(map(len, text.splitlines())) <= 240
    for link in re.findall(r"\]\(([^)#:]+)\)", text):
        assert (path.parent / link).exists(), link


def test_every_metric_is_in_the_doctors_page() -> None:
    from movewell.operating.measures import _HELP

    text = (_RUNBOOKS / "doctor.md").read_text()
    assert [name for name in (*_HELP, "movewell_reaction_seconds") if name not in text] == []
