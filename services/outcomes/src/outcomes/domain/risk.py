"""When a clinician must look the same working day."""

from __future__ import annotations

from collections.abc import Mapping

from movewell.contracts.adverse_events import AdverseEventAction, AdverseEventSeverity
from movewell.contracts.types import Measure, RiskTrigger

from outcomes.domain.change import Pair, reliably_rose
from outcomes.domain.measures import INSTRUMENTS

RISK_ITEM = "phq9_9"
URGENT_HELP = (AdverseEventAction.NHS_111, AdverseEventAction.EMERGENCY_SERVICES)
_HIGHEST = max(option.value for option in INSTRUMENTS[Measure.PHQ9].options)


def states_risk(answers: Mapping[str, object]) -> bool:
    """Whether item 9 is answered above 0, whatever else is wrong or missing; what is no option of it says nothing."""
    stated = answers.get(RISK_ITEM)
    return isinstance(stated, int) and not isinstance(stated, bool) and 0 < stated <= _HIGHEST


def risks(*, phq9_answers: Mapping[str, int], pairs: Mapping[Measure, Pair]) -> list[RiskTrigger]:
    """What the latest answers and the change from the first to the latest score raise, none twice.

    - PHQ-9 item 9 (better off dead, hurting oneself) above 0, whatever the total and even if other
      items are unanswered. It asks for an assessment; it is not a crisis by itself.
    - A rise by the reliable change index (PHQ-9 6, GAD-7 4) on either measure. Unlike the national
      flag `reliably_deteriorated`, a fall on the other measure doesn't cancel it, nor is a pair of the
      other needed.
    """
    found = []
    if states_risk(phq9_answers):
        found.append(RiskTrigger.PHQ9_ITEM9)
    if any(reliably_rose(measure, pair) for measure, pair in pairs.items()):
        found.append(RiskTrigger.RELIABLE_DETERIORATION)
    return found


def is_serious(severity: AdverseEventSeverity, action: AdverseEventAction) -> bool:
    """Whether an adverse event raises a risk: graded serious, or urgent help was called, however it was graded.

    Any adverse event is one of the triggers on which an exercise referral scheme tells a clinician the same working
    day; a milder one does so by its flag on the worklist alone. The grades are those of adverse event logs in
    exercise trials. Where the line is drawn is ours, not clinically verified.
    """
    return severity is AdverseEventSeverity.SERIOUS or action in URGENT_HELP
