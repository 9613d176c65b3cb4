from datetime import date
from html.parser import HTMLParser

import pytest
from jinja2 import ChainableUndefined, ChoiceLoader, DictLoader, Environment, PackageLoader
from reporting.entrypoints.asked import Asked
from reporting.entrypoints.form import filled_in
from reporting.entrypoints.pages import View
from reporting.figures.page import laid_out
from reporting.figures.report import build_report

from .cohort import QUARTER, finishing, scores

LAYOUT = '{% extends "nhsuk/template.jinja" %}'
ROWS = [finishing(str(place), outcome=scores((18, 6), (15, 5))) for place in range(12)]
SESSIONS = [{"starts_at": "2026-01-05T09:00:00.000000+00:00", "code": "5"}] * 13


def rendered(rows=ROWS, *, published=False, **context):
    """The page within the plain NHS layout, so that this service is tested alone."""
    loaders = [
        DictLoader({"movewell/page.jinja": LAYOUT}),
        PackageLoader("reporting"),
        PackageLoader("nhsuk_frontend_jinja"),
    ]
    pages = Environment(loader=ChoiceLoader(loaders), autoescape=True, undefined=ChainableUndefined)
    page = laid_out(build_report(rows, SESSIONS, period=QUARTER, published=published))
    view = View("ZT001", "/report" if published else "/report/exact", published=published, filters=True)
    asked = Asked(QUARTER, {})
    form = filled_in({}, date(2026, 5, 1), {}, exact=not published, filters=True).of(asked, ["gym"], {})
    given = {"scope": "Example Talking Therapies", "positions": {"referral": 120, "outcomes": 7}}
    given |= {"view": view, "form": form, "name": page.period, "query": asked.query}
    return pages.get_template("report.jinja").render(page=page, **(given | context))


class Reader(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.found, self.words = [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.words.append(data)

    def text(self):
        return " ".join(" ".join(self.words).split())


def test_the_page_says_its_period_scope_and_place_in_the_log():
    words = Reader(rendered()).text()
    assert "Report, 1 January 2026 to 31 March 2026" in words
    assert "Example Talking Therapies" in words
    assert "outcomes 7 referral 120" in words


def test_every_chart_stands_beside_its_table():
    order = [
        "chart" if attributes.get("class") == "movewell-chart" else tag
        for tag, attributes in Reader(rendered()).found
        if tag == "table" or attributes.get("class") == "movewell-chart"
    ]
    charts = [place for place, what in enumerate(order) if what == "chart"]
    assert len(charts) == 5
    assert all(order[place + 1] == "table" for place in charts)


def test_the_page_has_no_inline_style_and_no_id_twice():
    found = Reader(rendered()).found
    assert not [tag for tag, attributes in found if "style" in attributes or tag == "style"]
    ids = [attributes["id"] for _, attributes in found if attributes.get("id")]
    assert len(ids) == len(set(ids))


def test_figures_are_shown_with_their_denominators_and_definitions():
    words = Reader(rendered()).text()
    assert "100.0% (12 of 12)" in words
    assert "100.0% (13 of 13)" in words
    assert "measures M052 to M055" in words
    assert "Regression to the mean, other treatment and time" in words


@pytest.mark.parametrize(
    ("published", "said", "unsaid"),
    [
        (False, "these are exact numbers", "rounded to the nearest 5 and small numbers are not shown"),
        (True, "rounded to the nearest 5 and small numbers are not shown", "12 of 12"),
    ],
)
def test_the_page_says_whether_its_numbers_are_exact(published, said, unsaid):
    words = Reader(rendered(published=published)).text()
    assert said in words
    assert unsaid not in words


def test_a_scope_cannot_bring_markup_into_the_page():
    assert "<script>alert" not in rendered(scope="<script>alert(1)</script>")


def test_a_page_of_no_referrals_says_that_there_is_no_rate():
    words = Reader(rendered([])).text()
    assert "no rate (0 of 0)" in words
    assert "No referral was received in this period." in words


def test_a_page_for_publication_does_not_tell_that_nobody_was_referred():
    for rows in ([], ROWS):
        assert "No referral was received" not in Reader(rendered(rows, published=True)).text()
    assert "No referral was received" not in Reader(rendered()).text()


def test_the_title_names_the_site():
    assert "<title>Report, 1 January 2026 to 31 March 2026 – Moving</title>" in rendered(brand="Moving")


def test_a_long_period_is_written_out():
    page = laid_out(build_report([], [], period=(date(2025, 4, 1), date(2026, 3, 31)), published=True))
    assert page.period == "1 April 2025 to 31 March 2026"
