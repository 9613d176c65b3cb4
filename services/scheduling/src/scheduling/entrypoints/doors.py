"""The door that only scheduling has: `python -m scheduling seed FILE`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from movewell.doors import Assembly, Door
from movewell.kernel import Invalid
from movewell.store.unit import Cause, Units, new_id

from scheduling.adapters.seed_file import read_seed
from scheduling.application.seed_site import seed_site


def seed(units: Units, path: Path) -> int:
    """Take the file; says what came of it, or every fault with its place. The exit status."""
    try:
        read = read_seed(path.read_bytes())
        done = units.run(read.tenant, Cause(new_id()), lambda unit: seed_site(unit, read))
    except OSError as error:
        print(f"{path} cannot be read: {error.strerror}", file=sys.stderr)
        return 2
    except Invalid as refused:
        print(f"{refused.detail} Nothing was changed.", file=sys.stderr)
        for place, fault in refused.faults:
            print(f"{path}: {place}: {fault}" if place else f"{path}: {fault}", file=sys.stderr)
        return 1
    if not done.series and not done.venues:
        print(f"Nothing to change: all {done.unchanged} series of {read.tenant} are scheduled.")
    else:
        venues = f" Words for {done.venues} venues taken." if done.venues else ""
        added = f"{done.series} series with {done.sessions} sessions added, {done.unchanged} were there."
        print(f"{read.tenant}: {added}{venues}")
    return 0


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="venues, instructors and series in TOML")


def _seed(assembly: Assembly, options: argparse.Namespace) -> int:
    return seed(assembly.running.units, options.file)


OWN = (Door("seed", "take venues, instructors and weekly series from a file, once", _seed, _arguments),)
