"""The composition root of reporting: nothing but views."""

from movewell.directory import open_directory
from movewell.doors import Assembly, assembled, put_together
from movewell.service import Service
from movewell.settings import ServiceSettings
from movewell.store.documents import stored
from movewell.web.accesses import Accesses
from movewell.web.app import create_app
from movewell.web.links import LinkReader
from movewell.web.patients import PatientSessions
from movewell.web.signin import StaffDoor
from movewell.web.tokens import Verifier

from reporting.entrypoints.pages import routes
from reporting.entrypoints.policy import POLICY
from reporting.projections.booking_rows import BOOKINGS
from reporting.projections.referral_rows import REFERRALS

SERVICE = Service("reporting", stored(), projections=(BOOKINGS, REFERRALS))


def assemble(settings: ServiceSettings) -> Assembly:
    """Put the service together."""
    running = put_together(settings, lambda store: SERVICE)
    patients = PatientSessions(settings.cookie_secret, secure=not settings.local_mode, now=running.units.clock.now)
    reader = LinkReader(settings.link_public_key, "reporting")
    app = create_app(
        "reporting",
        blueprint=routes(running, settings.published_tenant, reader, patients),
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
