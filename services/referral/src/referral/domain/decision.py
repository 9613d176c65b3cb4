"""A decision about a referral as it is kept: what was suggested, what was decided, by whom, and why otherwise."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from movewell.contracts.types import EndCode, RejectionReason, SessionFormat
from movewell.kernel import Invalid


class Choice(str, Enum):
    """What may be decided. To ask the GP for a medical clearance changes nothing of the referral yet."""

    ACCEPT = "accept"
    SIGNPOST = "signpost"
    DECLINE = "decline"
    ASK_GP = "ask_gp"
    WITHDRAW = "withdraw"
    DISCHARGE = "discharge"


class OverrideReason(str, Enum):
    """Why a clinician decides otherwise than was suggested: Movewell's own list."""

    PATIENT_PREFERENCE = "patient_preference"
    CLINICAL_JUDGEMENT = "clinical_judgement"
    NEW_INFORMATION = "new_information"
    PRACTICAL = "practical"
    OTHER = "other"


class OverrideUnexplained(Invalid):
    """The decision is not what was suggested, and nobody says why."""

    code = "override-unexplained"


@dataclass(frozen=True, kw_only=True)
class Made:
    """A decision as somebody makes it, with what it needs: see `read_made` for which. `note` is plain text."""

    choice: Choice
    format: SessionFormat | None = None
    sessions_planned: int | None = None
    activity: str | None = None
    rejection: RejectionReason | None = None
    end_code: EndCode | None = None
    override: OverrideReason | None = None
    note: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Decision:
    """`by` is the subject of who decided, `name` their name, empty where nobody says it.

    `suggested` is the rule that spoke, None where none did. `override` is set if, and only if, the decision is not
    the suggested one. `note` is ciphertext.
    """

    choice: Choice
    by: str
    decided_at: datetime
    suggested: str | None
    ruleset: str
    override: OverrideReason | None = None
    note: str | None = None
    name: str = ""
