"""The HTTP headers of a BaRS message (BaRS Core, End to end workflow: HTTP headers)."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from referral.adapters.fhir_nodes import Node, of_system
from referral.adapters.refusal import Answer, Issue
from referral.adapters.strict_json import NotStrictJson, TooLarge, read_json

ODS_CODES = "https://fhir.nhs.uk/Id/ods-organization-code"
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_WRITTEN_IN = {"application/fhir+json", "application/json"}
_ACCEPTED = _WRITTEN_IN | {"application/*", "*/*"}


@dataclass(frozen=True)
class Headers:
    """What the headers say. `request_id` is what a retry repeats; the others are as far as they tell.

    `target` is (system, value) of NHSD-Target-Identifier, `target_service` its value alone.
    """

    request_id: str
    correlation_id: str
    target_service: str | None
    target: tuple[str, str] | None
    end_user_organisation: str | None


def read_headers(headers: Mapping[str, str], issues: list[Issue]) -> Headers:
    """The headers of a message; what is wrong with them is added to `issues`.

    Strict: X-Request-Id and X-Correlation-Id are there and are UUIDs ("reject without"); the three
    required NHSD-… headers are there and are base64 (either alphabet, padded or not) of a JSON object.
    Tolerant: names in any case; any version, or none, in Content-Type and Accept, which may be plain
    application/json or absent. Ignored: use-context ("the receiver MUST ignore this header", BaRS Core,
    Logging), NHSD-Requesting-Practitioner, Authorization (which is not a matter of the message).
    """
    given = {name.lower(): value for name, value in headers.items()}
    _check_media_types(given, issues)
    target = _encoded(given, "NHSD-Target-Identifier", issues)
    organisation = _encoded(given, "NHSD-End-User-Organisation", issues)
    _encoded(given, "NHSD-Requesting-Software", issues)
    return Headers(
        request_id=_uuid(given, "X-Request-Id", issues),
        correlation_id=_uuid(given, "X-Correlation-Id", issues),
        target_service=target.text("value"),
        target=((target.text("system") or "").strip(), target.text("value").strip()) if target.text("value") else None,
        end_user_organisation=first_text(of_system(organisation.each("identifier"), ODS_CODES), "value"),
    )


def first_text(nodes: Iterable[Node], steps: str) -> str | None:
    """The first string after `steps` in any of `nodes`."""
    return next((text for node in nodes if (text := node.text(steps))), None)


def is_written_in_json(headers: Mapping[str, str]) -> bool:
    """Whether the body is JSON as far as its Content-Type says; none says nothing against it."""
    given = {name.lower(): value for name, value in headers.items()}.get("content-type", "")
    return not given.strip() or _media_type(given) in _WRITTEN_IN


def _check_media_types(given: Mapping[str, str], issues: list[Issue]) -> None:
    if not is_written_in_json(given):
        issues.append(Issue("not-supported", "Content-Type is not application/fhir+json.", "http.Content-Type"))
    accept = given.get("accept", "").strip()
    if accept and not any(_media_type(each) in _ACCEPTED for each in accept.split(",")):
        said = "Accept leaves out application/fhir+json, the only thing answered."
        issues.append(Issue("processing", said, "http.Accept", Answer.NOT_ACCEPTABLE))


def _media_type(written: str) -> str:
    return written.partition(";")[0].strip().lower()


def _given(given: Mapping[str, str], name: str, issues: list[Issue]) -> str:
    written = given.get(name.lower(), "").strip()
    if not written:
        issues.append(Issue("required", f"The header {name} is missing.", f"http.{name}"))
    return written


def _uuid(given: Mapping[str, str], name: str, issues: list[Issue]) -> str:
    written = _given(given, name, issues).lower()
    if written and not _UUID.fullmatch(written):
        issues.append(Issue("invalid", f"The header {name} is not a UUID.", f"http.{name}"))
    return written


def _encoded(given: Mapping[str, str], name: str, issues: list[Issue]) -> Node:
    written = _given(given, name, issues)
    document = _decoded(written) if written else {}
    if not isinstance(document, dict):
        said = f"The header {name} is not a JSON object encoded in base64."
        issues.append(Issue("invalid", said, f"http.{name}"))
    return Node(f"http.{name}", name, document)


def _decoded(written: str) -> object:
    ordinary = written.translate(str.maketrans("-_", "+/")).rstrip("=")
    try:
        return read_json(base64.b64decode(ordinary + "=" * (-len(ordinary) % 4), validate=True))
    except (binascii.Error, ValueError, NotStrictJson, TooLarge):
        return None
