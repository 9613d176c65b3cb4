"""The composition root of scheduling."""

from movewell.service import Service
from movewell.store.documents import stored
from movewell.store.port import Index

from scheduling.domain.booking import Booking
from scheduling.domain.offer import Offer
from scheduling.domain.programme import Programme
from scheduling.domain.session import Diary, Session
from scheduling.entrypoints.subscriptions import ALARMS, REACTIONS

STORED = stored(
    sessions=(Session, (Index(("format", "full", "starts_at")), Index(("series_id",)), Index(("starts_at",)))),
    diaries=(Diary, ()),
    programmes=(Programme, (Index(("status", "format", "waiting_since")),)),
    offers=(Offer, (Index(("referral_id",)),)),
    bookings=(Booking, (Index(("referral_id", "starts_at")), Index(("session_id",)))),
)
SERVICE = Service("scheduling", STORED, REACTIONS, alarms=ALARMS)
