"""The composition root of notifications."""

from __future__ import annotations

from functools import partial

from movewell.adapters import open_keyring
from movewell.directory import open_directory
from movewell.doors import Assembly, assembled, put_together
from movewell.service import Service
from movewell.settings import ServiceSettings, SettingsIncomplete
from movewell.store.documents import stored
from movewell.store.port import Index, Store
from movewell.web.accesses import Accesses
from movewell.web.app import create_app
from movewell.web.links import mint_link
from movewell.web.signin import StaffDoor
from movewell.web.tokens import Verifier

from notifications.adapters.file_sink import FileSink
from notifications.application.send_message import Post
from notifications.domain.correspondence import Addressee, Correspondence
from notifications.domain.message import Message
from notifications.domain.task import Task
from notifications.entrypoints.api import routes
from notifications.entrypoints.message_pages import add_message_pages
from notifications.entrypoints.policy import POLICY
from notifications.entrypoints.subscriptions import REACTIONS, alarms

STORED = stored(
    messages=(Message, (Index(("referral_id",)), Index(("person_id",)))),
    tasks=(Task, (Index(("done_at", "since")), Index(("person_id",)))),
    addressees=(Addressee, ()),
    correspondences=(Correspondence, ()),
)


def make_service(post: Post) -> Service:
    """The service, with what it sends by."""
    return Service("notifications", STORED, REACTIONS, alarms=alarms(post))


def assemble(settings: ServiceSettings) -> Assembly:
    """Put the service together. Raises SettingsIncomplete without a sink and a key for links."""
    sink_dir, link_key = settings.sink_dir, settings.link_private_key
    if sink_dir is None or link_key is None:
        raise SettingsIncomplete("SINK_DIR and LINK_PRIVATE_KEY are needed by notifications")

    keyring = open_keyring(settings.keyring_url, settings.keyring_secret, "notifications")

    def make(store: Store) -> Service:
        return make_service(
            Post(
                store=store,
                stored=STORED,
                keyring=keyring,
                sink=FileSink(sink_dir),
                mint=partial(mint_link, link_key),
                public_url=settings.public_url,
                team_mailbox=settings.team_mailbox,
            )
        )

    running = put_together(settings, make)
    blueprint = routes(running.units)
    add_message_pages(blueprint, running.units, keyring)
    app = create_app(
        "notifications",
        blueprint=blueprint,
        policy=POLICY,
        verifier=Verifier(settings.token_public_key),
        staff=StaffDoor(settings),
        accesses=Accesses(running.units),
        assets=settings.assets_dir,
        phone=settings.service_phone,
        directory=open_directory(settings.directory_file),
    )
    return assembled(running, app)
