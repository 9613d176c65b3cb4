"""The deprivation of a postcode's area, from a file that the site provides.

A CSV with a header that names the columns `postcode` and `imd_decile` (others are passed over): the decile of the
English Index of Multiple Deprivation of the area (LSOA) that the postcode lies in, 1 the most deprived. Such a file
is made by joining the postcode directory of the Office for National Statistics to the index (2019 or 2025).
"""

from __future__ import annotations

import csv
from bisect import bisect_left
from collections.abc import Iterable

_WIDTH = 7
"""Characters of the longest postcode without its space."""


class PostcodeDeciles:
    """A million and a half postcodes in 12 MB: sorted keys of one width in one string of bytes, and a byte for each.

    Raises ValueError, which names the line and never what it says.
    """

    def __init__(self, lines: Iterable[str]) -> None:
        reader = csv.DictReader(lines)
        if not {"postcode", "imd_decile"} <= set(reader.fieldnames or ()):
            raise ValueError("its header does not name postcode and imd_decile")
        found: dict[bytes, int] = {}
        for row in reader:
            key, decile = _key(row["postcode"] or ""), (row["imd_decile"] or "").strip()
            if not decile:
                continue  # places outside of England have no decile
            if key is None or decile not in _DECILES:
                raise ValueError(f"line {reader.line_num} has no postcode, or no decile from 1 to 10")
            found[key] = int(decile)
        self._count = len(found)
        self._keys = b"".join(sorted(found))
        self._deciles = bytes(found[key] for key in sorted(found))

    def decile_of(self, postcode: str) -> int | None:
        """1 to 10; None for a postcode that the file does not have."""
        key = _key(postcode)
        if key is None:
            return None
        place = bisect_left(range(self._count), key, key=self._at)
        return self._deciles[place] if place < self._count and self._at(place) == key else None

    def _at(self, place: int) -> bytes:
        return self._keys[place * _WIDTH : (place + 1) * _WIDTH]


_DECILES = {str(number) for number in range(1, 11)}


def _key(postcode: str) -> bytes | None:
    letters = "".join(postcode.split()).upper()
    if not letters.isascii() or not letters.isalnum() or len(letters) > _WIDTH:
        return None
    return letters.ljust(_WIDTH).encode()
