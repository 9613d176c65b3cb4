"""Who may see what of reporting: anyone figures fit for publication; managers filter them, and see exact ones."""

from movewell.web.policy import Policy, allow, anyone

POLICY = Policy(
    {
        ("GET", "/"): anyone(),
        ("GET", "/report"): anyone(),
        ("GET", "/report.csv"): anyone(),
        ("GET", "/report.pdf"): anyone(),
        ("GET", "/report/exact"): allow("manager", "patient"),
        ("GET", "/report/exact.csv"): allow("manager", "patient"),
        ("GET", "/report/exact.pdf"): allow("manager", "patient"),
        ("GET", "/api/report"): allow("manager"),
        ("GET", "/report/exact/link/<token>"): anyone(),
        ("POST", "/report/exact/link/<token>"): anyone(),
    }
)
