"""The OpenAPI 3.1 description of a service, made of its routes, its policy and what is declared beside each view."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Flask, Response, current_app, jsonify
from flask.sansio.blueprints import BlueprintSetupState
from werkzeug.routing import Rule as Route

from movewell.contracts import types
from movewell.web.declared import Declaration, Shape, declaration_of, declared
from movewell.web.openapi_parts import Parts, about, completed, refusals, requirements, values
from movewell.web.policy import Policy, Rule, anyone
from movewell.wire.json_schema import specification

API = ("/api/", "/FHIR/", "/oauth2/")
"""Where programs call. Everything else is pages."""
DOCUMENT = Shape("OpenApi", {"type": "object", "required": ["openapi", "info", "paths"]})
_VERSION = "0.1.0"
_VARIABLE = re.compile(r"<(?:\w+:)?(\w+)>")


class NotDeclared(Exception):
    """A JSON route says nothing of what it takes and answers."""


def path_of(service: str) -> str:
    """Where a service's description is."""
    return f"/api/{service}/openapi.json"


def rules(service: str) -> dict[tuple[str, str], Rule]:
    """The row of the policy: anyone may read it."""
    return {("GET", path_of(service)): anyone()}


def openapi_route(service: str, public_url: str) -> Blueprint:
    """The route that shows it, made when it's first asked for. `public_url` is where the site is, without a path."""
    routes = Blueprint("openapi", __name__)

    @routes.get(path_of(service))
    @declared("This description", gives=DOCUMENT)
    def get_openapi() -> Response:
        return jsonify(document_of(current_app))

    @routes.record_once
    def keep(state: BlueprintSetupState) -> None:
        made = functools.cache(lambda: describe(state.app, service, public_url))
        state.app.extensions["movewell-openapi"] = made

    return routes


def document_of(app: Flask) -> dict[str, Any]:
    """The description of an application that has the route, made when it's first asked for."""
    made: dict[str, Any] = app.extensions["movewell-openapi"]()
    return made


def describe(app: Flask, service: str, public_url: str) -> dict[str, Any]:
    """The document as plain values. Raises NotDeclared with every route that lacks a declaration."""
    operations = sorted(operations_of(app), key=lambda each: (each[0].rule, each[1]))
    if silent := [f"{method} {route.rule}" for route, method, said in operations if said is None]:
        raise NotDeclared(f"nothing is declared of {', '.join(silent)}")
    parts, abouts = Parts(), dict[str, str]()

    def named(schema: Any) -> str:
        cls = schema if isinstance(schema, type) else type(schema)
        name = str(cls.__name__).removesuffix("Schema")
        abouts[name] = cls.__dict__.get("__doc__") or ""
        return name

    policy: Policy = app.extensions["movewell-policy"]
    spec = specification(f"Movewell {service}", named, version=_VERSION)
    paths: dict[str, dict[str, Any]] = {}
    for route, method, said in operations:
        made = _operation(route, method, policy.rule(method, route.rule), said, parts)
        paths.setdefault(_VARIABLE.sub(r"{\1}", route.rule), {})[method.lower()] = made
    for path, made in paths.items():
        spec.path(path, operations=made)
    document = values(spec.to_dict())
    return completed(document, parts, abouts, public_url)


def operations_of(app: Flask) -> Iterator[tuple[Route, str, Any]]:
    """Every JSON route: the route, its method, and what is declared of its view (None if nothing is)."""
    for route in app.url_map.iter_rules():
        if route.rule.startswith(API):
            for method in sorted((route.methods or set()) - {"HEAD", "OPTIONS"}):
                yield route, method, declaration_of(app.view_functions[route.endpoint])


def _operation(route: Route, method: str, rule: Rule, said: Declaration, parts: Parts) -> dict[str, Any]:
    own = ("Location",) if said.locates else ()
    answers = {str(said.status): parts.answer(about(said.gives), [said.gives], own)}
    for status, why, forms, own in refusals(route.rule, rule, said):
        is_own = status in said.refuses
        answers[str(status)] = parts.answer(why, forms, own) if is_own else parts.shared(status, why, forms, own)
    made: dict[str, Any] = {
        "operationId": route.endpoint.rpartition(".")[2],
        "summary": said.what,
        "security": requirements(rule),
        "parameters": list(_parameters(route.rule, said)),
        "responses": dict(sorted(answers.items())),
    }
    if said.takes is not None:
        made["requestBody"] = {"required": True, "content": parts.content([said.takes])}
    return made


def _parameters(route: str, said: Declaration) -> Iterator[dict[str, Any]]:
    for name in _VARIABLE.findall(route):
        text = _identifier(name)
        schema = {"type": "string", "pattern": text.pattern, "maxLength": text.max_length}
        yield {"in": "path", "name": name, "required": True, "description": text.description, "schema": schema}
    for where, schema in (("query", said.query), ("header", said.headers)):
        if schema is not None:
            yield {"in": where, "schema": schema}


def _identifier(name: str) -> types.Text:
    """The contracts' type of that name: `referral_id` is a ReferralId."""
    hint = getattr(types, "".join(part.capitalize() for part in name.split("_")))
    text: types.Text = hint.__metadata__[0]
    return text
