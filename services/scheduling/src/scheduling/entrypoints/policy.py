"""Who may do what in scheduling. Which records one may touch is in the query: the tenant's, or the link's."""

from movewell.web.policy import SEEN, SUBJECT, Policy, allow, anyone

_RUNS = ("instructor", "coordinator")
"""Who runs sessions: an instructor their own, a coordinator every one."""

_OWN_SESSIONS = allow("patient", record=SUBJECT, why="own sessions")
POLICY = Policy(
    {
        ("POST", "/api/series"): allow("coordinator"),
        ("GET", "/api/sessions"): allow("coordinator", "instructor", "clinician"),
        ("GET", "/api/programmes/<referral_id>"): allow(
            "coordinator", "clinician", record="referral_id", why="reading a programme"
        ),
        ("POST", "/api/offers/<offer_id>/accept"): allow(
            "coordinator", record="offer_id", why="answering for a patient"
        ),
        ("POST", "/api/offers/<offer_id>/decline"): allow(
            "coordinator", record="offer_id", why="answering for a patient"
        ),
        ("POST", "/api/offers/<offer_id>/another-time"): allow(
            "coordinator", record="offer_id", why="answering for a patient"
        ),
        ("POST", "/api/programmes/<referral_id>/times"): allow(
            "coordinator", record="referral_id", why="agreeing on times"
        ),
        ("POST", "/api/bookings/<booking_id>/move"): allow("coordinator", record="booking_id", why="moving a booking"),
        ("POST", "/api/bookings/<booking_id>/cancel"): allow(
            "coordinator", record="booking_id", why="cancelling a booking"
        ),
        ("POST", "/api/bookings/<booking_id>/attendance"): allow(
            "instructor", "coordinator", record="booking_id", why="attendance"
        ),
        ("GET", "/today"): allow(*_RUNS),
        ("GET", "/register/<session_id>"): allow(*_RUNS, "clinician", record=SEEN, why="register of a session"),
        ("POST", "/register/<session_id>/attendance"): allow(*_RUNS, record=SEEN, why="attendance"),
        ("GET", "/register/<session_id>/adverse-events/<booking_id>"): allow(*_RUNS, record=SEEN, why="adverse event"),
        ("POST", "/register/<session_id>/adverse-events/<booking_id>"): allow(*_RUNS, record=SEEN, why="adverse event"),
        ("GET", "/register/<session_id>/notes/<booking_id>"): allow("instructor", record=SEEN, why="note"),
        ("POST", "/register/<session_id>/notes/<booking_id>"): allow("instructor", record=SEEN, why="note"),
        ("GET", "/sessions"): allow("coordinator"),
        ("GET", "/sessions/new"): allow("coordinator"),
        ("POST", "/sessions/new"): allow("coordinator"),
        ("GET", "/sessions/<session_id>"): allow("coordinator", record=SEEN, why="seats of a session"),
        ("GET", "/sessions/<session_id>/cancel"): allow("coordinator", record=SEEN, why="cancelling a session"),
        ("POST", "/sessions/<session_id>/cancel"): allow("coordinator", record=SEEN, why="cancelling a session"),
        ("GET", "/offers"): allow("coordinator", record=SEEN, why="open offers"),
        ("GET", "/waiting-list"): allow("coordinator", record=SEEN, why="waiting list"),
        ("GET", "/programmes/<referral_id>"): allow(
            "coordinator", "clinician", record="referral_id", why="reading a programme"
        ),
        ("POST", "/programmes/<referral_id>/offer"): allow(
            "coordinator", record="referral_id", why="answering for a patient"
        ),
        ("POST", "/programmes/<referral_id>/place"): allow("coordinator", record="referral_id", why="offering a place"),
        ("GET", "/programmes/<referral_id>/bookings/<booking_id>/cancel"): allow(
            "coordinator", record="referral_id", why="cancelling a booking"
        ),
        ("POST", "/programmes/<referral_id>/bookings/<booking_id>/cancel"): allow(
            "coordinator", record="referral_id", why="cancelling a booking"
        ),
        ("GET", "/programmes/<referral_id>/bookings/<booking_id>/move"): allow(
            "coordinator", record="referral_id", why="moving a booking"
        ),
        ("POST", "/programmes/<referral_id>/bookings/<booking_id>/move"): allow(
            "coordinator", record="referral_id", why="moving a booking"
        ),
        ("GET", "/programmes/<referral_id>/times"): allow(
            "coordinator", record="referral_id", why="agreeing times with a patient"
        ),
        ("POST", "/programmes/<referral_id>/times"): allow(
            "coordinator", record="referral_id", why="agreeing times with a patient"
        ),
        ("GET", "/offer/link/<token>"): anyone(),
        ("POST", "/offer/link/<token>"): anyone(),
        ("GET", "/offer"): allow("patient", record=SUBJECT, why="own offer"),
        ("POST", "/offer"): allow("patient", record=SUBJECT, why="own offer"),
        ("GET", "/offer/another-time"): allow("patient", record=SUBJECT, why="own offer"),
        ("POST", "/offer/another-time"): allow("patient", record=SUBJECT, why="own offer"),
        ("GET", "/booking/link/<token>"): anyone(),
        ("POST", "/booking/link/<token>"): anyone(),
        ("GET", "/booking"): _OWN_SESSIONS,
        ("GET", "/booking/<booking_id>/move"): _OWN_SESSIONS,
        ("POST", "/booking/<booking_id>/move"): _OWN_SESSIONS,
        ("GET", "/booking/<booking_id>/cancel"): _OWN_SESSIONS,
        ("POST", "/booking/<booking_id>/cancel"): _OWN_SESSIONS,
        ("GET", "/booking/cancel"): _OWN_SESSIONS,
        ("POST", "/booking/cancel"): _OWN_SESSIONS,
        ("GET", "/booking/calendar.ics"): _OWN_SESSIONS,
        ("GET", "/booking/<booking_id>/calendar.ics"): _OWN_SESSIONS,
    }
)
