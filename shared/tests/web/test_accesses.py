"""Every touch of a record is written down before it is answered: who, what, why, when, from where."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient
from movewell.errors import Unavailable
from movewell.store.unit import Units
from movewell.web.accesses import Accesses
from movewell.web.app import create_app
from movewell.web.policy import SEEN, Policy, PolicyIncomplete, allow
from movewell.web.tokens import Verifier, public

from .staff_app import HTML, KEY, RULES, make, settings, units


def client_of(kept: Units, persona: str = "ZT001-clinician-1") -> FlaskClient:
    client = make(settings(), kept).test_client()
    client.post("/signin/as", data={"persona": persona})
    return client


def rows(kept: Units, tenant: str = "ZT001", **asked: str) -> list[dict]:
    return Accesses(kept).find(tenant, **asked)


def test_a_read_of_a_record_is_written_down() -> None:
    kept = units()
    client_of(kept).get("/people/person-1", headers={"User-Agent": "x"})
    (row,) = rows(kept)
    said = {name: row[name] for name in ("who", "roles", "method", "route", "record", "why", "from", "at")}
    assert said == {
        "who": "clinician-1",
        "roles": ["clinician"],
        "method": "GET",
        "route": "/people/<person_id>",
        "record": "person-1",
        "why": "reading",
        "from": "127.0.0.1",
        "at": "2026-03-02T09:00:00.000000+00:00",
    }


def test_a_list_is_written_down_with_everybody_in_it() -> None:
    kept = units()
    client_of(kept).get("/people")
    assert {each["record"] for each in rows(kept)} == {"person-1", "person-2"}


def test_a_list_that_does_not_say_whom_it_shows_is_not_answered() -> None:
    kept = units()
    answer = client_of(kept).get("/forgets")
    assert answer.status_code == 500
    assert "somebody" not in answer.text


def test_who_is_refused_leaves_no_row() -> None:
    kept = units()
    assert client_of(kept, "ZT001-manager-1").get("/people/person-1").status_code == 403
    assert rows(kept) == []


@pytest.mark.parametrize("path", ["/people/person-1", "/people"])
def test_nothing_is_answered_that_cannot_be_written_down(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = units()
    client = client_of(kept)

    def away(*_: object) -> None:
        raise Unavailable("the store")

    monkeypatch.setattr(kept.store, "transaction", away)
    answer = client.get(path)
    assert answer.status_code == 503
    assert "person-1" not in answer.text


def test_rows_are_found_by_record_and_by_who_within_the_tenant() -> None:
    kept = units()
    client_of(kept).get("/people/person-1")
    client_of(kept).get("/people/person-2")
    client_of(kept, "ZT002-clinician-2").get("/people/person-1")
    assert [each["record"] for each in rows(kept, record="person-1")] == ["person-1"]
    assert [each["record"] for each in rows(kept, who="clinician-1")] == ["person-2", "person-1"]
    assert len(rows(kept, "ZT002")) == 1


def test_a_record_s_name_is_bounded() -> None:
    kept = units()
    client_of(kept).get(f"/people/{'x' * 5_000}")
    assert len(rows(kept)[0]["record"]) == 128


def test_a_manager_sees_the_page_of_their_service() -> None:
    kept = units()
    client_of(kept).get("/people/person-1")
    client_of(kept, "ZT002-clinician-2").get("/people/person-9")
    page = client_of(kept, "ZT001-manager-1").get("/accesses/people", headers=HTML).text
    assert "person-1" in page
    assert "person-9" not in page
    assert client_of(kept).get("/accesses/people", headers=HTML).status_code == 403


def test_the_navigation_shows_where_one_is_in_each_service() -> None:
    client = client_of(units(), "ZT001-manager-1")
    current = re.findall(r'href="([^"]+)" aria-current="(\w+)"', client.get("/accesses/people", headers=HTML).text)
    assert current == [("/accesses/referral", "true")]


def test_the_page_goes_on_where_it_ended() -> None:
    kept = units()
    client = client_of(kept)
    for number in range(40):
        client.get(f"/people/person-{number}")
    manager = client_of(kept, "ZT001-manager-1")
    first = manager.get("/accesses/people?who=clinician-1", headers=HTML).text
    assert "person-39" in first
    assert not re.search(r"person-9\b", first)
    older = re.findall(r'<a href="([^"]+after=[^"]+)"', first)[-1].replace("&amp;", "&")
    second = manager.get(older, headers=HTML).text
    assert re.search(r"person-9\b", second)
    assert "person-15" not in second


def test_a_rule_must_say_both_whose_record_and_what_for() -> None:
    with pytest.raises(ValueError, match="what for"):
        allow("clinician", record=SEEN)
    with pytest.raises(ValueError, match="what for"):
        allow("clinician", why="reading")


def test_a_rule_about_a_variable_that_the_route_lacks_does_not_start() -> None:
    rules = {**RULES, ("GET", "/people/<person_id>"): allow("clinician", record="referral_id", why="reading")}
    with pytest.raises(PolicyIncomplete, match="referral_id"):
        make(settings(), rules=rules)


def test_a_service_that_writes_nothing_down_may_touch_no_record() -> None:
    app = make(settings())
    with pytest.raises(PolicyIncomplete, match="writes down"):
        create_app("people", blueprint=app.blueprints["routes"], policy=Policy(RULES), verifier=Verifier(public(KEY)))
