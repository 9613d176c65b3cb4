"""The pages of the contracts, at every service and through the gateway: whole, true, and open to anyone."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from movewell.contracts.declare import declarations
from movewell.wire.event_documents import payload_schema

from deploy.contracts.files import openapi
from deploy.local.site import SERVICES
from tests.openapi.scenes import SCENES, Scene


@pytest.fixture(scope="module", params=SERVICES)
def scene(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Scene:
    return SCENES[request.param](tmp_path_factory.mktemp("sink"))


def words(scene: Scene, path: str) -> str:
    answer = scene.door.call("GET", path)
    assert (answer.status_code, answer.mimetype) == (200, "text/html")
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def test_the_first_page_leads_to_every_event_and_api(scene: Scene) -> None:
    links = set(re.findall(r'href="(/docs/[^"]+)"', scene.door.call("GET", "/docs").text))
    events = {f"/docs/{each.name}.v{each.version}" for each in declarations()}
    assert links == events | {f"/docs/{each}" for each in SERVICES}


def test_every_operation_is_shown_with_who_may_call_it(scene: Scene) -> None:
    document: dict[str, Any] = openapi()[scene.door.service]
    shown = words(scene, f"/docs/{scene.door.service}")
    for path, item in document["paths"].items():
        for method, operation in item.items():
            assert f"{method.upper()} {path} {operation['summary']}." in shown
    assert len(re.findall(r"For: |For anyone\.", shown)) == sum(map(len, document["paths"].values()))


def test_an_event_has_its_page_and_its_schema_where_records_say(scene: Scene) -> None:
    for event in declarations():
        assert event.type in words(scene, f"/docs/{event.name}.v{event.version}")
        answer = scene.door.call("GET", event.dataschema)
        assert (answer.status_code, answer.mimetype) == (200, "application/schema+json")
        assert answer.get_json() == payload_schema(event)


@pytest.mark.parametrize("path", ["/docs/session.booked.v9", "/docs/x", "/json-schema/session.booked.v9.json"])
def test_what_is_not_there_is_not_found(scene: Scene, path: str) -> None:
    assert scene.door.call("GET", path).status_code == 404
