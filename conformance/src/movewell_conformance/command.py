"""`movewell-conformance URL`: the checks, a line each, and whether all that could be run passed."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from movewell_conformance import message_checks, open_checks, referral_checks, token_checks
from movewell_conformance.checking import CHECKS, Outcome, run_checks
from movewell_conformance.target import Client, Target, read_key

MODULES = (open_checks, token_checks, referral_checks, message_checks)
"""Importing them enters their checks into the table."""
_EPILOG = "Ends with 0 if nothing failed, with 1 if a check failed, with 2 if it could not be begun."


def main(arguments: Sequence[str] | None = None) -> int:
    parser = command_line()
    given = parser.parse_args(arguments)
    try:
        target = _target(given)
    except (OSError, ValueError) as error:
        parser.error(str(error))
    outcomes = run_checks(target, given.only or None)
    if given.json == "-":
        print(_report(target, outcomes))
    else:
        _print(outcomes)
        if given.json is not None:
            Path(given.json).write_text(_report(target, outcomes) + "\n", encoding="utf-8")
    return 1 if any(each.result == "fail" for each in outcomes) else 0


def command_line() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="movewell-conformance", description=(__doc__ or "").strip(), epilog=_EPILOG)
    parser.add_argument("url", metavar="URL", help="where the platform is, for instance https://movewell.example")
    parser.add_argument("--client", metavar="ID", help="the client id that is registered there")
    parser.add_argument("--key", type=Path, metavar="FILE", help="the client's private key, in PEM")
    parser.add_argument("--key-id", default="", metavar="KID", help="the kid of that key")
    parser.add_argument("--audience", metavar="URL", help="the token endpoint's public name, if it isn't URL's own")
    parser.add_argument("--write", action="store_true", help="send invented referrals too; never to a live service")
    parser.add_argument("--contracts", type=Path, metavar="FOLDER", help="the published contracts to compare with")
    parser.add_argument("--service", metavar="SYSTEM|VALUE", help="whom BaRS messages are addressed to")
    parser.add_argument("--only", action="append", choices=list(CHECKS), metavar="CHECK", help="one check; repeatable")
    parser.add_argument("--json", metavar="FILE", help="write the report there, as JSON (- prints it alone)")
    return parser


def _target(given: argparse.Namespace) -> Target:
    """Raises OSError, ValueError. A token may be in MOVEWELL_TOKEN instead of a client and its key."""
    if (given.client is None) != (given.key is None):
        raise ValueError("--client and --key go together")
    client = Client(given.client, given.key_id, read_key(given.key.read_bytes())) if given.key else None
    target = Target(given.url, client, os.environ.get("MOVEWELL_TOKEN"), given.write, given.contracts, given.audience)
    if given.service is not None:
        system, _, value = given.service.rpartition("|")
        target.service = (system, value)
    return target


def _print(outcomes: list[Outcome]) -> None:
    for each in outcomes:
        print(f"{each.result}  {each.name:<22} {each.what}{f': {each.reason}' if each.reason else ''}")
    counts = Counter(each.result for each in outcomes)
    print(f"{counts['pass']} passed, {counts['fail']} failed, {counts['skip']} skipped")


def _report(target: Target, outcomes: list[Outcome]) -> str:
    return json.dumps({"url": target.url, "checks": [asdict(each) for each in outcomes]}, indent=2)


if __name__ == "__main__":
    sys.exit(main())
