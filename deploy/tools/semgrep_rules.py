"""The laws as rules of semgrep: each finds what its fixture says and no more, and nothing in the code."""

from __future__ import annotations

from deploy.tools.places import run, sources

RULES = "deploy/tools/semgrep"
_QUIET = ("--metrics=off", "--disable-version-check")


def check() -> list[str]:
    fixtures = run("semgrep", "--test", "--metrics=off", RULES)
    if fixtures.returncode != 0:
        return [f"a rule and its fixture disagree:\n{fixtures.stdout}{fixtures.stderr}"]
    scan = ("semgrep", "scan", *_QUIET, "--error", "--quiet", "--strict", "--config", RULES, "--exclude", RULES)
    done = run(*scan, *sources())
    return [] if done.returncode == 0 else [f"semgrep:\n{done.stdout}{done.stderr}"]
