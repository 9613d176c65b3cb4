"""The reason for a referral is kept, sealed and whole, and goes with the person."""

from datetime import UTC, date, datetime

import pytest
from movewell.contracts.types import IntakeChannel, SourceOfReferral
from movewell.keyring.sealing import open_sealed
from movewell.keyring.sqlite import SqliteKeyring
from movewell.log.sqlite import SqliteLog
from movewell.service import Running
from movewell.store.sqlite import SqliteStore
from movewell.store.unit import Cause
from referral.application.receive_referral import REASON, Secrecy, receive_referral
from referral.bootstrap import make_service
from referral.domain.incoming import MAX_TEXT, IncomingPerson, IncomingReferral

SECRET = b"k" * 32


class HandClock:
    def now(self) -> datetime:
        return datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize("reason", [None, "Low mood.", "\U0001f3c3\n" * (MAX_TEXT // 2)])
def test_a_reason_is_kept_sealed_and_whole(reason):
    keyring = SqliteKeyring(None, secret=SECRET, service="referral")
    running = Running(make_service(keyring), SqliteStore(None), SqliteLog(None), HandClock())
    running.prepare()
    incoming = IncomingReferral(
        person=IncomingPerson(family_name="Testwell", birth_date=date(1984, 3, 9)),
        source=SourceOfReferral.GP_PRACTICE,
        channel=IntakeChannel.JSON,
        reason=reason,
    )
    cause = Cause("019a0000-0000-7000-8000-000000000001", None, None)
    taken = running.units.run("ZT001", cause, lambda unit: receive_referral(unit, Secrecy(keyring, SECRET), incoming))
    opened = [open_sealed(keyring, "ZT001", taken.person_id, REASON, each)["text"] for each in taken.reason]
    assert "".join(opened) == (reason or "")
    taken.erase(HandClock().now())
    assert taken.reason == []
    keyring.close()
