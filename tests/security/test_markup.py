"""Markup that somebody writes is text on every page: names, reasons, notes and venues, as every role that sees them."""

from __future__ import annotations

import pytest

from tests.journeys.visitors import Visitor, text_of
from tests.security.planting import plant
from tests.security.test_matrix import HTML, ROLES, UNTIED, allowed, is_api
from tests.security.two_services import OURS, TwoServices

PLANTED = (
    "<b data-planted>bold</b>",
    "<script data-planted>alert(1)</script>",
    '"><img src=x data-planted onerror=alert(1)>',
    "{{ 7 * 7 }}<i data-planted>",
    "</textarea><svg data-planted onload=alert(1)>",
)


@pytest.fixture(scope="module", params=PLANTED)
def planted(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> TwoServices:
    return plant(tmp_path_factory.mktemp("planted"), lambda number: request.param, f"{request.param} and more")


def test_markup_is_text_wherever_it_is_shown(planted: TwoServices) -> None:
    ours = {**planted.ids(OURS), "session_id": planted.booked(OURS)["session_id"]}
    shown = 0
    for route in planted.routes():
        if route.method != "GET" or is_api(route) or set(route.variables) & {"token", *UNTIED}:
            continue
        for role in ROLES:
            if role in allowed(route.rule):
                subject = planted.instructor(ours["session_id"]) if role == "instructor" else None
                page = text_of(Visitor(planted.world, role, OURS, subject).call("GET", route.at(ours), headers=HTML))
                assert "data-planted>" not in page.replace("data-planted&gt;", ""), (role, str(route))
                assert " data-planted onerror=alert(1)>" not in page, (role, str(route))
                assert " data-planted onload=alert(1)>" not in page, (role, str(route))
                shown += "data-planted" in page
    assert shown >= 8, "else it was shown nowhere, and nothing is proved"
