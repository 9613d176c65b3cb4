"""Whatever is asked of the doors of reporting is answered or refused in the caller's own format."""

from __future__ import annotations

from typing import Any

import pytest
from movewell.testing.at_the_door import HTML, ODD_IDS, AtTheDoor, is_error_page, is_problem
from reporting.bootstrap import assemble

NO_DATES = (
    "x", "2026-02-30", "2027-02-29", "2026-13-01", "2026-00-01", "2026-1-1", "20260101", "2026-W01", "2026-W01-1",
    "2026-01-01T00:00:00", "2026-01-01%00", "2026-01-01%0a", "%EF%BC%92026-01-01", "%E2%80%AE2026-01-01", "%ED%A0%80",
    "%FF", "0000-00-00", "10000-01-01", "-001-01-01", "[]", "{%22$ne%22:1}", "9" * 6_000, "NaN", "null", "%20",
)  # fmt: skip
DOORS = [("/report", None), ("/report/exact", "manager"), ("/api/report", "manager")]


@pytest.fixture(scope="module")
def door() -> AtTheDoor:
    return AtTheDoor("reporting", assemble)


def told(answer: Any) -> list[str]:
    return sorted(each["pointer"] for each in answer.get_json()["errors"])


@pytest.mark.parametrize(("path", "role"), DOORS)
@pytest.mark.parametrize("day", NO_DATES)
def test_both_days_that_do_not_exist_are_told(door: AtTheDoor, path: str, role: str | None, day: str) -> None:
    answer = door.call("GET", f"{path}?from={day}&to={day}", role)
    assert is_problem(answer, 400) and told(answer) == ["from", "to"]
    if path != "/api/report":
        assert is_error_page(door.call("GET", f"{path}?from={day}", role, headers=HTML), 400)


def test_a_day_left_empty_is_a_fault_to_a_program_and_no_day_on_a_page(door: AtTheDoor) -> None:
    """A form sends its empty fields; a program that sends one has lost a day."""
    answer = door.call("GET", "/api/report?from=&to=", "manager")
    assert is_problem(answer, 400) and told(answer) == ["from", "to"]
    assert door.call("GET", "/report/exact?from=&to=", "manager", headers=HTML).status_code == 200


@pytest.mark.parametrize(("path", "role"), DOORS)
@pytest.mark.parametrize("query", ["from=2025-07-01&to=2025-03-31", "from=9999-10-01", "from=2025-10-01&to=0001-03-31"])
def test_a_period_that_ends_before_it_begins_is_refused(
    door: AtTheDoor, path: str, role: str | None, query: str
) -> None:
    answer = door.call("GET", f"{path}?{query}", role)
    assert is_problem(answer, 400) and told(answer) == ["from", "to"]


@pytest.mark.parametrize(("path", "role"), DOORS)
def test_the_first_and_the_last_days_that_can_be_written_break_nothing(
    door: AtTheDoor, path: str, role: str | None
) -> None:
    for query in ("to=0001-03-31", "from=0001-01-01", "from=0001-01-01&to=0001-03-31"):
        assert door.call("GET", f"{path}?{query}", role).status_code == 200, query
    for query in ("from=9999-12-31", "to=9999-12-31", "from=9999-12-31&to=9999-12-31"):
        assert door.call("GET", f"{path}?{query}", role).status_code in (200, 400), query


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "TRACE", "BREW"])
def test_a_report_is_only_read(door: AtTheDoor, method: str) -> None:
    for path, role in DOORS:
        assert is_problem(door.call(method, path, role, data=b"x" * 2_000_000), 405)


@pytest.mark.parametrize("id", ODD_IDS)
def test_a_link_that_was_never_sent_leads_nowhere(door: AtTheDoor, id: str) -> None:
    for method in ("GET", "POST"):
        assert is_error_page(door.call(method, f"/report/exact/link/{id}", headers=HTML), 404)
        assert is_problem(door.call(method, f"/report/exact/link/{id}"), 404)


def test_exact_figures_are_for_managers(door: AtTheDoor) -> None:
    for role, status in ((None, 401), ("clinician", 403), ("instructor", 403)):
        for path in ("/report/exact", "/api/report"):
            assert is_problem(door.call("GET", f"{path}?from=x", role), status)
