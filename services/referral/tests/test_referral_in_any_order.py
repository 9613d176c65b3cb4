"""A referral under commands in any order: what was told adds up to what is kept."""

import copy
from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from movewell.contracts import referral as told
from movewell.contracts.types import ScreeningOutcome
from movewell.kernel import DomainError
from referral.domain.referral import ReferralStatus

from .referred import COMMANDS, NOW, SCREENING_ID, assessment, received

ENDINGS = {
    told.ReferralSignposted: ReferralStatus.SIGNPOSTED,
    told.ReferralDeclined: ReferralStatus.DECLINED,
    told.ReferralCancelled: ReferralStatus.CANCELLED,
    told.ReferralWithdrawn: ReferralStatus.WITHDRAWN,
    told.ReferralDischarged: ReferralStatus.DISCHARGED,
}


class AnyOrder(RuleBasedStateMachine):
    """Commands in any order, over years; what was told must add up to what is kept."""

    def __init__(self) -> None:
        super().__init__()
        self.referral, self.now = received(), NOW
        self.story = self.referral.take_events()

    @rule(command=st.sampled_from(sorted(COMMANDS)), days=st.integers(0, 200))
    def send(self, command, days):
        self.now += timedelta(days=days)
        before = copy.deepcopy(self.referral)
        try:
            COMMANDS[command](self.referral, self.now)
        except DomainError:
            assert self.referral == before
            assert self.referral.take_events() == []
        else:
            self.story += self.referral.take_events()

    @rule(outcome=st.sampled_from(ScreeningOutcome), months=st.integers(0, 12))
    def screen(self, outcome, months):
        if self.referral.is_open:
            until = self.now.date() + timedelta(days=30 * months)
            self.referral.record_screening(SCREENING_ID, assessment(outcome, until), self.now)
            self.story += self.referral.take_events()

    def told(self, *kinds):
        return [each for each in self.story if isinstance(each, kinds)]

    @invariant()
    def it_was_received_once_and_first(self):
        assert [type(each) for each in self.told(told.ReferralReceived)] == [type(self.story[0])]

    @invariant()
    def it_ends_at_most_once_and_is_erased_at_most_once(self):
        assert len(self.told(*ENDINGS)) <= 1
        assert len(self.told(told.ReferralErased)) <= 1

    @invariant()
    def the_status_is_what_was_told_last(self):
        if self.told(told.ReferralErased):
            expected = ReferralStatus.ERASED
        elif ending := self.told(*ENDINGS):
            expected = ENDINGS[type(ending[0])]
        elif self.told(told.ReferralAccepted):
            expected = ReferralStatus.ACCEPTED
        elif self.told(told.ScreeningRecorded):
            expected = ReferralStatus.SCREENED
        else:
            expected = ReferralStatus.RECEIVED
        assert self.referral.status is expected

    @invariant()
    def nothing_but_an_erasure_is_told_after_an_ending(self):
        kinds = [type(each) for each in self.story]
        after = kinds[next((place for place, kind in enumerate(kinds) if kind in ENDINGS), len(kinds)) + 1 :]
        assert after in ([], [told.ReferralErased])
        assert told.ReferralErased not in kinds[:-1]

    @invariant()
    def it_was_accepted_once_at_most_and_only_under_a_clearance(self):
        in_force = None
        for each in self.story:
            if isinstance(each, told.ClearanceGranted):
                in_force = each.valid_until
            elif isinstance(each, told.ClearanceWithdrawn):
                assert in_force is not None
                in_force = None
            elif isinstance(each, told.ReferralAccepted):
                assert in_force is not None
                assert each.accepted_at.date() <= in_force
        assert len(self.told(told.ReferralAccepted)) <= 1
        assert self.referral.cleared_until == (in_force if self.referral.is_open else None)

    @invariant()
    def an_open_referral_has_no_ending_date_and_an_ended_one_has(self):
        assert (self.referral.ended_at is None) == self.referral.is_open


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = settings(max_examples=100, stateful_step_count=20, deadline=None)
