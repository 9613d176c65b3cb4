"""Hold every answer of a JSON route against what is declared beside it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask, Response, request, request_finished
from jsonschema import Draft202012Validator
from movewell.web.declared import Declaration, Form, Shape, declaration_of
from movewell.web.openapi import API
from movewell.web.openapi_parts import refusals
from movewell.wire.json_schema import json_schema


@contextmanager
def watched() -> Iterator[list[str]]:
    """What is found wrong with answers of any application of this process meanwhile."""
    faults: list[str] = []

    def look(app: Flask, response: Response, **_: Any) -> None:
        faults.extend(faults_of(app, response))

    with request_finished.connected_to(look):
        yield faults


def faults_of(app: Flask, response: Response) -> list[str]:
    """Of the answer to the current request. Routes that nothing is declared of (in tests of the plumbing) pass."""
    route = request.url_rule
    if route is None or request.method == "OPTIONS" or not route.rule.startswith(API):
        return []
    said = declaration_of(app.view_functions[route.endpoint])
    if said is None:
        return []
    rule = app.extensions["movewell-policy"].rule(request.method, route.rule)
    forms = _forms(said, response.status_code, list(refusals(route.rule, rule, said)))
    where = f"{request.method} {route.rule} answered {response.status_code}"
    if not forms:
        return [f"{where}, which is not declared"]
    form = next((each for each in forms if _media_type(each) == response.mimetype), None)
    if form is None:
        return [f"{where} as {response.mimetype}, which is not declared"]
    if request.method == "HEAD":
        return []
    found = _validator(form).iter_errors(response.get_json(force=True))
    return [f"{where}: {each.json_path}: {each.message}" for each in found]


def _forms(said: Declaration, status: int, refused: list[tuple[int, str, list[Form], Any]]) -> list[Form]:
    return [said.gives] if status == said.status else next((forms for at, _, forms, _ in refused if at == status), [])


def _media_type(form: Form) -> str:
    return form.media_type if isinstance(form, Shape) else "application/json"


_KEPT: dict[Any, Draft202012Validator] = {}


def _validator(form: Form) -> Draft202012Validator:
    key = form.name if isinstance(form, Shape) else form
    if key not in _KEPT:
        schema = form.schema if isinstance(form, Shape) else json_schema(form)
        _KEPT[key] = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
    return _KEPT[key]
