"""What a field of an event must look like: carried into the marshmallow schema, JSON Schema and examples."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Text:
    """What a string must look like. Carried into the marshmallow schema, JSON Schema and examples."""

    pattern: str
    description: str
    example: str
    max_length: int = 64


@dataclass(frozen=True)
class Whole:
    """The range of a whole number, both ends included, and what one of it is."""

    least: int
    most: int
    description: str
    unit: str
