"""The operator's door `accesses`: who touched a record, or what somebody touched, one JSON object a line."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from movewell.web.accesses import Accesses

if TYPE_CHECKING:
    from movewell.doors import Assembly

_PAGE = 500


def accesses_arguments(parser: argparse.ArgumentParser) -> None:
    """A tenant, and a record or somebody; without either, everything of the tenant."""
    parser.add_argument("--tenant", required=True, help="the service's ODS code")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--record", help="the id of a referral, offer, session or other record")
    which.add_argument("--who", help="the id of somebody's account")


def open_accesses(assembly: Assembly, options: argparse.Namespace) -> int:
    """The newest first."""
    accesses = Accesses(assembly.running.units)
    after: Sequence[str] | None = None
    while True:
        asked = {"record": options.record, "who": options.who}
        rows = accesses.find(options.tenant, **asked, limit=_PAGE, after=after)
        sys.stdout.writelines(f"{json.dumps(row)}\n" for row in rows)
        if len(rows) < _PAGE:
            return 0
        after = (rows[-1]["at"], rows[-1]["id"])
