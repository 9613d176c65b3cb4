"""The few shapes that charts are made of, as SVG elements, and the table that goes with each chart.

A chart is 320 units wide and takes the width of its place, so it is readable on the smallest screen. It
brings its own white ground: its contrasts hold on any page. Presentation attributes only, because the
content security policy forbids inline styles. The XML writer escapes all words.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

WIDTH = 320
MARGIN = 8
INNER = WIDTH - 2 * MARGIN

GROUND = "#ffffff"
INK = "#212b32"
BLUE = "#005eb8"
GREY = "#4c6272"
PALE = "#e8edee"

PATTERNS = (("stripes", "8", "M-2 2 L2 -2 M0 8 L8 0 M6 10 L10 6"), ("checks", "6", "M0 3 H6 M3 0 V6"))


@dataclass(frozen=True)
class Table:
    """A caption, a header per column, and rows of as many words; columns hold numbers but the first."""

    caption: str
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def as_component(self) -> dict[str, Any]:
        """The parameters of the NHS design system's table macro (nhsuk-frontend-jinja)."""
        first, *others = self.headers
        return {
            "caption": {"text": self.caption, "size": "s"},
            "head": [{"text": first}, *({"text": header, "format": "numeric"} for header in others)],
            "rows": [list(row) for row in self.rows],
            "firstCellIsHeader": True,
            "responsive": len(self.headers) > 2,
            "compact": True,
        }


@dataclass(frozen=True)
class Chart:
    """A drawing (SVG, escaped, to be placed in a page as it is) and the table beside it."""

    svg: str
    table: Table


class Drawing:
    """An SVG under way. `height` grows with what is drawn; `name` makes its ids unique on a page."""

    def __init__(self, name: str, title: str, description: str) -> None:
        self.name = name
        self.height = MARGIN
        self.root = ElementTree.Element(
            "svg",
            {
                "xmlns": "http://www.w3.org/2000/svg",
                "class": "movewell-chart",
                "role": "img",
                "aria-labelledby": f"{name}-title {name}-desc",
                "font-family": "inherit",
                "font-size": "15",
                "fill": INK,
            },
        )
        ElementTree.SubElement(self.root, "title", id=f"{name}-title").text = title
        ElementTree.SubElement(self.root, "desc", id=f"{name}-desc").text = description
        self._patterns(ElementTree.SubElement(self.root, "defs"))
        self._ground = self.box(0, 0, WIDTH, 0, fill=GROUND)
        self.words(MARGIN, self.height + 15, title, font_weight="bold", font_size="16")
        self.height += 30

    def words(self, x: float, y: float, words: str, **attributes: str) -> None:
        """Text with its baseline at `y`."""
        self._add("text", {"x": _unit(x), "y": _unit(y), **attributes}).text = words

    def box(self, x: float, y: float, width: float, height: float, **attributes: str) -> ElementTree.Element:
        """A rectangle."""
        places = {"x": _unit(x), "y": _unit(y), "width": _unit(width), "height": _unit(height)}
        return self._add("rect", places | attributes)

    def outline(self, x: float, y: float, width: float, height: float) -> None:
        """A dashed outline: something is here that may not be shown."""
        self.box(x, y, width, height, fill="none", stroke=GREY, stroke_dasharray="4 3", stroke_width="1.5")

    def rule(self, y: float, words: str) -> None:
        """A dashed line across the chart with words above it."""
        self.words(MARGIN, y - 6, words, font_weight="bold")
        self.line((MARGIN, y), (WIDTH - MARGIN, y), stroke_width="2", stroke_dasharray="6 4")

    def line(self, *points: tuple[float, float], **attributes: str) -> None:
        """Straight lines from point to point; in ink unless `stroke` says otherwise."""
        places = " ".join(f"{_unit(x)},{_unit(y)}" for x, y in points)
        self._add("polyline", {"points": places, "fill": "none", "stroke": INK, **attributes})

    def dot(self, x: float, y: float, radius: float, **attributes: str) -> None:
        """A filled circle."""
        self._add("circle", {"cx": _unit(x), "cy": _unit(y), "r": _unit(radius), **attributes})

    def fill(self, pattern: str) -> str:
        """The paint of a pattern: "stripes" or "checks"."""
        return f"url(#{self.name}-{pattern})"

    def svg(self) -> str:
        """The finished drawing."""
        height = _unit(self.height + MARGIN)
        self._ground.set("height", height)
        self.root.set("viewBox", f"0 0 {WIDTH} {height}")
        return ElementTree.tostring(self.root, encoding="unicode")

    def _add(self, tag: str, attributes: dict[str, str]) -> ElementTree.Element:
        dashed = {name.replace("_", "-"): value for name, value in attributes.items()}
        return ElementTree.SubElement(self.root, tag, dashed)

    def _patterns(self, defs: ElementTree.Element) -> None:
        for pattern, size, path in PATTERNS:
            tile = {"width": size, "height": size, "patternUnits": "userSpaceOnUse"}
            drawn = ElementTree.SubElement(defs, "pattern", {"id": f"{self.name}-{pattern}", **tile})
            ElementTree.SubElement(drawn, "rect", width=size, height=size, fill=GROUND)
            stroke = {"stroke": INK, "stroke-width": "2", "fill": "none"}
            ElementTree.SubElement(drawn, "path", {"d": path, **stroke})


def _unit(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
