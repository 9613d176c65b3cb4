"""A service as its bootstrap puts it together, in memory, called over WSGI; and the worst that callers send."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any
from unittest.mock import patch

from werkzeug.test import TestResponse

from movewell.doors import Assembly
from movewell.settings import ServiceSettings
from movewell.store.unit import Cause, new_id
from movewell.testing.hand_clock import HandClock
from movewell.web.links import mint_link
from movewell.web.personas import PERSONAS
from movewell.web.policy import SCOPES
from movewell.web.tokens import mint, new_key, public

TENANT = "ZT001"
HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
_KEY = new_key()

NOT_JSON: dict[str, bytes] = {
    "nothing": b"",
    "not JSON": b"hello",
    "cut off": b'{"code": "5"',
    "nested deep": b"[" * 100_000 + b"]" * 100_000,
    "objects nested deep": b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
    "nested deeper than allowed": b"[" * 65 + b"]" * 65,
    "a number of 100,000 digits": b'{"code": ' + b"9" * 100_000 + b"}",
    "a number beyond any float": b'{"code": 1e999}',
    "NaN": b'{"code": NaN}',
    "infinity": b'{"code": -Infinity}',
    "a name twice": b'{"code": "5", "code": "3"}',
    "a byte-order mark": b'\xef\xbb\xbf{"code": "5"}',
    "not UTF-8": b'{"code": "\xff\xfe"}',
    "an overlong NUL": b'{"code": "\xc0\x80"}',
    "UTF-16": '{"code": "5"}'.encode("utf-16"),
    "a NUL after it": b'{"code": "5"}\x00',
    "half a surrogate pair": b'{"code": "\\ud800"}',
    "half a surrogate pair in a name": b'{"\\udfff": 1}',
    "a bare control character": b'{"code": "\x01"}',
    "gzip": bytes.fromhex("1f8b0800000000000003ab56ca4f4e55b2520200"),
}
"""Bodies that are not the JSON that is taken, under a content type that says they are."""

WRONG_VALUES: dict[str, Any] = {
    "nothing": None,
    "an empty string": "",
    "a space": " ",
    "a list": ["5"],
    "an empty list": [],
    "an object": {"value": "5"},
    "an operator": {"$ne": 1},
    "a truth": True,
    "a fraction": 1.5,
    "a negative number": -1,
    "a great number": 10**300,
    "a NUL": "5\x00",
    "a line end": "5\n",
    "a mark from right to left": "\u202e5",
    "other digits": "٥",
    "very long": "5" * 100_000,
    "markup": "<script>5</script>",
}
"""What no field takes, whatever it is for."""

WRONG_TYPES = (
    "",
    "text/plain",
    "text/html",
    "application/x-www-form-urlencoded",
    "multipart/form-data",
    "application/xml",
)

ODD_IDS = (
    "%00", "a%00b", "%E2%80%AE", "%ED%A0%80", "%FF", "..%2f..%2fetc", "%24ne", "{%22$ne%22:1}", "a" * 7_000,
    "0", "-1", "null", "%0a", "'%20or%201=1--", "%7B%7B7*7%7D%7D", "019a0000-0000-7000-8000-00000000000f",
)  # fmt: skip
"""As they stand in a path; none is the id of anything."""


class AtTheDoor:
    """`running` is the service, `clock` what a test moves. Requests come with the role's token, or with none."""

    def __init__(self, service: str, assemble: Callable[[ServiceSettings], Assembly], **settings: Any) -> None:
        self.service, self.clock = service, HandClock(datetime(2026, 3, 2, 9, 0, tzinfo=UTC))
        with patch("movewell.doors.open_clock", lambda settings: self.clock):
            assembly = assemble(_settings(**settings))
        self.running, self.app = assembly.running, assembly.app
        self.client = self.app.test_client()

    def call(self, method: str, path: str, role: str | None = None, **more: Any) -> TestResponse:
        headers = dict(more.pop("headers", {}))
        if role is not None:
            headers["Authorization"] = f"Bearer {self.token(role)}"
        return self.client.open(path, method=method, headers=headers, **more)

    def token(self, role: str) -> str:
        """A bearer token for somebody with the role, good for an hour."""
        now = datetime.now(UTC).timestamp()
        return mint(_KEY, subject=f"{role}-1", roles=[role], scopes=SCOPES, tenant=TENANT, now=now)

    def sign_in(self, role: str, tenant: str = TENANT) -> None:
        """As somebody with this role signs in: the cookie is kept, and `call` without a role is theirs."""
        chosen = next(each for each in PERSONAS if (each.role, each.tenant) == (role, tenant))
        self.call("POST", "/signin/as", data={"persona": chosen.key})

    def link(self, thing: str, subject: str, **changes: Any) -> str:
        """The path of a patient's link."""
        given = {"audience": self.service, "purpose": thing, "subject": subject, "tenant": TENANT, "jti": new_id()}
        times = {"issued_at": self.clock.now(), "expires_at": self.clock.now() + timedelta(days=2)}
        return f"/{thing}/link/{mint_link(_KEY, **{**given, **times, **changes})}"

    def enter(self, thing: str, subject: str) -> str:
        """Press the button behind a link: the cookie is kept. The CSRF token of the page."""
        self.call("POST", self.link(thing, subject))
        return csrf_of(self.call("GET", f"/{thing}", headers=HTML))

    def do(self, work: Any) -> Any:
        """A unit of work, behind the doors."""
        return self.running.units.run(TENANT, Cause("c"), work)

    def kept(self) -> dict[str, list[dict[str, Any]]]:
        """Everything in the store but the links that were used up."""
        collections = self.running.service.stored.collections.values()
        names = sorted({each.name for each in collections} | {"outbox", "streams", "commands", "timers"})
        return {name: sorted(self.running.store.scan(name), key=lambda row: str(row["id"])) for name in names}


def csrf_of(answer: TestResponse) -> str:
    """The token in the form of a page; empty where there is no form."""
    found = re.search(r'name="csrf_token" value="(\w+)"', answer.text)
    return found[1] if found else ""


def words_of(page: str) -> str:
    """What a page says in its main part, without its markup."""
    main = page.split("<main", 1)[1].split(">", 1)[1].split("</main>")[0]
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", main)).split())


def is_problem(answer: TestResponse, *statuses: int) -> bool:
    """Whether it is a problem as RFC 9457 has it, of one of these statuses (any 4xx if none is given)."""
    problem = answer.get_json(force=True, silent=True)
    if answer.mimetype != "application/problem+json" or not isinstance(problem, dict):
        return False
    fits = answer.status_code in statuses if statuses else 400 <= answer.status_code < 500
    return fits and problem["status"] == answer.status_code and bool(problem["type"] and problem["title"])


def is_error_page(answer: TestResponse, *statuses: int) -> bool:
    """Whether it is a page for a person, of one of these statuses."""
    return answer.status_code in statuses and answer.mimetype == "text/html" and '<html lang="en"' in answer.text


def _settings(**changes: Any) -> ServiceSettings:
    urls = dict.fromkeys(("database_url", "event_log_url", "keyring_url"), "sqlite://")
    keys = {"token_public_key": public(_KEY), "link_public_key": public(_KEY)}
    secrets = {"keyring_secret": b"k" * 32, "cookie_secret": b"c" * 32, "local_mode": True}
    return ServiceSettings(**{**urls, **keys, **secrets, "published_tenant": TENANT, **changes})
