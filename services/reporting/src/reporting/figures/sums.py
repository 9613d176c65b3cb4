"""Numbers that are sums of others, and what ranges of some of them say about the rest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

ANY = 10**9
"""More than there are people."""
_ENOUGH = 40
"""How often one sum is looked at again: ranges in a ring of sums may shrink by one for ever."""
Range = tuple[int, int]


class Whole(NamedTuple):
    """A number that is the sum of others, by name."""

    total: str
    parts: tuple[str, ...]


class Sums:
    """Wholes that share numbers with one another, and the ranges that follow by them."""

    def __init__(self, wholes: Iterable[Whole]) -> None:
        self.wholes = tuple(wholes)
        self.names = tuple(dict.fromkeys(name for whole in self.wholes for name in (whole.total, *whole.parts)))
        place = {name: number for number, name in enumerate(self.names)}
        self._rows = [(place[total], [place[part] for part in parts]) for total, parts in self.wholes]
        self._rows_of: list[list[int]] = [[] for _ in self.names]
        for row, (total, parts) in enumerate(self._rows):
            for each in (total, *parts):
                self._rows_of[each].append(row)
        self._near = {name: self._beside(number) for number, name in enumerate(self.names)}

    def near(self, name: str) -> set[str]:
        """The numbers that stand in a whole with this one."""
        return self._near[name]

    def _beside(self, number: int) -> set[str]:
        rows = (self._rows[row] for row in self._rows_of[number])
        return {self.names[each] for total, parts in rows for each in (total, *parts)}

    def ranges(self, known: Mapping[str, Range]) -> dict[str, Range]:
        """Each number's range, narrowed by every sum again and again; a number that is not known may be any."""
        low = [known[name][0] if name in known else 0 for name in self.names]
        high = [known[name][1] if name in known else ANY for name in self.names]
        waiting, looked = set(range(len(self._rows))), [0] * len(self._rows)
        while waiting:
            row = waiting.pop()
            looked[row] += 1
            changed = _narrowed(self._rows[row], low, high)
            waiting.update(each for number in changed for each in self._rows_of[number] if looked[each] < _ENOUGH)
        return {name: (low[number], high[number]) for number, name in enumerate(self.names)}


def _narrowed(row: tuple[int, list[int]], low: list[int], high: list[int]) -> list[int]:
    """Narrow the ranges of one whole; which numbers changed."""
    total, parts = row
    least = most = 0
    for part in parts:
        least += low[part]
        most += high[part]
    changed = []
    if least > low[total] or most < high[total]:
        low[total], high[total] = max(low[total], least), min(high[total], most)
        changed.append(total)
    spare, need = high[total] - least, low[total] - most
    for part in parts:
        lowest, highest = need + high[part], spare + low[part]
        if lowest > low[part] or highest < high[part]:
            low[part], high[part] = max(low[part], lowest), min(high[part], highest)
            changed.append(part)
    return changed


def apart(wholes: Iterable[Whole]) -> Iterator[Sums]:
    """The wholes in as many sets as share no number with one another."""
    sets: list[tuple[set[str], list[Whole]]] = []
    for whole in wholes:
        names, together = {whole.total, *whole.parts}, [whole]
        for each in [each for each in sets if each[0] & names]:
            names, together = names | each[0], each[1] + together
            sets.remove(each)
        sets.append((names, together))
    return (Sums(together) for _, together in sets)
