"""How Movewell talks to Apache Kafka: every option that differs from kafka-python's default, and why.

Sources: kafka-python 3.0.12, read by introspection, and docs/adr/0010-kafka.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from movewell.log.port import MAX_RECORD_BYTES

ANSWER_SECONDS = 8.0
"""How long anything may take to answer before the broker counts as away: half-open connections end here."""
DELIVERY_SECONDS = 15.0
"""How long a publication may take in all. Past it the rows stay pending and are sent again."""
REQUEST_BYTES = 2 * MAX_RECORD_BYTES
SESSION_MS = 10_000


@dataclass(frozen=True)
class Site:
    """Where the brokers are, and how one proves to be who one is.

    `session_ms`: how soon a dead member is missed. `prefix`: of every topic and group, on a cluster that is shared.
    """

    servers: tuple[str, ...]
    tls: bool = False
    user: str = ""
    password: str = ""
    session_ms: int = SESSION_MS
    prefix: str = ""

    def named(self, name: str) -> str:
        """A topic or group as the cluster knows it."""
        return self.prefix + name

    def connection(self) -> dict[str, Any]:
        """What producer, consumer and admin client have in common."""
        options: dict[str, Any] = {
            "bootstrap_servers": list(self.servers),
            "request_timeout_ms": int(ANSWER_SECONDS * 1000),  # 30 s: a black hole must be noticed within 10
            "bootstrap_timeout_ms": int(ANSWER_SECONDS * 1000),
            "reconnect_backoff_max_ms": 1_000,  # 30 s: an outage would outlast itself by as much
            "security_protocol": ("SASL_" if self.user else "") + ("SSL" if self.tls else "PLAINTEXT"),
        }
        if self.user:
            options |= {
                "sasl_mechanism": "SCRAM-SHA-512",
                "sasl_plain_username": self.user,
                "sasl_plain_password": self.password,
            }
        return options

    def producer(self) -> dict[str, Any]:
        return {
            **self.connection(),
            "acks": "all",  # the default too; said because law 2 stands on it
            "enable_idempotence": True,  # likewise: no reordering by the client's own retries
            "delivery_timeout_ms": int(DELIVERY_SECONDS * 1000),
            "max_block_ms": 3_000,  # 60 s: send() blocks that long when there is no metadata
            "allow_auto_create_topics": False,  # topics are provisioned: a misspelt one is an error
            "max_request_size": REQUEST_BYTES,
            "metrics_enabled": False,  # ours are counted elsewhere; theirs cost 4 µs a record
        }

    def consumer(self, group: str | None) -> dict[str, Any]:
        return {
            **self.connection(),
            "group_id": group and self.named(group),
            "enable_auto_commit": False,  # offsets would run ahead of the store
            "auto_offset_reset": "earliest",  # a new group would skip history
            "isolation_level": "read_committed",  # others may use transactions
            "session_timeout_ms": self.session_ms,  # 45 s: a killed member's partitions wait that long
            "heartbeat_interval_ms": self.session_ms // 4,
            "max_poll_interval_ms": 60_000,  # above the slowest batch of 50; a stuck one gives way to another
            "fetch_max_wait_ms": 25,  # 500: the reaction time follows it when several partitions are idle
            "max_partition_fetch_bytes": REQUEST_BYTES,
            "allow_auto_create_topics": False,
            "metrics_enabled": False,
        }


TOPIC_CONFIGS = {
    "cleanup.policy": "delete",
    "retention.ms": "-1",  # for ever: every view is rebuilt from the log
    "retention.bytes": "-1",
    "max.message.bytes": str(REQUEST_BYTES),
}


def site_at(url: str) -> Site:
    """The site at `kafka://host:port,host:port`, or `kafka+ssl://user:password@host:port`.

    `?session_ms=` shortens the session, `?prefix=` goes before every topic and group. ValueError, without the
    URL in it, if it can't be read.
    """
    scheme, _, rest = url.partition("://")
    host, _, query = rest.partition("?")
    credentials, _, servers = host.rpartition("@")
    user, _, password = credentials.partition(":")
    if scheme not in ("kafka", "kafka+ssl") or not all(_is_server(each) for each in servers.split(",")):
        raise ValueError("the event log's URL is not kafka://host:port[,host:port]")
    options = {name: values[-1] for name, values in parse_qs(query).items()}
    if unknown := set(options) - {"session_ms", "prefix"}:
        raise ValueError(f"the event log's URL has an unknown option: {', '.join(sorted(unknown))}")
    session = int(options.get("session_ms", SESSION_MS))
    tls, prefix = scheme == "kafka+ssl", options.get("prefix", "")
    return Site(tuple(servers.split(",")), tls, unquote(user), unquote(password), session, prefix)


def _is_server(text: str) -> bool:
    try:
        parts = urlsplit(f"//{text}")
        return bool(parts.hostname and parts.port)
    except ValueError:
        return False
