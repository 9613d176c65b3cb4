"""The composition root of outcomes."""

from movewell.service import Service
from movewell.store.documents import stored
from movewell.store.port import Index

from outcomes.domain.case import Case
from outcomes.domain.questionnaire import Questionnaire
from outcomes.domain.risk_item import RiskItem
from outcomes.entrypoints.subscriptions import ALARMS, REACTIONS

STORED = stored(
    cases=(Case, ()),
    questionnaires=(Questionnaire, (Index(("referral_id", "due_at")),)),
    risk_items=(RiskItem, (Index(("acknowledged", "raised_at")), Index(("referral_id",)))),
)
SERVICE = Service("outcomes", STORED, REACTIONS, alarms=ALARMS)
