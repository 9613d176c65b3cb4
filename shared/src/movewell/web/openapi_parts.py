"""What every description says alike: who may call, which headers there are, how any route may refuse."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from movewell.web.declared import PROBLEM, Declaration, Form, Shape
from movewell.web.policy import SCOPES, Rule

_SCOPES = {"referral:read": "Read the tenant's referrals", "referral:write": "Send and cancel referrals"}
HEADERS: Mapping[str, dict[str, Any]] = {
    "X-Request-Id": {"required": True, "schema": {"type": "string", "format": "uuid"}},
    "X-Correlation-Id": {"required": True, "schema": {"type": "string", "format": "uuid"}},
    "Location": {"required": True, "schema": {"type": "string", "pattern": "^/"}, "description": "What was made"},
    "Retry-After": {"required": True, "schema": {"type": "integer", "minimum": 1}, "description": "Seconds"},
    "WWW-Authenticate": {"required": True, "schema": {"type": "string", "pattern": "^Bearer "}},
}
FORMATS: Mapping[str, str] = {
    "base64-json": "a JSON object in base64",
    "line": "one line of text: not blank, without characters that are not seen",
    "london-time": "a date and a time by London's clocks, without an offset",
    "nhs-number": "ten digits, spaces between them allowed, the last a check digit by modulus 11",
    "ods-code": "3 to 10 capital letters and digits",
    "past-date": "a date, RFC 3339, from 1900 until today",
    "phone": "7 to 15 digits with the usual punctuation, and an extension",
    "postcode": "in the form of a United Kingdom postcode",
    "text": "several lines of text: not blank, without control characters but tabs and line ends",
}
"""Formats beside those that JSON Schema knows."""
_WHY = {
    400: "The request can't be read: its faults",
    401: "No token, or one that isn't good",
    403: "Who asks has no role, or no scope, that may do this",
    404: "There is no such thing for the caller's tenant",
    413: "The body is too large",
    415: "The body has another type than is taken",
    500: "A fault of the service; the incident to quote is told",
    503: "The service is away: try again",
}
_ABOUT = (
    "Made of the code: routes, policy, schemas. Every answer has X-Request-Id and X-Correlation-Id; those of a request"
    " are kept if they are UUIDs. Errors are problems (RFC 9457). A role in `security` is one that may call; who holds"
    " a session of a browser in place of a token also sends X-CSRF-Token. Bodies of more than 1,000,000 bytes are"
    " refused. Any other method is answered 405, with Allow."
)
_OWN_HEADERS = {401: ("WWW-Authenticate",), 503: ("Retry-After",)}


def schemes(public_url: str) -> dict[str, Any]:
    """How callers prove who they are. OpenAPI wants the token endpoint's whole address."""
    staff = {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "A token signed with Ed25519 that names `roles` and the `tenant`.",
    }
    scopes = {scope: _SCOPES.get(scope, scope) for scope in sorted(SCOPES)}
    system = {
        "type": "oauth2",
        "description": "Client credentials with a signed JWT as the proof (RFC 7523, 2.2).",
        "flows": {"clientCredentials": {"tokenUrl": f"{public_url}/oauth2/token", "scopes": scopes}},
    }
    return {"staff": staff, "system": system}


def requirements(rule: Rule) -> list[dict[str, list[str]]]:
    """Alternatives: a staff token with one of the roles, or a system's with the scope. None for anyone."""
    staff = [{"staff": [role]} for role in sorted((rule.roles or frozenset()) - {"system", "patient"})]
    return [*staff, {"system": [rule.scope]}] if rule.scope else staff


def refusals(route: str, rule: Rule, said: Declaration) -> Iterator[tuple[int, str, list[Form], tuple[str, ...]]]:
    """Status, why, the forms it may have, and headers of its own: the route's refusals and those of any route."""
    general = {400, 413, 500, 503}
    general |= {401, 403} if rule.roles is not None else set()
    general |= {404} if "<" in route else set()
    general |= {415} if said.takes is not None and _media_type(said) == "application/json" else set()
    of_any = said.refusal if route.startswith("/FHIR/") else PROBLEM
    for status in sorted(general | set(said.refuses)):
        forms: list[Form] = [said.refusal] if status in said.refuses else []
        forms += [of_any] if status in general and of_any not in forms else []
        own = _OWN_HEADERS.get(status, ()) if status in general else ()
        yield status, said.refuses.get(status, _WHY.get(status, "")), forms, own


def _media_type(said: Declaration) -> str:
    return said.takes.media_type if isinstance(said.takes, Shape) else "application/json"


def about(form: Form) -> str:
    """What is said of a form, on one line."""
    said = form.schema.get("description", form.name) if isinstance(form, Shape) else form.__doc__
    return " ".join(str(said).split())


@dataclass(frozen=True)
class Parts:
    """What operations refer to: shapes, and answers that many of them have."""

    shapes: dict[str, Shape] = field(default_factory=dict)
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)

    def content(self, forms: Sequence[Form]) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for form in forms:
            if isinstance(form, Shape):
                self.shapes[form.name] = form
                made[form.media_type] = {"schema": {"$ref": f"#/components/schemas/{form.name}"}}
            else:
                made["application/json"] = {"schema": form}
        return made

    def answer(self, what: str, forms: Sequence[Form], own: Sequence[str] = ()) -> dict[str, Any]:
        headers = {
            name: {"$ref": f"#/components/headers/{name}"} for name in ("X-Request-Id", "X-Correlation-Id", *own)
        }
        return {"description": what, "headers": headers, "content": self.content(forms)}

    def shared(self, status: int, why: str, forms: Sequence[Form], own: Sequence[str]) -> dict[str, Any]:
        name = "".join(each.name for each in forms if isinstance(each, Shape)) + str(status)
        self.answers[name] = self.answer(why, forms, own)
        return {"$ref": f"#/components/responses/{name}"}


def completed(document: dict[str, Any], parts: Parts, abouts: Mapping[str, str], public_url: str) -> dict[str, Any]:
    """The document with its components, in the order of their names, and what is said of them."""
    schemas = {
        **document.get("components", {}).get("schemas", {}),
        **{name: each.schema for name, each in parts.shapes.items()},
    }
    for name, about in abouts.items():
        if about and name in schemas:
            schemas[name] = {"description": " ".join(about.split()), **schemas[name]}
    made = {"schemas": schemas, "responses": parts.answers, "headers": HEADERS, "securitySchemes": schemes(public_url)}
    document["components"] = {kind: dict(sorted(each.items())) for kind, each in values(made).items()}
    own = sorted({each for each in _formats(document) if each in FORMATS})
    document["info"]["description"] = _ABOUT + "".join(f" Format {name}: {FORMATS[name]}." for name in own)
    return document


def _formats(made: Any) -> Iterator[str]:
    if isinstance(made, dict):
        yield from (each for name, each in made.items() if name == "format" and isinstance(each, str))
    for each in made.values() if isinstance(made, dict) else made if isinstance(made, list) else ():
        yield from _formats(each)


def values(made: Any) -> Any:
    """Plain dicts and lists in the place of other mappings and sequences."""
    if isinstance(made, Mapping):
        return {str(name): values(each) for name, each in made.items()}
    return [values(each) for each in made] if isinstance(made, list | tuple) else made
