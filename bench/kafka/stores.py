"""What a contender has kept, read from its store without its code."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from bench.kafka.checker import Kept


def kept_in_file(path: Path, *, pending: str) -> Kept:
    """From an SQLite file. `pending`: the outbox's column of that meaning."""
    with closing(sqlite3.connect(path)) as connection:
        states = {id: json.loads(body) for id, body in connection.execute("SELECT id, body FROM states")}
        outbox = [(id, bool(waits)) for id, waits in connection.execute(f"SELECT id, {pending} FROM outbox")]
        (set_aside,) = connection.execute("SELECT count(*) FROM set_aside").fetchone()
        (waiting,) = connection.execute("SELECT count(*) FROM waiting").fetchone()
    return Kept(states, outbox, set_aside, waiting)


def kept_on_server(url: str) -> Kept:
    """From a server that speaks MongoDB's protocol."""
    import pymongo

    client: pymongo.MongoClient[dict[str, Any]] = pymongo.MongoClient(url)
    with closing(client):
        database = client.get_default_database()
        states = {each["_id"]: each for each in database["states"].find()}
        outbox = [(each["_id"], bool(each["pending"])) for each in database["outbox"].find()]
        counts = [database[name].count_documents({}) for name in ("set_aside", "waiting")]
    return Kept(states, outbox, *counts)
