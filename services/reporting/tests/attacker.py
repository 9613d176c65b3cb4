"""Somebody who reads published pages and works out what is not shown: integer programming (HiGHS), no code of ours.

The attacker knows what adds up to what, and that a number that is shown is the true one rounded to the nearest 5.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import lil_array


class Attacker:
    """`sums` are (total, parts) by name; `shown` the rounded numbers of the pages."""

    def __init__(self, sums: Iterable[tuple[str, tuple[str, ...]]], shown: Mapping[str, int]) -> None:
        listed = list(sums)
        self._names = sorted({name for total, parts in listed for name in (total, *parts)})
        self._place = {name: place for place, name in enumerate(self._names)}
        adds_up = lil_array((len(listed), len(self._names)))
        for row, (total, parts) in enumerate(listed):
            adds_up[row, self._place[total]] += 1
            for part in parts:
                adds_up[row, self._place[part]] -= 1
        self._adds_up = LinearConstraint(adds_up.tocsr(), 0, 0)
        low, high = numpy.zeros(len(self._names)), numpy.full(len(self._names), 10_000.0)
        for name, count in shown.items():
            if name in self._place:
                low[self._place[name]], high[self._place[name]] = max(count - 2, 5), count + 2
        self._bounds = Bounds(low, high)

    def range_of(self, name: str) -> tuple[int, int]:
        """The least and the greatest that a number can be."""
        return self._best(name, 1), self._best(name, -1)

    def _best(self, name: str, sign: int) -> int:
        aim = numpy.zeros(len(self._names))
        aim[self._place[name]] = sign
        found = milp(aim, constraints=self._adds_up, bounds=self._bounds, integrality=numpy.ones(len(aim)))
        assert found.success, found.message
        return round(found.x[self._place[name]])
