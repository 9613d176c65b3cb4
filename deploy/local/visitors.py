"""The people and systems of the walk, each as an HTTP client with what they may use."""

from __future__ import annotations

import email
import email.policy
import re
import time
import uuid
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
from movewell.movable_clock import MovableClock

from deploy.local.site import Site

_LINK = re.compile(r"https?://\S+/link/\S+")
_CSRF = re.compile(r'name="csrf_token" value="([^"]+)"')
_HEADING = re.compile(r"<h1[^>]*>([^<]+)</h1>")
_PATIENCE = 30.0


class WalkFailed(Exception):
    """Something that should have happened did not."""


class Staff:
    """A clinician, an instructor, a coordinator, a manager, or a referral system, by token."""

    def __init__(self, site: Site, url: str, role: str) -> None:
        self._http = httpx.Client(
            base_url=url, headers={"Authorization": f"Bearer {site.token(role, time.time())}"}, timeout=30
        )

    def get(self, path: str, **query: str) -> Any:
        return self._checked(self._http.get(path, params=query)).json()

    def post(self, path: str, json: Any = None, **headers: str) -> httpx.Response:
        content = {} if json is None else {"json": json}
        return self._checked(self._sent(path, headers, content))

    def _sent(self, path: str, headers: dict[str, str], content: dict[str, Any]) -> httpx.Response:
        return self._http.post(path, headers=headers, **content)

    @staticmethod
    def _checked(response: httpx.Response) -> httpx.Response:
        if response.is_error:
            raise WalkFailed(f"{response.request.method} {response.url.path}: {response.text[:500]}")
        return response


class PatientsBrowser:
    """A patient with a phone: opens the link in a message, presses Continue, fills in the form."""

    def __init__(self, url: str, sink: Path, address: str) -> None:
        self._http = httpx.Client(base_url=url, timeout=30, headers={"Accept": "text/html"})
        self._sink = sink
        self._address = address
        self._opened: set[str] = set()

    def new_link(self, thing: str) -> str | None:
        """A link to this thing in a message to this patient that was not opened before."""
        for path in sorted(self._sink.glob("*.eml")):
            message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            if self._address not in str(message["To"]):
                continue
            body = message.get_body(("plain",))
            for link in _LINK.findall(body.get_content() if body else ""):
                if f"/{thing}/link/" in link and link not in self._opened:
                    return link
        return None

    def answer(self, link: str, thing: str, form: dict[str, str]) -> httpx.Response:
        """Open the link, continue, and send the form."""
        self._opened.add(link)
        self._http.cookies.clear()
        seen = self._http.get(link)
        used = self._http.post(link)
        page = self._http.get(f"/{thing}")
        token = _CSRF.search(page.text)
        if seen.status_code != 200 or used.status_code != 303 or token is None:
            told = " ".join(_HEADING.findall(page.text))
            raise WalkFailed(f"the link to {thing} did not work: {used.status_code}, {page.status_code} {told!r}")
        answered = self._http.post(f"/{thing}", data={**form, "csrf_token": token[1]}, follow_redirects=True)
        if answered.status_code != 200:
            raise WalkFailed(f"{thing} was not taken: {answered.status_code}")
        return answered


class Watch:
    """The shared clock, and waiting until all that happened has had its effect."""

    def __init__(self, site: Site, url: str) -> None:
        self.clock = MovableClock(site.clock_file)
        self._http = httpx.Client(base_url=url, timeout=30)

    def move(self, by: timedelta) -> None:
        """Move every process's time, and wait until quiet."""
        if by > timedelta(0):
            self.clock.move(by)
        self.until_quiet()

    def services(self) -> list[dict[str, Any]]:
        """What the doctor says of each."""
        return list(self._http.get("/local/doctor").json()["services"])

    def until_quiet(self) -> None:
        """Nothing pending, due or unread, twice in a row."""
        calm = 0

        def is_calm() -> bool:
            nonlocal calm
            busy = any(s["pending"] or s["timers_due"] or any(s["lag"].values()) for s in self.services())
            calm = 0 if busy else calm + 1
            return calm >= 2

        until(is_calm, "the platform to be quiet")


def until(happened: Callable[[], Any], what: str) -> Any:
    """Ask until the answer is true; the answer. Raises WalkFailed."""
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        if answer := happened():
            return answer
        time.sleep(0.01)
    raise WalkFailed(f"waited {_PATIENCE:.0f} s in vain for {what}")


def request_ids() -> dict[str, str]:
    return {"request_id": str(uuid.uuid4()), "correlation_id": str(uuid.uuid4())}
