"""Who may do what in notifications."""

from movewell.web.policy import SEEN, Policy, allow

POLICY = Policy(
    {
        ("GET", "/api/messages"): allow("clinician", "coordinator", record=SEEN, why="reading messages"),
        ("GET", "/messages"): allow("coordinator", record=SEEN, why="messages that could not be sent"),
        ("POST", "/messages/tasks/<task_id>/done"): allow("coordinator", record="task_id", why="task done"),
        ("GET", "/messages/<referral_id>"): allow(
            "clinician", "coordinator", record="referral_id", why="reading messages"
        ),
    }
)
