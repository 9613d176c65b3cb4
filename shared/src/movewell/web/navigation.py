"""The pages at the top of the navigation, and whose they are: one table for all five applications."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Item:
    """A page, in the words of the navigation, for any of the roles; it stands for all that is below `section`."""

    text: str
    path: str
    roles: frozenset[str]
    section: str


def _item(text: str, path: str, *roles: str, section: str = "") -> Item:
    return Item(text, path, frozenset(roles), section or path)


NAVIGATION = (
    _item("Worklist", "/worklist", "clinician", "coordinator"),
    _item("Risk items", "/risks", "clinician"),
    _item("Today", "/today", "instructor", "coordinator"),
    _item("Sessions", "/sessions", "coordinator"),
    _item("Offers", "/offers", "coordinator"),
    _item("Waiting list", "/waiting-list", "coordinator"),
    _item("Messages", "/messages", "coordinator"),
    _item("Report", "/report", "manager"),
    _item("Who saw what", "/accesses/referral", "manager", section="/accesses"),
)


def items_for(roles: Iterable[str]) -> list[Item]:
    """What somebody in these roles finds, in order."""
    return [each for each in NAVIGATION if each.roles & set(roles)]


def first_page(roles: Iterable[str]) -> str:
    """Where somebody begins after the sign-in."""
    return next((each.path for each in items_for(roles)), "/")
