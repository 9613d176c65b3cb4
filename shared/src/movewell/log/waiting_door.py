"""The operator's door `waiting`: list, show, resend and drop the records that wait."""

from __future__ import annotations

import argparse
import getpass
import json
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from movewell import projections as projecting
from movewell.errors import Unavailable
from movewell.kernel import DomainError, NotFound
from movewell.log import waiting_shown
from movewell.log.consumer import Consumer
from movewell.log.waiting_list import Outcome, WaitingList, as_json
from movewell.service import Running

if TYPE_CHECKING:
    from movewell.doors import Assembly


def waiting_arguments(parser: argparse.ArgumentParser) -> None:
    """The four things that one can do."""
    actions = parser.add_subparsers(dest="action", required=True)
    listing = actions.add_parser("list", help="every record that waits or is set aside")
    listing.add_argument("--json", action="store_true", help="as JSON instead of a table")
    listing.set_defaults(act=_list)
    show = actions.add_parser("show", help="one record: headers, and its fields without what is personal")
    show.add_argument("id", help="as `list` shows it")
    show.set_defaults(act=_show)
    resend = actions.add_parser("resend", help="apply a record now, and what waits behind it")
    which = resend.add_mutually_exclusive_group(required=True)
    which.add_argument("id", nargs="?", help="as `list` shows it")
    which.add_argument("--key", metavar="PROGRESS_ID", help="the first record of a key: consumer/topic/key")
    resend.set_defaults(act=_resend)
    drop = actions.add_parser("drop", help="never apply a record; go on with what waits behind it")
    drop.add_argument("id", help="as `list` shows it")
    drop.add_argument("--reason", required=True, metavar="CODE", help="a code such as wrong-schema, kept for ever")
    drop.add_argument("--by", default=_account(), help="the account that answers for it")
    drop.set_defaults(act=_drop)


def open_waiting(assembly: Assembly, options: argparse.Namespace) -> int:
    """Exit status 1, and why, where it is refused or the record still fails."""
    running = assembly.running
    act: Callable[[WaitingList, argparse.Namespace], int] = options.act
    try:
        return act(WaitingList(running.units, lambda name: _open_consumer(running, name)), options)
    except DomainError as error:
        sys.stderr.write(f"{error.detail}\n")
    except Unavailable as error:
        sys.stderr.write(f"Not now: {error}. Nothing was lost; try again.\n")
    return 1


def _open_consumer(running: Running, name: str) -> Consumer:
    service = running.service.name
    if name == f"{service}-reactions":
        return running.reactions()
    if name == f"{service}-projections@{projecting.current_generation(running.store)}":
        return running.projections()
    raise NotFound(f"{name} is not in force: its views were rebuilt since, or are being rebuilt.")


def _list(records: WaitingList, options: argparse.Namespace) -> int:
    rows = [waiting_shown.summary(each) for each in (*records.waiting(), *records.set_aside())]
    if options.json:
        _say(rows)
    else:
        sys.stdout.write(f"{waiting_shown.table(rows) if rows else 'Nothing waits.'}\n")
    return 0


def _show(records: WaitingList, options: argparse.Namespace) -> int:
    collection, row = records.find(options.id)
    shown = waiting_shown.in_full(row)
    if collection == "waiting":
        hindrance = records.hindrance(row)
        shown["hindrance"] = hindrance.detail if hindrance else None
        shown["progress_id"] = row["progress_id"] if shown["key"] != waiting_shown.HIDDEN else None
    _say(shown)
    return 0


def _resend(records: WaitingList, options: argparse.Namespace) -> int:
    outcome = records.resend_key(options.key) if options.key else records.resend(options.id)
    return _tell(outcome)


def _drop(records: WaitingList, options: argparse.Namespace) -> int:
    return _tell(records.drop(options.id, options.reason, options.by))


def _tell(outcome: Outcome) -> int:
    _say(as_json(outcome))
    return 1 if outcome.outcome == "waiting" else 0


def _say(what: Any) -> None:
    sys.stdout.write(json.dumps(what, indent=2) + "\n")


def _account() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"
