"""The plain JSON door."""

import copy
import json
import re
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from movewell.contracts.types import IntakeChannel, SourceOfReferral
from movewell.kernel import Invalid
from referral.adapters import plain_json
from referral.adapters.plain_json import MAX_FAULTS, read_plain_referral
from referral.domain.incoming import (
    AdministrativeGender,
    EthnicCategory,
    IncomingPerson,
    IncomingReferral,
)

TODAY = date(2026, 11, 24)
WHOLE = {
    "person": {
        "nhs_number": "999 000 0018",
        "family_name": "Testwell",
        "given_names": ["Alma", "Mae"],
        "birth_date": "1984-03-09",
        "gender": "female",
        "email": "alma@patients.example",
        "phone": "07700 900123",
        "postcode": "zz993cz",
        "address_lines": ["1 Example Row", "Testford"],
        "ethnic_category": "99",
    },
    "source": "B1",
    "referrer_organisation": "a81001",
    "referrer_reference": "REF-0001",
    "reason": "Low mood.\nWants to become active again.",
}
LEAST = {"person": {"family_name": "Testwell", "birth_date": "1984-03-09"}, "source": "A1"}


def faults_of(document):
    with pytest.raises(Invalid) as caught:
        read_plain_referral(document, TODAY)
    return caught.value.faults


def pointers(document):
    return [pointer for pointer, _ in faults_of(document)]


def test_a_whole_document_is_read():
    assert read_plain_referral(WHOLE, TODAY) == IncomingReferral(
        person=IncomingPerson(
            nhs_number="9990000018",
            family_name="Testwell",
            given_names=("Alma", "Mae"),
            birth_date=date(1984, 3, 9),
            gender=AdministrativeGender.FEMALE,
            email="alma@patients.example",
            phone="07700 900123",
            postcode="ZZ99 3CZ",
            address_lines=("1 Example Row", "Testford"),
            ethnic_category=EthnicCategory.NOT_KNOWN,
        ),
        source=SourceOfReferral.SELF,
        channel=IntakeChannel.JSON,
        referrer_organisation="A81001",
        referrer_reference="REF-0001",
        reason="Low mood.\nWants to become active again.",
    )


def test_what_is_not_required_may_be_left_out_or_null():
    nulls = {"nhs_number": None, "gender": None, "email": None, "ethnic_category": None}
    document = LEAST | {"person": LEAST["person"] | nulls, "reason": None}
    assert read_plain_referral(document, TODAY) == read_plain_referral(LEAST, TODAY)


def test_the_example_in_the_documentation_is_taken():
    said = plain_json.__doc__
    written = said[said.index("    {") : said.index("\n    }\n") + 7]
    example = json.loads(re.sub(r'(?<=[,{"\]]) {2,}.*', "", written))
    assert read_plain_referral(example, TODAY).person.family_name == "Testwell"
    assert set(example) == set(WHOLE)
    assert set(example["person"]) == set(WHOLE["person"])


@pytest.mark.parametrize("field", ["family_name", "birth_date"])
def test_a_required_detail_can_not_be_left_out(field):
    document = copy.deepcopy(WHOLE)
    del document["person"][field]
    assert pointers(document) == [f"/person/{field}"]


@pytest.mark.parametrize("field", ["person", "source"])
def test_a_required_part_can_not_be_left_out(field):
    assert pointers({key: value for key, value in WHOLE.items() if key != field}) == [f"/{field}"]


WRONG = {
    "/person/nhs_number": "9990000019",
    "/person/family_name": " ",
    "/person/birth_date": "2026-11-25",
    "/person/gender": "F",
    "/person/email": "at home",
    "/person/phone": "call me",
    "/person/postcode": "NOWHERE",
    "/person/ethnic_category": "I",
    "/person/given_names/1": "A\nB",
    "/person/address_lines/0": "x" * 201,
    "/source": "Z9",
    "/referrer_organisation": "A 8",
    "/referrer_reference": "x" * 256,
    "/reason": "\x00",
}


def with_value(document, pointer, value):
    document = copy.deepcopy(document)
    *path, last = [int(step) if step.isdigit() else step for step in pointer.split("/")[1:]]
    parent = document
    for step in path:
        parent = parent[step]
    parent[last] = value
    return document


@pytest.mark.parametrize(("pointer", "value"), WRONG.items())
def test_each_fault_on_its_own_is_told_by_its_pointer(pointer, value):
    assert pointers(with_value(WHOLE, pointer, value)) == [pointer]


def test_all_faults_are_told_at_once():
    document = WHOLE
    for pointer, value in WRONG.items():
        document = with_value(document, pointer, value)
    assert pointers(document) == sorted(WRONG)


@pytest.mark.parametrize("operator", [{"$ne": None}, {"$gt": ""}, {"$regex": ".*"}, ["a"], 1, True])
@pytest.mark.parametrize("pointer", WRONG)
def test_nothing_but_text_fits_a_field(pointer, operator):
    assert pointers(with_value(WHOLE, pointer, operator)) == [pointer]


@pytest.mark.parametrize("document", [None, 1, "a", [], [WHOLE], True])
def test_a_document_is_an_object(document):
    assert pointers(document) == [""]


@pytest.mark.parametrize(
    "name", ["channel", "status", "tenant", "_id", "version", "$set", "message_id", "bundle_id", "_schema"]
)
def test_a_field_that_is_not_known_is_refused(name):
    assert pointers(WHOLE | {name: "x"}) == [""]
    assert pointers(with_value(WHOLE, f"/person/{name}", "x")) == ["/person"]


def test_lists_are_short():
    assert pointers(with_value(WHOLE, "/person/given_names", ["A"] * 11)) == ["/person/given_names"]


def test_more_faults_than_anyone_reads_are_not_listed():
    document = WHOLE | {f"k{i}": 1 for i in range(2 * MAX_FAULTS)}
    assert len(faults_of(document)) == MAX_FAULTS


CANARY = "Zebedee Canary 9991234567"


@pytest.mark.parametrize("pointer", [*WRONG, "/person", "/person/given_names", "/person/address_lines"])
def test_no_refusal_repeats_anything_of_the_document(pointer):
    for value in (CANARY, {CANARY: CANARY}, [CANARY, {CANARY: [CANARY]}], f"{CANARY}\x00"):
        document = with_value(WHOLE, pointer, value)
        document[CANARY] = CANARY
        said = json.dumps(faults_of(document))
        assert not [part for part in CANARY.split() if part in said]


def test_nothing_of_the_person_shows_in_a_repr():
    shown = repr(read_plain_referral(WHOLE, TODAY))
    for secret in (
        "9990000018",
        "Testwell",
        "Alma",
        "1984",
        "alma@",
        "900123",
        "ZZ99",
        "Low mood",
        "REF-0001",
    ):
        assert secret not in shown


scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
json_values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=10,
)
documents = json_values | st.fixed_dictionaries(
    {},
    optional={
        "person": st.fixed_dictionaries({}, optional=dict.fromkeys(WHOLE["person"], json_values)) | json_values,
        **dict.fromkeys(set(WHOLE) - {"person"}, json_values),
    },
)


@given(documents)
@settings(max_examples=300, deadline=None)
def test_any_document_is_taken_or_refused(document):
    try:
        assert isinstance(read_plain_referral(document, TODAY), IncomingReferral)
    except Invalid as invalid:
        assert invalid.faults
