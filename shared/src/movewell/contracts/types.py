"""The types that events are made of. Code lists cite their source; values are the codes themselves."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

from movewell.contracts.shapes import Text, Whole

_UUID = r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"


def _identifies(of: str) -> str:
    return f"Identifier of {'an' if of[0] in 'aeiou' else 'a'} {of}"


def _id(of: str, example: str) -> Text:
    return Text(_UUID, _identifies(of), f"019a0000-0000-7000-8000-{example:0>12}", 36)


def _slug(of: str, example: str) -> Text:
    return Text(r"^[a-z0-9][a-z0-9-]{0,62}$", _identifies(of), example, 63)


ReferralId = Annotated[str, _id("referral", "1")]
PersonId = Annotated[str, _id("person (opaque; never an NHS number)", "2")]
ScreeningId = Annotated[str, _id("pre-exercise screening", "3")]
OfferId = Annotated[str, _id("offer", "4")]
SessionId = Annotated[str, _id("session", "5")]
BookingId = Annotated[str, _id("booking", "6")]
QuestionnaireId = Annotated[str, _id("questionnaire", "7")]
RiskId = Annotated[str, _id("risk item", "8")]
MessageId = Annotated[str, _id("message", "9")]
AdverseEventId = Annotated[str, _id("adverse event", "10")]
VenueId = Annotated[str, _slug("venue", "st-charles-gym")]
InstructorId = Annotated[str, _slug("instructor", "instructor-1")]
SeriesId = Annotated[str, _slug("weekly series of sessions", "monday-gym-group")]
ActivityCode = Annotated[str, _slug("local activity that a patient is signposted to", "parkrun")]
RulesetVersion = Annotated[str, Text(r"^[0-9]{4}\.[0-9]+$", "Version of the screening rules", "2026.1", 12)]
PrecautionCodes = Annotated[
    str,
    Text(
        r"^[a-z0-9_-]+( [a-z0-9_-]+)*$",
        "Codes of the screening rules that an instructor should know of, one space between two",
        "acsm-1 pregnancy",
        500,
    ),
]
Sealed = Annotated[
    str,
    Text(r"^[A-Za-z0-9_=-]+$", "Ciphertext under the person's key (URL-safe base64)", "AAECAwQFBgc=", 8000),
]
Score = Annotated[int, Whole(0, 500, "Total score of a measure", "points")]
Count = Annotated[int, Whole(0, 1000, "A number of things", "count")]
Ordinal = Annotated[int, Whole(1, 1000, "Place in a row, the first is 1", "place")]
DeprivationDecile = Annotated[
    int,
    Whole(
        1, 10, "Decile of the English Index of Multiple Deprivation, 1 is the most deprived tenth of areas", "decile"
    ),
]


class SourceOfReferral(str, Enum):
    """SOURCE OF REFERRAL FOR IAPT: IAPT Data Set v2.1, IDS101 SourceOfReferralIAPT."""

    GP_PRACTICE = "A1"
    HEALTH_VISITOR = "A2"
    OTHER_PRIMARY_CARE = "A3"
    MATERNITY = "A4"
    SELF = "B1"
    CARER_OR_RELATIVE = "B2"
    SOCIAL_SERVICES = "C1"
    EDUCATION = "C2"
    HOUSING = "C3"
    EMPLOYER = "D1"
    OCCUPATIONAL_HEALTH = "D2"
    POLICE = "E1"
    COURTS = "E2"
    PROBATION = "E3"
    PRISON = "E4"
    COURT_LIAISON = "E5"
    YOUTH_OFFENDING = "E6"
    SCHOOL_NURSE = "F1"
    HOSPITAL_PAEDIATRICS = "F2"
    COMMUNITY_PAEDIATRICS = "F3"
    INDEPENDENT_MEDIUM_SECURE = "G1"
    INDEPENDENT_LOW_SECURE = "G2"
    OTHER_INDEPENDENT_MENTAL_HEALTH = "G3"
    VOLUNTARY_SECTOR = "G4"
    EMERGENCY_DEPARTMENT = "H1"
    OTHER_SECONDARY_CARE = "H2"
    TEMPORARY_TRANSFER = "I1"
    PERMANENT_TRANSFER = "I2"
    ASYLUM_SERVICES = "M1"
    TELEPHONE_OR_ELECTRONIC = "M2"
    OUT_OF_AREA_AGENCY = "M3"
    DRUG_ACTION_TEAM = "M4"
    JOBCENTRE_PLUS = "M5"
    OTHER_AGENCY = "M6"
    SINGLE_POINT_OF_ACCESS = "M7"
    DEBT_AGENCY = "M8"
    STEPPED_UP = "N1"
    STEPPED_DOWN = "N2"
    OTHER_TALKING_THERAPIES = "N4"
    INTERNAL_REFERRAL = "P1"
    MENTAL_HEALTH_DROP_IN = "Q1"


class EndCode(str, Enum):
    """REASON FOR END OF TALKING THERAPIES REFERRAL: IAPT Data Set v2.1, IDS101 EndCode."""

    NOT_SUITABLE = "10"
    SIGNPOSTED = "11"
    AFTER_ADVICE = "12"
    REFERRED_TO_ANOTHER_SERVICE = "13"
    PATIENT_DECLINED = "14"
    INCOMPLETE_ASSESSMENT = "16"
    DECEASED_NOT_TAKEN_ON = "17"
    NOT_KNOWN_NOT_TAKEN_ON = "95"
    MUTUALLY_AGREED = "46"
    DROPPED_OUT = "47"
    ENDED_EARLIER_THAN_PATIENT_WISHED = "48"
    DECEASED = "49"
    NOT_KNOWN = "96"
    NOT_ASSESSED = "50"


class AttendanceCode(str, Enum):
    """ATTENDED OR DID NOT ATTEND CODE: NHS Data Model and Dictionary, IAPT Data Set v2.1 IDS201."""

    CANCELLED_BY_PATIENT = "2"
    DID_NOT_ATTEND = "3"
    CANCELLED_BY_PROVIDER = "4"
    ATTENDED = "5"
    ARRIVED_LATE_SEEN = "6"
    ARRIVED_LATE_NOT_SEEN = "7"

    @property
    def is_attended(self) -> bool:
        """The patient was seen: codes 5 and 6."""
        return self in (AttendanceCode.ATTENDED, AttendanceCode.ARRIVED_LATE_SEEN)


class RejectionReason(str, Enum):
    """Why a referral is declined: BaRS CodeSystem dos-rejected-reasons-bars."""

    TRANSPORT = "21"
    CAPACITY = "22"
    NOT_CLINICALLY_APPROPRIATE = "23"
    DECLINED_BY_PATIENT = "24"
    PATIENT_CHOICE = "26"
    COULD_NOT_BE_CONTACTED = "27"
    NONE_AVAILABLE = "31"
    NOT_ELIGIBLE = "40"
    DISTANCE = "42"
    OTHER = "99"


class CancellationReason(str, Enum):
    """Status of the ServiceRequest in a BaRS cancel message: FHIR R4 request-status."""

    REVOKED = "revoked"
    ENTERED_IN_ERROR = "entered-in-error"


class IntakeChannel(str, Enum):
    """The door that a referral came through."""

    BARS = "bars"
    JSON = "json"
    WEB = "web"


class EthnicCategory(str, Enum):
    """ETHNIC CATEGORY: NHS Data Model and Dictionary, IAPT Data Set v2.1 IDS001 EthnicCategory."""

    WHITE_BRITISH = "A"
    WHITE_IRISH = "B"
    OTHER_WHITE = "C"
    WHITE_AND_BLACK_CARIBBEAN = "D"
    WHITE_AND_BLACK_AFRICAN = "E"
    WHITE_AND_ASIAN = "F"
    OTHER_MIXED = "G"
    INDIAN = "H"
    PAKISTANI = "J"
    BANGLADESHI = "K"
    OTHER_ASIAN = "L"
    CARIBBEAN = "M"
    AFRICAN = "N"
    OTHER_BLACK = "P"
    CHINESE = "R"
    OTHER = "S"
    NOT_STATED = "Z"
    NOT_KNOWN = "99"


class SessionFormat(str, Enum):
    """How a session is given."""

    ONE_TO_ONE = "one_to_one"
    GROUP = "group"


class Intensity(str, Enum):
    """Exercise intensity by rating of perceived exertion (Borg 6–20): ACSM, GETP 10th edition."""

    LIGHT = "light"
    MODERATE = "moderate"
    VIGOROUS = "vigorous"


class ScreeningOutcome(str, Enum):
    """What the pre-exercise screening came to."""

    CLEARED = "cleared"
    MEDICAL_CLEARANCE_NEEDED = "medical_clearance_needed"
    CONTRAINDICATED = "contraindicated"


class Actor(str, Enum):
    """In what capacity somebody acted."""

    PATIENT = "patient"
    STAFF = "staff"
    REFERRER = "referrer"
    SYSTEM = "system"


class Measure(str, Enum):
    """An outcome measure."""

    PHQ9 = "phq9"
    GAD7 = "gad7"


class RiskTrigger(str, Enum):
    """What made a clinician need to look the same day."""

    PHQ9_ITEM9 = "phq9_item9"
    RELIABLE_DETERIORATION = "reliable_deterioration"
    SERIOUS_ADVERSE_EVENT = "serious_adverse_event"


class RiskOutcome(str, Enum):
    """What came of a risk item: Movewell's own list, for there is no national one."""

    NO_CURRENT_RISK = "no_current_risk"
    SAFETY_PLAN_AGREED = "safety_plan_agreed"
    CARE_STEPPED_UP = "care_stepped_up"
    GP_TOLD = "gp_told"
    CRISIS_TEAM = "crisis_team"
    EMERGENCY_SERVICES = "emergency_services"
    NOT_REACHED = "not_reached"
    ANSWERED_BY_MISTAKE = "answered_by_mistake"


class CloseReason(str, Enum):
    """Why a questionnaire was closed unanswered."""

    REFERRAL_ENDED = "referral_ended"
    BOOKING_CANCELLED = "booking_cancelled"
    OVERDUE = "overdue"
    BOOKING_MOVED = "booking_moved"


class MessageKind(str, Enum):
    """What a message is for."""

    OFFER = "offer"
    CONFIRMATION = "confirmation"
    REMINDER = "reminder"
    QUESTIONNAIRE = "questionnaire"
    RISK_ALERT = "risk_alert"
    SIGNPOST = "signpost"
    CANCELLATION = "cancellation"
    MOVE = "move"


class StopReason(str, Enum):
    """Why a planned message was not sent."""

    REFERRAL_ENDED = "referral_ended"
    NO_LONGER_TRUE = "no_longer_true"
    NO_CONTACT = "no_contact"
    PERSON_ERASED = "person_erased"


class Channel(str, Enum):
    """How a message travels."""

    EMAIL = "email"
