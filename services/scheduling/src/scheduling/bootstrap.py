"""The composition root of scheduling."""

from movewell.adapters import open_keyring
from movewell.directory import open_directory
from movewell.doors import Assembly, assembled, put_together
from movewell.service import Service
from movewell.settings import ServiceSettings
from movewell.store.documents import stored
from movewell.store.port import Index
from movewell.web.accesses import Accesses
from movewell.web.app import create_app
from movewell.web.links import LinkReader
from movewell.web.patients import PatientSessions
from movewell.web.signin import StaffDoor
from movewell.web.tokens import Verifier

from scheduling.application.open_names import Names
from scheduling.domain.adverse_event import AdverseEvent
from scheduling.domain.booking import Booking
from scheduling.domain.offer import Offer
from scheduling.domain.person import Note, Person
from scheduling.domain.programme import Programme
from scheduling.domain.session import Diary, Session
from scheduling.domain.venue import Venue
from scheduling.entrypoints.api import routes
from scheduling.entrypoints.booking_pages import add_booking_pages
from scheduling.entrypoints.pages import add_offer_pages
from scheduling.entrypoints.policy import POLICY
from scheduling.entrypoints.staff_pages import add_staff_pages
from scheduling.entrypoints.subscriptions import ALARMS, REACTIONS

STORED = stored(
    sessions=(
        Session,
        (
            Index(("format", "full", "starts_at")),
            Index(("series_id",)),
            Index(("starts_at",)),
            Index(("instructor_id", "starts_at")),
            Index(("format", "starts_at")),
            Index(("venue_id", "starts_at")),
            Index(("venue_id", "format", "starts_at")),
        ),
    ),
    diaries=(Diary, ()),
    programmes=(
        Programme,
        (
            Index(("status", "format", "waiting_since")),
            Index(("status", "waiting_since")),
            Index(("status", "unanswered_since")),
        ),
    ),
    offers=(Offer, (Index(("referral_id",)), Index(("status", "expires_at")))),
    bookings=(Booking, (Index(("referral_id", "starts_at")), Index(("session_id",)))),
    venues=(Venue, (Index(("name",)),)),
    persons=(Person, ()),
    notes=(Note, (Index(("referral_id", "written_at")), Index(("person_id",)))),
    adverse_events=(AdverseEvent, (Index(("referral_id", "reported_at")), Index(("session_id",)))),
)
SERVICE = Service("scheduling", STORED, REACTIONS, alarms=ALARMS)


def assemble(settings: ServiceSettings) -> Assembly:
    """Put the service together."""
    running = put_together(settings, lambda store: SERVICE)
    patients = PatientSessions(settings.cookie_secret, secure=not settings.local_mode, now=running.units.clock.now)
    blueprint = routes(running.units)
    reader = LinkReader(settings.link_public_key, "scheduling")
    add_offer_pages(blueprint, running.units, reader, patients)
    add_booking_pages(blueprint, running.units, reader, patients, settings.public_url)
    names = Names(open_keyring(settings.keyring_url, settings.keyring_secret, "scheduling"))
    add_staff_pages(blueprint, running.units, names)
    app = create_app(
        "scheduling",
        blueprint=blueprint,
        policy=POLICY,
        verifier=Verifier(settings.token_public_key),
        patients=patients,
        staff=StaffDoor(settings),
        accesses=Accesses(running.units),
        assets=settings.assets_dir,
        phone=settings.service_phone,
        directory=open_directory(settings.directory_file),
    )
    return assembled(running, app)
