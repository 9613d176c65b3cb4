"""Who may do what in notifications."""

from movewell.web.policy import SEEN, Policy, allow

POLICY = Policy({("GET", "/api/messages"): allow("clinician", "coordinator", record=SEEN, why="reading messages")})
