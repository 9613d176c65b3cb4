"""The door that only referral has: `python -m referral mark-names`, once after the upgrade that brought the search."""

from __future__ import annotations

import argparse
import os

from movewell.adapters import open_keyring
from movewell.doors import Assembly, Door
from movewell.settings import ServiceSettings, load

from referral.application.mark_names import mark_names
from referral.application.receive_referral import Secrecy


def _mark_names(assembly: Assembly, options: argparse.Namespace) -> int:
    settings = load(ServiceSettings, os.environ)
    keyring = open_keyring(settings.keyring_url, settings.keyring_secret, "referral")
    running = assembly.running
    done = mark_names(running.store, running.units, Secrecy(keyring, settings.keyring_secret))
    print(f"{done} persons can now be found by their family name.")
    return 0


OWN = (Door("mark-names", "let persons registered by an earlier release be found by family name", _mark_names),)
"""What `movewell.doors.run` adds."""
