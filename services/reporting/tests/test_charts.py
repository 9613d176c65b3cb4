import re
from itertools import pairwise
from xml.etree import ElementTree

from hypothesis import given, settings
from hypothesis import strategies as st
from movewell.web.charts import BLUE, GREY, GROUND, INK, WIDTH
from reporting.figures.charts.outcomes import outcomes_chart
from reporting.figures.charts.waits import waits_chart
from reporting.figures.page import laid_out
from reporting.figures.rates import outcomes_of
from reporting.figures.report import build_report
from reporting.figures.waits import waits_of

from .cohort import QUARTER, bookings, finishing, referrals, scores

SVG = "{http://www.w3.org/2000/svg}"
UNCHANGED = scores((12, 12), (9, 9))


def parsed(svg):
    return ElementTree.XML(svg)  # noqa: S314 (our own drawing)


def drawn(rows, sessions, published):
    page = laid_out(build_report(rows, sessions, period=QUARTER, published=published))
    return [page.flow, *page.waits_charts, *page.outcomes_charts]


@given(referrals, bookings, st.booleans())
@settings(max_examples=40, deadline=None)
def test_every_chart_is_named_described_and_free_of_inline_styles(rows, sessions, published):
    charts = drawn(rows, sessions, published)
    ids = []
    for chart in charts:
        root = parsed(chart.svg)
        title, description = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
        assert root.get("role") == "img"
        assert root.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"
        assert title.text
        assert description.text
        assert root.get("viewBox").startswith(f"0 0 {WIDTH} ")
        assert root.get("width") is None
        assert not [element for element in root.iter() if "style" in element.attrib or element.tag == f"{SVG}style"]
        ids += [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids))


@given(referrals, bookings, st.booleans())
@settings(max_examples=40, deadline=None)
def test_every_bar_stays_inside_its_chart(rows, sessions, published):
    for chart in drawn(rows, sessions, published):
        root = parsed(chart.svg)
        height = float(root.get("viewBox").split()[3])
        for box in root.findall(f"{SVG}rect"):
            x, y, wide, high = (float(box.get(name)) for name in ("x", "y", "width", "height"))
            assert 0 <= x <= x + wide <= WIDTH
            assert 0 <= y <= y + high <= height


def test_a_chart_uses_no_colour_but_those_that_were_measured():
    colours = {colour for chart in drawn([], [], False) for colour in re.findall(r"#[0-9a-f]{6}", chart.svg)}
    assert colours <= {INK, BLUE, GREY, GROUND}


def test_the_parts_of_a_bar_are_told_apart_without_colour_and_carry_their_numbers():
    rows = [finishing("better", outcome=scores((18, 6), (15, 5))), finishing("same", outcome=UNCHANGED)]
    chart = outcomes_chart(outcomes_of(rows, published=False), "Finished a course", name="one")
    root = parsed(chart.svg)
    words = [element.text for element in root.iter(f"{SVG}text")]
    assert "Change, of 2 referrals" in words
    assert "Reliable improvement: 1 (50.0%)" in words
    assert "No reliable change: 1 (50.0%)" in words
    assert "url(#one-stripes)" in chart.svg


def test_a_part_that_is_withheld_has_no_length_and_leaves_a_dashed_outline():
    rows = [finishing(str(place), outcome=UNCHANGED) for place in range(20)]
    rows += [finishing("better", outcome=scores((18, 6), (15, 5)))]
    chart = outcomes_chart(outcomes_of(rows, published=True), "Finished a course", name="one")
    boxes = parsed(chart.svg).findall(f"{SVG}rect")
    assert any(box.get("stroke-dasharray") for box in boxes)
    key_only = [box for box in boxes if box.get("fill") == BLUE and float(box.get("width")) > 20]
    assert key_only == []
    assert "Reliable improvement: not shown" in chart.svg


def test_the_wait_chart_marks_six_weeks_after_42_days_and_eighteen_after_126():
    chart = waits_chart(waits_of([finishing("one", waited=42)], published=False), "Finished", name="waits")
    root = parsed(chart.svg)
    words = [(float(element.get("y")), element.text) for element in root.iter(f"{SVG}text")]
    in_order = [" ".join(text.split()) for _, text in sorted(words)]
    for before, mark, after in (
        ("29 to 42 days", "6 weeks: 100.0% (1 of 1)", "43 to 56 days"),
        ("113 to 126 days", "18 weeks: 100.0% (1 of 1)", "127 days or more"),
    ):
        assert in_order.index(before) < in_order.index(mark) < in_order.index(after)


def test_a_bar_is_as_long_as_its_share():
    rows = [finishing(str(place), outcome=UNCHANGED) for place in range(4)] + [
        {"id": "open", "received_at": "2026-01-05T09:00:00.000000+00:00"} for _ in range(4)
    ]
    root = parsed(drawn(rows, [], False)[0].svg)
    bars = [float(box.get("width")) for box in root.findall(f"{SVG}rect") if box.get("fill") == BLUE]
    assert bars == [304] + [152] * 7 + [0]
    assert all(one >= other for one, other in pairwise(bars))
