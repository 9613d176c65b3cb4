"""Which pages there are, by the services' own tables, and which of them a browser has been shown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from flask import Flask, Response, request
from movewell.web.policy import Policy

NOT_PAGES = re.compile(r"^/(api|FHIR|json-schema)/|\.[a-z]+$")
"""What programs ask for, and files (`.csv`, `.pdf`, `.ics`)."""
ONLY_LEAD_ON = {"/", "/refer/continue", "/signin/callback"}
"""These have nothing to show: they send a browser to a page."""


def pages_of(app: Flask) -> set[str]:
    """The routes of an application that answer a GET with a page."""
    policy: Policy = app.extensions["movewell-policy"]
    routes = {route for method, route in policy.rules if method == "GET"}
    return {route for route in routes - ONLY_LEAD_ON if not NOT_PAGES.search(route)}


class PagesMet:
    """Notes each route that answered a GET with a page in a scene; an error or a redirect is none."""

    def __init__(self) -> None:
        self._met: dict[str, set[str]] = {}
        self._scene: str | None = None

    def watch(self, app: Flask) -> None:
        """Before its first request."""
        app.after_request(self._note)

    @contextmanager
    def during(self, scene: str) -> Iterator[None]:
        """What is shown until the block ends is shown by this scene; what is shown outside counts for none."""
        self._scene, self._met[scene] = scene, set()
        try:
            yield
        finally:
            self._scene = None

    def has_played(self, scene: str) -> bool:
        return scene in self._met

    def shown_in(self, scenes: Iterable[str]) -> set[str]:
        """The pages that these scenes have shown so far."""
        return {route for scene in scenes for route in self._met.get(scene, ())}

    def _note(self, response: Response) -> Response:
        is_page = response.status_code == 200 and response.mimetype == "text/html"
        if self._scene and request.method == "GET" and request.url_rule is not None and is_page:
            self._met[self._scene].add(request.url_rule.rule)
        return response
