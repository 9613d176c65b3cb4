"""Take each mechanism of the laws away, one at a time, in a copy of the tree, and see that its tests fail.

`python -m tests.laws` runs what needs no Kafka and no MongoDB; `--all` adds that. Exit status 1 where a removal
survives, its text is no longer there, or a test is red before anything was removed.
"""

from __future__ import annotations

import argparse
import contextlib
import queue
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from tests import backends
from tests.laws.copied_tree import CopiedTree, Verdict
from tests.laws.table import ROOT, Removal, as_markdown, removals

_AT_ONCE = 2


def main(argv: Sequence[str] | None = None) -> int:
    options = _options(argv)
    if options.write:
        (ROOT / "docs" / "laws.md").write_text(as_markdown(removals()), encoding="utf-8")
        return 0
    wanted = [each for each in removals() if options.all or not each.slow]
    wanted = [each for each in wanted if not options.law or each.law in options.law]
    wanted = [each for each in wanted if options.only in each.removed]
    started = time.monotonic()
    with _trees(any(each.slow for each in wanted)) as trees:
        if not options.unchecked and (faults := _before(trees[0], wanted)):
            print("Red before anything was removed:", *faults, sep="\n  ", flush=True)
            return 1
        verdicts = list(_tried(trees, wanted))
    Console(width=200).print(_table(verdicts))
    survived = sum(not verdict.red for _, verdict, _ in verdicts)
    print(f"{len(verdicts)} removals, {survived} not missed, {time.monotonic() - started:.0f} s")
    return 1 if survived else 0


def _options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.laws", description=__doc__)
    parser.add_argument("--all", action="store_true", help="also what needs Kafka or MongoDB")
    parser.add_argument("--law", type=int, action="append", help="of this law only")
    parser.add_argument("--only", default="", metavar="WORDS", help="only where these words are in what is removed")
    parser.add_argument("--unchecked", action="store_true", help="do not run the tests on the whole tree first")
    parser.add_argument("--write", action="store_true", help="write docs/laws.md and end")
    return parser.parse_args(argv)


@contextlib.contextmanager
def _trees(slow: bool) -> Iterator[list[CopiedTree]]:
    """The copies, and for slow tests one broker and one MongoDB for all of them."""
    environ = {}
    if slow:
        backends.begin()
        environ = {"TEST_KAFKA_URL": backends.kafka_url(), "TEST_MONGO_URL": backends.mongo_url("DATABASE")}
    try:
        with tempfile.TemporaryDirectory(prefix="movewell-laws-") as folder:
            yield [CopiedTree(Path(folder) / str(number), environ) for number in range(_AT_ONCE)]
    finally:
        if slow:
            backends.finish()


def _before(tree: CopiedTree, wanted: Sequence[Removal]) -> list[str]:
    faults = []
    for slow in (False, True):
        if tests := sorted({test for each in wanted if each.slow is slow for test in each.tests}):
            faults += tree.not_green(tests, slow)
    return faults


def _tried(trees: Sequence[CopiedTree], wanted: Sequence[Removal]) -> Iterator[tuple[Removal, Verdict, float]]:
    """In order of the table, each as soon as it is known."""
    free: queue.SimpleQueue[CopiedTree] = queue.SimpleQueue()
    for each in trees:
        free.put(each)

    def attempt(removal: Removal) -> tuple[Removal, Verdict, float]:
        tree, started = free.get(), time.monotonic()
        try:
            return removal, tree.try_without(removal), time.monotonic() - started
        finally:
            free.put(tree)

    with ThreadPoolExecutor(len(trees)) as pool:
        for removal, verdict, took in pool.map(attempt, wanted):
            print(f"{removal.law}  {removal.removed}: {'red' if verdict.red else 'NOT MISSED'}", flush=True)
            yield removal, verdict, took


def _table(verdicts: Sequence[tuple[Removal, Verdict, float]]) -> Table:
    table = Table("law", "removed", "file", "", "what the test said", "s")
    for removal, verdict, took in verdicts:
        row = (
            removal.removed,
            Path(removal.file).name,
            "red" if verdict.red else "NOT MISSED",
            escape(verdict.why[:110]),
        )
        table.add_row(str(removal.law), *row, f"{took:.0f}")
    return table


if __name__ == "__main__":
    sys.exit(main())
