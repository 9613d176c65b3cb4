"""The door `waiting`: what it shows, and never shows."""

from __future__ import annotations

import base64
import json
import logging
from dataclasses import replace

import pytest
from movewell.contracts.people import PersonRegistered
from movewell.doctor import examine
from movewell.log.waiting_shown import in_full
from movewell.wire.envelope import encode

from .hearing import START, TENANT, Hearing, key, parked_with_two_behind, with_headers, with_value

CONSUMER = "notifications-reactions"
CANARY = "quillonia-9990000018"


def test_show_tells_headers_fields_and_what_is_in_the_way(capsys: pytest.CaptureFixture[str]) -> None:
    hearing = parked_with_two_behind()
    first, second, _ = hearing.ids()
    assert hearing.door("show", second) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["body"] == {
        "referral_id": key(1),
        "offer_id": key(11),
        "lapsed_at": "2026-03-02T09:00:00.000000+00:00",
    }
    assert (shown["key"], shown["headers"]["ce_sequence"]) == (key(1), "2")
    assert first in shown["hindrance"]
    hearing.door("show", first)
    assert json.loads(capsys.readouterr().out)["hindrance"] is None


def test_show_of_what_cannot_be_decoded_tells_its_length_and_a_digest_only() -> None:
    hearing = Hearing()
    hearing.publish((1, 10), spoil=with_value(CANARY.encode()))
    hearing.step()
    body = in_full(hearing.rows()[0])["body"]
    assert (body["unreadable"], body["bytes"], len(body["sha256"])) == ("the value is not JSON", len(CANARY), 16)


def test_what_is_sealed_is_never_shown() -> None:
    event = PersonRegistered(person_id=key(5), identity="c2VhbGVk", contact="YWxzbw==", registered_at=START)
    hearing = Hearing()
    hearing.publish((1, 10), spoil=with_headers(ce_id=None))
    hearing.step()
    aside = hearing.rows("set_aside")[0]
    headers = {**json.loads(aside["headers"]), "ce_id": key(6), "ce_type": "movewell.person.registered.v1"}
    value = base64.b64encode(encode(event).encode()).decode()
    row = {**aside, "headers": json.dumps({**headers, "ce_partitionkey": key(5)}), "value": value}
    shown = in_full(row)["body"]
    assert (shown["identity"], shown["contact"]) == ("<sealed, 8 characters>", "<sealed, 8 characters>")
    assert shown["person_id"] == key(5)


def test_nothing_that_a_poisonous_record_holds_is_shown_or_logged(
    capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """A name and a number planted in the key, every header, a header's name and the value."""
    hearing = Hearing()
    hearing.publish((1, 10))
    (record,) = hearing.log_records()
    planted = {name: f"{value}{CANARY}" for name, value in record.headers.items()}
    structural = {"ce_sequence": "1", "ce_subjectversion": "1", "ce_time": record.headers["ce_time"]}
    blocked = replace(
        record,
        key=CANARY,
        headers={**planted, **structural, "ce_partitionkey": CANARY, CANARY: "x", "ce_tenant": TENANT},
        value=json.dumps({CANARY: CANARY}).encode(),
        offset=50,
    )
    aside = replace(blocked, headers={CANARY: CANARY}, offset=51)
    known = replace(record, value=json.dumps({"referral_id": CANARY, CANARY: CANARY}).encode(), offset=52)
    with caplog.at_level(logging.DEBUG):
        hearing.consumer.apply([blocked, aside, known])
        assert len(hearing.ids()) == 3
        hearing.door("list")
        hearing.door("list", "--json")
        for id in hearing.ids():
            hearing.door("show", id)
            hearing.door("resend", id)
            hearing.door("drop", id, "--reason", CANARY)
            hearing.door("drop", id, "--reason", "wrong-schema", "--by", "operator")
    output = capsys.readouterr()
    said = (
        output.out
        + output.err
        + json.dumps(examine(hearing.running))
        + "".join(str(each.__dict__) for each in caplog.records)
    )
    assert (CANARY in said, CANARY[-10:] in said, hearing.ids()) == (False, False, [])


def test_the_door_lists_in_columns_resends_and_drops(capsys: pytest.CaptureFixture[str]) -> None:
    hearing = parked_with_two_behind()
    assert hearing.door("list") == 0
    head, first, *rest = capsys.readouterr().out.splitlines()
    assert head.split() == ["ID", "CONSUMER", "EVENT", "TYPE", "SEQUENCE", "STATE", "ERROR", "TRIES", "SINCE", "DUE"]
    assert (first.split()[0], first.split()[-1], len(rest)) == (hearing.ids()[0], "parked", 2)
    assert hearing.door("resend", hearing.ids()[0]) == 1  # it fails still
    assert json.loads(capsys.readouterr().out)["error"] == "ZeroDivisionError"
    assert hearing.door("resend", hearing.ids()[1]) == 1
    assert "An earlier record of the same key waits" in capsys.readouterr().err
    assert hearing.door("drop", hearing.ids()[0], "--reason", "wrong-schema") == 0
    assert json.loads(capsys.readouterr().out)["outcome"] == "dropped"
    assert hearing.door("list") == 0
    assert capsys.readouterr().out == "Nothing waits.\n"


def test_the_door_says_when_something_is_away(capsys: pytest.CaptureFixture[str]) -> None:
    hearing = parked_with_two_behind()
    hearing.away = True
    assert hearing.door("resend", "--key", f"{CONSUMER}/scheduling/{key(1)}") == 1
    output = capsys.readouterr()
    assert (output.out, "Nothing was lost" in output.err) == ("", True)


def test_a_record_of_a_consumer_that_is_not_in_force_is_left_alone(capsys: pytest.CaptureFixture[str]) -> None:
    hearing = Hearing()
    hearing.park(1, 10)
    (row,) = hearing.rows()
    old = {**row, "consumer": "notifications-projections@7"}
    hearing.running.store.transaction("*", lambda tx: tx.replace("waiting", old, row["version"]))
    assert hearing.door("drop", hearing.ids()[0], "--reason", "wrong-schema") == 1
    assert "not in force" in capsys.readouterr().err
    assert hearing.progress(1) == (0, 1)
