"""A referral from its receipt to its ending, cell by cell and in any order; and the person it is about."""

import copy
from datetime import UTC, date, datetime, timedelta

import pytest
from movewell.contracts import referral as told
from movewell.contracts.types import (
    EndCode,
    IntakeChannel,
    Intensity,
    ScreeningOutcome,
    SessionFormat,
    SourceOfReferral,
)
from movewell.kernel import DomainError
from movewell.store.documents import from_document, to_document
from referral.domain.referral import ClearanceMissing, Referral, ReferralStatus

from .referred import COMMANDS, LATER, NOW, PERSON_ID, REFERRAL_ID, SCREENING_ID, UNTIL, assessment, received

STORIES = {
    "received": [],
    "screened, cleared": ["clear"],
    "screened, not cleared": ["refuse"],
    "accepted": ["clear", "accept"],
    "accepted, not cleared": ["clear", "accept", "refuse"],
    "signposted": ["signpost"],
    "declined": ["decline"],
    "cancelled": ["cancel"],
    "withdrawn": ["withdraw"],
    "discharged": ["clear", "accept", "discharge 46"],
    "erased": ["erase"],
}


def referral_that_was(story: str) -> Referral:
    referral = received()
    for command in STORIES[story]:
        COMMANDS[command](referral, NOW)
    referral.take_events()
    return referral


GRANTED = ["ScreeningRecorded", "ClearanceGranted"]
REFUSED = ["ScreeningRecorded"]
TAKEN_BACK = ["ScreeningRecorded", "ClearanceWithdrawn"]
# What each command does: (status after, events), () for nothing at all, or the code of the broken rule.
SIGNPOSTED = ("signposted", ["ReferralSignposted"])
DECLINED = ("declined", ["ReferralDeclined"])
CANCELLED = ("cancelled", ["ReferralCancelled"])
WITHDRAWN = ("withdrawn", ["ReferralWithdrawn"])
DISCHARGED = ("discharged", ["ReferralDischarged"])
ERASED = ("erased", ["ReferralErased"])
ACCEPTED = ("accepted", ["ReferralAccepted"])
UNCLEARED, UNFIT_CODE, DECIDED, ENDED = "clearance-missing", "end-code-not-fitting", "already-decided", "referral-ended"

OVER = dict.fromkeys(COMMANDS, ENDED) | {"erase": ERASED}
OPEN = {
    "refuse": ("screened", REFUSED),
    "clear": ("screened", GRANTED),
    "accept": UNCLEARED,
    "signpost": SIGNPOSTED,
    "decline": DECLINED,
    "cancel": CANCELLED,
    "withdraw": WITHDRAWN,
    "discharge 14": DISCHARGED,
    "discharge 46": UNFIT_CODE,
    "erase": ERASED,
}
TAKEN_ON = OPEN | {
    "clear": ("accepted", GRANTED),
    "refuse": ("accepted", TAKEN_BACK),
    "accept": (),
    "signpost": DECIDED,
    "decline": DECIDED,
    "discharge 14": UNFIT_CODE,
    "discharge 46": DISCHARGED,
}
CELLS = {
    "received": OPEN,
    "screened, cleared": OPEN | {"refuse": ("screened", TAKEN_BACK), "accept": ACCEPTED},
    "screened, not cleared": OPEN,
    "accepted": TAKEN_ON,
    "accepted, not cleared": TAKEN_ON | {"refuse": ("accepted", REFUSED)},
    "signposted": OVER,
    "declined": OVER,
    "cancelled": OVER | {"cancel": ()},
    "withdrawn": OVER | {"withdraw": ()},
    "discharged": OVER,
    "erased": OVER | {"erase": ()},
}


def test_the_table_has_every_status_and_every_command():
    assert {referral_that_was(story).status for story in CELLS} == set(ReferralStatus)
    assert CELLS.keys() == STORIES.keys()
    assert all(row.keys() == COMMANDS.keys() for row in CELLS.values())


@pytest.mark.parametrize(("story", "command"), [(story, command) for story in CELLS for command in COMMANDS])
def test_what_each_command_does_in_each_status(story, command):
    referral, expected = referral_that_was(story), CELLS[story][command]
    before = copy.deepcopy(referral)
    if isinstance(expected, str):
        with pytest.raises(DomainError) as caught:
            COMMANDS[command](referral, LATER)
        assert caught.value.code == expected
    else:
        COMMANDS[command](referral, LATER)
    if isinstance(expected, tuple) and expected:
        status, events = expected
        assert referral.status.value == status
        assert [type(each).__name__ for each in referral.take_events()] == events
    else:
        assert referral == before
        assert referral.take_events() == []


def test_receiving_starts_the_clock():
    (event,) = received().take_events()
    assert event == told.ReferralReceived(
        referral_id=REFERRAL_ID,
        person_id=PERSON_ID,
        source=SourceOfReferral.GP_PRACTICE,
        channel=IntakeChannel.BARS,
        received_at=NOW,
    )


def test_a_clearance_is_granted_with_its_ceiling_and_last_day():
    referral = referral_that_was("received")
    COMMANDS["clear"](referral, LATER)
    recorded, granted = referral.take_events()
    assert (recorded.screening_id, recorded.ruleset, recorded.screened_at) == (SCREENING_ID, "2026.1", LATER)
    assert recorded.outcome is ScreeningOutcome.CLEARED
    assert (granted.person_id, granted.ceiling, granted.valid_until) == (PERSON_ID, Intensity.MODERATE, UNTIL)
    assert referral.screening.rules == ["acsm-1"]


def test_a_clearance_lost_after_acceptance_is_withdrawn_and_the_referral_stays_accepted():
    referral = referral_that_was("accepted")
    COMMANDS["refuse"](referral, LATER)
    _, withdrawn = referral.take_events()
    assert (withdrawn.outcome, withdrawn.withdrawn_at) == (ScreeningOutcome.CONTRAINDICATED, LATER)
    assert (referral.status, referral.cleared_until) == (ReferralStatus.ACCEPTED, None)


def test_a_clearance_regained_after_acceptance_is_granted_again():
    referral = referral_that_was("accepted, not cleared")
    COMMANDS["clear"](referral, LATER)
    assert referral.cleared_until == UNTIL


@pytest.mark.parametrize(("days", "accepted"), [(-1, True), (0, True), (1, False)])
def test_a_clearance_counts_on_its_last_day_and_not_on_the_next(days, accepted):
    referral = referral_that_was("screened, cleared")
    on = datetime(UNTIL.year, UNTIL.month, UNTIL.day, 12, tzinfo=UTC) + timedelta(days=days)
    if accepted:
        COMMANDS["accept"](referral, on)
        (event,) = referral.take_events()
        assert (event.format, event.sessions_planned, event.accepted_at) == (SessionFormat.GROUP, 8, on)
    else:
        with pytest.raises(ClearanceMissing):
            COMMANDS["accept"](referral, on)


@pytest.mark.parametrize(("minute", "accepted"), [(59, True), (60, False)])
def test_the_last_day_of_a_clearance_ends_at_midnight_in_london(minute, accepted):
    referral = referral_that_was("received")
    referral.record_screening(SCREENING_ID, assessment(ScreeningOutcome.CLEARED, date(2027, 7, 1)), NOW)
    at = datetime(2027, 7, 1, 22, tzinfo=UTC) + timedelta(minutes=minute)  # 23:59 and 00:00 of summer time
    if accepted:
        COMMANDS["accept"](referral, at)
        assert referral.status is ReferralStatus.ACCEPTED
    else:
        with pytest.raises(ClearanceMissing):
            COMMANDS["accept"](referral, at)


@pytest.mark.parametrize(("format", "planned"), [(SessionFormat.ONE_TO_ONE, 8), (SessionFormat.GROUP, 9)])
def test_accepting_otherwise_than_before_is_refused(format, planned):
    referral = referral_that_was("accepted")
    with pytest.raises(DomainError) as caught:
        referral.accept(format, planned, LATER)
    assert caught.value.code == "already-decided"
    assert (referral.format, referral.sessions_planned) == (SessionFormat.GROUP, 8)


# IAPT Data Set v2.1, IDS101 EndCode: "seen, not taken on" and 50 "not assessed", then "taken on".
NOT_TAKEN_ON_CODES = ("10", "11", "12", "13", "14", "16", "17", "95", "50")
TAKEN_ON_CODES = ("46", "47", "48", "49", "96")


def test_the_end_codes_are_those_of_the_data_set():
    assert {each.value for each in EndCode} == {*NOT_TAKEN_ON_CODES, *TAKEN_ON_CODES}


@pytest.mark.parametrize("code", [*NOT_TAKEN_ON_CODES, *TAKEN_ON_CODES])
@pytest.mark.parametrize("story", ["received", "screened, cleared", "screened, not cleared", "accepted"])
def test_an_end_code_fits_whether_the_patient_was_taken_on(story, code):
    referral = referral_that_was(story)
    if (code in TAKEN_ON_CODES) == (story == "accepted"):
        referral.discharge(EndCode(code), LATER)
        (event,) = referral.take_events()
        assert (event.end_code.value, event.discharged_at) == (code, LATER)
    else:
        with pytest.raises(DomainError) as caught:
            referral.discharge(EndCode(code), LATER)
        assert caught.value.code == "end-code-not-fitting"


@pytest.mark.parametrize("story", ["signposted", "declined", "cancelled", "withdrawn", "discharged"])
def test_an_erasure_leaves_the_day_of_the_ending_and_forgets_the_rest(story):
    referral = referral_that_was(story)
    referral.erase(LATER)
    (event,) = referral.take_events()
    assert (event.erased_at, referral.ended_at) == (LATER, NOW)
    assert (referral.referrer_mark, referral.screening, referral.cleared_until) == (None, None, None)


def test_an_open_referral_that_is_erased_ends_and_keeps_no_clearance():
    referral = referral_that_was("accepted")
    referral.erase(LATER)
    assert (referral.ended_at, referral.is_open, referral.cleared_until) == (LATER, False, None)


@pytest.mark.parametrize("story", STORIES)
def test_a_referral_survives_the_store(story):
    referral = referral_that_was(story)
    assert from_document(Referral, to_document(referral)) == referral
