"""Figures over runs: the median with the least and the most, percentiles by nearest rank."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Sequence


def over_runs(values: Iterable[float]) -> dict[str, float]:
    """`median`, `min` and `max` of one value for each run."""
    listed = [float(each) for each in values]
    return {"median": statistics.median(listed), "min": min(listed), "max": max(listed)}


def percentile(values: Sequence[float], which: float) -> float:
    """The least value that `which` per cent of them do not exceed. ValueError for none."""
    if not values:
        raise ValueError("no value has a percentile")
    return sorted(values)[max(0, math.ceil(len(values) * which / 100) - 1)]
