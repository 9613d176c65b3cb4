import pytest
from hypothesis import given, settings
from reporting.figures.flow import STAGES, flow_of
from reporting.figures.report import build_report

from .cohort import QUARTER, at, attending, finishing, referral, referrals, scores

COHORT = [
    referral("only received"),
    referral("declined", screened_at=at(2), ended="declined"),
    referral("signposted", screened_at=at(2), cleared=True, ended="signposted"),
    referral("cancelled", ended="cancelled"),
    referral("waits", screened_at=at(2), cleared=True, accepted_at=at(3), waiting_since=at(3)),
    referral("offered", screened_at=at(2), cleared=True, accepted_at=at(3), offered_at=at(4)),
    referral("erased", cleared=True, accepted_at=at(3), offered_at=at(4), ended="erased"),
    attending("withdrawn", ended="withdrawn", ended_at=at(30)),
    attending("discharged after one", attended=1, ended="discharged", ended_at=at(30)),
    attending("still coming"),
    finishing("improved", outcome=scores((18, 6), (15, 5))),
    finishing("unchanged", outcome=scores((16, 9), (15, 19))),
    finishing("deteriorated", outcome=scores((9, 15), (7, 7))),
    finishing("no last scores", outcome=scores((12, None), (10, None))),
    finishing("not reviewed"),
]


def left(stage):
    return {leaving.key: leaving.count for leaving in stage.left if leaving.count}


def test_the_flow_counts_each_stage_and_says_where_the_others_are():
    flow = flow_of(COHORT, published=False)
    assert [(stage.key, stage.count, left(stage)) for stage in flow.stages] == [
        ("received", 15, {"cancelled": 1, "open": 1}),
        ("screened", 13, {"declined": 1}),
        ("cleared", 12, {"signposted": 1}),
        ("accepted", 11, {"waiting": 1}),
        ("offered", 10, {"open": 1, "erased": 1}),
        ("booked", 8, {}),
        ("attended", 8, {"withdrawn": 1, "discharged": 1, "open": 1}),
        ("finished", 5, {"unchanged": 1, "deteriorated": 1, "unpaired": 2}),
        ("improved", 1, {}),
    ]


def test_a_stage_has_its_share_of_the_one_before_and_of_the_first():
    finished = flow_of(COHORT, published=False).stage("finished")
    assert (finished.of_previous.percent, finished.of_first.percent) == ("62.5", "33.3")
    assert (finished.of_previous.denominator, finished.of_first.denominator) == (8, 15)
    assert flow_of(COHORT, published=False).stage("received").of_previous is None


@pytest.mark.parametrize(
    ("offered", "since", "booked", "where"),
    [
        (None, at(3), None, "waiting"),
        (at(4), at(3), None, "open"),  # the wait ended with the offer
        (at(4), at(9), None, "waiting"),  # the offer lapsed and the wait began again
        (at(4), at(9), at(10), "open"),
    ],
)
def test_a_referral_waits_until_it_is_offered_or_booked(offered, since, booked, where):
    row = referral("one", accepted_at=at(3), offered_at=offered, waiting_since=since, first_booked_at=booked)
    assert [left(stage) for stage in flow_of([row], published=False).stages if left(stage)] == [{where: 1}]


def test_an_ending_that_nobody_declared_is_refused_rather_than_lost():
    with pytest.raises(ValueError, match="evaporated"):
        flow_of([referral("one", ended="evaporated")], published=False)


@given(referrals)
@settings(deadline=None)
def test_every_stage_is_the_next_one_plus_those_who_went_no_further(rows):
    flow = flow_of(rows, published=False)
    assert flow.stages[0].count == len(rows)
    for stage, following in zip(flow.stages, flow.stages[1:], strict=False):
        assert stage.count == following.count + sum(leaving.count for leaving in stage.left)


@given(referrals)
@settings(deadline=None)
def test_a_published_flow_never_shows_a_number_that_is_not_a_multiple_of_five(rows):
    report = build_report(rows, [], period=QUARTER, published=True)
    for stage in report.flow.stages:
        for count in (stage.count, *(leaving.count for leaving in stage.left)):
            assert count is None or (count >= 5 and count % 5 == 0)


def test_the_stages_run_from_received_to_reliably_improved():
    assert [key for key, _, _ in STAGES] == (
        [
            "received",
            "screened",
            "cleared",
            "accepted",
            "offered",
            "booked",
            "attended",
            "finished",
            "improved",
        ]
    )
