"""Outcomes as bars of 100%, each with its denominator and a key told apart by pattern, not by colour."""

from __future__ import annotations

from dataclasses import dataclass

from movewell.web.charts import BLUE, GREY, GROUND, INK, INNER, MARGIN, Chart, Drawing

from reporting.figures.rates import Outcomes
from reporting.figures.suppression import Share
from reporting.figures.tables import number, outcomes_table, percentage

BAR = 26
GAP = 2  # white between parts
KEY = 14
LINE = 24


@dataclass(frozen=True)
class Part:
    """A part of a bar: its words, its share and how it is painted."""

    label: str
    share: Share
    paint: str


def outcomes_chart(outcomes: Outcomes, group: str, *, name: str) -> Chart:
    """Draw change and recovery of a group. `group` says who, `name` is unique on the page."""
    table = outcomes_table(outcomes, group)
    said = "; ".join(f"{row[0]}: {row[1]}" for row in table.rows)
    drawing = Drawing(name, table.caption, f"{said}.")
    change = (
        Part("Reliable improvement", outcomes.reliable_improvement, BLUE),
        Part("No reliable change", outcomes.no_reliable_change, drawing.fill("stripes")),
        Part("Reliable deterioration", outcomes.reliable_deterioration, INK),
        Part("Scores not complete", outcomes.not_paired, GROUND),
    )
    _bar(drawing, "Change", outcomes.referrals, change)
    drawing.height += 12
    _bar(drawing, "Recovery", outcomes.recovery.denominator, (Part("Recovery", outcomes.recovery, BLUE),))
    drawing.height += 12
    reliable = Part("Reliable recovery", outcomes.reliable_recovery, drawing.fill("checks"))
    _bar(drawing, "Reliable recovery", outcomes.reliable_recovery.denominator, (reliable,))
    return Chart(drawing.svg(), table)


def _of(denominator: int | None) -> str:
    return "number not shown" if denominator is None else f"of {number(denominator)} referrals"


def _bar(drawing: Drawing, title: str, denominator: int | None, parts: tuple[Part, ...]) -> None:
    top = drawing.height
    drawing.words(MARGIN, top + 15, f"{title}, {_of(denominator)}", font_weight="bold")
    if any(part.share.percent is None for part in parts):
        drawing.outline(MARGIN + 1, top + 23, INNER - 2, BAR)
    else:
        _paint(drawing, MARGIN, top + 22, INNER, BAR + 2, GROUND)
    left = float(MARGIN)
    for part in parts:
        width = min(INNER * float(part.share.percent or 0) / 100, MARGIN + INNER - left)
        if width > GAP:
            _paint(drawing, left, top + 22, width - GAP, BAR + 2, part.paint)
        left += width
    drawing.height += BAR + LINE + 6
    for part in parts:
        _key(drawing, part)


def _key(drawing: Drawing, part: Part) -> None:
    _paint(drawing, MARGIN, drawing.height + 5, KEY, KEY, part.paint)
    drawing.words(MARGIN + KEY + 6, drawing.height + 17, f"{part.label}: {_said(part.share)}")
    drawing.height += LINE


def _said(share: Share) -> str:
    if share.percent is None:
        return percentage(share)
    return f"{number(share.numerator)} ({percentage(share)})"


def _paint(drawing: Drawing, x: float, y: float, width: float, height: float, paint: str) -> None:
    drawing.box(x, y, width, height, fill=GROUND)
    drawing.box(x + 0.75, y + 0.75, max(width - 1.5, 0.5), height - 1.5, fill=paint, stroke=GREY, stroke_width="1.5")
