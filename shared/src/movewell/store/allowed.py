"""What a document may hold, in any store (see `movewell.store.port`)."""

from __future__ import annotations

import math
from typing import Any


def check(value: Any) -> None:
    """Raise ValueError if a number, a string or a key within `value` is beyond what every store gives back exactly."""
    if isinstance(value, str):
        value.encode()
    elif isinstance(value, int):
        if not -(2**63) <= value < 2**63:
            raise ValueError("a whole number is beyond 64 bits")
    elif isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError("a number is not finite")
    elif isinstance(value, dict):
        for key, each in value.items():
            _check_key(key)
            check(each)
    elif isinstance(value, list | tuple):
        for each in value:
            check(each)
    elif value is not None:
        raise ValueError(f"{type(value).__name__} is not for a document")


def _check_key(key: Any) -> None:
    if not isinstance(key, str) or "\0" in key:
        raise ValueError("a key is text without NUL")
    if key == "$ref":
        raise ValueError("the key $ref is kept for MongoDB's references")  # its client would not give it back
    key.encode()
