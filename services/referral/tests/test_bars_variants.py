"""Other ways of writing the same message: each is taken, and what is kept is whole."""

import json
from datetime import date

import pytest
from movewell.testing.bars_message import bars_headers, bars_referral
from referral.adapters.bars import read_message
from referral.adapters.refusal import MessageRefused
from referral.domain.incoming import MAX_TEXT

TODAY = date(2026, 11, 24)
HEADERS = bars_headers("2e9f1c7a-5f3e-4e0b-8a44-6a3f1f7c9d10", "2e9f1c7a-5f3e-4e0b-8a44-6a3f1f7c9d11")


def read(document):
    return read_message(json.dumps(document).encode(), HEADERS, TODAY)


def test_a_reference_in_capitals_is_to_the_same_uuid():
    document = bars_referral()
    url = document["entry"][2]["fullUrl"]
    capitals = "urn:uuid:" + url.removeprefix("urn:uuid:").upper()
    text = json.dumps(document).replace(f'"reference": "{url}"', f'"reference": "{capitals}"')
    assert capitals in text
    assert read(json.loads(text)) == read(document)


@pytest.mark.parametrize("use", ["temp", "nickname", "anonymous", "maiden"])
def test_a_name_of_any_use_but_old_is_better_than_none(use):
    document = bars_referral()
    document["entry"][2]["resource"]["name"] = [{"use": "old", "family": "Past"}, {"use": use, "family": "Now"}]
    assert read(document).person.family_name == "Now"


@pytest.mark.parametrize(
    ("written", "kept"),
    [("tel:+442079460000", "+442079460000"), ("020 7946 0000 ext 5", "020 7946 0000 ext 5")],
)
def test_a_telephone_number_may_have_a_scheme_or_an_extension(written, kept):
    assert read(bars_referral(phone=written)).person.phone == kept


def test_an_e_mail_address_may_have_its_scheme():
    assert read(bars_referral(email="mailto:alma@patients.example")).person.email == "alma@patients.example"


def test_a_reason_of_the_greatest_length_is_kept_whole_and_a_longer_one_is_refused():
    assert len(read(bars_referral(reason="x" * MAX_TEXT)).reason) == MAX_TEXT
    with pytest.raises(MessageRefused) as caught:
        read(bars_referral(reason="x" * (MAX_TEXT + 1)))
    (issue,) = caught.value.issues
    assert (issue.code, issue.expression) == ("value", "Bundle.entry[1].resource.reasonCode")
