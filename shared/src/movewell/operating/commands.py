"""The operators' doors: each says what it did as JSON on standard output, and what it refused on standard error."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from movewell.errors import Unavailable
from movewell.log.port import GroupInUse
from movewell.operating import audit
from movewell.operating import recover as recovering
from movewell.operating.backup import BackupRefused, backup
from movewell.operating.carry import CarryRefused
from movewell.operating.carry_door import carry_as_told
from movewell.operating.republish import NotOurTopic, publish_pending, republish
from movewell.operating.restore import RestoreRefused, restore
from movewell.operating.start import NotFitToStart
from movewell.service import Running
from movewell.settings import SettingsIncomplete

if TYPE_CHECKING:
    from movewell.doors import Assembly

_REFUSALS = (
    BackupRefused,
    CarryRefused,
    GroupInUse,
    NotFitToStart,
    NotOurTopic,
    RestoreRefused,
    SettingsIncomplete,
    Unavailable,
)
Command = Callable[["Assembly", argparse.Namespace], int]


def _told(command: Callable[[Running, argparse.Namespace], Any]) -> Command:
    """A door that says what the command returns; exit status 1, and why, where it is refused."""

    def open_(assembly: Assembly, options: argparse.Namespace) -> int:
        try:
            said = command(assembly.running, options)
        except _REFUSALS as error:
            sys.stderr.write(f"{error}\n")
            return 1
        sys.stdout.write(json.dumps(said, indent=2) + "\n")
        return 0

    return open_


def _republish(running: Running, options: argparse.Namespace) -> Any:
    names = [options.topic] if options.topic else audit.own_topics(running)
    made = [republish(running, name, options.from_sequence) for name in names]
    told = [{"topic": each.topic, "lacking": each.lacking, "placed": each.placed} for each in made]
    return {"republished": told, "published": publish_pending(running)}


def _recover(running: Running, options: argparse.Namespace) -> Any:
    """The list is written before anything is changed: a second run finds nothing missing any more."""
    plan = recovering.plan(running)
    sys.stdout.write(json.dumps({"missing": plan.listing()}, indent=2) + "\n")
    sys.stdout.flush()
    renumbered = recovering.recover(running, plan)
    return {"renumbered": renumbered, "placed": sorted(plan.places)}


def _backup(running: Running, options: argparse.Namespace) -> Any:
    manifest = backup(running, options.folder)
    return {"documents": sum(each["documents"] for each in manifest["collections"].values())}


def _restore(running: Running, options: argparse.Namespace) -> Any:
    return {"documents": restore(running, options.folder)}


def _carry(running: Running, options: argparse.Namespace) -> Any:
    return carry_as_told(running)


def republish_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--topic", help="one of the service's own topics; all of them unless given")
    parser.add_argument("--from-sequence", type=int, default=1, help="of each key, leave out what is before this")


def folder_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, help="the folder that holds the backup")


open_republish, open_recover = _told(_republish), _told(_recover)
open_backup, open_restore, open_carry = _told(_backup), _told(_restore), _told(_carry)
