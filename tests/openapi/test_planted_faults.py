"""Schemathesis, as it's set up here, finds a fault that is there: each of these is planted."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from flask import Blueprint, Flask, jsonify, request
from hypothesis import given, seed, settings
from marshmallow import Schema, fields
from movewell.web.app import create_app
from movewell.web.body import read_query
from movewell.web.declared import declared
from movewell.web.policy import Policy, anyone
from movewell.web.tokens import Verifier, new_key, public
from schemathesis import Case
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import FailureGroup


@pytest.fixture(autouse=True)
def every_json_answer_is_as_declared() -> None:
    """Not here, where the answers are wrong on purpose."""


class ManySchema(Schema):
    """How many."""

    many = fields.Integer(required=True, strict=True)


class ManyQuerySchema(Schema):
    """`many`: how many are wanted."""

    many = fields.Integer(required=True)


def good() -> Any:
    return jsonify(read_query(ManyQuerySchema()))


def another_status() -> Any:
    return good(), 202


def another_type() -> Any:
    response = good()
    response.mimetype = "text/plain"
    return response


def another_form() -> Any:
    good()
    return jsonify(many="many")


def anything_goes() -> Any:
    return jsonify(many=len(request.args))


def breaks() -> Any:
    return jsonify(many=1 // int(good().get_json()["many"] == 0))


FAULTS = {
    another_status: "Undocumented status code",
    another_type: "Undocumented Content-Type",
    another_form: "Response violates schema",
    anything_goes: "Schema-violating request accepted",
    breaks: "Server error",
}


def tried(view: Any) -> None:
    """Raises FailureGroup for what is found."""
    routes = Blueprint("routes", __name__)
    routes.get("/api/thing")(declared("How many", gives=ManySchema, query=ManyQuerySchema)(view))
    policy = Policy({("GET", "/api/thing"): anyone()})
    app: Flask = create_app("movewell", blueprint=routes, policy=policy, verifier=Verifier(public(new_key())))
    config = SchemathesisConfig.from_dict({"generation": {"database": "none"}})
    operation = schemathesis.openapi.from_wsgi("/api/movewell/openapi.json", app, config=config)["/api/thing"]["GET"]
    modes = schemathesis.GenerationMode

    for mode in (modes.POSITIVE, modes.NEGATIVE):

        @seed(1)
        @settings(max_examples=30, database=None, deadline=None)
        @given(case=operation.as_strategy(generation_mode=mode))
        def try_it(case: Case) -> None:
            case.call_and_validate()

        try_it()


def test_nothing_is_found_where_nothing_is_wrong() -> None:
    tried(good)


@pytest.mark.parametrize("view", FAULTS, ids=lambda view: view.__name__)
def test_a_planted_fault_is_found(view: Any) -> None:
    with pytest.raises(FailureGroup) as found:
        tried(view)
    assert FAULTS[view] in str([each.title for each in found.value.exceptions])
