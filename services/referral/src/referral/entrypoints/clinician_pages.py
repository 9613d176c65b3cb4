"""The pages of the service: the worklist, a referral, its screening and its decision."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from flask import Blueprint
from movewell.store.unit import Units

from referral.application.receive_referral import Secrecy
from referral.entrypoints.decision_page import Activities, add_decision_pages
from referral.entrypoints.referral_page import add_referral_page
from referral.entrypoints.screening_page import add_screening_pages
from referral.entrypoints.worklist_page import add_worklist_pages

_NONE: Mapping[str, Mapping[str, str]] = MappingProxyType({})


def add_clinician_pages(blueprint: Blueprint, units: Units, secrecy: Secrecy, activities: Activities = _NONE) -> None:
    """Add them to the service's blueprint. `activities`: tenant → code of a local activity → its words."""
    add_worklist_pages(blueprint, units, secrecy)
    add_referral_page(blueprint, units, secrecy, activities)
    add_screening_pages(blueprint, units, secrecy)
    add_decision_pages(blueprint, units, secrecy, activities)
