"""Charts of scores: everything is where the thresholds have it, and the table says the same."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from movewell.contracts.types import Measure
from movewell.web.charts import BLUE, WIDTH, Chart
from outcomes.domain.case import Scored
from outcomes.domain.measures import INSTRUMENTS, at_caseness, band
from outcomes.entrypoints.score_charts import clinicians_chart, patients_chart

SVG = "{http://www.w3.org/2000/svg}"
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MEASURES = list(Measure)


def scored(measure: Measure, *scores: int, days: int = 7) -> list[Scored]:
    return [Scored(measure, each, START + timedelta(days=days * n)) for n, each in enumerate(scores)]


def parsed(chart: Chart) -> ElementTree.Element:
    return ElementTree.XML(chart.svg)  # noqa: S314 (our own drawing)


def heights(root: ElementTree.Element) -> list[float]:
    return [float(each.get("cy")) for each in root.findall(f"{SVG}circle")]


some_scores = st.sampled_from(MEASURES).flatmap(
    lambda measure: st.tuples(
        st.just(measure), st.lists(st.integers(0, INSTRUMENTS[measure].highest), min_size=1, max_size=30)
    )
)


@given(some_scores, st.integers(0, 400), st.sampled_from([clinicians_chart, patients_chart]))
@settings(max_examples=60)
def test_everything_stays_inside_its_chart_and_is_named(given_scores, days, draw) -> None:
    measure, scores = given_scores
    root = parsed(draw(measure, scored(measure, *scores, days=days), name="one"))
    height = float(root.get("viewBox").split()[3])
    assert root.get("role") == "img" and root.get("aria-labelledby") == "one-title one-desc"
    assert len(root.findall(f"{SVG}circle")) == len(scores)
    points = [
        tuple(map(float, at.split(","))) for each in root.findall(f"{SVG}polyline") for at in each.get("points").split()
    ]
    points += [(float(each.get("cx")), float(each.get("cy"))) for each in root.findall(f"{SVG}circle")]
    points += [(float(each.get("x")), float(each.get("y"))) for each in root.findall(f"{SVG}text")]
    for box in root.findall(f"{SVG}rect"):
        x, y, wide, high = (float(box.get(name)) for name in ("x", "y", "width", "height"))
        points += [(x, y), (x + wide, y + high)]
    assert all(0 <= x <= WIDTH and 0 <= y <= height for x, y in points)
    assert not [each for each in root.iter() if "style" in each.attrib]


@given(some_scores)
@settings(max_examples=40)
def test_the_table_says_what_the_thresholds_say(given_scores) -> None:
    measure, scores = given_scores
    rows = clinicians_chart(measure, scored(measure, *scores), name="one").table.rows
    assert [row[1] for row in rows] == [str(each) for each in scores]
    assert [row[2] for row in rows] == [band(measure, each).label for each in scores]
    assert [row[3] == "yes" for row in rows] == [at_caseness(measure, each) for each in scores]


@pytest.mark.parametrize("measure", MEASURES)
def test_a_change_is_reliable_from_the_index_on(measure: Measure) -> None:
    index = INSTRUMENTS[measure].reliable_change
    rows = clinicians_chart(measure, scored(measure, 9, 9 + index, 10 - index, 9), name="one").table.rows
    assert [row[4] for row in rows] == [
        "first score",
        f"{index} higher, reliable",
        f"{index - 1} lower, not reliable",
        "none",
    ]


@pytest.mark.parametrize("measure", MEASURES)
def test_a_score_is_outside_the_corridor_exactly_where_its_change_is_reliable(measure: Measure) -> None:
    index, first = INSTRUMENTS[measure].reliable_change, 9
    root = parsed(clinicians_chart(measure, scored(measure, first, first + index, first + index - 1), name="one"))
    corridor = next(each for each in root.findall(f"{SVG}rect") if each.get("fill") == BLUE)
    top, bottom = float(corridor.get("y")), float(corridor.get("y")) + float(corridor.get("height"))
    inside, reliable, not_reliable = heights(root)
    assert reliable < top < not_reliable < inside < bottom


@pytest.mark.parametrize("measure", MEASURES)
def test_a_case_is_above_the_line_and_nobody_else(measure: Measure) -> None:
    cut_off = INSTRUMENTS[measure].cut_off
    root = parsed(clinicians_chart(measure, scored(measure, cut_off, cut_off - 1), name="one"))
    dashed = next(each for each in root.findall(f"{SVG}polyline") if each.get("stroke-dasharray"))
    line = float(dashed.get("points").split(",")[-1])
    case, no_case = heights(root)
    assert case < line < no_case


def test_the_patients_chart_names_neither_band_nor_cut_off() -> None:
    chart = patients_chart(Measure.PHQ9, scored(Measure.PHQ9, 20, 10), name="one")
    words = " ".join(each.text or "" for each in parsed(chart).iter())
    assert not any(each in words for each in ("severe", "moderate", "Caseness", "reliable"))
    assert chart.table.rows == (("2 March 2026", "20 out of 27"), ("9 March 2026", "10 out of 27"))


def test_many_scores_do_not_write_over_one_another() -> None:
    root = parsed(clinicians_chart(Measure.PHQ9, scored(Measure.PHQ9, *[10, 12] * 15), name="one"))
    places = sorted(float(each.get("x")) for each in root.findall(f"{SVG}text") if each.get("text-anchor") == "middle")
    assert all(after - before >= 22 for before, after in zip(places, places[1:], strict=False))
