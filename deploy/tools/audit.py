"""Everything of the audit that needs no network: `make audit`."""

from __future__ import annotations

import sys
import time

from deploy.tools import bandit_findings, bills, licences, semgrep_rules

CHECKS = {
    "licences": licences.check,
    "bandit": bandit_findings.check,
    "semgrep": semgrep_rules.check,
    "bills of materials": bills.check,
}


def main() -> int:
    faults = []
    for name, check in CHECKS.items():
        began = time.monotonic()
        found = check()
        print(f"{name}: {f'{len(found)} faults' if found else 'clean'}, {time.monotonic() - began:.0f} s", flush=True)
        faults += found
    print("\n".join(faults), file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
