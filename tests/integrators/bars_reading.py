"""What the BaRS door reads of a message, watched while it reads, and what it says where an element is gone or wrong."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any
from unittest.mock import patch

from movewell.testing.bars_message import bars_cancellation, bars_headers, bars_referral
from referral.adapters import bars_message
from referral.adapters.bars import read_message
from referral.adapters.bars_destination import Destinations
from referral.adapters.fhir_nodes import Node
from referral.adapters.refusal import MessageRefused

HEADERS = bars_headers("2e9f1c7a-5f3e-4e0b-8a44-6a3f1f7c9d10", "2e9f1c7a-5f3e-4e0b-8a44-6a3f1f7c9d11")
TODAY = date(2026, 11, 24)
OWN = Destinations.of(
    ["https://fhir.nhs.uk/Id/dos-service-id|2000099992", "https://fhir.nhs.uk/Id/ods-organization-code|RR8"]
)
WRONG = "?" * 30_000
"""Text that is no code, date, number or reference, and longer than anything that is kept."""
OWN_IDS = ("Bundle.id", "ServiceRequest.id")
FORBIDDEN = ("occurrenceDateTime", "occurrenceTiming")
Document = dict[str, Any]


def resource(document: Document, type_: str) -> Document:
    """The first resource of a type."""
    return next(each["resource"] for each in document["entry"] if each["resource"]["resourceType"] == type_)


def full_referral() -> Document:
    """A referral with everything in it that could be read."""
    document = bars_referral()
    patient = resource(document, "Patient")
    patient["address"][0]["district"] = "Testshire"
    own = {"system": "phone", "value": "0117 496 0000", "use": "home", "rank": 3}
    relationship = [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-RoleCode", "code": "ONESELF"}]}]
    patient["contact"] = [{"relationship": relationship, "telecom": [own]}]
    resource(document, "Organization")["type"] = [{"coding": [{"code": "RO76"}]}]
    resource(document, "ServiceRequest")["reasonCode"].append({"coding": [{"code": "1", "display": "Low mood"}]})
    document["entry"] += [_condition(document, 1, {"text": "Depression"}), _condition(document, 2, {})]
    told = [{"outcomeCodeableConcept": [{"text": "Walks."}, {"coding": [{"code": "2", "display": "Swims"}]}]}]
    resource(document, "CarePlan")["activity"] = told
    return document


def _condition(document: Document, number: int, text: Document) -> Document:
    subject = resource(document, "ServiceRequest")["subject"]
    code = {"coding": [{"code": "3", "display": "Depression"}], **text}
    made = {"resourceType": "Condition", "subject": subject, "code": code}
    return {"fullUrl": f"urn:uuid:0b0a4a52-1f0e-4d5c-9a71-3f2f4c1d0e7{number}", "resource": made}


def address_in_one() -> Document:
    """A referral whose address is one text."""
    document = full_referral()
    resource(document, "Patient")["address"] = [{"use": "home", "text": "1 Example Row, Testford"}]
    return document


def issues_of(document: Document, headers: dict[str, str] = HEADERS) -> list[str]:
    """The codes of what is said against a message; none if it is taken."""
    try:
        read_message(json.dumps(document).encode(), headers, TODAY, OWN)
    except MessageRefused as refused:
        return [issue.code for issue in refused.issues]
    return []


@contextmanager
def watched() -> Iterator[set[str]]:
    """The elements that are asked for within, the way there included; what goes through all elements alike is not."""
    asked: set[str] = set()
    ordinary = Node.children

    def children(self: Node, step: str) -> list[Node]:
        asked.add(f"{self.name}.{step}")
        return ordinary(self, step)

    with patch.object(Node, "children", children), patch.object(bars_message, "_references", lambda node: iter(())):
        yield asked


def elements_read() -> set[str]:
    """The leaves among what is asked for in two referrals and a cancellation, headers included.

    The id of a resource is looked at only to find what refers to it, whatever its type: `Resource.id`.
    """
    with watched() as asked:
        for document in (full_referral(), address_in_one(), bars_cancellation()):
            assert issues_of(document) == []
    leaves = {each for each in asked if not any(other.startswith(f"{each}.") for other in asked)}
    return {each if each in OWN_IDS else re.sub(r"^\w+\.id$", "Resource.id", each) for each in leaves}


def without(document: Document, element: str) -> Document:
    """The message without an element, wherever it is."""
    return _changed(document, element, lambda holder, name: holder.pop(name, None))


def with_wrong(document: Document, element: str) -> Document:
    """The message with nonsense for an element, wherever it is."""
    return _changed(document, element, _spoil)


def _spoil(holder: Document, name: str) -> None:
    if name in holder or name in FORBIDDEN:
        holder[name] = WRONG


def said(change: Callable[[Document, str], Document], element: str) -> list[str]:
    """The codes, each once, of what is said of a referral whose element was changed so."""
    document = address_in_one() if element == "Patient.address.text" else full_referral()
    return list(dict.fromkeys(issues_of(change(document, element))))


def _changed(document: Document, element: str, change: Callable[[Document, str], Any]) -> Document:
    changed = copy.deepcopy(document)
    type_, *steps, last = element.split(".")
    roots = [changed] if type_ == "Bundle" else [each["resource"] for each in changed["entry"]]
    for holder in _at((each for each in roots if type_ in ("Resource", each["resourceType"])), steps):
        change(holder, last)
    return changed


def _at(holders: Iterable[Any], steps: list[str]) -> list[Document]:
    found = [each for each in holders if isinstance(each, dict)]
    for step in steps:
        below = [each[step] for each in found if step in each]
        flat = [item for each in below for item in (each if isinstance(each, list) else [each])]
        found = [each for each in flat if isinstance(each, dict)]
    return found
