"""Who sees which report, and what the form says back."""

from __future__ import annotations

import re
from typing import Any

import pytest
from movewell.projections import current_generation, rows_of
from movewell.testing.at_the_door import HTML, TENANT, AtTheDoor, is_problem, words_of
from reporting.bootstrap import assemble
from reporting.projections.referral_rows import REFERRALS

from .cohort import referral

OTHER = "ZT002"
Q1 = "from=2025-10-01&to=2025-12-31"
RECEIVED = "2025-11-03T09:00:00.000000+00:00"


@pytest.fixture
def door() -> AtTheDoor:
    made = AtTheDoor("reporting", assemble, published_tenant=OTHER)
    store = made.running.store
    name = rows_of(REFERRALS.collection, current_generation(store)).name
    for tenant, number in ((TENANT, 22), (OTHER, 41)):
        for n in range(number):
            facts = {"received_at": RECEIVED, "site": "gym" if n % 2 else None, "ethnicity": "A", "source": "A1"}
            row = {**referral(f"{tenant}-{n}"), **facts, "tenant": tenant}
            store.transaction(tenant, lambda tx, row=row: tx.add(name, row))
    return made


def words(answer: Any) -> str:
    return words_of(answer.text)


def received(answer: Any) -> str:
    return re.search(r"Referrals received (\S+( shown)?)", words(answer))[1]


def test_anyone_sees_the_published_service_and_a_manager_their_own(door: AtTheDoor) -> None:
    assert received(door.call("GET", f"/report?{Q1}", headers=HTML)) == "40"
    assert received(door.call("GET", f"/report?{Q1}", "clinician", headers=HTML)) == "40"
    assert received(door.call("GET", f"/report?{Q1}", "manager", headers=HTML)) == "20"
    assert received(door.call("GET", f"/report/exact?{Q1}", "manager", headers=HTML)) == "22"


def test_a_manager_who_signed_in_needs_no_link(door: AtTheDoor) -> None:
    assert door.call("GET", "/report/exact", headers=HTML).status_code == 303  # to the sign-in
    door.sign_in("manager")
    page = door.call("GET", f"/report/exact?{Q1}", headers=HTML)
    assert received(page) == "22"
    assert re.search(r'<a class="nhsuk-header__navigation-link" href="/report"', page.text)


def test_the_link_still_works(door: AtTheDoor) -> None:
    door.call("POST", door.link("report/exact", "manager", purpose="report"))
    assert received(door.call("GET", f"/report/exact?{Q1}", headers=HTML)) == "22"


def test_filters_are_for_managers(door: AtTheDoor) -> None:
    for path in ("/report", "/report.csv", "/report.pdf"):
        asked = f"{path}?{Q1}&site=gym"
        assert is_problem(door.call("GET", asked), 401)
        assert "/signin?next=" in door.call("GET", asked, headers=HTML).headers["Location"]
        assert is_problem(door.call("GET", asked, "clinician"), 403)
    assert 'name="site"' not in door.call("GET", "/report", headers=HTML).text
    assert received(door.call("GET", f"/report?{Q1}&site=gym", "manager", headers=HTML)) == "10"


def test_what_was_chosen_is_said_and_stays_in_the_form(door: AtTheDoor) -> None:
    page = door.call("GET", f"/report?{Q1}&site=gym&ethnicity=white", "manager", headers=HTML)
    assert "Chosen: site Gym ; ethnicity White ." in words(page)
    assert re.search(r'<option value="gym" selected', page.text)
    assert re.search(r'<option value="2025-10-01" selected', page.text)
    assert 'href="/report/exact?site=gym&amp;ethnicity=white"' in page.text  # whose days are those until today
    for link in ("/report.csv", "/report.pdf"):
        assert f'{link}?from=2025-10-01&amp;to=2025-12-31&amp;site=gym&amp;ethnicity=white"' in page.text
    assert "Everybody is counted." in words(door.call("GET", f"/report?{Q1}", "manager", headers=HTML))


def test_the_days_of_an_exact_report_are_three_fields_each(door: AtTheDoor) -> None:
    asked = "from-day=1&from-month=11&from-year=2025&to-day=3&to-month=11&to-year=2025"
    page = door.call("GET", f"/report/exact?{asked}", "manager", headers=HTML)
    assert "Report, 1 November 2025 to 3 November 2025" in words(page) and received(page) == "22"
    assert re.search(r'name="to-day"[^>]*value="3"', page.text)


def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_stays(door: AtTheDoor) -> None:
    asked = "from-day=31&from-month=2&from-year=2026&source=ZZ&deprivation=9&site=%3Cb%3E&ethnicity=white"
    page = door.call("GET", f"/report/exact?{asked}", "manager", headers=HTML)
    assert page.status_code == 400
    assert "<title>Error: Report" in page.text.replace("\n", "")
    for target in ("from-day", "source", "deprivation", "site"):
        assert f'href="#{target}"' in page.text and f'id="{target}"' in page.text
    assert re.search(r'name="from-day"[^>]*value="31"', page.text)
    assert re.search(r'<option value="white" selected', page.text)
    assert "Key figures" not in page.text and "<b>" not in page.text


@pytest.mark.parametrize("value", ["x", "$ne", "[]", "a" * 5000, "%00", "GYM!", "--"])
@pytest.mark.parametrize("name", ["site", "source", "deprivation", "ethnicity"])
def test_a_filter_that_does_not_exist_is_refused(door: AtTheDoor, name: str, value: str) -> None:
    if (name, value) == ("site", "x"):
        value = "X"
    answer = door.call("GET", f"/api/report?{name}={value}", "manager")
    assert is_problem(answer, 400) and [each["pointer"] for each in answer.get_json()["errors"]] == [name]


def test_nobody_with_these_filters_is_no_error(door: AtTheDoor) -> None:
    page = door.call("GET", f"/report/exact?{Q1}&source=B1", "manager", headers=HTML)
    assert page.status_code == 200 and "No referral was received in this period with these filters." in words(page)


@pytest.mark.parametrize(("kind", "mimetype"), [("csv", "text/csv"), ("pdf", "application/pdf")])
def test_a_file_is_named_after_what_it_holds(door: AtTheDoor, kind: str, mimetype: str) -> None:
    for path, name in (("/report", "movewell-report"), ("/report/exact", "movewell-report-exact")):
        answer = door.call("GET", f"{path}.{kind}?{Q1}&site=gym", "manager")
        assert (answer.status_code, answer.mimetype) == (200, mimetype)
        assert answer.headers["Content-Disposition"] == (
            f'attachment; filename="{name}-{TENANT}-2025-10-01-to-2025-12-31.{kind}"'
        )
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert is_problem(door.call("GET", f"/report/exact.{kind}"), 401)
    assert is_problem(door.call("GET", f"/report/exact.{kind}", "clinician"), 403)
    assert is_problem(door.call("GET", f"/report.{kind}?from=x"), 400)


def test_each_key_figure_is_a_click_from_its_definition(door: AtTheDoor) -> None:
    page = door.call("GET", "/report", headers=HTML).text
    targets = re.findall(r'href="#(definition-[a-z-]+)"', page)
    assert len(targets) == 8 and all(f'id="{target}"' in page for target in targets)
    assert page.count("Numerator:") == page.count("Denominator:") == 5
