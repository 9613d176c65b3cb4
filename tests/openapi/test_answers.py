"""An answer that isn't as declared is found, whatever is wrong with it."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Blueprint, Flask, jsonify
from marshmallow import Schema, fields
from movewell.web.app import create_app
from movewell.web.declared import declared
from movewell.web.policy import Policy, anyone
from movewell.web.tokens import Verifier, new_key, public

from tests.openapi.answers import watched


@pytest.fixture(autouse=True)
def every_json_answer_is_as_declared() -> None:
    """Not here, where the answers are wrong on purpose."""


class ThingSchema(Schema):
    """A thing."""

    day = fields.Date(required=True)
    many = fields.Integer(required=True, strict=True)


def answering(body: Any, status: int = 200, media_type: str | None = None) -> Flask:
    """An application with one route, which answers so."""
    routes = Blueprint("routes", __name__)

    @routes.get("/api/thing")
    @declared("A thing", gives=ThingSchema, refuses={409: "It is gone"})
    def thing() -> Any:
        response = jsonify(body)
        response.status_code, response.mimetype = status, media_type or response.mimetype
        return response

    policy = Policy({("GET", "/api/thing"): anyone()})
    return create_app("movewell", blueprint=routes, policy=policy, verifier=Verifier(public(new_key())))


def found(app: Flask, method: str = "GET", path: str = "/api/thing") -> list[str]:
    with watched() as faults:
        app.test_client().open(path, method=method)
    return faults


GOOD = {"day": "2026-03-02", "many": 1}
PROBLEM = {"type": "urn:movewell:problem:gone", "title": "Gone", "status": 409, "detail": "It is gone."}


def test_an_answer_as_declared_passes() -> None:
    assert found(answering(GOOD)) == []
    assert found(answering(PROBLEM, 409, "application/problem+json")) == []
    assert found(answering(GOOD), "HEAD") == found(answering(GOOD), "POST") == found(answering(GOOD), path="/x") == []


@pytest.mark.parametrize(
    ("body", "status", "media_type", "said"),
    [
        (GOOD | {"name": "Zebedee"}, 200, None, "Additional properties are not allowed"),
        ({"day": "2026-03-02"}, 200, None, "'many' is a required property"),
        (GOOD | {"many": "1"}, 200, None, "is not of type 'integer'"),
        (GOOD | {"day": "2026-02-30"}, 200, None, "is not a 'date'"),
        (GOOD, 202, None, "202, which is not declared"),
        (GOOD, 200, "application/problem+json", "as application/problem+json, which is not declared"),
        (PROBLEM, 409, None, "as application/json, which is not declared"),
        (PROBLEM | {"status": 200}, 409, "application/problem+json", "is less than the minimum"),
    ],
)
def test_an_answer_that_is_not_as_declared_is_found(body: Any, status: int, media_type: str, said: str) -> None:
    (fault,) = found(answering(body, status, media_type))
    assert "GET /api/thing" in fault and said in fault
