"""What a JSON route takes and answers, said beside it.

The description of the API is made of it (`movewell.web.openapi`), and in tests every answer is held against it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from marshmallow import Schema

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Shape:
    """A form that isn't marshmallow's to judge: a named JSON Schema (2020-12) and its media type."""

    name: str
    schema: Mapping[str, Any]
    media_type: str = "application/json"


Form = type[Schema] | Shape

PROBLEM = Shape(
    "Problem",
    {
        "type": "object",
        "description": "A problem as RFC 9457 has it. `errors` names every fault at once and repeats nothing sent.",
        "properties": {
            "type": {"type": "string", "pattern": "^urn:movewell:problem:[a-z0-9-]+$"},
            "title": {"type": "string"},
            "status": {"type": "integer", "minimum": 400, "maximum": 599},
            "detail": {"type": "string"},
            "errors": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {
                        "pointer": {"type": "string", "description": "A JSON Pointer, or a parameter's name"},
                        "detail": {"type": "string"},
                    },
                    "required": ["pointer", "detail"],
                    "additionalProperties": False,
                },
            },
        },
        "required": ["type", "title", "status", "detail"],
        "additionalProperties": False,
    },
    "application/problem+json",
)


@dataclass(frozen=True)
class Declaration:
    """`what` is done, in a line; `gives` is the answer where it was, with `status`.

    `takes` is the body, `query` and `headers` are schemas of what the address and the request's head say.
    `refuses`: status → why, beyond what every route may answer (no sign-in, no role, a body that can't be read, away);
    `refusal` is the form of these. `locates` says that the answer has a Location.
    """

    what: str
    gives: Form
    status: int = 200
    takes: Form | None = None
    query: type[Schema] | None = None
    headers: type[Schema] | None = None
    refuses: Mapping[int, str] = field(default_factory=dict)
    refusal: Shape = PROBLEM
    locates: bool = False


def declared(what: str, **said: Any) -> Callable[[View], View]:
    """Say it of a view: `@declared("Accept a referral", gives=ReferralSchema, takes=AcceptanceSchema)`."""
    declaration = Declaration(what, **said)

    def declare(view: View) -> View:
        view.__dict__["declaration"] = declaration
        return view

    return declare


def declaration_of(view: Callable[..., Any]) -> Declaration | None:
    """What was said of a view, None if nothing was. Wrappers (`functools.wraps`) hand it on."""
    said: Declaration | None = getattr(view, "declaration", None)
    return said
