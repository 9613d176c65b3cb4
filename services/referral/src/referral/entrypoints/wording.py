"""The words of codes, as staff read them. No page shows a code without its words."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any

SOURCES = {
    "A1": "GP practice",
    "A2": "Health visitor",
    "A3": "Other primary care",
    "A4": "Maternity service",
    "B1": "Self-referral",
    "B2": "Carer or relative",
    "C1": "Social services",
    "C2": "Education service",
    "C3": "Housing service",
    "D1": "Employer",
    "D2": "Occupational health",
    "E1": "Police",
    "E2": "Courts",
    "E3": "Probation service",
    "E4": "Prison",
    "E5": "Court liaison and diversion",
    "E6": "Youth offending team",
    "F1": "School nurse",
    "F2": "Hospital paediatrics",
    "F3": "Community paediatrics",
    "G1": "Independent medium secure inpatients",
    "G2": "Independent low secure inpatients",
    "G3": "Other independent mental health service",
    "G4": "Voluntary sector",
    "H1": "Emergency department",
    "H2": "Other secondary care",
    "I1": "Temporary transfer from another mental health trust",
    "I2": "Permanent transfer from another mental health trust",
    "M1": "Asylum services",
    "M2": "Telephone or electronic access service",
    "M3": "Out-of-area agency",
    "M4": "Drug action team",
    "M5": "Jobcentre Plus",
    "M6": "Other agency",
    "M7": "Single point of access",
    "M8": "Debt agency",
    "N1": "Stepped up from low intensity Talking Therapies",
    "N2": "Stepped down from high intensity Talking Therapies",
    "N4": "Other Talking Therapies service",
    "P1": "Internal referral",
    "Q1": "Mental health drop-in service",
}
END_CODES = {
    "10": "Not suitable for the service",
    "11": "Signposted elsewhere, with the patient’s agreement",
    "12": "Discharged after advice and support only",
    "13": "Referred to another therapy service, with the patient’s agreement",
    "14": "Suitable, but the patient declined",
    "16": "Assessment not finished",
    "17": "The patient died before being taken on",
    "95": "Not known (not taken on)",
    "46": "Treatment finished, by agreement",
    "47": "The patient dropped out",
    "48": "Ended earlier than the patient wished",
    "49": "The patient died during treatment",
    "96": "Not known (taken on)",
    "50": "Not assessed",
}
REJECTIONS = {
    "21": "Transport",
    "22": "Capacity",
    "23": "Not clinically appropriate",
    "24": "Declined by the patient",
    "26": "The patient’s choice",
    "27": "Could not be contacted",
    "31": "None available",
    "40": "Not eligible",
    "42": "Distance",
    "99": "Other reason",
}
CANCELLATIONS = {"revoked": "the referrer took it back", "entered-in-error": "it was sent by mistake"}
FORMATS = {"one_to_one": "One-to-one sessions", "group": "Group sessions"}
INTENSITIES = {"light": "Light", "moderate": "Moderate", "vigorous": "Vigorous"}
OUTCOMES = {
    "cleared": "Cleared to exercise",
    "medical_clearance_needed": "Medical clearance needed first",
    "contraindicated": "Contraindicated: not safe for now",
}
STAGES = {
    "received": "Received, not screened",
    "screened": "Screened, not decided",
    "accepted": "Accepted, no place offered yet",
    "waiting": "On the waiting list for a place",
    "offered": "Place offered, no answer yet",
    "booked": "Sessions booked",
    "delivered": "All sessions over",
}
STATUSES = {
    "received": "Received",
    "screened": "Screened",
    "accepted": "Accepted",
    "signposted": "Ended: signposted to a local activity",
    "declined": "Ended: declined",
    "cancelled": "Ended: cancelled by the referrer",
    "withdrawn": "Ended: withdrawn by the patient",
    "discharged": "Ended: discharged",
    "erased": "Ended: the person’s details were erased",
}
FLAGS = {
    "risk_raised": "Risk: nobody has taken it on",
    "risk_acknowledged": "Risk: taken on, still open",
    "clearance_withdrawn": "Clearance withdrawn",
    "adverse_event": "Adverse event since the last screening",
    "undeliverable": "Messages do not reach the patient",
}
ATTENDANCE = {
    "2": "Cancelled by the patient",
    "3": "Did not attend",
    "4": "Cancelled by the provider",
    "5": "Attended",
    "6": "Arrived late, but was seen",
    "7": "Arrived too late to be seen",
}
MESSAGES = {
    "offer": "offer of a place",
    "confirmation": "confirmation of the booking",
    "reminder": "reminder of a session",
    "questionnaire": "questionnaire",
    "risk_alert": "alert about a risk",
    "signpost": "recommendation of a local activity",
    "cancellation": "cancellation of a session",
    "move": "message that a session was moved",
}
STOPS = {
    "referral_ended": "the referral had ended",
    "no_longer_true": "it was no longer true",
    "no_contact": "there is no email address or phone number to send it to",
    "person_erased": "the person’s details were erased",
}
CLOSES = {
    "referral_ended": "the referral ended",
    "booking_cancelled": "the session was cancelled",
    "overdue": "nobody answered in time",
    "booking_moved": "the session was moved",
}
ACTORS = {"patient": "the patient", "staff": "staff", "referrer": "the referrer", "system": "Movewell"}
ADVERSE_EVENTS = {
    "chest_pain": "chest pain",
    "breathlessness": "unusual breathlessness",
    "dizziness_or_faint": "dizziness or a faint",
    "palpitations": "palpitations",
    "low_blood_sugar": "low blood sugar",
    "pain_or_injury": "pain or an injury",
    "fall": "a fall",
    "distress": "distress",
    "other": "something else",
}
ADVERSE_ACTIONS = {
    "went_on": "The session went on.",
    "went_on_easier": "The session went on, made easier.",
    "stopped": "The patient stopped.",
    "first_aid": "First aid was given.",
    "nhs_111": "NHS 111 was called.",
    "emergency_services": "The emergency services were called.",
}
MEASURES = {"phq9": "PHQ-9 (depression)", "gad7": "GAD-7 (anxiety)"}
RISKS = {
    "phq9_item9": "thoughts of being better off dead or of self-harm (PHQ-9 item 9)",
    "reliable_deterioration": "scores that are reliably worse than at the start",
    "serious_adverse_event": "a serious adverse event at a session, or urgent help called",
}
RISK_OUTCOMES = {
    "no_current_risk": "no current risk",
    "safety_plan_agreed": "a safety plan was agreed",
    "care_stepped_up": "care was stepped up",
    "gp_told": "the GP was told",
    "crisis_team": "the crisis team took over",
    "emergency_services": "the emergency services were called",
    "not_reached": "the patient could not be reached",
    "answered_by_mistake": "it was answered by mistake",
}
CHOICES = {
    "accept": "Accept for sessions",
    "signpost": "Signpost to a local activity",
    "decline": "Decline the referral",
    "ask_gp": "Ask the GP for medical clearance",
    "withdraw": "Record that the patient withdrew",
    "discharge": "Discharge the patient",
}
OVERRIDES = {
    "patient_preference": "The patient prefers it",
    "clinical_judgement": "My clinical judgement is different",
    "new_information": "I know something that the screening does not",
    "practical": "The suggestion is not practical for the patient",
    "other": "Another reason",
}


def in_words(table: Mapping[str, str], code: Any) -> str:
    """The words of a code or of a member of an enumeration; for one that this release does not know, its own name."""
    value = str(code.value if isinstance(code, Enum) else code)
    return table.get(value) or value.replace("_", " ").capitalize()
