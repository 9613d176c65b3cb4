"""Reading what comes to POST /FHIR/R4/$process-message of the Booking and Referral Standard (BaRS).

The levels, each in its own module: headers (`bars_headers`) and JSON (`strict_json`); FHIR structure
(`fhir_structure`); the MessageDefinition (`bars_message`, `bars_definitions`, which say what is tolerated
and which use cases are taken); the rules of this service (`bars_patient`, `bars_request`).

A retry is known by X-Request-Id: the guide's receiver compares that one ("RequestId.AlreadyReceived",
409 `duplicate`), before it looks at the body. Bundle.id will not do: it is "retained in subsequent
messages" (BaRS Core, Referral cancel), so a referral and its cancellation may share it.

A new referral has event servicerequest-request, reason `new` and an `active` request; a cancellation has
a request that is `revoked` or `entered-in-error`. An update of an active request is not supported: the
sender cancels and refers again, as the standard's re-referral routine has it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from referral.adapters.bars_definitions import (
    CANCELLATION,
    CATEGORIES,
    OTHER_EVENTS,
    OWN_USE_CASES,
    USE_CASES,
)
from referral.adapters.bars_destination import ANY, Destinations, destination_issues
from referral.adapters.bars_headers import is_written_in_json, read_headers
from referral.adapters.bars_message import (
    Message,
    category_codings,
    definition_of,
    message_issues,
    use_case,
)
from referral.adapters.bars_request import read_cancellation, read_referral
from referral.adapters.fhir_nodes import Node
from referral.adapters.fhir_structure import is_resource_type, structural_issues
from referral.adapters.refusal import Answer, Issue, MessageRefused
from referral.adapters.strict_json import NotStrictJson, TooLarge, read_json
from referral.domain.incoming import IncomingCancellation, IncomingReferral

MAX_ENTRIES = 300
OTHER_BUNDLES = frozenset(
    {"document", "transaction", "transaction-response", "batch", "batch-response", "history", "searchset"}
) | {"collection"}


def read_message(
    body: bytes, headers: Mapping[str, str], today: date, own: Destinations = ANY
) -> IncomingReferral | IncomingCancellation:
    """The referral or cancellation in a message that is for `own`.

    Raises MessageRefused with every fault there is, of every level. Only two kinds of message are not
    looked at further, because nothing sensible could be said: what is not JSON, and what belongs to
    another family (then the one issue is `not-supported`; faults of the headers are still added).
    """
    issues: list[Issue] = []
    sent = read_headers(headers, issues)
    message = _message(body, headers, issues)
    unsupported = list(_unsupported(message))
    if unsupported:
        raise MessageRefused([*issues, *unsupported])
    definition = definition_of(message)
    judged = [*message_issues(message, definition), *destination_issues(message, sent, own)]
    read = None
    if message.of_type("Patient") and message.of_type("ServiceRequest"):
        if definition is CANCELLATION:
            read = read_cancellation(message, sent, judged)
        else:
            read = read_referral(message, sent, today, judged)
    spoken_for = {issue.expression for issue in judged}
    structural = [issue for issue in _structure(message) if issue.expression not in spoken_for]
    issues += dict.fromkeys([*structural, *judged])
    if issues or read is None:
        raise MessageRefused(issues)
    return read


def _message(body: bytes, headers: Mapping[str, str], issues: list[Issue]) -> Message:
    """The message as far as it is a Bundle of type message; what it is otherwise is raised at once."""
    if not is_written_in_json(headers):
        raise MessageRefused(issues)
    try:
        document = read_json(body)
    except TooLarge as large:
        raise MessageRefused([*issues, _too_costly(str(large))]) from None
    except NotStrictJson as unread:
        raise MessageRefused([*issues, Issue("invalid", f"The body can not be read: {unread}.")]) from None
    bundle = Node("Bundle", "Bundle", document)
    if (fault := _not_a_message(bundle)) is not None:
        raise MessageRefused([*issues, fault])
    return Message(bundle)


def _not_a_message(bundle: Node) -> Issue | None:
    type_, kind = bundle.text("resourceType"), bundle.text("type")
    if type_ is None:
        return Issue("required", "The body is not a FHIR resource: it has no resourceType.", "resourceType")
    if type_ != "Bundle":
        if not is_resource_type(type_):
            return Issue("value", "The resourceType is not that of a FHIR R4 resource.", "resourceType")
        return _not_supported(f"The body is a {type_}; only a Bundle of type message is taken.", type_)
    if kind in OTHER_BUNDLES:
        said = f"The Bundle is of type {kind}; only a Bundle of type message is taken."
        return _not_supported(said, "Bundle.type")
    if kind != "message":
        code = "value" if bundle.each("type") else "required"
        return Issue(code, "Bundle.type is not message.", "Bundle.type")
    if len(bundle.each("entry")) > MAX_ENTRIES:
        return _too_costly(f"the Bundle has more than {MAX_ENTRIES} entries")
    return None


def _unsupported(message: Message) -> Iterator[Issue]:
    """Why a message, however well made, is none of ours."""
    header, request = message.only("MessageHeader"), message.only("ServiceRequest")
    event = header.text("eventCoding.code")
    if event in OTHER_EVENTS:
        said = f"The message is a {event}; only servicerequest-request is taken."
        yield _not_supported(said, f"{header.path}.eventCoding")
        return
    if definition_of(message) is CANCELLATION:
        return
    if request.text("status") == "active" and header.text("reason.coding.code") == "update":
        said = "An update of an active referral is not taken; cancel it and refer again."
        yield _not_supported(said, f"{header.path}.reason")
    categories = [coding.text("code") for coding in category_codings(message, CATEGORIES)]
    if categories and "referral" not in categories:
        said = "ServiceRequest.category is not referral; no other kind of request is taken."
        yield _not_supported(said, f"{request.path}.category")
    named = [coding for of in (USE_CASES, OWN_USE_CASES) for coding in category_codings(message, of)]
    if named and use_case(message) is None:
        said = "ServiceRequest.category names a use case that this service does not take."
        yield _not_supported(said, f"{request.path}.category")


def _structure(message: Message) -> Iterator[Issue]:
    """Every structural fault: of the Bundle without its resources, then of each resource."""
    bundle: dict[str, Any] = message.bundle.value
    entries = bundle.get("entry")
    if isinstance(entries, list):
        bundle = bundle | {"entry": [_without_resource(entry) for entry in entries]}
    yield from structural_issues(bundle, "Bundle")
    for resource in filter(None, message.resources):
        yield from structural_issues(resource.value, resource.path)


def _without_resource(entry: Any) -> Any:
    return {k: v for k, v in entry.items() if k != "resource"} if isinstance(entry, dict) else entry


def _not_supported(said: str, where: str) -> Issue:
    return Issue("not-supported", said, where, Answer.UNPROCESSABLE_ENTITY)


def _too_costly(said: str) -> Issue:
    return Issue("too-costly", f"The message is too large: {said}.", None, Answer.UNPROCESSABLE_ENTITY)
