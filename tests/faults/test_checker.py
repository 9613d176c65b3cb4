# ruff: noqa: E501
"""The checker is checked: a small consistent site has no violation, and every seeded defect is caught by its own rule."""

import base64
import hashlib
import json
import sqlite3
import uuid

import pytest

from tests.faults.checker import SERVICES, check

LATER = {"starts_at": "2026-12-09T10:00:00+00:00", "ends_at": "2026-12-09T11:00:00+00:00", "cancelled_at": None}
CANARY = "Wilhelmina Quartermaine"
DOCUMENT = "(id TEXT PRIMARY KEY, tenant TEXT, version INTEGER, touched INTEGER, body TEXT, x_parked)"
KEPT = ("outbox", "streams", "progress", "waiting", "timers", "generations")
LOG = """
create table records (topic, "partition", "offset", key, headers, value, primary key (topic, "partition", "offset"));
create table heads (topic, "partition", next);
create table offsets ("group", topic, "partition", "offset");
"""
HOURS = [
    ("2026-12-01T10:00:00+00:00", "2026-12-01T11:00:00+00:00"),
    ("2026-12-08T10:00:00+00:00", "2026-12-08T11:00:00+00:00"),
]


class Builder:
    """Writes a tiny site: two people, one with two bookings and a risk, one holding a seat under an open offer; a third is erased."""

    def __init__(self, folder):
        self.folder, self.ticks, self.last = folder, 0, {}
        (folder / "sink").mkdir()
        (folder / "platform.log").write_text('{"event": "worker.started"}\n')
        for service in SERVICES:
            for collection in KEPT:
                self.run(service, f'create table "{collection}" {DOCUMENT}')
        with sqlite3.connect(folder / "log.sqlite") as log:
            log.executescript(LOG)
        self.run("keyring", "create table keys (tenant, person_id, wrapped)")

    def run(self, store, sql, *values):
        with sqlite3.connect(self.folder / f"{store}.sqlite") as connection:
            return connection.execute(sql, values).fetchall()

    def keep(self, service, collection, id, **body):
        self.run(service, f'create table if not exists "{collection}" {DOCUMENT}')
        self.run(
            service,
            f'insert or replace into "{collection}" values (?, ?, 1, 0, ?, null)',
            id,
            "ZT001",
            json.dumps(body),
        )

    def change(self, service, collection, id, **body):
        [(old,)] = self.run(service, f'select body from "{collection}" where id = ?', id)
        self.run(service, f'update "{collection}" set body = ? where id = ?', json.dumps(json.loads(old) | body), id)

    def event(self, service, topic, name, key, cause=None, publish=True, **body):
        self.ticks += 1
        id = str(uuid.UUID(int=(self.ticks << 80) | (7 << 76) | (2 << 62) | self.ticks))
        sequence = self.last[topic, key] = self.last.get((topic, key), 0) + 1
        headers = {
            "ce_id": id,
            "ce_type": f"movewell.{name}.v1",
            "ce_sequence": str(sequence),
            "ce_partitionkey": key,
            "ce_tenant": "ZT001",
            "ce_correlationid": "c",
        } | ({"ce_causationid": cause} if cause else {})
        value = json.dumps(body)
        self.keep(
            service, "outbox", id, topic=topic, key=key, sequence=sequence, pending=False, headers=headers, value=value
        )
        self.keep(service, "streams", f"{topic}/{key}", last=sequence)
        if publish:
            self.publish(topic, key, headers, value)
        return id

    def publish(self, topic, key, headers, value):
        [(offset,)] = self.run("log", "select count(*) from records where topic = ?", topic)
        self.run(
            "log",
            "insert into records values (?, 0, ?, ?, ?, ?)",
            topic,
            offset,
            key,
            json.dumps(headers),
            value.encode(),
        )
        self.run("log", "delete from heads where topic = ?", topic)
        self.run("log", "insert into heads values (?, 0, ?)", topic, offset + 1)

    def message(self, id, kind, occasion, cause):
        self.keep("notifications", "messages", id, kind=kind, occasion=occasion, status="sent", referral_id="r1")
        for name in ("message.planned", "message.sent"):
            self.event("notifications", "notifications", name, "r1", cause, message_id=id, kind=kind)
        mail = f"To: a@b.example\nMessage-ID: <{id}@movewell.example>\n\nHello\n"
        (self.folder / "sink" / f"{id}.eml").write_text(mail)
        self.take(id, "accepted", mail)

    def take(self, id, outcome, mail):
        line = {"message_id": id, "at": HOURS[0][0], "digest": hashlib.sha256(mail.encode()).hexdigest()}
        with (self.folder / "sink" / "accepted.jsonl").open("a") as taken:
            taken.write(json.dumps(line | {"outcome": outcome}) + "\n")

    def caught_up(self, service, consumer, *topics):
        for (topic, key), last in self.last.items():
            if topic in topics:
                self.keep(service, "progress", f"{consumer}/{topic}/{key}", applied=last, blocked=0)
        for topic, head in self.run("log", "select topic, next from heads"):
            if topic in topics:
                self.run("log", "insert into offsets values (?, ?, 0, ?)", consumer.split("@")[0], topic, head)


@pytest.fixture
def site(tmp_path):
    b = Builder(tmp_path)
    for n in (1, 2, 3):
        b.event("referral", "people", "person.registered", f"p{n}", person_id=f"p{n}", contact="sealed")
        b.event("referral", "referral", "referral.received", f"r{n}", referral_id=f"r{n}", person_id=f"p{n}")
        b.keep("referral", "referrals", f"r{n}", person_id=f"p{n}")
        b.keep("referral", "people", f"p{n}", contact="sealed" if n < 3 else None, identity="sealed" if n < 3 else None)
        b.keep("notifications", "addressees", f"p{n}", contact="sealed" if n < 3 else None, erased=n == 3)
        b.run("keyring", "insert into keys values ('ZT001', ?, ?)", f"p{n}", "wrapped" if n < 3 else None)
    b.event("referral", "people", "person.erased", "p3", person_id="p3")
    for n, (start, end) in enumerate(HOURS, 1):
        b.event("scheduling", "scheduling", "session.scheduled", f"s{n}", session_id=f"s{n}", capacity=n)
        taken = {"r1": {"offer_id": "o1", "booking_id": f"b{n}"}} | (
            {"r2": {"offer_id": "o2", "booking_id": None}} if n == 2 else {}
        )
        b.keep(
            "scheduling",
            "sessions",
            f"s{n}",
            capacity=n,
            starts_at=start,
            ends_at=end,
            instructor_id="i",
            venue_id="v",
            cancelled_at=None,
            seats=taken,
        )
    b.keep("scheduling", "offers", "o1", status="accepted", referral_id="r1", session_ids=["s1", "s2"])
    b.keep("scheduling", "offers", "o2", status="open", referral_id="r2", session_ids=["s2"])
    # one that was booked and cancelled before the place went to r1
    b.event("scheduling", "scheduling", "session.booked", "r2", booking_id="b0", session_id="s1", referral_id="r2")
    b.event("scheduling", "scheduling", "booking.cancelled", "r2", booking_id="b0", session_id="s1", referral_id="r2")
    b.keep("scheduling", "bookings", "b0", status="cancelled", person_id="p2", referral_id="r2", session_id="s1")
    for n, (start, end) in enumerate(HOURS, 1):
        cause = b.event(
            "scheduling", "scheduling", "session.booked", "r1", booking_id=f"b{n}", session_id=f"s{n}", referral_id="r1"
        )
        b.keep(
            "scheduling",
            "bookings",
            f"b{n}",
            status="booked" if n == 2 else "attended",
            person_id="p1",
            referral_id="r1",
            session_id=f"s{n}",
            starts_at=start,
            ends_at=end,
        )
        b.keep("outcomes", "questionnaires", f"q{n}", booking_id=f"b{n}")
        b.message(f"m{n}", "reminder", f"b{n}", cause)
    b.event("scheduling", "scheduling", "session.attended", "r1", booking_id="b1", session_id="s1")
    b.keep("outcomes", "risk_items", "k1", referral_id="r1")
    b.message("m3", "risk_alert", "k1", b.event("outcomes", "outcomes", "risk.raised", "r1", risk_id="k1"))
    b.keep("reporting", "generations", "projections", current=2)
    b.keep("reporting", "progress", "reporting-projections@1/referral/r1", applied=0, blocked=0)
    b.caught_up("reporting", "reporting-projections@2", "referral", "scheduling", "outcomes")
    b.caught_up("notifications", "notifications-reactions", "people", "referral", "scheduling", "outcomes")
    return b


def drop(b, topic, name):
    b.run("log", "delete from records where topic = ? and headers like ?", topic, f"%movewell.{name}.v1%")


def repeat(b, value=None):
    [(topic, key, headers, old)] = b.run(
        "log", "select topic, key, headers, value from records where topic = 'people' and \"offset\" = 0"
    )
    b.publish(topic, key, json.loads(headers), value or old.decode())
    b.run("log", 'update offsets set "offset" = "offset" + 1 where topic = \'people\'')


def reorder(b):
    sql = 'update records set "offset" = ? where topic = ? and "offset" = ?'
    for new, old in ((99, 2), (2, 3), (3, 99)):  # planned and sent of one message, the other way round
        b.run("log", sql, new, "notifications", old)


def unsent(b):
    (b.folder / "sink" / "m1.eml").unlink()


def twice_by_mail(b):
    (b.folder / "sink" / "m9.eml").write_text((b.folder / "sink" / "m1.eml").read_text())


def forgotten(b):
    """On the way to its recipient, and not on the sink's list."""
    path = b.folder / "sink" / "accepted.jsonl"
    path.write_text("".join(line for line in path.read_text().splitlines(True) if '"m1"' not in line))


def talkative(b):
    path = b.folder / "sink" / "accepted.jsonl"
    path.write_text(path.read_text().replace('"outcome"', f'"to": "{CANARY}", "outcome"'))


def hasty(b):
    """Over capacity for a moment, though not at the end."""
    for name in ("session.booked", "booking.cancelled"):
        b.event("scheduling", "scheduling", name, "r2", booking_id="b8", session_id="s1", referral_id="r2")
    b.keep("scheduling", "bookings", "b8", status="cancelled", person_id="p2", referral_id="r2", session_id="s1")


def leak(text):
    return lambda b: b.keep("reporting", "referrals@2", "r1", note=text)


def parked(b):
    b.keep(
        "notifications",
        "waiting",
        "w1",
        consumer="c",
        progress_id="notifications-reactions/people/p1",
        sequence=2,
        due=None,
        reason="no",
    )


SEEDED = {
    "a row is never published": (
        "Q0",
        lambda b: b.change(
            "referral", "outbox", b.event("referral", "referral", "x", "r9", publish=False), pending=True
        ),
    ),
    "an event is parked": ("Q0", parked),
    "a timer is parked": (
        "Q0",
        lambda b: b.run("scheduling", "insert into timers values ('t', 'ZT001', 1, 0, '{}', 1)"),
    ),
    "an offset stays behind": (
        "Q0",
        lambda b: b.run("log", "update offsets set \"offset\" = 0 where topic = 'people'"),
    ),
    "the log lost an event": ("I1", lambda b: drop(b, "outcomes", "risk.raised")),
    "a row says published before it was": ("I1", lambda b: b.event("referral", "referral", "x", "r9", publish=False)),
    "an event was published and rolled back": (
        "I1",
        lambda b: b.run("referral", "delete from outbox where body like '%person.erased%'"),
    ),
    "an event was republished with another body": ("I1", lambda b: repeat(b, "{}")),
    "a sequence is skipped": (
        "I2",
        lambda b: (b.last.update({("people", "p1"): 2}), b.event("referral", "people", "x", "p1")),
    ),
    "a stream forgot": ("I2", lambda b: b.change("referral", "streams", "people/p1", last=0)),
    "the log is out of order": ("I2", reorder),
    "an event was skipped": (
        "I3",
        lambda b: b.change("notifications", "progress", "notifications-reactions/people/p3", applied=1),
    ),
    "a key was never met": ("I3", lambda b: b.run("notifications", "delete from progress where id like '%/people/p1'")),
    "a key is blocked by nothing": (
        "I3",
        lambda b: b.change("reporting", "progress", "reporting-projections@2/referral/r1", blocked=1),
    ),
    "a waiting row isn't counted": ("I3", parked),
    "one seat too many": ("I4", lambda b: b.change("scheduling", "sessions", "s2", capacity=1)),
    "one seat too many for a moment": ("I4", hasty),
    "a cancelled booking keeps its seat": (
        "I5",
        lambda b: b.change("scheduling", "bookings", "b2", status="cancelled"),
    ),
    "a booking lost its seat": ("I5", lambda b: b.change("scheduling", "sessions", "s1", seats={})),
    "a lapsed offer holds its seat": ("I5", lambda b: b.change("scheduling", "offers", "o2", status="lapsed")),
    "an attendance isn't kept": ("I5", lambda b: b.change("scheduling", "bookings", "b1", status="booked")),
    "a move isn't kept": (
        "I5",
        lambda b: b.event("scheduling", "scheduling", "booking.moved", "r1", booking_id="b1", session_id="s2"),
    ),
    "one seat too many after a move": (
        "I4",
        lambda b: b.event("scheduling", "scheduling", "booking.moved", "r1", booking_id="b2", session_id="s1"),
    ),
    "a person is in two places": (
        "I6",
        lambda b: b.change("scheduling", "bookings", "b2", starts_at=HOURS[0][0], ends_at=HOURS[0][1]),
    ),
    "an instructor is in two places": (
        "I6",
        lambda b: b.change("scheduling", "sessions", "s2", starts_at="2026-12-01T10:59:00+00:00"),
    ),
    "a message is kept twice": ("I7", lambda b: b.message("m4", "reminder", "b1", None)),
    "a message came from nowhere": (
        "I7",
        lambda b: b.keep("notifications", "messages", "m8", kind="offer", occasion="o1", status="stopped"),
    ),
    "a sent message isn't in the sink": ("I7", unsent),
    "a mail went out twice": ("I7", twice_by_mail),
    "a mail was delivered twice under one name": ("I7", lambda b: b.take("m1", "accepted", "Hello again")),
    "a delivery isn't on the sink's list": ("I7", forgotten),
    "the sink has no list": ("I7", lambda b: (b.folder / "sink" / "accepted.jsonl").unlink()),
    "a delivery that nobody sent": ("I7", lambda b: b.take("m7", "accepted", "Hello")),
    "a delivery that came again came never": ("I7", lambda b: b.take("m7", "again", "Hello")),
    "a mail is not what was accepted": (
        "I7",
        lambda b: (b.folder / "sink" / "m1.eml").write_text("Message-ID: <m1@movewell.example>\n\nOther\n"),
    ),
    "the sink's list says more than it may": ("I7", talkative),
    "a send was told twice": (
        "I7",
        lambda b: b.event("notifications", "notifications", "message.sent", "r1", message_id="m1"),
    ),
    "a risk has no alert": ("I8", lambda b: b.run("notifications", "delete from messages where id = 'm3'")),
    "an alert isn't sent": ("I8", lambda b: b.change("notifications", "messages", "m3", status="awaiting contact")),
    "two questionnaires for a booking": ("I9", lambda b: b.keep("outcomes", "questionnaires", "q9", booking_id="b1")),
    "no questionnaire for a booking": ("I9", lambda b: b.run("outcomes", "delete from questionnaires where id = 'q1'")),
    "a cause is unknown": ("I10", lambda b: b.event("referral", "referral", "x", "r1", cause="nowhere")),
    "the key of the erased survives": (
        "I11",
        lambda b: b.run("keyring", "update keys set wrapped = 'x' where person_id = 'p3'"),
    ),
    "the contact of the erased survives": (
        "I11",
        lambda b: b.change("notifications", "addressees", "p3", contact="sealed"),
    ),
    "a name is in a report": ("I12", leak(f"for {CANARY}")),
    "a name is in a report, encoded": ("I12", leak(base64.b64encode(f"for {CANARY}, please".encode()).decode())),
    "a name is on the sink's list": ("I12", talkative),
    "a name is in an event": ("I12", lambda b: b.event("referral", "referral", "x", "r1", note=CANARY)),
    "a name is in the platform's log": (
        "I12",
        lambda b: (b.folder / "platform.log").write_text(f"no such patient: {CANARY}"),
    ),
    "an acknowledged referral is lost": ("I13", lambda b: drop(b, "referral", "referral.received")),
    "a referral is received twice": (
        "I13",
        lambda b: b.event("referral", "referral", "referral.received", "r1", referral_id="r1"),
    ),
    "a refused referral is received": (
        "I13",
        lambda b: (b.folder / "history").write_text('{"op": "referral", "status": "fail", "referral_id": "r1"}'),
    ),
    "a referral isn't kept": ("I13", lambda b: b.run("referral", "delete from referrals where id = 'r1'")),
}


def checked(site):
    path = site.folder / "history"
    if not path.exists():
        told = [
            {"op": "referral", "status": "ok", "referral_id": "r1"},
            {"op": "referral", "status": "unknown", "referral_id": "r7"},
        ]
        path.write_text("\n".join(map(json.dumps, told)))
    return check(site.folder, path, [CANARY])


def test_a_consistent_site_has_no_violation(site):
    assert checked(site) == []


def test_a_record_may_be_on_the_log_twice(site):
    repeat(site)
    assert checked(site) == []


def test_a_message_may_come_to_the_sink_again(site):
    site.take("m1", "again", "other bytes, because the address was another by then")
    assert checked(site) == []


def test_a_booking_may_move_and_be_asked_about_anew(site):
    """Its seat, its session and a second questionnaire go with it, when the first is closed."""
    seats = {"r1": {"offer_id": "o1", "booking_id": "b1"}}
    site.keep("scheduling", "sessions", "s9", capacity=1, instructor_id="i", venue_id="v", seats=seats, **LATER)
    site.change("scheduling", "sessions", "s1", seats={})
    site.change("scheduling", "bookings", "b1", session_id="s9", moves=1, **LATER)
    site.change("outcomes", "questionnaires", "q1", status="closed")
    site.keep("outcomes", "questionnaires", "q9", booking_id="b1", status="open")
    moved = {"booking_id": "b1", "session_id": "s9"}
    site.event("scheduling", "scheduling", "session.scheduled", "s9", session_id="s9", capacity=1)
    site.event("scheduling", "scheduling", "booking.moved", "r1", **moved)
    assert {violation.split()[0] for violation in checked(site)} <= {"I3", "Q0"}, "all but that nobody has heard"


@pytest.mark.parametrize("defect", SEEDED)
def test_a_seeded_defect_is_caught_by_its_rule(site, defect):
    rule, seed = SEEDED[defect]
    seed(site)
    assert rule in {violation.split()[0] for violation in checked(site)}
