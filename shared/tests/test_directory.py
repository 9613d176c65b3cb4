"""The directory: names by service, and each fault of its file with its place, before a service starts."""

from __future__ import annotations

from pathlib import Path

import pytest
from movewell.directory import Directory, Venue, open_directory, read_directory
from movewell.settings import SettingsIncomplete
from movewell.web.personas import PERSONAS, SERVICES

OF_THE_DEMONSTRATION = Path(__file__).resolve().parents[2] / "deploy/local/directory.toml"
TWO = """
[[services]]
code = "ZT001"
name = "Northtown Talking Therapies"
venues = [{ id = "gym", name = "صالة", address = "1 Example Road" }]
instructors = [{ id = "sam", name = "Sam Example" }, { id = "kim", name = "Kim Example" }]
[[services]]
code = "ZT002"
name = "Southtown Talking Therapies"
"""


def test_each_service_has_its_own_names() -> None:
    directory = read_directory(TWO.encode())
    ours, theirs = directory.of("ZT001"), directory.of("ZT002")
    assert (ours.name, theirs.name) == ("Northtown Talking Therapies", "Southtown Talking Therapies")
    assert (ours.venues, theirs.venues) == ({"gym": Venue("صالة", "1 Example Road")}, {})
    assert list(ours.instructors.items()) == [("sam", "Sam Example"), ("kim", "Kim Example")]


@pytest.mark.parametrize("tenant", ["ZT003", None])
def test_of_a_service_that_is_not_listed_there_are_no_names(tenant: str | None) -> None:
    found = read_directory(TWO.encode()).of(tenant)
    assert (found.name, found.venues, found.instructors) == (None, {}, {})


def test_without_a_file_the_directory_is_empty() -> None:
    assert open_directory(None) == Directory()


@pytest.mark.parametrize(
    ("was", "now", "said"),
    [
        ('"ZT001"', '"northtown"', "services 1.code"),
        ('"ZT002"', '"ZT001"', "services 1.code: Is there twice.; services 2.code: Is there twice."),
        ('name = "Southtown Talking Therapies"', "", "services 2.name: Missing data"),
        ('name = "Southtown Talking Therapies"', 'name = " "', "services 2.name: Write one line of text."),
        ('"kim"', '"sam"', "services 1.instructors 1.id: Is there twice.; services 1.instructors 2.id"),
        ('"gym"', '"The Gym"', "services 1.venues 1.id"),
        (', address = "1 Example Road"', "", "services 1.venues 1.address: Missing data"),
        ("1 Example Road", "1 Example Road\\n2", "services 1.venues 1.address: Write one line of text."),
        ("Sam Example", "Sam\\u202e", "services 1.instructors 1.name: Write one line of text."),
        ("Kim Example", "K" * 101, "services 1.instructors 2.name: Length"),
        ("id = ", "ident = ", "services 1.venues 1.ident: Unknown field."),
        ("[[services]]", "[[service]]", "services: Missing data"),
        ('code = "ZT001"', "code = ", "line 3"),
    ],
)
def test_what_is_wrong_in_the_file_is_said_with_its_place(tmp_path: Path, was: str, now: str, said: str) -> None:
    assert was in TWO
    file = tmp_path / "directory.toml"
    file.write_text(TWO.replace(was, now), encoding="utf-8")
    with pytest.raises(SettingsIncomplete, match="DIRECTORY_FILE cannot be used") as refused:
        open_directory(file)
    assert said in str(refused.value)


def test_a_file_that_is_not_there_or_no_text_is_said(tmp_path: Path) -> None:
    with pytest.raises(SettingsIncomplete, match="DIRECTORY_FILE cannot be read"):
        open_directory(tmp_path / "absent")
    (tmp_path / "latin").write_bytes(b'name = "\xe9"')
    with pytest.raises(SettingsIncomplete, match="Save it as UTF-8"):
        open_directory(tmp_path / "latin")


@pytest.mark.skipif(not OF_THE_DEMONSTRATION.exists(), reason="this distribution is alone: no demonstration")
def test_the_demonstration_lists_its_personas() -> None:
    directory = read_directory(OF_THE_DEMONSTRATION.read_bytes())
    assert {code: each.name for code, each in directory.services.items()} == SERVICES
    for each in PERSONAS:
        if each.role == "instructor":
            assert directory.of(each.tenant).instructors[each.subject] == each.name
