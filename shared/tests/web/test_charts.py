"""Charts are readable in colour and without, and words in them are only words."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from movewell.web.charts import BLUE, GREY, GROUND, INK, PALE, Drawing, Table

SVG = "{http://www.w3.org/2000/svg}"


def luminance(colour: str) -> float:
    parts = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_text_has_a_contrast_of_four_and_a_half_and_graphics_of_three() -> None:
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast(INK, GROUND) >= 4.5
    assert contrast(INK, PALE) >= 4.5
    assert all(contrast(colour, GROUND) >= 3 for colour in (INK, BLUE, GREY))


def test_words_in_a_chart_are_escaped() -> None:
    drawing = Drawing("one", "<script>alert(1)</script>", "a & b")
    drawing.words(0, 0, '"><img src=x onerror=alert(1)>')
    assert "<script" not in drawing.svg()
    assert "<img" not in drawing.svg()
    # our own drawing
    words = [element.text for element in ElementTree.XML(drawing.svg()).iter(f"{SVG}text")]
    assert words == ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>']


def test_lines_and_dots_are_where_they_were_put_and_have_no_style() -> None:
    drawing = Drawing("one", "A line", "From here to there.")
    drawing.line((0, 1.5), (2, 3), stroke=BLUE)
    drawing.dot(2, 3, 4, fill=BLUE)
    root = ElementTree.XML(drawing.svg())  # noqa: S314 (our own drawing)
    (line,), (dot,) = root.findall(f"{SVG}polyline"), root.findall(f"{SVG}circle")
    assert (line.get("points"), line.get("stroke"), line.get("fill")) == ("0,1.5 2,3", BLUE, "none")
    assert (dot.get("cx"), dot.get("cy"), dot.get("r")) == ("2", "3", "4")
    assert not [each for each in root.iter() if "style" in each.attrib]


def test_a_wide_table_folds_on_a_small_screen_and_its_numbers_are_set_as_numbers() -> None:
    narrow = Table("Two", ("When", "Score"), (("Monday", "5"),)).as_component()
    wide = Table("Three", ("When", "Score", "Change"), (("Monday", "5", "0"),)).as_component()
    assert (narrow["responsive"], wide["responsive"]) == (False, True)
    assert wide["head"] == [{"text": "When"}, *({"text": each, "format": "numeric"} for each in ("Score", "Change"))]
