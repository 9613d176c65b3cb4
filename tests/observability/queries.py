"""Every query of the alerts and the dashboard, and the metrics and labels that it asks for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import promql_parser as promql
import yaml

FOLDER = Path(__file__).resolve().parents[2] / "deploy" / "observability"
_PROMETHEUS = {"up"}
"""What Prometheus itself tells of every target."""


def rules() -> list[dict[str, Any]]:
    found = yaml.safe_load((FOLDER / "alerts.yml").read_text(encoding="utf-8"))
    return [rule for group in found["groups"] for rule in group["rules"]]


def dashboard() -> dict[str, Any]:
    made: dict[str, Any] = json.loads((FOLDER / "dashboard.json").read_text(encoding="utf-8"))
    return made


def queries() -> dict[str, str]:
    """Where it stands → the query."""
    panels = {
        f"panel {panel['title']} {target['refId']}": target["expr"]
        for panel in dashboard()["panels"]
        for target in panel["targets"]
    }
    return {**{f"alert {rule['alert']}": rule["expr"] for rule in rules()}, **panels}


def asked(query: str) -> Iterator[tuple[str, set[str]]]:
    """Of each part of the query that names one metric: the metric, and the labels that are matched or grouped by."""
    yield from _asked(promql.parse(query), set())


def _asked(part: Any, grouped: set[str]) -> Iterator[tuple[str, set[str]]]:
    if isinstance(part, promql.MatrixSelector):
        part = part.vector_selector
    if isinstance(part, promql.VectorSelector):
        if part.name not in _PROMETHEUS:
            yield part.name, grouped | {each.name for each in part.matchers.matchers}
    elif isinstance(part, promql.AggregateExpr):
        modifier = part.modifier
        assert modifier is None or modifier.type == promql.AggModifierType.By, "`without` hides which labels are there"
        yield from _asked(part.expr, grouped | set(modifier.labels if modifier is not None else ()))
    elif isinstance(part, promql.BinaryExpr):
        yield from _asked(part.lhs, grouped)
        yield from _asked(part.rhs, grouped)
    elif isinstance(part, promql.Call):
        for each in part.args:
            yield from _asked(each, grouped)
    elif isinstance(part, promql.ParenExpr | promql.UnaryExpr | promql.SubqueryExpr):
        yield from _asked(part.expr, grouped)
    else:
        assert isinstance(part, promql.NumberLiteral | promql.StringLiteral), type(part)
