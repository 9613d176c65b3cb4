"""The composition root of referral."""

from __future__ import annotations

import os
from functools import partial

from movewell.adapters import open_keyring
from movewell.directory import open_directory
from movewell.doors import Assembly, assembled, put_together
from movewell.keyring.port import Keyring
from movewell.service import Running, Service
from movewell.settings import ServiceSettings, load
from movewell.store.burned_links import burn
from movewell.store.documents import stored
from movewell.store.port import Index
from movewell.store.timers import Alarm, Timer
from movewell.store.unit import Unit
from movewell.web.accesses import Accesses
from movewell.web.app import create_app
from movewell.web.signin import StaffDoor
from movewell.web.token_endpoint import add_token_endpoint
from movewell.web.tokens import Verifier

from referral.application.keep_draft import ENDED, end_draft
from referral.application.limit_use import forget_use
from referral.application.receive_referral import Secrecy
from referral.application.send_webhook import Courier
from referral.application.tell_referrer import SENDS, reactions
from referral.domain.allowance import Allowance
from referral.domain.delivery import Delivery
from referral.domain.draft import Draft
from referral.domain.person import Person
from referral.domain.referral import Referral
from referral.entrypoints.api import routes
from referral.entrypoints.clinician_pages import add_clinician_pages
from referral.entrypoints.draft_cookies import DraftCookies
from referral.entrypoints.messages import add_message_door, render_fault
from referral.entrypoints.policy import POLICY, STATUSES
from referral.entrypoints.self_referral_pages import add_self_referral_pages
from referral.entrypoints.self_referral_session import SelfReferrals
from referral.projections.timeline_rows import TIMELINES
from referral.projections.worklist_rows import WORKLIST
from referral.settings import (
    ReferralSettings,
    read_activities,
    read_deciles,
    read_destinations,
    read_systems,
    read_webhooks,
)

STORED = stored(
    people=(Person, (Index(("nhs_number_mark",), unique=True), Index(("family_name_mark",)))),
    referrals=(
        Referral,
        (
            Index(("status", "received_at")),
            Index(("person_id", "received_at")),
            Index(("referrer_mark", "received_at")),
        ),
    ),
    drafts=(Draft, (Index(("return_mark",), unique=True),)),
    allowances=(Allowance, ()),
    deliveries=(Delivery, (Index(("client_id", "status", "happened_at")), Index(("referral_id",)))),
)


def make_service(keyring: Keyring, courier: Courier | None = None) -> Service:
    """The service; destroying a key is the effect of a timer, so that it happens however often we die.

    Without a courier nobody is told what came of a referral.
    """

    def destroy(timer: Timer) -> None:
        keyring.destroy(timer.tenant, timer.subject)

    alarms: dict[str, Alarm] = {
        "key.destroyed": Alarm(_nothing_more, destroy),
        ENDED: Alarm(lambda timer, unit: end_draft(unit, timer.subject)),
        "allowance.ended": Alarm(lambda timer, unit: forget_use(unit, timer.subject)),
    }
    if courier is not None:
        alarms[SENDS] = Alarm(courier.settle, courier.send)
    told = reactions(courier.receivers if courier else ())
    return Service("referral", STORED, told, projections=(WORKLIST, TIMELINES), alarms=alarms)


def _nothing_more(timer: Timer, unit: Unit) -> None:
    """The effect was all there is to do."""


def assemble(settings: ServiceSettings) -> Assembly:
    """Put the service together. Raises SettingsIncomplete."""
    destinations, systems = read_destinations(os.environ), read_systems(os.environ)
    activities = read_activities(os.environ)
    keyring = open_keyring(settings.keyring_url, settings.keyring_secret, "referral")
    receivers = read_webhooks(os.environ, systems.clients, local_mode=settings.local_mode)
    running = put_together(settings, lambda store: make_service(keyring, Courier(receivers, keyring, store, STORED)))
    secrecy = Secrecy(keyring, settings.keyring_secret, read_deciles(os.environ))
    blueprint = routes(running.units, secrecy)
    add_self_referral_pages(blueprint, _self_referrals(settings, running, secrecy))
    add_message_door(blueprint, running.units, secrecy, destinations)
    add_token_endpoint(
        blueprint,
        clients=systems.clients,
        private_jwk=systems.private_key,
        public_url=settings.public_url,
        burn=partial(burn, running.units),
    )
    add_clinician_pages(blueprint, running.units, secrecy, activities)
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
        directory=open_directory(settings.directory_file),
    )
    return assembled(running, app)


def _self_referrals(settings: ServiceSettings, running: Running, secrecy: Secrecy) -> SelfReferrals:
    tenant, now = settings.published_tenant, running.units.clock.now
    cookies = DraftCookies(settings.cookie_secret, tenant=tenant, secure=not settings.local_mode, now=now)
    drafts_an_hour = load(ReferralSettings, os.environ).drafts_an_hour
    return SelfReferrals(running.units, secrecy, cookies, tenant, drafts_an_hour, Accesses(running.units))
