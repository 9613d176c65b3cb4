"""Who may do what in outcomes."""

from movewell.web.policy import Policy, allow, anyone

POLICY = Policy(
    {
        ("GET", "/api/questionnaires"): allow("clinician", "coordinator"),
        ("POST", "/api/questionnaires/<questionnaire_id>/answers"): allow("clinician", "coordinator"),
        ("GET", "/api/risks"): allow("clinician"),
        ("POST", "/api/risks/<risk_id>/acknowledge"): allow("clinician"),
        ("POST", "/api/outcomes/<referral_id>/review"): allow("clinician"),
        ("GET", "/questionnaire/link/<token>"): anyone(),
        ("POST", "/questionnaire/link/<token>"): anyone(),
        ("GET", "/questionnaire"): allow("patient"),
        ("POST", "/questionnaire"): allow("patient"),
    }
)
