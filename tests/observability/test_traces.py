"""One trace from a request to the report, told once, of nobody."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from movewell import tracing
from movewell.settings import SettingsIncomplete
from movewell.store.unit import Cause

from tests.journeys.canaries import TRACE_OF_A_CANARY
from tests.journeys.rich_run import run_richly
from tests.journeys.visitors import Clinic
from tests.journeys.world import Backends, World
from tests.observability.spans import Told, about, collected, id_of, parent_of

CALLER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
UNSAMPLED = CALLER[:-1] + "0"
TRACE, SPAN = int(CALLER.split("-")[1], 16), int(CALLER.split("-")[2], 16)
ACCEPT = "POST /api/referrals/<referral_id>/accept"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path, Backends.in_memory(tmp_path))
    yield made
    made.close()


@pytest.fixture
def told() -> Iterator[Told]:
    with collected() as told:
        yield told


def accept(clinic: Clinic, traceparent: str | None = CALLER) -> str:
    """A patient is accepted by a caller who says which trace it is in; the referral's id."""
    clinic.schedules("monday")
    patient = clinic.refer()
    clinic.screens(patient)
    given = {"format": "group", "sessions_planned": 2}
    headers = {} if traceparent is None else {"traceparent": traceparent}
    clinic.clinician.post(f"/api/referrals/{patient.referral_id}/accept", given, **headers)
    clinic.world.settle()
    return patient.referral_id


def test_one_trace_leads_from_the_post_to_the_fold_of_the_report(world: World, told: Told) -> None:
    accept(Clinic(world))
    spans = told.of_trace(TRACE)
    (request,) = (each for each in spans.values() if each.name == ACCEPT)
    assert parent_of(request) == SPAN
    assert (about(request, "http.response.status_code"), about(request, "http.route")) == (200, ACCEPT[5:])
    assert {parent_of(each) for id, each in spans.items() if each is not request} <= set(spans)

    events = {each.headers["ce_id"]: each for each in world.records() if _in_trace(each.headers)}
    folded = [
        each for each in spans.values() if about(each, "messaging.consumer.group.name") == "reporting-projections"
    ]
    (fold,) = (each for each in folded if each.name == "process movewell.place.offered.v1")
    way = [each.name for each in _ancestors(spans, id_of(fold))]
    assert way == ["process movewell.place.offered.v1", "process movewell.referral.accepted.v1", ACCEPT]
    for span in (each for each in spans.values() if each.name.startswith(("process ", "send "))):
        record = events[about(span, "cloudevents.event_id")]
        assert parent_of(span) == int(record.headers["ce_traceparent"].split("-")[2], 16)
        assert about(span, "messaging.destination.name") == record.topic
        assert f"movewell.{span.name.partition('movewell.')[2]}" == record.headers["ce_type"]
    sent = [about(each, "cloudevents.event_id") for each in spans.values() if each.name.startswith("send ")]
    assert sorted(sent) == sorted(events)


def _in_trace(headers: dict[str, str]) -> bool:
    return CALLER[3:35] in headers.get("ce_traceparent", "")


def _ancestors(spans: dict, id: int | None) -> Iterator:
    while id in spans:
        yield spans[id]
        id = parent_of(spans[id])


def test_what_timers_do_stays_in_the_trace_that_set_them(world: World, told: Told) -> None:
    accept(Clinic(world))
    spans = told.of_trace(TRACE)
    rung = [each for each in spans.values() if each.name.startswith("ring ")]
    (sent,) = (each for each in spans.values() if each.name == "send movewell.message.sent.v1")
    assert rung
    assert spans[parent_of(sent) or 0] in rung


def test_every_handled_event_is_told_once_by_each_group_also_of_batches(world: World, told: Told) -> None:
    run_richly(world)
    published = Counter(about(each, "cloudevents.event_id") for each in told.named("send "))
    assert published == Counter(each.headers["ce_id"] for each in world.records())
    for name, running in world.running.items():
        for group in running.groups():
            assert set(Counter(told.handled(group)).values()) == {1}, (name, group)
    parents = {id_of(each) for each in told.all()}
    assert {each.name for each in told.all() if parent_of(each) not in {None, *parents}} == set()


def test_a_batch_of_several_events_has_a_span_of_each_in_its_own_trace(world: World, told: Told) -> None:
    clinic = Clinic(world)
    patients = [clinic.takes_on(clinic.refer()) for _ in range(3)]
    told.exporter.clear()
    for patient in patients:
        clinic.clinician.post(f"/api/referrals/{patient.referral_id}/withdraw")
    world.publish("referral")
    world.consume("reporting")  # the three are one batch
    folds = told.named("process movewell.referral.withdrawn.v1")
    requests = {each.context.trace_id: id_of(each) for each in told.named("POST ")}
    assert len(requests) == 3
    assert {each.context.trace_id: parent_of(each) for each in folds} == requests


def test_the_whole_log_again_and_a_rebuild_tell_of_no_effect(world: World, told: Told) -> None:
    accept(Clinic(world))
    told.exporter.clear()
    world.deliver_everything_again()
    assert world.running["reporting"].rebuild() > 0
    assert told.all() == ()


def test_a_transaction_that_is_lost_tells_of_no_effect_and_who_failed_alone_is_told_as_failed(
    world: World, told: Told
) -> None:
    clinic = Clinic(world)
    referrals = [clinic.refer().referral_id for _ in range(2)]
    told.exporter.clear()
    for each in referrals:
        clinic.clinician.post(f"/api/referrals/{each}/withdraw")
    world.publish("referral")
    consumer = world._consumer("reporting", "projections")
    fold = consumer._handlers["movewell.referral.withdrawn.v1"]

    def fails_on_the_second(event, unit) -> None:
        fold(event, unit)
        if event.referral_id == referrals[1]:
            raise ZeroDivisionError

    consumer._handlers["movewell.referral.withdrawn.v1"] = fails_on_the_second
    consumer.step(0)
    spans = told.named("process movewell.referral.withdrawn.v1")
    assert [(about(each, "error.type"), each.status.is_ok) for each in spans] in (
        [(None, True), ("ZeroDivisionError", False)],
        [("ZeroDivisionError", False), (None, True)],
    )
    consumer._handlers["movewell.referral.withdrawn.v1"] = fold
    told.exporter.clear()
    world.clock.moment += timedelta(hours=1)
    consumer.drain()
    (done,) = told.named("process movewell.referral.withdrawn.v1")
    assert done.status.is_ok


def test_spans_hold_routes_and_ids_of_events_and_nothing_of_a_person(world: World, told: Told) -> None:
    run_richly(world)
    text = "\n".join(each.to_json() for each in told.all())
    assert TRACE_OF_A_CANARY.findall(text.lower()) == []
    ids = {each.key for each in world.records()}
    assert [each for each in ids if each in text] == []


def test_a_caller_who_does_not_sample_is_followed_and_nothing_told(world: World, told: Told) -> None:
    accept(Clinic(world), UNSAMPLED)
    assert told.of_trace(TRACE) == {}
    sent = [each.headers["ce_traceparent"] for each in world.records() if _in_trace(each.headers)]
    assert sent
    assert {each[-2:] for each in sent} == {"00"}


def test_probes_are_no_spans(world: World, told: Told) -> None:
    for path in ("/health/live", "/health/ready", "/metrics", "/there-is-no-such-page"):
        world.assemblies["referral"].app.test_client().get(path)
    assert told.all() == ()


def test_the_log_line_of_a_request_says_its_trace(world: World, told: Told) -> None:
    accept(Clinic(world))
    lines = [json.loads(each) for each in world.log_text.splitlines()]
    (answered,) = (each for each in lines if each.get("route") == ACCEPT[5:])
    assert answered["trace_id"] == CALLER[3:35]
    assert int(answered["span_id"], 16) == next(id_of(each) for each in told.named(ACCEPT))
    assert [each for each in lines if each.get("trace_id") == CALLER[3:35]] == [answered]


def test_without_spans_what_came_is_carried_on_as_it_is(world: World) -> None:
    accept(Clinic(world))
    sent = {each.headers["ce_traceparent"] for each in world.records() if _in_trace(each.headers)}
    assert sent == {CALLER}
    assert tracing.begin("server", "x", CALLER, {}) is None


def test_an_endpoint_without_the_extra_is_said_at_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    tracing.configure("referral", {})  # nothing is asked for
    assert tracing._tracer is None
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)
    with pytest.raises(SettingsIncomplete, match=r"movewell\[tracing\]"):
        tracing.configure("referral", {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"})


def test_a_timer_that_fails_is_told_as_failed(world: World, told: Told) -> None:
    units = world.running["referral"].units
    cause = Cause("c", None, CALLER)
    units.run("ZT001", cause, lambda unit: unit.later("key.destroyed", "nobody", world.clock.now()))
    loop = world._timers["referral"]
    alarm = loop._alarms["key.destroyed"]
    loop._alarms = {"key.destroyed": type(alarm)(lambda timer, unit: 1 / 0)}  # type: ignore[arg-type,return-value]
    loop.step()
    (span,) = told.of_trace(TRACE).values()
    line = next(each for each in map(json.loads, world.log_text.splitlines()) if each["event"] == "timer.failed")
    assert (line["trace_id"], int(line["span_id"], 16)) == (CALLER[3:35], id_of(span))
    assert (span.name, about(span, "error.type"), parent_of(span)) == ("ring key.destroyed", "ZeroDivisionError", SPAN)
