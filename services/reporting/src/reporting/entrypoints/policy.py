"""Who may see what of reporting. Anyone may see figures fit for publication; a manager sees exact ones."""

from movewell.web.policy import Policy, allow, anyone

POLICY = Policy(
    {
        ("GET", "/"): anyone(),
        ("GET", "/report"): anyone(),
        ("GET", "/report/exact"): allow("manager", "patient"),
        ("GET", "/api/report"): allow("manager"),
        ("GET", "/report/exact/link/<token>"): anyone(),
        ("POST", "/report/exact/link/<token>"): anyone(),
    }
)
