"""Every socket has a time-out: where a client of the network or a server is made in the sources, and what bounds it.

The places are found in the syntax, so that a new one without an entry in the table fails here.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from movewell.log.kafka_options import ANSWER_SECONDS, DELIVERY_SECONDS, Site
from movewell.operating import probe_door
from movewell.store.mongo import client_at

ROOT = Path(__file__).parents[2]
SOURCES = ("shared/src", "services/*/src", "deploy")
FIXTURES = ROOT / "deploy" / "tools" / "semgrep"
"""What the rules of the audit are tried on: never run."""
NETWORKED = {
    "aiohttp", "asyncio", "ftplib", "gunicorn", "http", "httpcore", "httpx", "imaplib", "kafka", "poplib", "pymongo",
    "requests", "smtplib", "socket", "socketserver", "telnetlib", "urllib", "urllib3", "websockets", "werkzeug",
    "wsgiref", "xmlrpc",
}  # fmt: skip
"""Packages that open sockets. Whatever is called of them either stands in the table or opens none."""
OPENS_NONE = {
    "httpcore.ConnectError", "httpcore.ReadError", "httpcore.ReadTimeout",
    "kafka.TopicPartition", "kafka.admin.OffsetSpec", "kafka.structs.OffsetAndMetadata", "pymongo.DeleteOne",
    "pymongo.IndexModel", "pymongo.InsertOne", "pymongo.ReplaceOne", "pymongo.UpdateOne", "pymongo.timeout",
    "pymongo.read_concern.ReadConcern", "pymongo.write_concern.WriteConcern", "socket.gethostname",
    "urllib.parse.parse_qs", "urllib.parse.quote",
    "urllib.parse.unquote", "urllib.parse.urlencode", "urllib.parse.urlsplit", "werkzeug.exceptions.BadRequest",
    "werkzeug.exceptions.UnsupportedMediaType", "werkzeug.middleware.proxy_fix.ProxyFix", "werkzeug.wrappers.Response",
}  # fmt: skip
LONGEST_SECONDS = 30.0
TIMEOUTS = {
    "deploy/compose/initiate.py pymongo.MongoClient": "timeoutMS=10_000",
    "deploy/compose/promises.py httpx.Client": "timeout=30",
    "deploy/compose/promises.py httpx.get": "timeout=30",
    "deploy/compose/stand-ins/mongo/entry.py pymongo.MongoClient": "timeoutMS=30_000",
    "deploy/local/foreign_process.py socket.create_connection": "timeout=1",
    "deploy/local/foreign_process.py socket.socket": "probe.bind",
    "deploy/local/mongo/stand_in.py pymongo.MongoClient": "timeoutMS=1_000",
    "deploy/local/processes.py socket.socket": "probe.bind",
    "deploy/local/processes.py urllib.request.urlopen": "timeout=2",
    "deploy/local/visitors.py httpx.Client": "timeout=30",
    "services/referral/src/referral/adapters/vetted_connection.py httpcore.NetworkBackend": "left(self._deadline)",
    "services/referral/src/referral/adapters/vetted_connection.py httpcore.NetworkStream": "left(self._deadline)",
    "services/referral/src/referral/adapters/vetted_connection.py httpcore.SyncBackend": "httpcore.SyncBackend()",
    "services/referral/src/referral/adapters/vetted_connection.py socket.getaddrinfo": "type=socket.SOCK_STREAM",
    "services/referral/src/referral/adapters/webhook_receiver.py httpcore.ConnectionPool": "network_backend=backend",
    "shared/src/movewell/doors.py gunicorn.app.base.BaseApplication": "self._options.items()",
    "shared/src/movewell/log/kafka.py kafka.KafkaAdminClient": "**self._site.connection()",
    "shared/src/movewell/log/kafka.py kafka.KafkaConsumer": "**self._site.consumer(None)",
    "shared/src/movewell/log/kafka_publisher.py kafka.KafkaProducer": "**self._site.producer()",
    "shared/src/movewell/log/kafka_subscriber.py kafka.KafkaConsumer": "**site.consumer(group)",
    "shared/src/movewell/operating/probe_door.py werkzeug.serving.WSGIRequestHandler": "timeout = 10",
    "shared/src/movewell/operating/probe_door.py werkzeug.serving.make_server": "request_handler=_Handler",
    "shared/src/movewell/store/mongo.py pymongo.MongoClient": "timeoutMS=int(ANSWER_SECONDS * 1000)",
    "shared/src/movewell/web/server.py gunicorn.workers.gthread.ThreadWorker": "socket.SO_RCVTIMEO",
}
"""File and what is made there → what bounds it, as it stands in the source: an argument, or a statement of a class.

`httpcore`: each call of the inner backend has the seconds that are left of one deadline, and the pool has no other
backend; `getaddrinfo` is bounded by the system's resolver.

`probe.bind`: it looks for a free port of this machine and talks to nobody. `self._options`: gunicorn's own, with
the worker class of `web/server.py`, which bounds how long a caller is waited for.
"""


def made() -> Iterator[tuple[str, str]]:
    """Each place where something of a networked package is called or derived from, and the source text of that."""
    for pattern in SOURCES:
        for folder in ROOT.glob(pattern):
            for path in sorted(folder.rglob("*.py")):
                if path.is_relative_to(FIXTURES):
                    continue
                tree = ast.parse(path.read_text(encoding="utf-8"))
                known = names_of(tree)
                for node in ast.walk(tree):
                    for each in parts(node):
                        name = dotted(each, known)
                        if name.partition(".")[0] in NETWORKED and name not in OPENS_NONE:
                            yield f"{path.relative_to(ROOT).as_posix()} {name}", source_of(node, tree)


def parts(node: ast.AST) -> list[ast.expr]:
    """What a call calls, or a class derives from."""
    if isinstance(node, ast.Call):
        return [node.func]
    return node.bases if isinstance(node, ast.ClassDef) else []


def source_of(node: ast.AST, tree: ast.Module) -> str:
    """The call or class; of what a `with` opens, all of that."""
    around = [each for each in ast.walk(tree) if isinstance(each, ast.With) and node in ast.walk(each)]
    return ast.unparse(around[-1] if around else node)


def names_of(tree: ast.Module) -> dict[str, str]:
    """The names that a module imports, and what they are in full."""
    found: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for each in node.names:
                root = each.name.partition(".")[0]
                found[each.asname or root] = each.name if each.asname else root
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {each.asname or each.name: f"{node.module}.{each.name}" for each in node.names}
    return found


def dotted(node: ast.AST, known: dict[str, str]) -> str:
    """The full name of what an expression says; empty if it is nothing imported."""
    if isinstance(node, ast.Subscript):
        return dotted(node.value, known)
    if isinstance(node, ast.Attribute):
        before = dotted(node.value, known)
        return before and f"{before}.{node.attr}"
    return known.get(node.id, "") if isinstance(node, ast.Name) else ""


def test_every_client_and_server_stands_in_the_table() -> None:
    assert {place for place, _ in made()} == set(TIMEOUTS)


def test_every_one_of_them_is_bounded_as_the_table_says() -> None:
    for place, source in made():
        assert TIMEOUTS[place].replace("_000", "000") in source, f"{place}: {source}"


def test_a_client_without_an_entry_would_be_found() -> None:
    tree = ast.parse("import httpx as h\nfrom smtplib import SMTP\nh.AsyncClient().get('x')\nSMTP('host')\n")
    known = names_of(tree)
    calls = [each for node in ast.walk(tree) for each in parts(node)]
    assert {dotted(each, known) for each in calls} >= {"httpx.AsyncClient", "smtplib.SMTP"}


def test_what_the_brokers_are_asked_is_bounded() -> None:
    site = Site(("127.0.0.1:1",))
    for options in (site.connection(), site.producer(), site.consumer("group"), site.consumer(None)):
        assert options["request_timeout_ms"] == ANSWER_SECONDS * 1000 <= 10_000
        assert options["bootstrap_timeout_ms"] == ANSWER_SECONDS * 1000
    assert site.producer()["max_block_ms"] <= 5_000
    assert site.producer()["delivery_timeout_ms"] == DELIVERY_SECONDS * 1000 <= LONGEST_SECONDS * 1000
    assert site.consumer("group")["session_timeout_ms"] <= 10_000


def test_what_the_store_and_the_keyring_are_asked_is_bounded() -> None:
    client = client_at("mongodb://127.0.0.1:1/nothing")
    try:
        assert 0 < (client.options.timeout or 0) <= 10
        assert client.options.pool_options.connect_timeout == 3
        assert client.options.server_selection_timeout == 5
    finally:
        client.close()


def test_a_probe_that_says_nothing_is_let_go() -> None:
    assert probe_door._Handler.timeout <= LONGEST_SECONDS
