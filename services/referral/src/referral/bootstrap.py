"""The composition root of referral."""

from __future__ import annotations

import os

from movewell.adapters import open_keyring
from movewell.doors import Assembly, assembled, put_together
from movewell.keyring.port import Keyring
from movewell.service import Service
from movewell.settings import ServiceSettings
from movewell.store.documents import stored
from movewell.store.port import Index
from movewell.store.timers import Alarm, Timer
from movewell.store.unit import Unit
from movewell.web.accesses import Accesses
from movewell.web.app import create_app
from movewell.web.signin import StaffDoor
from movewell.web.tokens import Verifier

from referral.application.receive_referral import Secrecy
from referral.domain.person import Person
from referral.domain.referral import Referral
from referral.entrypoints.api import routes
from referral.entrypoints.messages import add_message_door, render_fault
from referral.entrypoints.policy import POLICY, STATUSES
from referral.settings import read_deciles, read_destinations

STORED = stored(
    people=(Person, (Index(("nhs_number_mark",), unique=True),)),
    referrals=(
        Referral,
        (
            Index(("status", "received_at")),
            Index(("person_id", "received_at")),
            Index(("referrer_mark", "received_at")),
        ),
    ),
)


def make_service(keyring: Keyring) -> Service:
    """The service; destroying a key is the effect of a timer, so that it happens however often we die."""

    def destroy(timer: Timer) -> None:
        keyring.destroy(timer.tenant, timer.subject)

    return Service("referral", STORED, alarms={"key.destroyed": Alarm(_nothing_more, destroy)})


def _nothing_more(timer: Timer, unit: Unit) -> None:
    """The effect was all there is to do."""


def assemble(settings: ServiceSettings) -> Assembly:
    """Put the service together. Raises SettingsIncomplete."""
    destinations = read_destinations(os.environ)
    keyring = open_keyring(settings.keyring_url, settings.keyring_secret, "referral")
    running = put_together(settings, lambda store: make_service(keyring))
    secrecy = Secrecy(keyring, settings.keyring_secret, read_deciles(os.environ))
    blueprint = routes(running.units, secrecy)
    add_message_door(blueprint, running.units, secrecy, destinations)
    app = create_app(
        "referral",
        blueprint=blueprint,
        policy=POLICY,
        verifier=Verifier(settings.token_public_key),
        staff=StaffDoor(settings),
        accesses=Accesses(running.units),
        fhir_renderer=render_fault,
        statuses=STATUSES,
        assets=settings.assets_dir,
        phone=settings.service_phone,
    )
    return assembled(running, app)
