"""The facts of a screening as they are sent: what is missing or can not be is refused, all of it at once."""

import pytest
from movewell.kernel import Invalid
from referral.domain.screening import read_facts

WELL = {
    "systolic": 120,
    "diastolic": 80,
    "heart_rate": 70,
    "active": False,
    "disease": False,
    "symptoms": False,
    "contraindications": [],
}

REQUIRED = ("systolic", "diastolic", "heart_rate", "active", "disease", "symptoms", "contraindications")
IMPLAUSIBLE = [
    ({"systolic": 59, "diastolic": 40}, ["/systolic"]),
    ({"systolic": 301}, ["/systolic"]),
    ({"systolic": 400}, ["/systolic"]),
    ({"systolic": "120"}, ["/systolic"]),
    ({"systolic": 120.0}, ["/systolic"]),
    ({"systolic": True, "diastolic": True, "heart_rate": True}, ["/systolic", "/diastolic", "/heart_rate"]),
    ({"diastolic": 29}, ["/diastolic"]),
    ({"diastolic": 201, "systolic": 300}, ["/diastolic"]),
    ({"diastolic": 120}, ["/diastolic"]),
    ({"heart_rate": 24}, ["/heart_rate"]),
    ({"heart_rate": 251}, ["/heart_rate"]),
    ({"active": 1}, ["/active"]),
    ({"disease": None}, ["/disease"]),
    ({"symptoms": "no"}, ["/symptoms"]),
    ({"desired_intensity": "flat out"}, ["/desired_intensity"]),
    ({"desired_intensity": ["light"]}, ["/desired_intensity"]),
    ({"contraindications": "falls"}, ["/contraindications"]),
    ({"contraindications": None}, ["/contraindications"]),
    ({"contraindications": ["falls", "boredom"]}, ["/contraindications"]),
    ({"contraindications": [["falls"]]}, ["/contraindications"]),
    ({"medically_cleared_on": "20260101"}, ["/medically_cleared_on"]),
    ({"medically_cleared_on": "2026-W01-1"}, ["/medically_cleared_on"]),
    ({"medically_cleared_on": "2026-02-30"}, ["/medically_cleared_on"]),
    ({"medically_cleared_on": 20260101}, ["/medically_cleared_on"]),
    ({"cleared": True}, [""]),
    ({"heart_rate": None, "systolic": 80, "diastolic": 80}, ["/heart_rate", "/diastolic"]),
]


@pytest.mark.parametrize(("facts", "pointers"), IMPLAUSIBLE)
def test_facts_that_can_not_be_are_refused(facts, pointers):
    with pytest.raises(Invalid) as caught:
        read_facts({**WELL, **facts})
    assert [pointer for pointer, _ in caught.value.faults] == pointers


@pytest.mark.parametrize(("least", "most"), [((60, 30, 25), (300, 200, 250))])
def test_facts_at_the_edge_of_the_plausible_are_read(least, most):
    for systolic, diastolic, heart_rate in (least, most):
        read = read_facts({**WELL, "systolic": systolic, "diastolic": diastolic, "heart_rate": heart_rate})
        assert (read.systolic, read.diastolic, read.heart_rate) == (systolic, diastolic, heart_rate)


def test_all_missing_facts_are_named_at_once():
    with pytest.raises(Invalid) as caught:
        read_facts({})
    assert [pointer for pointer, _ in caught.value.faults] == [f"/{name}" for name in REQUIRED]


def test_a_fault_never_repeats_what_was_written():
    written = "Mallory Madeup 07700 900999"
    with pytest.raises(Invalid) as caught:
        read_facts(dict.fromkeys((*WELL, "desired_intensity", "medically_cleared_on", written), written))
    assert written not in str(caught.value.faults) + caught.value.detail
