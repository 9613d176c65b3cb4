"""The data dictionary says of every field of every event what it is, in which unit, and whether it may be absent."""

from __future__ import annotations

import re
from dataclasses import MISSING, fields

import pytest
from movewell.contracts.declare import Declaration, declarations

from deploy.contracts.dictionary import dictionary
from deploy.contracts.plain_fields import Unsaid, said_of

_ROW = re.compile(r"^\| `(\w+)` \| (.+?) \| (.*?) ?\| (.*?) ?\| (.*) \|$", re.MULTILINE)


def rows(event: Declaration) -> dict[str, tuple[str, ...]]:
    """Field → type, unit, optional, words."""
    part = dictionary().partition(f"### {event.name}, version {event.version}\n")[2]
    return {name: told for name, *told in _ROW.findall(re.split(r"^##", part, maxsplit=1, flags=re.MULTILINE)[0])}


@pytest.mark.parametrize("event", declarations(), ids=lambda each: each.type)
def test_every_field_is_told_with_unit_and_words(event: Declaration) -> None:
    told = rows(event)
    assert set(told) == {each.name for each in fields(event.cls)}
    for each in fields(event.cls):
        type_, unit, optional, words = told[each.name]
        assert words.strip()
        assert bool(unit) == (type_ in ("int64", "timestamp, UTC", "day")), each.name
        assert (optional == "yes") == (each.default is not MISSING), each.name


def test_a_field_that_nobody_explains_stops_the_dictionary() -> None:
    with pytest.raises(Unsaid):
        said_of("invented_at")
