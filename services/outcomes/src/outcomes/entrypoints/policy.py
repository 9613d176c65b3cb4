"""Who may do what in outcomes."""

from movewell.web.policy import SEEN, SUBJECT, Policy, allow, anyone

POLICY = Policy(
    {
        ("GET", "/api/questionnaires"): allow("clinician", "coordinator", record=SEEN, why="reading questionnaires"),
        ("POST", "/api/questionnaires/<questionnaire_id>/answers"): allow(
            "clinician", "coordinator", record="questionnaire_id", why="answering for a patient"
        ),
        ("GET", "/api/risks"): allow("clinician", record=SEEN, why="risk"),
        ("POST", "/api/risks/<risk_id>/acknowledge"): allow("clinician", record="risk_id", why="risk"),
        ("POST", "/api/outcomes/<referral_id>/review"): allow(
            "clinician", record="referral_id", why="review of the outcome"
        ),
        ("GET", "/questionnaire/link/<token>"): anyone(),
        ("POST", "/questionnaire/link/<token>"): anyone(),
        ("GET", "/questionnaire"): allow("patient", record=SUBJECT, why="own questionnaire"),
        ("POST", "/questionnaire"): allow("patient", record=SUBJECT, why="own questionnaire"),
    }
)
