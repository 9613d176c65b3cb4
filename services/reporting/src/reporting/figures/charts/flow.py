"""The flow as horizontal bars: how many referrals came as far as each stage."""

from __future__ import annotations

from movewell.web.charts import BLUE, GREY, INNER, MARGIN, WIDTH, Chart, Drawing

from reporting.figures.flow import Flow, Stage
from reporting.figures.tables import flow_table, number, percentage

ROW = 44
BAR = 16


def flow_chart(flow: Flow, *, name: str = "flow") -> Chart:
    """Draw the stages; each bar is its share of all referrals received."""
    table = flow_table(flow)
    said = "; ".join(f"{stage.label}: {_said(stage)}" for stage in flow.stages)
    drawing = Drawing(name, table.caption, f"Referrals at each stage, and of all received. {said}.")
    for stage in flow.stages:
        _row(drawing, stage)
    return Chart(drawing.svg(), table)


def _said(stage: Stage) -> str:
    if stage.count is None or stage.of_first.percent is None:
        return number(stage.count)
    return f"{number(stage.count)} ({percentage(stage.of_first)})"


def _row(drawing: Drawing, stage: Stage) -> None:
    top = drawing.height
    drawing.words(MARGIN, top + 15, stage.label)
    drawing.words(WIDTH - MARGIN, top + 15, _said(stage), text_anchor="end", font_weight="bold")
    if stage.of_first.percent is None:
        if stage.count is None:
            drawing.outline(MARGIN + 1, top + 21, INNER - 2, BAR - 2)
    else:
        drawing.box(MARGIN, top + 20, INNER * float(stage.of_first.percent) / 100, BAR, fill=BLUE)
        drawing.box(MARGIN, top + 20, 1.5, BAR, fill=GREY)
    drawing.height += ROW
