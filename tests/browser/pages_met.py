"""Which pages there are, by the services' own tables, and which of them a browser has been shown."""

from __future__ import annotations

import re
from collections.abc import Iterable

from flask import Flask, Response, request
from movewell.web.policy import Policy

NOT_PAGES = re.compile(r"^/(api|FHIR)/|\.[a-z]+$")
"""What programs ask for, and files (`.csv`, `.pdf`, `.ics`)."""
ONLY_LEAD_ON = {"/", "/refer/continue", "/signin/callback"}
"""These have nothing to show: they send a browser to a page."""


def pages_of(app: Flask) -> set[str]:
    """The routes of an application that answer a GET with a page."""
    policy: Policy = app.extensions["movewell-policy"]
    routes = {route for method, route in policy.rules if method == "GET"}
    return {route for route in routes - ONLY_LEAD_ON if not NOT_PAGES.search(route)}


class PagesMet:
    """Notes each route that answered a GET with a page; an error or a redirect is none."""

    def __init__(self) -> None:
        self._met: set[str] = set()

    def watch(self, app: Flask) -> None:
        """Before its first request."""
        app.after_request(self._note)

    def unmet(self, apps: Iterable[Flask]) -> set[str]:
        """The pages of these applications that nobody has been shown."""
        return {route for app in apps for route in pages_of(app)} - self._met

    def _note(self, response: Response) -> Response:
        is_page = response.status_code == 200 and response.mimetype == "text/html"
        if request.method == "GET" and request.url_rule is not None and is_page:
            self._met.add(request.url_rule.rule)
        return response
