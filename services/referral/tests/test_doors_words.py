"""What referral's doors say is wrong is what is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from .test_doors import FIT, JSON_REFERRAL, Site


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site()
    yield made
    made.keyring.close()


def test_a_screening_that_is_not_whole_is_not_said_to_differ_from_before(site: Site) -> None:
    answer = site.call("POST", f"{site.received()}/screening", json={**FIT, "contraindications": None})
    assert (answer.status_code, answer.get_json()["title"]) == (422, "What you sent cannot be used")


def test_another_body_under_the_same_key_is_said_to_differ_from_before(site: Site) -> None:
    site.post(JSON_REFERRAL)
    answer = site.post({**JSON_REFERRAL, "source": "B1"})
    assert (answer.status_code, answer.get_json()["title"]) == (422, "What you sent differs from before")


@pytest.mark.parametrize(
    "activity", ["parkrun\n", "\nparkrun", "park run", "parkrun\x00", "", "Parkrun", ["parkrun"], None]
)
def test_an_activity_is_a_code_and_nothing_after_it(site: Site, activity: Any) -> None:
    path = site.received()
    answer = site.call("POST", f"{path}/signpost", json={"activity": activity})
    assert answer.status_code == 400
    assert [each["pointer"] for each in answer.get_json()["errors"]] == ["/activity"]
    assert site.call("GET", path).get_json()["status"] == "received"
