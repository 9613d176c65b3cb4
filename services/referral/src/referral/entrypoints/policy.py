"""Who may do what in referral, and how its own broken rules are answered."""

from movewell.web.policy import Policy, allow

POLICY = Policy(
    {
        ("POST", "/FHIR/R4/$process-message"): allow("system"),
        ("POST", "/api/referrals"): allow("system", "clinician", "coordinator"),
        ("GET", "/api/referrals"): allow("clinician", "coordinator"),
        ("GET", "/api/referrals/<referral_id>"): allow("system", "clinician", "coordinator"),
        ("POST", "/api/referrals/<referral_id>/screening"): allow("clinician"),
        ("POST", "/api/referrals/<referral_id>/accept"): allow("clinician"),
        ("POST", "/api/referrals/<referral_id>/signpost"): allow("clinician"),
        ("POST", "/api/referrals/<referral_id>/decline"): allow("clinician"),
        ("POST", "/api/referrals/<referral_id>/withdraw"): allow("clinician", "coordinator"),
        ("POST", "/api/referrals/<referral_id>/discharge"): allow("clinician"),
        ("POST", "/api/people/<person_id>/erase"): allow("clinician"),
    }
)

STATUSES = {"screening-incomplete": 422, "too-long-to-seal": 422}
"""Code of a broken rule → HTTP status, beside the platform's."""
