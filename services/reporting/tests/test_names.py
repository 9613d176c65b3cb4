"""The report says whose it is and where by the names of the site's directory; its files add the code."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from movewell.projections import current_generation, rows_of
from movewell.testing.at_the_door import HTML, TENANT, AtTheDoor, words_of
from pypdf import PdfReader
from reporting.bootstrap import assemble
from reporting.projections.referral_rows import REFERRALS

from .cohort import referral

NAMES = """
[[services]]
code = "ZT001"
name = "Northtown Talking Therapies"
venues = [{ id = "gym", name = "Iron House", address = "1 Example Road" }]
"""
PATH = "/report/exact{}?from=2025-10-01&to=2025-12-31&site=gym"


@pytest.fixture
def door(tmp_path: Path) -> AtTheDoor:
    """A manager is signed in; one referral has sessions at the gym, another at a pool that isn't listed."""
    (tmp_path / "directory.toml").write_text(NAMES, encoding="utf-8")
    made = AtTheDoor("reporting", assemble, directory_file=tmp_path / "directory.toml")
    store = made.running.store
    name = rows_of(REFERRALS.collection, current_generation(store)).name
    for site in ("gym", "a-pool"):
        row = {**referral(site), "received_at": "2025-11-03T09:00:00.000000+00:00", "site": site, "tenant": TENANT}
        store.transaction(TENANT, lambda tx, row=row: tx.add(name, row))
    made.sign_in("manager")
    return made


def test_the_page_says_names(door: AtTheDoor) -> None:
    page = door.call("GET", PATH.format(""), headers=HTML)
    said = words_of(page.text)
    assert said.startswith("Northtown Talking Therapies Report,") and "Chosen: site Iron House" in said
    assert "A pool Iron House No site yet" in said and TENANT not in page.text
    assert "manager, <bdi" in page.text


def test_files_say_names_and_the_code(door: AtTheDoor) -> None:
    table = door.call("GET", PATH.format(".csv")).data.decode("utf-8-sig")
    assert "Northtown Talking Therapies (ZT001)" in table and "Iron House" in table
    sheet = PdfReader(io.BytesIO(door.call("GET", PATH.format(".pdf")).data)).pages[0].extract_text()
    assert "Northtown Talking Therapies (ZT001)" in sheet and "Iron House" in sheet


def test_anyone_reads_the_name_of_the_service_that_publishes(door: AtTheDoor) -> None:
    door.client.delete_cookie("movewell-staff")
    assert words_of(door.call("GET", "/report", headers=HTML).text).startswith("Northtown Talking Therapies Report")
