"""Who may do what in notifications."""

from movewell.web.policy import Policy, allow

POLICY = Policy({("GET", "/api/messages"): allow("clinician", "coordinator")})
