"""What is accepted is accepted for a reason, and what is in no table fails."""

from __future__ import annotations

import re
from typing import Any

import pytest

from deploy.tools import bandit_findings, bills, licences
from deploy.tools.places import TOOLS, pins

KNOWN = {"compatible": {"MIT": "permissive"}, "packages": {"flask": "MIT"}}
FINDING = {"test_id": "B608", "filename": "./shared/src/a.py", "line_number": 3, "issue_text": "SQL"}
ACCEPTED = {"test": "B608", "where": "shared/src/*", "why": "values are bound"}


def test_every_pinned_package_has_a_licence_that_we_accept() -> None:
    assert licences.check() == []


def test_a_package_of_unknown_licence_fails() -> None:
    found = licences.faults({"flask", "new"}, KNOWN, lambda _: None)
    assert found == ["new: its licence is not in licences.toml"]


@pytest.mark.parametrize(("expression", "fits"), [("MIT", 1), ("GPL-3.0-only", 0), ("MIT OR X", 1), ("MIT AND X", 0)])
def test_a_licence_fits_by_its_expression(expression: str, fits: int) -> None:
    found = licences.faults({"flask"}, {**KNOWN, "packages": {"flask": expression}}, lambda _: None)
    assert (found == []) == bool(fits)


def test_a_package_that_says_otherwise_of_itself_fails() -> None:
    found = licences.faults({"flask"}, KNOWN, lambda _: "BSD-3-Clause")
    assert found == ["flask: licences.toml says MIT, the package BSD-3-Clause"]


def report(*findings: dict[str, Any], errors: tuple[dict[str, str], ...] = ()) -> dict[str, Any]:
    return {"results": list(findings), "errors": list(errors)}


def test_a_finding_passes_where_it_is_accepted_and_nowhere_else() -> None:
    assert bandit_findings.faults(report(FINDING), [ACCEPTED]) == []
    elsewhere = {**FINDING, "filename": "services/a.py"}
    found = bandit_findings.faults(report(FINDING, elsewhere), [ACCEPTED])
    assert found == ["services/a.py:3: B608 SQL"]


def test_a_stale_line_a_line_without_a_reason_and_a_file_not_read_are_faults() -> None:
    assert len(bandit_findings.faults(report(), [ACCEPTED])) == 1
    assert len(bandit_findings.faults(report(FINDING), [{**ACCEPTED, "why": ""}])) == 1
    assert len(bandit_findings.faults(report(errors=({"filename": "a.py", "reason": "syntax"},)), [])) == 1


def test_each_rule_has_a_fixture_that_it_finds_and_one_that_it_leaves() -> None:
    rules = sorted((TOOLS / "semgrep").glob("*.yaml"))
    assert len(rules) >= 7
    for rule in rules:
        (fixture,) = [each for each in rule.parent.glob(f"{rule.stem}.*") if each.suffix != ".yaml"]
        text = fixture.read_text(encoding="utf-8")
        assert re.findall(r"^  - id: (\S+)$", rule.read_text(encoding="utf-8"), re.MULTILINE) == [rule.stem]
        assert f" ruleid: {rule.stem}" in text and f" ok: {rule.stem}" in text


def test_the_tools_are_pinned_with_digests_and_no_address() -> None:
    text = (TOOLS / "requirements.txt").read_text(encoding="utf-8")
    assert pins(TOOLS / "requirements.in").items() <= pins(TOOLS / "requirements.txt").items()
    blocks = re.split(r"\n(?=[A-Za-z0-9])", text.strip())
    assert all(re.search(r"--hash=sha256:[0-9a-f]{64}", each) for each in blocks)
    assert "://" not in text and "--index" not in text


def test_a_bill_lists_every_package_in_its_version_with_a_digest() -> None:
    hashes = [{"hashes": [{"alg": "SHA-256", "content": "00"}]}]
    whole = {"name": "Flask", "version": "3.1.3", "externalReferences": hashes}
    assert bills.faults("referral", {"components": [whole]}, {"flask": "3.1.3"}) == []
    assert len(bills.faults("referral", {"components": []}, {"flask": "3.1.3"})) == 1
    assert len(bills.faults("referral", {"components": [whole]}, {"flask": "3.1.4"})) == 1
    assert len(bills.faults("referral", {"components": [{**whole, "externalReferences": []}]}, {})) == 1
