"""Scores over time as a chart with its table: for clinicians with severity, caseness and reliable change, and plainly
for the patient.

Bands, cut-offs and the reliable change index are those of `outcomes.domain.measures`, which cites their sources. The
corridor around the first score is where a later score is no reliable change (Jacobson and Truax 1991): the score
differs by less than the index.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from movewell.contracts.types import Measure
from movewell.web.charts import BLUE, GREY, GROUND, MARGIN, PALE, WIDTH, Chart, Drawing, Table
from movewell.web.times import london_date, short_date

from outcomes.domain.case import Scored
from outcomes.domain.measures import INSTRUMENTS, Instrument, at_caseness, band

_HIGH = 224.0
_SMALL = {"font_size": "12"}
_APART = 22.0
"""Numbers beside points nearer than this would overlap."""
PLAIN = {Measure.PHQ9: "Low mood", Measure.GAD7: "Worry"}


@dataclass(frozen=True)
class _Plot:
    """Where scores and times are in a drawing. Half a point of room below 0 and above the highest score."""

    top: float
    left: float
    highest: int
    first: datetime
    last: datetime

    def y(self, score: float) -> float:
        return self.top + (self.highest + 0.5 - score) * _HIGH / (self.highest + 1)

    def x(self, moment: datetime) -> float:
        """A single moment is in the middle."""
        room = WIDTH - MARGIN - self.left - 24
        span = (self.last - self.first).total_seconds()
        return self.left + 12 + room * ((moment - self.first).total_seconds() / span if span else 0.5)


def clinicians_chart(measure: Measure, scores: Sequence[Scored], *, name: str) -> Chart:
    """`scores` are of this measure, at least one, the earliest first; `name` is unique on the page."""
    instrument = INSTRUMENTS[measure]
    table = clinicians_table(measure, scores)
    drawing = Drawing(name, f"{instrument.title} over time", _said(instrument, scores))
    plot = _plot(drawing, instrument, scores, left=124)
    _bands(drawing, plot, instrument)
    _corridor(drawing, plot, instrument, scores[0].score)
    cut_off = plot.y(instrument.cut_off - 0.5)
    drawing.line((plot.left, cut_off), (WIDTH - MARGIN, cut_off), stroke_width="2", stroke_dasharray="6 4")
    _course(drawing, plot, scores)
    _key(drawing, instrument)
    return Chart(drawing.svg(), table)


def patients_chart(measure: Measure, scores: Sequence[Scored], *, name: str) -> Chart:
    """The same scores for the person whose they are: no bands, no cut-off."""
    instrument = INSTRUMENTS[measure]
    rows = tuple((london_date(each.scored_at), f"{each.score} out of {instrument.highest}") for each in scores)
    table = Table(f"{PLAIN[measure]}: your scores", ("Day", "Score"), rows)
    drawing = Drawing(name, f"{PLAIN[measure]}: your scores", _said(instrument, scores))
    plot = _plot(drawing, instrument, scores, left=MARGIN)
    drawing.box(plot.left, plot.top, WIDTH - 2 * MARGIN, _HIGH, fill=GROUND, stroke=GREY)
    drawing.words(plot.left + 6, plot.top + 15, "higher: it troubled you more", **_SMALL)
    drawing.words(plot.left + 6, plot.top + _HIGH - 6, "lower: it troubled you less", **_SMALL)
    _course(drawing, plot, scores)
    return Chart(drawing.svg(), table)


def clinicians_table(measure: Measure, scores: Sequence[Scored]) -> Table:
    """What the chart shows, in words."""
    first = scores[0].score
    rows = tuple(
        (
            london_date(each.scored_at),
            str(each.score),
            band(measure, each.score).label,
            "yes" if at_caseness(measure, each.score) else "no",
            change_words(measure, each.score - first) if place else "first score",
        )
        for place, each in enumerate(scores)
    )
    headers = ("Day", "Score", "Severity", "Caseness", "Change from the first")
    return Table(f"{INSTRUMENTS[measure].title} scores", headers, rows)


def change_words(measure: Measure, rise: int) -> str:
    """Points up or down, and whether that is more than measurement error."""
    if rise == 0:
        return "none"
    reliable = "reliable" if abs(rise) >= INSTRUMENTS[measure].reliable_change else "not reliable"
    return f"{abs(rise)} {'higher' if rise > 0 else 'lower'}, {reliable}"


def _said(instrument: Instrument, scores: Sequence[Scored]) -> str:
    said = "; ".join(f"{each.score} on {london_date(each.scored_at)}" for each in scores)
    return f"Scores of {instrument.title}, from 0 to {instrument.highest}: {said}."


def _plot(drawing: Drawing, instrument: Instrument, scores: Sequence[Scored], left: float) -> _Plot:
    plot = _Plot(drawing.height, left, instrument.highest, scores[0].scored_at, scores[-1].scored_at)
    drawing.height += _HIGH + 20
    return plot


def _bands(drawing: Drawing, plot: _Plot, instrument: Instrument) -> None:
    for place, each in enumerate(instrument.bands):
        top, bottom = plot.y(each.most + 0.5), plot.y(each.least - 0.5)
        drawing.box(MARGIN, top, WIDTH - 2 * MARGIN, bottom - top, fill=GROUND if place % 2 else PALE)
        drawing.words(MARGIN + 4, (top + bottom) / 2 - 2, f"{each.least} to {each.most}", **_SMALL)
        drawing.words(MARGIN + 4, (top + bottom) / 2 + 12, each.label, **_SMALL)


def _corridor(drawing: Drawing, plot: _Plot, instrument: Instrument, first: int) -> None:
    within = instrument.reliable_change - 0.5
    top, bottom = plot.y(min(first + within, plot.highest + 0.5)), plot.y(max(first - within, -0.5))
    drawing.box(plot.left, top, WIDTH - MARGIN - plot.left, bottom - top, fill=BLUE, fill_opacity="0.12")
    for y in (top, bottom):
        drawing.line((plot.left, y), (WIDTH - MARGIN, y), stroke=BLUE, stroke_width="1.5")


def _course(drawing: Drawing, plot: _Plot, scores: Sequence[Scored]) -> None:
    points = [(plot.x(each.scored_at), plot.y(each.score)) for each in scores]
    drawing.line(*points, stroke_width="2")
    said: list[float] = []
    for (x, y), each in zip(points, scores, strict=True):
        drawing.dot(x, y, 4.5)
        is_last = each is scores[-1]
        if is_last or (all(x - other >= _APART for other in said) and (points[-1][0] - x >= _APART)):
            said.append(x)
            above = y - 9 if y - 22 > plot.top else y + 20
            drawing.words(x, above, str(each.score), font_weight="bold", text_anchor="middle")
    _days(drawing, plot, scores)


def _days(drawing: Drawing, plot: _Plot, scores: Sequence[Scored]) -> None:
    """The first day and the last below the plot; only one, if there is only one."""
    ends = {"start": scores[0]} if len(scores) == 1 else {"start": scores[0], "end": scores[-1]}
    for anchor, each in ends.items():
        x = plot.x(each.scored_at) + (10 if anchor == "end" else -10)
        drawing.words(x, plot.top + _HIGH + 16, short_date(each.scored_at), text_anchor=anchor, **_SMALL)


def _key(drawing: Drawing, instrument: Instrument) -> None:
    top = drawing.height + 8
    drawing.line((MARGIN, top), (MARGIN + 24, top), stroke_width="2", stroke_dasharray="6 4")
    drawing.words(MARGIN + 32, top + 5, f"Caseness: {instrument.cut_off} points or more")
    drawing.box(MARGIN, top + 16, 24, 14, fill=BLUE, fill_opacity="0.12")
    for y in (top + 16, top + 30):
        drawing.line((MARGIN, y), (MARGIN + 24, y), stroke=BLUE, stroke_width="1.5")
    drawing.words(MARGIN + 32, top + 28, "No reliable change from the first score")
    drawing.words(MARGIN + 32, top + 46, f"(it takes {instrument.reliable_change} points)")
    drawing.height = top + 50
