"""An audit that could ask about nothing is no audit, whatever pip-audit says of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from deploy.tools import advisories, dependencies

PINNED = {"flask": "3.1.3", "jinja2": "3.1.6"}
SKIPPED = {"name": "jinja2", "skip_reason": "Dependency not found on PyPI and could not be audited: jinja2 (3.1.6)"}


def looked_up(name: str, version: str, *ids: str) -> dict[str, Any]:
    return {"name": name, "version": version, "vulns": [{"id": each, "fix_versions": []} for each in ids]}


def test_packages_that_were_all_looked_up_and_have_no_weakness_pass() -> None:
    answer = {"dependencies": [looked_up("Flask", "3.1.3"), looked_up("jinja2", "3.1.6")]}
    assert dependencies.faults(PINNED, answer) == []


def test_a_known_weakness_is_told_with_its_package() -> None:
    answer = {"dependencies": [looked_up("flask", "3.1.3", "PYSEC-1"), looked_up("jinja2", "3.1.6")]}
    assert dependencies.faults(PINNED, answer) == ["flask 3.1.3: PYSEC-1"]


def test_one_package_that_could_not_be_audited_fails() -> None:
    answer = {"dependencies": [looked_up("flask", "3.1.3"), SKIPPED]}
    assert dependencies.faults(PINNED, answer) == ["not audited, 1 of 2 packages: jinja2 3.1.6"]


def test_a_package_that_is_left_out_or_is_another_version_was_not_audited() -> None:
    answer = {"dependencies": [looked_up("flask", "3.1.2")]}
    assert dependencies.faults(PINNED, answer) == ["not audited, 2 of 2 packages: flask 3.1.3, jinja2 3.1.6"]


@pytest.mark.parametrize("stdout", ["", "No known vulnerabilities found", '{"dependencies": [], "fixes": []}', "{}"])
def test_an_answer_about_nothing_is_a_fault(stdout: str, tmp_path: Path) -> None:
    file = requirements(tmp_path)
    found = dependencies.audit([file], lambda _: dependencies.read(stdout, "ConnectionError: away"))
    assert len(found) == 1 and found[0].startswith("site: ")


def test_no_requirements_and_requirements_without_a_pin_are_faults(tmp_path: Path) -> None:
    (tmp_path / "empty.txt").write_text("# nothing\n")
    assert dependencies.audit([], lambda _: {}) == ["there are no requirements to audit"]
    assert dependencies.audit([tmp_path / "empty.txt"], lambda _: {}) == ["empty: no package is pinned"]


def requirements(folder: Path) -> Path:
    file = folder / "site.txt"
    file.write_text("flask==3.1.3 \\\n    --hash=sha256:00\njinja2==3.1.6 \\\n    --hash=sha256:00\n")
    return file


def advisory(folder: Path, *events: dict[str, str], **more: Any) -> None:
    affected = {"package": {"ecosystem": "PyPI", "name": "Flask"}, "ranges": [{"type": "ECOSYSTEM", "events": events}]}
    (folder / "A-1.json").write_text(json.dumps({"id": "A-1", "affected": [affected], **more}))


@pytest.mark.parametrize(
    ("events", "weak"),
    [
        (({"introduced": "0"}, {"fixed": "3.1.3"}), False),
        (({"introduced": "0"}, {"fixed": "3.1.10"}), True),
        (({"introduced": "3.1.3"},), True),
        (({"introduced": "3.2"},), False),
        (({"introduced": "0"}, {"last_affected": "3.1.3"}), True),
        (({"introduced": "0"}, {"last_affected": "3.1.2"}), False),
        (({"introduced": "0"}, {"fixed": "2.0"}, {"introduced": "3.0"}, {"fixed": "4.0"}), True),
    ],
)
def test_a_folder_of_advisories_is_asked_by_version(
    events: tuple[dict[str, str], ...], weak: bool, tmp_path: Path
) -> None:
    advisory(tmp_path, *events)
    found = dependencies.audit([requirements(tmp_path)], advisories.asked(tmp_path))
    assert found == (["site: flask 3.1.3: A-1"] if weak else [])


def test_a_folder_without_advisories_audits_nothing(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="nothing can be audited"):
        advisories.asked(tmp_path)


def test_advisories_that_were_all_withdrawn_audit_nothing(tmp_path: Path) -> None:
    advisory(tmp_path, {"introduced": "0"}, withdrawn="2026-01-01T00:00:00Z")
    with pytest.raises(SystemExit, match="nothing can be audited"):
        advisories.asked(tmp_path)
