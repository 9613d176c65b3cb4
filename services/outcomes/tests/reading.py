"""What somebody reads on a page of outcomes."""

from __future__ import annotations

from movewell.testing.at_the_door import HTML, AtTheDoor, words_of


def see(door: AtTheDoor, path: str) -> str:
    """The words of a page that opens."""
    answer = door.call("GET", path, headers=HTML)
    assert answer.status_code == 200
    return words_of(answer.text)
