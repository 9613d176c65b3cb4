"""Level 2: whether a Bundle is the message that its MessageDefinition says.

FHIR validators do not check this; the standard asks the receiver to ("a manual, business logic, check",
BaRS Core, Standard pattern message headers). The rules are tables, in `bars_definitions`.

Tolerated, because official examples do it:
- resource types that the definition does not list (definitions may be bespoke);
- no MessageHeader.definition (SERVREQ02 has none); if there, it must be the right one, in any version;
- http or https, Id or id, in the URIs of systems; relative and absolute references to what is outside
  the Bundle (`EpisodeOfCare/…`); no meta.versionId, meta.profile or meta.lastUpdated;
- a cancellation whose reason is `delete`: the guide's text says "must always be 'update'", its own table
  of the same message and the official SERVREQ02 say `delete`;
- a cancellation without authoredOn, use case or category `referral`: SERVREQ01 and SERVREQ02 are such,
  and the guide says that a receiver goes by the request's identifier and status.

A cancellation is known by ServiceRequest.status. One that says reason `new` (an official example does)
contradicts itself, and the guide's pseudo code refuses it (`invariant`). It is taken if, and only if, its
MessageHeader.definition names the cancellation: then two signs of three agree, nothing could be created
from it, and a refusal would leave a patient called to sessions that the referrer has called off.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from referral.adapters.bars_definitions import (
    CANCELLATION,
    CANCELLING,
    CATEGORIES,
    FIXED,
    REFERENCES,
    REFERRAL,
    TAKEN,
    MessageDefinition,
)
from referral.adapters.fhir_nodes import Node, of_system, same_system
from referral.adapters.fhir_structure import is_resource_type
from referral.adapters.refusal import Issue

_LOCAL_REFERENCE = re.compile(r"urn:(uuid|oid):")
_ELEMENT = re.compile(r"[a-z][A-Za-z]{1,40}")


class Message:
    """A Bundle, its resources by type and by fullUrl."""

    def __init__(self, bundle: Node) -> None:
        self.bundle = bundle
        self.entries = bundle.each("entry")
        self.resources = [_resource(entry) for entry in self.entries]
        pairs = list(zip(self.entries, self.resources, strict=True))
        self._by_url = {_same_case(entry.text("fullUrl") or ""): resource for entry, resource in pairs if resource}
        self._by_id = {f"{each.name}/{each.text('id')}": each for each in self.resources if each}

    def of_type(self, *types: str) -> list[Node]:
        """The resources of any of `types`, in the order of the Bundle."""
        return [resource for resource in self.resources if resource and resource.name in types]

    def only(self, type_: str) -> Node:
        """The first resource of a type; where there is none, an empty one without elements."""
        return next(iter(self.of_type(type_)), Node(self.bundle.path, type_, {}))

    def resolve(self, reference: str) -> Node | None:
        """What `reference` refers to in this Bundle: a fullUrl, or Type/id."""
        return self._by_url.get(_same_case(reference)) or self._by_id.get(reference)

    def url_of(self, resource: Node) -> str | None:
        """The fullUrl under which `resource` stands."""
        return next((url for url, each in self._by_url.items() if each is resource), None)


def _same_case(url: str) -> str:
    """A UUID means the same in capitals (RFC 4122, 3); the path of an address does not."""
    return url.lower() if url.lower().startswith("urn:uuid:") else url


def definition_of(message: Message) -> MessageDefinition:
    """Which of the two this service takes the message to be, by the status of the request."""
    return CANCELLATION if message.only("ServiceRequest").text("status") in CANCELLING else REFERRAL


def message_issues(message: Message, definition: MessageDefinition) -> Iterator[Issue]:
    """Every way in which `message` is not as `definition` says."""
    yield from _bundle_issues(message)
    yield from _cardinality_issues(message, definition)
    for element in definition.required:
        for missing in _absent(message, element):
            yield Issue("required", f"{missing.name} is missing.", missing.path)
    for element, allowed in (FIXED | definition.codes).items():
        yield from _code_issues(message, element, allowed)
    yield from _definition_issues(message, definition)
    yield from _reference_issues(message)
    yield from _request_issues(message)
    if definition is REFERRAL:
        yield from _category_issues(message)


def _resource(entry: Node) -> Node | None:
    resource = next(iter(entry.each("resource")), None)
    known = resource and is_resource_type(resource.text("resourceType"))
    return resource.called(resource.text("resourceType")) if known else None


def _absent(message: Message, element: str) -> Iterator[Node]:
    type_, _, steps = element.partition(".")
    for resource in message.of_type(type_):
        yield from resource.absent(steps)


def _found(message: Message, element: str) -> Iterator[Node]:
    type_, _, steps = element.partition(".")
    for resource in message.of_type(type_):
        yield from resource.each(steps)


def _bundle_issues(message: Message) -> Iterator[Issue]:
    for element in ("id", "timestamp", "entry"):
        for missing in message.bundle.absent(element):
            yield Issue("required", f"{missing.name} is missing.", missing.path)
    seen: set[str] = set()
    for entry, resource in zip(message.entries, message.resources, strict=True):
        if resource is None:
            said = "An entry has no resource of a FHIR R4 type."
            yield Issue("required", said, f"{entry.path}.resource")
        url = entry.text("fullUrl")
        if url is None:
            yield Issue("required", "Bundle.entry.fullUrl is missing.", f"{entry.path}.fullUrl")
        elif url in seen:
            said = "Bundle.entry.fullUrl is that of an earlier entry too."
            yield Issue("invariant", said, f"{entry.path}.fullUrl")
        else:
            seen.add(url)
    if message.resources and not (message.resources[0] and message.resources[0].name == "MessageHeader"):
        said = "The first resource of a message must be its MessageHeader (FHIR bdl-12)."
        yield Issue("invariant", said, message.entries[0].path)


def _cardinality_issues(message: Message, definition: MessageDefinition) -> Iterator[Issue]:
    for type_, (least, most) in definition.cardinalities.items():
        count = len(message.of_type(type_))
        if count < least or (most is not None and count > most):
            wanted = f"exactly {least}" if least == most else f"at least {least}"
            said = f"The message has {count} {type_} where its definition asks for {wanted}."
            yield Issue("required" if count == 0 else "invariant", said, "Bundle.entry")


def _code_issues(message: Message, element: str, allowed: frozenset[str]) -> Iterator[Issue]:
    for node in _found(message, element):
        if not _is_one_of(allowed, node) and not _cancels_as_new(message, node):
            said = f"{node.name} is not {' or '.join(sorted(allowed))}."
            yield Issue("value", said, node.path)


def _is_one_of(allowed: frozenset[str], node: Node) -> bool:
    if isinstance(node.value, str) and node.name.endswith(".system"):
        return any(same_system(node.value, each) for each in allowed)
    return isinstance(node.value, str) and node.value in allowed


def _cancels_as_new(message: Message, node: Node) -> bool:
    """The reason `new` of a message that says twice that it is a cancellation."""
    header, request = message.only("MessageHeader"), message.only("ServiceRequest")
    return (
        node.name == "MessageHeader.reason.coding.code"
        and node.value == "new"
        and request.text("status") in CANCELLING
        and _unversioned(header.text("definition")) == CANCELLATION.url
    )


def _definition_issues(message: Message, definition: MessageDefinition) -> Iterator[Issue]:
    for node in _found(message, "MessageHeader.definition"):
        if not isinstance(node.value, str) or _unversioned(node.value) != definition.url:
            yield Issue("value", f"{node.name} is not {definition.url}.", node.path)


def _unversioned(canonical: str | None) -> str | None:
    return canonical.partition("|")[0] if canonical else None


def _reference_issues(message: Message) -> Iterator[Issue]:
    fixed: set[str] = set()
    for element, types in REFERENCES.items():
        for node in _found(message, element):
            target = message.resolve(node.value) if isinstance(node.value, str) else None
            fixed.add(node.path)
            if target is None or target.name not in types:
                said = f"{node.name} does not refer to a resource of type {' or '.join(types)} in the message."
                yield Issue("invariant", said, node.path)
    for resource in filter(None, message.resources):
        for node in _references(resource):
            if node.path not in fixed and message.resolve(node.value) is None:
                yield Issue("invariant", f"{node.name} refers to nothing in the message.", node.path)


def _references(node: Node) -> Iterator[Node]:
    """Every reference below `node` that can only be to an entry of the same Bundle."""
    if isinstance(node.value, dict):
        yield from (each for each in node.texts("reference") if _LOCAL_REFERENCE.match(each.value))
        for step in node.value:
            if _ELEMENT.fullmatch(step) and step not in ("reference", "contained"):
                for child in node.children(step):
                    yield from _references(child)


def use_case(message: Message) -> str | None:
    """The use case that the request's category names, if it is one that is taken."""
    for system, code in TAKEN.items():
        if any(coding.text("code") == code for coding in category_codings(message, system)):
            return code
    return None


def category_codings(message: Message, system: str) -> list[Node]:
    """The codings of the request's category that are of `system`."""
    return of_system(message.only("ServiceRequest").each("category.coding"), system)


def _category_issues(message: Message) -> Iterator[Issue]:
    request = message.only("ServiceRequest")
    for of, there in (
        ("message-category-servicerequest", category_codings(message, CATEGORIES)),
        ("a use case", use_case(message)),
    ):
        if request.each("category.coding") and not there:
            said = f"ServiceRequest.category has no coding of {of}."
            yield Issue("required", said, f"{request.path}.category")


def _request_issues(message: Message) -> Iterator[Issue]:
    for request in message.of_type("ServiceRequest"):
        categories = request.each("category")
        if len(categories) > 1:
            said = "ServiceRequest.category is there more than once; its two codings go into one."
            yield Issue("invariant", said, f"{request.path}.category")
        for other in ("occurrenceDateTime", "occurrenceTiming"):
            for node in request.each(other):
                said = f"{node.name} is not allowed; BaRS has ServiceRequest.occurrencePeriod only."
                yield Issue("invariant", said, node.path)
