"""Who may do what in referral, and how its own broken rules are answered."""

from movewell.web.policy import SEEN, Policy, allow, anyone

REFERRAL = "referral_id"

POLICY = Policy(
    {
        ("POST", "/FHIR/R4/$process-message"): allow("system", scope="referral:write"),
        ("POST", "/oauth2/token"): anyone(),
        ("POST", "/api/referrals"): allow("system", "clinician", "coordinator", scope="referral:write"),
        ("GET", "/api/referrals"): allow("clinician", "coordinator", record=SEEN, why="worklist"),
        ("GET", "/api/referrals/<referral_id>"): allow(
            "system", "clinician", "coordinator", record=REFERRAL, why="reading a referral", scope="referral:read"
        ),
        ("POST", "/api/referrals/<referral_id>/screening"): allow("clinician", record=REFERRAL, why="screening"),
        ("POST", "/api/referrals/<referral_id>/accept"): allow("clinician", record=REFERRAL, why="decision"),
        ("POST", "/api/referrals/<referral_id>/signpost"): allow("clinician", record=REFERRAL, why="decision"),
        ("POST", "/api/referrals/<referral_id>/decline"): allow("clinician", record=REFERRAL, why="decision"),
        ("POST", "/api/referrals/<referral_id>/withdraw"): allow(
            "clinician", "coordinator", record=REFERRAL, why="ending"
        ),
        ("POST", "/api/referrals/<referral_id>/discharge"): allow("clinician", record=REFERRAL, why="ending"),
        ("GET", "/api/webhook-deliveries"): allow(
            "system", record=SEEN, why="what was told of referrals", scope="referral:read"
        ),
        ("GET", "/worklist"): allow("clinician", "coordinator", record=SEEN, why="worklist"),
        ("POST", "/worklist/search"): allow("clinician", "coordinator", record=SEEN, why="search"),
        ("GET", "/referrals/<referral_id>"): allow(
            "clinician", "coordinator", record=REFERRAL, why="reading a referral"
        ),
        ("GET", "/referrals/<referral_id>/screening"): allow("clinician", record=REFERRAL, why="screening"),
        ("POST", "/referrals/<referral_id>/screening"): allow("clinician", record=REFERRAL, why="screening"),
        ("GET", "/referrals/<referral_id>/screening/result"): allow("clinician", record=REFERRAL, why="screening"),
        ("GET", "/referrals/<referral_id>/decision"): allow("clinician", record=REFERRAL, why="decision"),
        ("POST", "/referrals/<referral_id>/decision"): allow("clinician", record=REFERRAL, why="decision"),
        ("POST", "/api/people/<person_id>/erase"): allow("clinician", record="person_id", why="erasure"),
        ("GET", "/refer"): anyone(),
        ("GET", "/refer/privacy"): anyone(),
        ("GET", "/refer/help-now"): anyone(),
        ("GET", "/refer/safe"): anyone(),
        ("POST", "/refer/safe"): anyone(),
        ("GET", "/refer/continue"): anyone(),
        ("GET", "/refer/return"): anyone(),
        ("POST", "/refer/return"): anyone(),
        ("POST", "/refer/save"): anyone(),
        ("GET", "/refer/saved"): anyone(),
        ("POST", "/refer/leave"): anyone(),
        ("GET", "/refer/left"): anyone(),
        ("POST", "/refer/delete"): anyone(),
        ("GET", "/refer/deleted"): anyone(),
        ("GET", "/refer/check"): anyone(),
        ("POST", "/refer/check"): anyone(),
        ("GET", "/refer/sent"): anyone(),
        ("GET", "/refer/<place>"): anyone(),
        ("POST", "/refer/<place>"): anyone(),
    }
)

STATUSES = {
    "screening-incomplete": 422,
    "too-long-to-seal": 422,
    "override-unexplained": 400,
    "draft-ended": 410,
    "allowance-used": 429,
}
"""Code of a broken rule → HTTP status, beside the platform's."""
