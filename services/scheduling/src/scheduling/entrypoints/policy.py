"""Who may do what in scheduling. Which records one may touch is in the query: the tenant's, or the link's."""

from movewell.web.policy import Policy, allow, anyone

POLICY = Policy(
    {
        ("POST", "/api/series"): allow("coordinator"),
        ("GET", "/api/sessions"): allow("coordinator", "instructor", "clinician"),
        ("GET", "/api/programmes/<referral_id>"): allow("coordinator", "clinician"),
        ("POST", "/api/offers/<offer_id>/accept"): allow("coordinator"),
        ("POST", "/api/offers/<offer_id>/decline"): allow("coordinator"),
        ("POST", "/api/bookings/<booking_id>/cancel"): allow("coordinator"),
        ("POST", "/api/bookings/<booking_id>/attendance"): allow("instructor", "coordinator"),
        ("GET", "/offer/link/<token>"): anyone(),
        ("POST", "/offer/link/<token>"): anyone(),
        ("GET", "/offer"): allow("patient"),
        ("POST", "/offer"): allow("patient"),
    }
)
