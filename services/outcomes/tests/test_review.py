"""The outcome that a clinician reviews, as it is told."""

from datetime import UTC, datetime

import pytest
from movewell.contracts.types import Measure
from outcomes.domain.case import Case, Scored

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("scores", "at_caseness"),
    [
        ({Measure.PHQ9: 12}, True),
        ({Measure.PHQ9: 4}, None),
        ({Measure.PHQ9: 4, Measure.GAD7: 3}, False),
    ],
)
def test_caseness_is_told_only_where_the_first_scores_can_say(scores, at_caseness):
    case = Case(id="019a0000-0000-7000-8000-000000000001", tenant="ZT001")
    case.scores = [Scored(measure, score, NOW) for measure, score in scores.items()]
    case.review(NOW)
    (event,) = case.take_events()
    assert event.at_caseness is at_caseness
