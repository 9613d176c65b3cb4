"""What came of a referral is told to the system that sent it, once, and to nobody else."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest
from movewell.contracts.declare import declaration_of
from movewell.service import Running, Service
from movewell.web.accesses import Accesses
from movewell.web.app import create_app
from movewell.web.policy import Policy
from movewell.web.tokens import Verifier, mint, public
from referral.application.send_webhook import SILENCE_SECONDS
from referral.application.tell_referrer import OUTCOMES
from referral.bootstrap import STORED
from referral.domain.delivery import WAITS, Fault
from referral.entrypoints.api import routes
from referral.entrypoints.policy import POLICY

from .told_site import ELSEWHERE, KEY, REFERENCE, START, TENANT, Site, booked_and_attended


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site()
    yield made
    made.keyring.close()


def test_a_decision_is_told_with_the_referrers_reference_and_nothing_else(site: Site) -> None:
    id = site.refer()
    site.decline(id)
    site.follow()
    ((webhook_id, body),) = site.surgery.sent
    assert body == {
        "type": "referral.declined",
        "timestamp": "2026-11-24T09:00:00.000000+00:00",
        "data": {"referral_id": id, "reference": REFERENCE, "status": "declined"},
    }
    (kept,) = site.deliveries()
    assert (kept["id"], kept["status"], kept["tries"]) == (webhook_id, "done", 1)


def test_each_outcome_is_told_once_however_many_events_say_it(site: Site) -> None:
    site.schedule(*booked_and_attended(site.refer()))
    site.follow()
    assert sorted(site.surgery.told()) == ["referral.attended", "referral.booked", "referral.delivered"]


def test_only_the_system_that_sent_it_is_told(site: Site) -> None:
    for client in ("surgery", "stranger", None):
        site.decline(site.refer(client, reference=f"{client}-1"))
    site.follow()
    assert ([body["data"]["reference"] for _, body in site.surgery.sent], site.clinic.sent) == (["surgery-1"], [])
    assert len(site.deliveries()) == 1


def test_a_client_of_another_tenant_is_not_told(site: Site) -> None:
    """Whoever has the id of a client in another tenant: a webhook stays in the tenant that its client acts for."""
    site.decline(site.refer("surgery", ELSEWHERE), ELSEWHERE)
    site.follow()
    assert site.surgery.sent == []
    (kept,) = site.deliveries()
    assert (kept["status"], kept["last_fault"]) == ("given_up", "unregistered")


def test_the_whole_log_heard_again_tells_nobody_anything(site: Site) -> None:
    id = site.refer()
    site.decline(id)
    site.follow()
    kept = site.deliveries()
    again = Service("other", STORED, site.running.service.reactions)
    reading = Running(again, site.store, site.log, site.clock).reactions()
    while reading.step(0):
        pass
    site.follow()
    assert (len(site.surgery.sent), site.deliveries()) == (1, kept)


def test_what_was_not_taken_is_sent_again_with_the_same_id_and_body(site: Site) -> None:
    site.surgery.answers = [Fault.REFUSED, Fault.UNREACHABLE]
    site.decline(site.refer())
    site.follow()
    for wait in WAITS[:2]:
        site.seconds += SILENCE_SECONDS
        site.clock.move(seconds=wait.total_seconds() - 1)
        before = len(site.surgery.sent)
        site.follow()
        assert len(site.surgery.sent) == before
        site.clock.move(seconds=1)
        site.follow()
    assert len(site.surgery.sent) == 3
    assert all(each == site.surgery.sent[0] for each in site.surgery.sent)
    assert [each["status"] for each in site.deliveries()] == ["done"]


def test_it_is_given_up_after_the_last_wait_and_said_so(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    site.surgery.answers = [Fault.REFUSED] * (len(WAITS) + 1)
    site.decline(site.refer())
    with caplog.at_level(logging.WARNING):
        for wait in (*WAITS, WAITS[-1]):
            site.follow()
            site.clock.move(seconds=wait.total_seconds())
    (kept,) = site.deliveries()
    assert (kept["status"], kept["tries"], len(site.surgery.sent)) == ("given_up", len(WAITS) + 1, len(WAITS) + 1)
    assert list(site.store.scan("timers")) == []
    assert [each.getMessage() for each in caplog.records].count("webhook.given_up") == 1
    assert REFERENCE not in caplog.text


def test_a_receiver_that_is_gone_is_not_tried_again(site: Site) -> None:
    site.surgery.answers = [Fault.GONE]
    site.decline(site.refer())
    site.follow()
    assert [each["status"] for each in site.deliveries()] == ["given_up"]


def test_a_silent_receiver_holds_up_nothing_but_its_own(site: Site) -> None:
    site.surgery.answers = [Fault.UNREACHABLE] * 9
    for n in range(3):
        site.decline(site.refer(reference=f"S-{n}"))
    site.decline(site.refer("clinic"))
    site.follow()
    assert (len(site.surgery.sent), len(site.clinic.sent)) == (1, 1)
    assert sorted(each["tries"] for each in site.deliveries() if each["client_id"] == "surgery") == [0, 0, 1]
    site.seconds, site.surgery.answers = SILENCE_SECONDS, []
    site.clock.move(seconds=WAITS[0].total_seconds())
    site.follow()
    assert {each["status"] for each in site.deliveries()} == {"done"}


def test_a_process_that_dies_after_sending_sends_the_same_again(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    class Died(BaseException):
        pass

    def die(name: str) -> None:
        if name == "timers.after_effect":
            raise Died

    site.decline(site.refer())
    site.hear()
    with monkeypatch.context() as patched, pytest.raises(Died):
        patched.setattr("movewell.failpoints.reach", die)
        site.timers.step()
    (row,) = list(site.store.scan("timers"))
    over = {**row, "leased_until": 0}
    site.store.transaction(TENANT, lambda tx: tx.replace("timers", over, row["version"]))
    site.follow()
    first, second = site.surgery.sent
    assert (first, [each["tries"] for each in site.deliveries()]) == (second, [1])


def test_who_is_erased_is_spoken_of_no_more(site: Site) -> None:
    site.surgery.answers = [Fault.REFUSED]
    id = site.refer()
    site.decline(id)
    site.follow()
    site.erase(id)
    site.clock.move(days=2)
    site.follow()
    site.schedule(*booked_and_attended(id))
    site.follow()
    assert len(site.surgery.sent) == 1
    assert [each["status"] for each in site.deliveries()] == ["dropped"]


def test_between_the_erasure_and_its_event_nothing_is_sent(site: Site) -> None:
    id = site.refer()
    site.decline(id)
    site.hear()
    site.erase(id)
    while site.timers.step():
        pass
    assert site.surgery.sent == []


def test_the_reference_is_kept_sealed(site: Site) -> None:
    site.decline(site.refer(reference="CANARY-REFERENCE"))
    site.follow()
    names = ("referrals", "deliveries", "timers", "outbox")
    kept = [json.dumps(row) for name in names for row in site.store.scan(name)]
    assert kept and not any("CANARY-REFERENCE" in each for each in kept)


def test_every_event_that_is_told_names_the_referral_and_a_time() -> None:
    for event, (_, moment) in OUTCOMES.items():
        assert {"referral_id", moment} <= set(event.__dataclass_fields__), declaration_of(event).name


def asked(site: Site, client: str, tenant: str = TENANT, scopes: tuple[str, ...] = ("referral:read",), query: str = ""):
    units = site.running.units
    blueprint = routes(units, site.secrecy)
    policy = Policy({key: rule for key, rule in POLICY.rules.items() if key[1].startswith("/api/")})
    verifier = Verifier(public(KEY), now=START.timestamp)
    app = create_app("referral", blueprint=blueprint, policy=policy, verifier=verifier, accesses=Accesses(units))
    token = mint(KEY, subject=client, roles=["system"], scopes=scopes, tenant=tenant, now=START.timestamp())
    return app.test_client().get(f"/api/webhook-deliveries{query}", headers={"Authorization": f"Bearer {token}"})


def test_a_system_sees_what_could_not_be_told_to_it_and_no_other_does(site: Site) -> None:
    site.surgery.answers = [Fault.GONE]
    id = site.refer()
    site.decline(id)
    site.follow()
    site.decline(site.refer(reference="S-2"))
    site.follow()
    (item,) = asked(site, "surgery").get_json()["items"]
    assert (item["referral_id"], item["outcome"], item["last_fault"], item["tries"]) == (id, "declined", "gone", 1)
    assert len(asked(site, "surgery", query="?status=done").get_json()["items"]) == 1
    assert asked(site, "clinic").get_json() == asked(site, "surgery", ELSEWHERE).get_json() == {"items": []}
    assert asked(site, "surgery", scopes=("referral:write",)).status_code == 403
    assert asked(site, "surgery", query="?status=lost").status_code == 400
