"""The composition root of outcomes."""

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

from outcomes.application.sealed_words import SealedWords
from outcomes.domain.case import Case
from outcomes.domain.person import Person
from outcomes.domain.questionnaire import Questionnaire
from outcomes.domain.risk_item import RiskItem
from outcomes.entrypoints.api import routes
from outcomes.entrypoints.case_pages import add_case_pages
from outcomes.entrypoints.policy import POLICY
from outcomes.entrypoints.progress_page import add_progress_page
from outcomes.entrypoints.questionnaire_pages import add_questionnaire_pages
from outcomes.entrypoints.risk_pages import add_risk_pages
from outcomes.entrypoints.subscriptions import ALARMS, REACTIONS
from outcomes.projections.course_rows import COURSES

STORED = stored(
    cases=(Case, ()),
    persons=(Person, ()),
    questionnaires=(Questionnaire, (Index(("referral_id", "due_at")),)),
    risk_items=(RiskItem, (Index(("acknowledged", "closed_at", "raised_at")), Index(("referral_id",)))),
)
SERVICE = Service("outcomes", STORED, REACTIONS, projections=(COURSES,), alarms=ALARMS)


def assemble(settings: ServiceSettings) -> Assembly:
    """Put the service together."""
    running = put_together(settings, lambda store: SERVICE)
    patients = PatientSessions(settings.cookie_secret, secure=not settings.local_mode, now=running.units.clock.now)
    words = SealedWords(open_keyring(settings.keyring_url, settings.keyring_secret, "outcomes"))
    blueprint = routes(running.units, words)
    reader = LinkReader(settings.link_public_key, "outcomes")
    add_questionnaire_pages(blueprint, running.units, reader, patients)
    add_progress_page(blueprint, running.units, reader, patients)
    add_risk_pages(blueprint, running.units, words)
    add_case_pages(blueprint, running.units, words)
    app = create_app(
        "outcomes",
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
