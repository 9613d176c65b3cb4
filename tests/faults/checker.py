"""The independent checker: reads the stores, the log and the sink of a quiet site; imports nothing of the platform.

    python tests/faults/checker.py FOLDER [--history FILE] [--canary TEXT ...]

Prints one violation a line ("RULE what is wrong") and exits 1 if there is any.

Q0 the site is quiet          I1 journal and log agree        I2 sequences are 1..n, in order
I3 consumers applied it all   I4 seats never exceed capacity  I5 seats, bookings, offers and events agree
I6 nobody double-booked       I7 each message once            I8 each risk alerted once
I9 one questionnaire/booking  I10 causes exist                I11 the erased stay erased
I12 no canary leaks           I13 acknowledged = received
"""

# ruff: noqa: E501, S608
import argparse
import base64
import hashlib
import json
import sqlite3
import sys
from collections import Counter, defaultdict
from contextlib import closing
from datetime import datetime
from pathlib import Path

SERVICES = ("referral", "scheduling", "outcomes", "notifications", "reporting")
LIVE = {"booked", "attended", "missed"}
TIES = {"booking.cancelled": 0, "booking.moved": 1, "session.booked": 2}
FOLD = {
    "session.booked": "booked",
    "booking.cancelled": "cancelled",
    "session.attended": "attended",
    "session.missed": "missed",
}


def rows(path, sql):
    """All rows, or none where the file or the table is missing (the Q0 rule reports a missing file)."""
    if not path.exists():
        return []
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        connection.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
        try:
            return connection.execute(sql).fetchall()
        except sqlite3.OperationalError as error:
            if "no such table" not in str(error):
                raise
            return []


def parsed(text):
    try:
        return found if isinstance((found := json.loads(text)), dict) else {}
    except (ValueError, RecursionError):
        return {}


def plain(text):
    return (
        (text if isinstance(text, bytes) else str(text).encode("utf-8", "surrogateescape")) if text is not None else b""
    )


class Site:
    def __init__(self, folder):
        self.folder = Path(folder)
        self.log = []
        sql = 'select topic, "partition", "offset", key, headers, value from records order by topic, "partition", "offset"'
        for topic, partition, offset, key, headers, value in rows(self.folder / "log.sqlite", sql):
            headers, value = parsed(headers), plain(value)
            name = str(headers.get("ce_type", "")).removeprefix("movewell.").rsplit(".v", 1)[0]
            self.log.append(
                {
                    "topic": topic,
                    "partition": partition,
                    "offset": offset,
                    "key": key,
                    "headers": headers,
                    "value": value,
                    "id": headers.get("ce_id"),
                    "name": name,
                    "sequence": number(headers.get("ce_sequence")),
                    "tenant": headers.get("ce_tenant"),
                    "body": parsed(value),
                }
            )
        self.events = {}  # first occurrence of each event id
        for record in self.log:
            self.events.setdefault(record["id"], record)

    def documents(self, service, collection):
        sql = f'select id, tenant, body from "{collection}" order by id'
        return [(id, tenant, parsed(body)) for id, tenant, body in rows(self.folder / f"{service}.sqlite", sql)]

    def named(self, *names):
        return [event for event in self.events.values() if event["name"] in names]

    def counted(self, name, field):
        return Counter(event["body"].get(field) for event in self.named(name))


def number(text):
    try:
        return int(text)
    except (TypeError, ValueError):
        return None


def quiet(site):
    yield from (
        f"{name}.sqlite is missing"
        for name in (*SERVICES, "log", "keyring")
        if not (site.folder / f"{name}.sqlite").exists()
    )
    for service in SERVICES:
        yield from (
            f"{service}: outbox row {id} is still pending"
            for id, _, row in site.documents(service, "outbox")
            if row.get("pending")
        )
        for id, _, row in site.documents(service, "waiting"):
            yield f"{service}: {row.get('consumer')} has {id} waiting ({'due' if row.get('due') else 'parked'}: {row.get('reason')})"
        yield from (
            f"{service}: timer {id} is parked"
            for id, parked in rows(site.folder / f"{service}.sqlite", "select id, x_parked from timers")
            if parked
        )
    heads = {
        (t, p): n for t, p, n in rows(site.folder / "log.sqlite", 'select topic, "partition", next from heads') if n
    }
    reached = {
        (g, t, p): o
        for g, t, p, o in rows(site.folder / "log.sqlite", 'select "group", topic, "partition", "offset" from offsets')
    }
    for group, topic in sorted({(g, t) for g, t, _ in reached if "@" not in g}):
        yield from (
            f"{group} is at {reached.get((group, t, partition), 0)} of {head} in {topic}/{partition}"
            for (t, partition), head in sorted(heads.items())
            if t == topic and reached.get((group, t, partition), 0) < head
        )


def journal_and_log(site):
    journal, owner = {}, {}
    for service in SERVICES:
        for id, _, row in site.documents(service, "outbox"):
            if owner.setdefault(row.get("topic"), service) != service:
                yield f"topic {row.get('topic')} is written by {owner[row['topic']]} and by {service}"
            if id in journal:
                yield f"event {id} stands in two journals"
            journal[id] = row
    seen = {}
    for record in site.log:
        id, where = record["id"], f"{record['topic']}/{record['partition']}@{record['offset']}"
        row = journal.get(id)
        if not row or row.get("topic") != record["topic"]:
            yield f"{where}: event {id} is on the log and in no journal of that topic"
        elif (row.get("key"), plain(row.get("value")), row.get("headers")) != (
            record["key"],
            record["value"],
            record["headers"],
        ):
            yield f"{where}: event {id} differs from its journal row"
        first = seen.setdefault(id, record)
        if (first["sequence"], first["value"], first["key"]) != (record["sequence"], record["value"], record["key"]):
            yield f"{where}: event {id} is repeated with another sequence, key or value"
    yield from (
        f"event {id} ({row.get('topic')}/{row.get('key')} {row.get('sequence')}) is in the journal and not on the log"
        for id, row in journal.items()
        if id not in seen
    )


def sequences(site):
    for service in SERVICES:
        streams = defaultdict(list)
        for id, tenant, row in site.documents(service, "outbox"):
            streams[f"{row.get('topic')}/{row.get('key')}"].append(row.get("sequence"))
            headers = row.get("headers") or {}
            told = (
                headers.get("ce_id"),
                number(headers.get("ce_sequence")),
                headers.get("ce_partitionkey"),
                headers.get("ce_tenant"),
            )
            if told != (id, row.get("sequence"), row.get("key"), tenant):
                yield f"{service}: headers of outbox row {id} say {told}"
        last = {id: row.get("last") for id, _, row in site.documents(service, "streams")}
        for stream in sorted(streams.keys() | last.keys()):
            found = sorted(streams.get(stream, []), key=lambda n: n or 0)
            if found != list(range(1, len(found) + 1)):
                yield f"{service}: sequences of {stream} are {found}"
            if last.get(stream) != (found[-1] if found else 0):
                yield f"{service}: stream {stream} says last {last.get(stream)}, the journal {found[-1] if found else 0}"
    highest, home, known = defaultdict(int), {}, set()
    for record in site.log:
        stream = (record["topic"], record["key"])
        if home.setdefault(stream, record["partition"]) != record["partition"]:
            yield f"{'/'.join(stream)} is in partitions {home[stream]} and {record['partition']}"
        if record["id"] not in known:
            known.add(record["id"])
            if record["sequence"] != highest[stream] + 1:
                yield f"log: {'/'.join(stream)} goes from {highest[stream]} to {record['sequence']}"
            highest[stream] = max(highest[stream], record["sequence"] or 0)


def progress(site):
    highest = defaultdict(dict)
    for event in site.log:
        keys = highest[event["topic"]]
        keys[event["key"]] = max(keys.get(event["key"], 0), event["sequence"] or 0)
    applied, met = (
        {},
        {
            (g, t)
            for g, t in rows(site.folder / "log.sqlite", 'select distinct "group", topic from offsets')
            if "@" not in g
        },
    )
    for service in SERVICES:
        current = {row.get("current") for _, _, row in site.documents(service, "generations")} or {1}
        waiting = Counter(row.get("progress_id") for _, _, row in site.documents(service, "waiting"))
        for id, _, row in site.documents(service, "progress"):
            consumer, topic, key = id.split("/", 2)
            if row.get("blocked") != waiting.pop(id, 0):
                yield f"{service}: {id} says blocked {row.get('blocked')}, which is not its number of waiting rows"
            group, _, generation = consumer.partition("@")
            if generation and number(generation) not in current:
                continue  # an older or unfinished generation of a view
            met.add((group, topic))
            applied[group, topic, key] = row.get("applied")
        for id in waiting:
            yield f"{service}: rows wait for {id}, which has no progress"
    for group, topic in sorted(met):
        yield from (
            f"{group} applied {applied.get((group, topic, key), 0)} of {last} of {topic}/{key}"
            for key, last in highest[topic].items()
            if applied.get((group, topic, key), 0) != last
        )
    yield from (
        f"{group} has progress for {topic}/{key}, which is not on the log"
        for group, topic, key in applied
        if key not in highest[topic]
    )


def in_time(events):
    """Commit order across keys: the milliseconds of the version-7 ids; at a tie, freeing comes before taking."""
    return sorted(events, key=lambda e: (str(e["id"])[:13], TIES.get(e["name"], 0), e["sequence"] or 0))


def seats(site):
    capacity = {e["body"].get("session_id"): e["body"].get("capacity") for e in site.named("session.scheduled")}
    for id, _, session in site.documents("scheduling", "sessions"):
        capacity[id] = (
            session.get("capacity") if capacity.get(id) is None else min(capacity[id], session.get("capacity"))
        )
        if len(session.get("seats") or {}) > session.get("capacity"):
            yield f"session {id} has {len(session['seats'])} seats taken of {session['capacity']}"
    taken, sits = defaultdict(set), {}
    for event in in_time(site.named("session.booked", "booking.moved", "booking.cancelled")):
        session, booking = event["body"].get("session_id"), event["body"].get("booking_id")
        taken[sits.pop(booking, session)].discard(booking)
        if event["name"] == "booking.cancelled":
            continue
        taken[session].add(booking)
        sits[booking] = session
        if len(taken[session]) > capacity.get(session, 0):
            yield f"session {session} had {len(taken[session])} bookings of {capacity.get(session)} at event {event['id']}"


def agreement(site):
    sessions = {id: row for id, _, row in site.documents("scheduling", "sessions")}
    bookings = {id: row for id, _, row in site.documents("scheduling", "bookings")}
    offers = {id: row for id, _, row in site.documents("scheduling", "offers")}
    for id, session in sessions.items():
        for referral, seat in (session.get("seats") or {}).items():
            booking, offer = bookings.get(seat.get("booking_id"), {}), offers.get(seat.get("offer_id"), {})
            if seat.get("booking_id"):
                if booking.get("status") not in LIVE or (booking.get("session_id"), booking.get("referral_id")) != (
                    id,
                    referral,
                ):
                    yield f"session {id}: the seat of {referral} names booking {seat['booking_id']}, {booking.get('status', 'which is unknown')}"
            elif (
                offer.get("status") != "open"
                or offer.get("referral_id") != referral
                or id not in (offer.get("session_ids") or ())
            ):
                yield f"session {id}: the held seat of {referral} names offer {seat.get('offer_id')}, {offer.get('status', 'which is unknown')}"
    for id, offer in offers.items():
        for session in offer.get("session_ids") or () if offer.get("status") == "open" else ():
            if ((sessions.get(session, {}).get("seats") or {}).get(offer.get("referral_id")) or {}).get(
                "offer_id"
            ) != id:
                yield f"open offer {id} holds no seat in session {session}"
    for id, booking in bookings.items():
        session = sessions.get(booking.get("session_id"), {})
        if session.get("cancelled_at"):
            if booking.get("status") == "booked":
                yield f"booking {id} is booked in a cancelled session"
        elif (
            booking.get("status") in LIVE
            and ((session.get("seats") or {}).get(booking.get("referral_id")) or {}).get("booking_id") != id
        ):
            yield f"booking {id} is {booking.get('status')} and has no seat"
    fold, born, sits = {}, Counter(), {}
    named = site.named(*FOLD, "booking.moved", "attendance.corrected")
    for event in sorted(named, key=lambda e: (e["key"], e["sequence"] or 0)):
        id = event["body"].get("booking_id")
        fold[id] = FOLD.get(event["name"], fold.get(id))
        if event["name"] == "attendance.corrected":
            fold[id] = "attended" if event["body"].get("code") in ("5", "6") else "missed"
        born[id] += event["name"] == "session.booked"
        sits[id] = event["body"].get("session_id")
    for id in sorted(fold.keys() | bookings.keys(), key=str):
        if fold.get(id) != bookings.get(id, {}).get("status"):
            yield f"booking {id} is {bookings.get(id, {}).get('status')}, its events say {fold.get(id)}"
        if born[id] > 1:
            yield f"booking {id} was booked {born[id]} times"
        if id in sits and id in bookings and sits[id] != bookings[id].get("session_id"):
            yield f"booking {id} is in session {bookings[id].get('session_id')}, its events say {sits[id]}"


def overlaps(site):
    slots = defaultdict(list)
    for id, tenant, row in site.documents("scheduling", "bookings"):
        if row.get("status") in LIVE:
            slots["person", tenant, row.get("person_id")].append((row["starts_at"], row["ends_at"], id))
    for id, tenant, row in site.documents("scheduling", "sessions"):
        for what in ("instructor", "venue") if not row.get("cancelled_at") else ():
            if row.get(f"{what}_id"):
                slots[what, tenant, row[f"{what}_id"]].append((row["starts_at"], row["ends_at"], id))
    for (what, _, who), taken in slots.items():
        until, before = None, None
        for start, end, id in sorted((datetime.fromisoformat(s), datetime.fromisoformat(e), i) for s, e, i in taken):
            if until and start < until:
                yield f"{what} {who}: {before} and {id} overlap"
            if not until or end > until:
                until, before = end, id


def messages(site):
    stored = {id: (tenant, row) for id, tenant, row in site.documents("notifications", "messages")}
    yield from (
        f"{n} messages of kind {kind} for {occasion}"
        for (_, kind, occasion), n in Counter(
            (t, row.get("kind"), row.get("occasion")) for t, row in stored.values()
        ).items()
        if n > 1
    )
    for name in ("message.planned", "message.sent"):
        yield from (
            f"{n} {name} events for message {id}"
            for id, n in Counter(e["body"].get("message_id") for e in site.named(name)).items()
            if n > 1
        )
    for id in sorted(site.counted("message.planned", "message_id").keys() ^ stored.keys(), key=str):
        yield f"message {id} is {'stored and was never planned' if id in stored else 'planned and not stored'}"
    told = {e["body"].get("message_id") for e in site.named("message.sent")}
    kept = {id for id, (_, row) in stored.items() if row.get("status") == "sent"}
    headers = Counter()
    files = set()
    for path in (site.folder / "sink").glob("*.eml"):
        files.add(path.stem)
        head = path.read_bytes().replace(b"\r\n", b"\n").split(b"\n\n")[0].decode("utf-8", "replace").splitlines()
        headers.update(
            {next((line[11:].strip(" <>") for line in head if line.lower().startswith("message-id:")), path.stem)}
        )
    path, accepted = site.folder / "sink" / "accepted.jsonl", {}
    for place, text in enumerate(path.read_text("utf-8", "replace").splitlines() if path.exists() else (), 1):
        line = parsed(text)
        id, outcome = line.get("message_id"), line.get("outcome")
        if not id or outcome not in ("accepted", "again") or set(line) != {"message_id", "at", "digest", "outcome"}:
            yield f"line {place} of the sink's list is {text[:60]!r}"
        elif outcome == "again" and id not in accepted:
            yield f"message {id} came again before it was accepted (line {place})"
        elif outcome == "accepted" and id in accepted:
            yield f"message {id} was accepted by the sink again, in line {place}"
        elif outcome == "accepted":
            accepted[id] = line["digest"]
    yield from (
        f"message {id}: sent event {id in told}, stored as sent {id in kept}, in the sink {id in files}, accepted {id in accepted}"
        for id in sorted(told | kept | files | accepted.keys(), key=str)
        if not (id in told and id in kept and id in files and id in accepted)
    )
    yield from (
        f"message {id} in the sink is not what was accepted"
        for id, digest in accepted.items()
        if id in files and hashlib.sha256((site.folder / "sink" / f"{id}.eml").read_bytes()).hexdigest() != digest
    )
    yield from (f"{n} mails carry Message-ID {id}" for id, n in headers.items() if n > 1)


def risks(site):
    alerts = defaultdict(list)
    for _, _, row in site.documents("notifications", "messages"):
        if row.get("kind") == "risk_alert":
            alerts[row.get("occasion")].append(row.get("status"))
    raised = site.counted("risk.raised", "risk_id")
    for risk in sorted(
        raised.keys() | alerts.keys() | {id for id, _, _ in site.documents("outcomes", "risk_items")}, key=str
    ):
        if raised[risk] != 1 or alerts[risk] != ["sent"]:
            yield f"risk {risk}: raised {raised[risk]} times, alerts {alerts[risk]}"


def questionnaires(site):
    """One a booking; a move may make one void, closed, and another is asked."""
    asked = Counter(row.get("booking_id") for _, _, row in site.documents("outcomes", "questionnaires"))
    void = Counter(
        row.get("booking_id")
        for _, _, row in site.documents("outcomes", "questionnaires")
        if row.get("status") == "closed"
    )
    moves = {id: row.get("moves") or 0 for id, _, row in site.documents("scheduling", "bookings")}
    status = {id: row.get("status") for id, _, row in site.documents("scheduling", "bookings")}
    for booking in sorted(asked.keys() | status.keys(), key=str):
        spare = min(moves.get(booking, 0), void[booking])
        if asked[booking] > 1 + spare or booking not in status or (status[booking] in LIVE and not asked[booking]):
            yield f"booking {booking} ({status.get(booking, 'unknown')}) has {asked[booking]} questionnaires"


def causes(site):
    for event in site.events.values():
        cause = event["headers"].get("ce_causationid")
        if cause and (cause not in site.events or cause == event["id"]):
            yield f"event {event['id']} ({event['name']}) was caused by {cause}, which is not on the log"
        elif cause and site.events[cause]["headers"].get("ce_correlationid") != event["headers"].get(
            "ce_correlationid"
        ):
            yield f"event {event['id']} ({event['name']}) has another correlation than its cause {cause}"


def erasure(site):
    erased = {(e["tenant"], e["body"].get("person_id")) for e in site.named("person.erased")}
    for tenant, person, wrapped in rows(
        site.folder / "keyring.sqlite", "select tenant, person_id, wrapped from keys where person_id <> ''"
    ):
        if wrapped and (tenant, person) in erased:
            yield f"person {person} is erased and still has a key"
        if not wrapped and (tenant, person) not in erased:
            yield f"person {person} has lost the key and there is no person.erased"
    for service, collection in (("notifications", "addressees"), ("referral", "people")):
        for id, tenant, row in site.documents(service, collection):
            yield from (
                f"{service}.{collection} {id} is erased and still has its {field}"
                for field in ("contact", "identity", "nhs_number_mark")
                if (tenant, id) in erased and row.get(field)
            )


def spellings(text):
    raw = text.encode()
    found = {raw, json.dumps(text)[1:-1].encode()}
    for shift in range(3):
        whole = base64.b64encode(b"\0" * shift + raw).rstrip(b"=")
        kept = whole[-(-shift * 8 // 6) : (shift + len(raw)) * 8 // 6]
        found |= {kept, kept.translate(bytes.maketrans(b"+/", b"-_"))} if len(kept) > 5 else set()
    return found


def canaries(site, texts):
    needles = {text: spellings(text) for text in texts}

    def outputs():
        sql = 'select topic, "partition", "offset", key, headers, value from records'
        for record in rows(site.folder / "log.sqlite", sql):
            yield "log {}/{}@{}".format(*record[:3]), record[3:]
        for service in SERVICES:
            for (table,) in rows(
                site.folder / f"{service}.sqlite", "select name from sqlite_master where type = 'table'"
            ):
                for row in rows(site.folder / f"{service}.sqlite", f'select * from "{table}"'):
                    yield f"{service}.{table} {row[0]}", row
        for path in sorted([*site.folder.glob("*.log*"), *site.folder.glob("sink/*.jsonl")]):
            for n, line in enumerate(path.read_bytes().splitlines(), 1):
                yield f"{path.name}:{n}", (line,)

    for where, cells in outputs() if needles else ():
        text = b"\n".join(map(plain, cells))
        yield from (
            f"a canary ({name[:2]}...) is in {where}"
            for name, ways in needles.items()
            if any(way in text for way in ways)
        )


def history(site, path):
    received = site.counted("referral.received", "referral_id")
    yield from (f"referral {id} was received {n} times" for id, n in received.items() if n > 1)
    for id in sorted(received.keys() ^ {id for id, _, _ in site.documents("referral", "referrals")}, key=str):
        yield f"referral {id} is {'on the log and not in the store' if id in received else 'in the store and not on the log'}"
    for line in Path(path).read_text().splitlines() if path else ():
        entry = parsed(line)
        id, status = entry.get("referral_id"), entry.get("status")
        if entry.get("op") == "referral" and (
            (status == "ok" and received[id] != 1) or (status == "fail" and id and received[id])
        ):
            yield f"referral {id} was answered {status} and received {received[id]} times"


def check(folder, history_file=None, canary=()):
    site = Site(folder)
    rules = {
        "Q0": quiet(site),
        "I1": journal_and_log(site),
        "I2": sequences(site),
        "I3": progress(site),
        "I4": seats(site),
        "I5": agreement(site),
        "I6": overlaps(site),
        "I7": messages(site),
        "I8": risks(site),
        "I9": questionnaires(site),
        "I10": causes(site),
        "I11": erasure(site),
        "I12": canaries(site, canary),
        "I13": history(site, history_file),
    }
    return [f"{rule} {violation}" for rule, violations in rules.items() for violation in violations]


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("folder")
    arguments.add_argument("--history")
    arguments.add_argument("--canary", nargs="*", action="extend", default=[])
    asked = arguments.parse_args()
    found = check(asked.folder, asked.history, asked.canary)
    print("\n".join(found) or "no violation")
    sys.exit(bool(found))
