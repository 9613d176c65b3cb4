"""Who may do what in outcomes."""

from movewell.web.policy import SEEN, SUBJECT, Policy, allow, anyone

_OWN = allow("patient", record=SUBJECT, why="own questionnaire")
_RISK = allow("clinician", record="risk_id", why="risk")
_PHONE = allow("clinician", "coordinator", record="referral_id", why="answering for a patient")

POLICY = Policy(
    {
        ("GET", "/api/questionnaires"): allow("clinician", "coordinator", record=SEEN, why="reading questionnaires"),
        ("POST", "/api/questionnaires/<questionnaire_id>/answers"): allow(
            "clinician", "coordinator", record="questionnaire_id", why="answering for a patient"
        ),
        ("GET", "/api/risks"): allow("clinician", record=SEEN, why="risk"),
        ("POST", "/api/risks/<risk_id>/acknowledge"): _RISK,
        ("POST", "/api/risks/<risk_id>/close"): _RISK,
        ("POST", "/api/outcomes/<referral_id>/review"): allow(
            "clinician", record="referral_id", why="review of the outcome"
        ),
        ("GET", "/risks"): allow("clinician", record=SEEN, why="risk"),
        ("GET", "/risks/<risk_id>"): _RISK,
        ("POST", "/risks/<risk_id>/acknowledge"): _RISK,
        ("POST", "/risks/<risk_id>/close"): _RISK,
        ("GET", "/cases/<referral_id>"): allow("clinician", record="referral_id", why="scores and answers"),
        ("POST", "/cases/<referral_id>/review"): allow("clinician", record="referral_id", why="review of the outcome"),
        ("GET", "/cases/<referral_id>/questionnaires"): allow(
            "clinician", "coordinator", record="referral_id", why="reading questionnaires"
        ),
        ("GET", "/cases/<referral_id>/questionnaires/<questionnaire_id>"): _PHONE,
        ("POST", "/cases/<referral_id>/questionnaires/<questionnaire_id>"): _PHONE,
        ("GET", "/questionnaire/link/<token>"): anyone(),
        ("POST", "/questionnaire/link/<token>"): anyone(),
        ("GET", "/questionnaire"): _OWN,
        ("POST", "/questionnaire"): _OWN,
        ("POST", "/questionnaire/start"): _OWN,
        ("GET", "/questionnaire/all"): _OWN,
        ("POST", "/questionnaire/save"): _OWN,
        ("GET", "/questionnaire/question/<number>"): _OWN,
        ("POST", "/questionnaire/question/<number>"): _OWN,
        ("GET", "/questionnaire/help"): _OWN,
        ("GET", "/questionnaire/saved"): _OWN,
        ("GET", "/questionnaire/check"): _OWN,
        ("GET", "/progress/link/<token>"): anyone(),
        ("POST", "/progress/link/<token>"): anyone(),
        ("GET", "/progress"): allow("patient", record=SUBJECT, why="own progress"),
    }
)
