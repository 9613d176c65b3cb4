"""The pages of those who work here: an instructor's day and register, a coordinator's sessions and lists."""

from __future__ import annotations

from flask import Blueprint
from movewell.store.unit import Units

from scheduling.application.open_names import Names
from scheduling.entrypoints.day_page import add_day_page
from scheduling.entrypoints.programme_bookings import add_programme_bookings
from scheduling.entrypoints.programme_pages import add_programme_pages
from scheduling.entrypoints.reach import london_day, week_day
from scheduling.entrypoints.register_forms import add_register_forms
from scheduling.entrypoints.register_page import add_register_page
from scheduling.entrypoints.series_page import add_series_page
from scheduling.entrypoints.session_pages import add_session_pages
from scheduling.entrypoints.waiting_pages import add_waiting_pages
from scheduling.entrypoints.words import in_words


def add_staff_pages(blueprint: Blueprint, units: Units, names: Names) -> None:
    """Add the pages to the service's blueprint."""
    blueprint.add_app_template_filter(in_words, "in_words")
    blueprint.add_app_template_filter(london_day, "london_day")
    blueprint.add_app_template_filter(week_day, "week_day")
    add_day_page(blueprint, units)
    add_register_page(blueprint, units, names)
    add_register_forms(blueprint, units, names)
    add_series_page(blueprint, units)
    add_session_pages(blueprint, units, names)
    add_waiting_pages(blueprint, units, names)
    add_programme_pages(blueprint, units, names)
    add_programme_bookings(blueprint, units, names)
