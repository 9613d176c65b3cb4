"""What bandit found that nobody has accepted with a reason, and what is accepted that it no longer finds."""

from __future__ import annotations

import json
import tomllib
from fnmatch import fnmatch
from typing import Any

from deploy.tools.places import TOOLS, run, sources

Finding = dict[str, Any]


def accepted() -> list[dict[str, str]]:
    return tomllib.loads((TOOLS / "bandit.toml").read_text(encoding="utf-8"))["accepted"]


def faults(report: dict[str, Any], allowed: list[dict[str, str]]) -> list[str]:
    """What stands in the way of a clean report; a file that bandit could not read is a fault too."""
    found: list[Finding] = report["results"]
    unread = [f"{each['filename']}: not read: {each['reason']}" for each in report["errors"]]
    new = [_told(each) for each in found if not any(_covers(line, each) for line in allowed)]
    stale = [
        f"bandit.toml accepts {line['test']} in {line['where']}, where there is none"
        for line in allowed
        if not any(_covers(line, each) for each in found)
    ]
    bare = [f"bandit.toml accepts {line['test']} without a reason" for line in allowed if not line.get("why")]
    return unread + new + stale + bare


def check() -> list[str]:
    done = run("bandit", "-q", "-r", *sources(), "-x", "deploy/tools/semgrep", "-f", "json")
    if done.returncode not in (0, 1):
        return [f"bandit failed: {done.stderr.strip()}"]
    return faults(json.loads(done.stdout), accepted())


def _covers(line: dict[str, str], finding: Finding) -> bool:
    return line["test"] == finding["test_id"] and fnmatch(finding["filename"].removeprefix("./"), line["where"])


def _told(finding: Finding) -> str:
    return f"{finding['filename']}:{finding['line_number']}: {finding['test_id']} {finding['issue_text']}"
