"""References that people read out: twelve characters that are not mistaken for one another, the last a check.

Left out are digits and capitals that look like another (0 O, 1 I L, Z beside 2, 5 S, 8 B, U beside V), and the
vowels, which make words. 23 are left, a prime number: so the weighted sum that makes the check character finds
every single wrong character and every two that changed places, as modulus 11 does in an NHS number. Eleven
characters that nobody can guess are 49 bits.
"""

from __future__ import annotations

ALPHABET = "234679CDFGHJKMNPQRTVWXY"
LENGTH = 12
_GROUP = 4


def reference_of(number: int) -> str:
    """The reference for a random number of at least 64 bits, in groups: `C7KM-9XQ4-TRWH`."""
    digits = []
    for _ in range(LENGTH - 1):
        number, digit = divmod(number, len(ALPHABET))
        digits.append(digit)
    text = "".join(ALPHABET[each] for each in (*digits, _check(digits)))
    return "-".join(text[start : start + _GROUP] for start in range(0, LENGTH, _GROUP))


def read_reference(written: str) -> str | None:
    """The reference in its one form, None if it can not be one. Case, spaces and hyphens do not matter."""
    text = "".join(each for each in written[:40].upper() if each not in " -")
    if len(text) != LENGTH or not set(text) <= set(ALPHABET):
        return None
    digits = [ALPHABET.index(each) for each in text]
    if _check(digits[:-1]) != digits[-1]:
        return None
    return "-".join(text[start : start + _GROUP] for start in range(0, LENGTH, _GROUP))


def _check(digits: list[int]) -> int:
    return sum(place * digit for place, digit in enumerate(digits, start=2)) % len(ALPHABET)
