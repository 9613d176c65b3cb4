"""An image holds one service; what it installs is pinned by version and digest, and agrees with constraints.txt.

What was in fact installed is looked at by `make compose-check`, in the running containers.
"""

from __future__ import annotations

import re

import pytest

from deploy.local.site import SERVICES
from deploy.pinned import FOLDER, PYTHON, wanted
from tests.architecture.copy_of_house import ROOT
from tests.compose.stack_file import services

DOCKERFILE = (ROOT / "deploy" / "service.Dockerfile").read_text(encoding="utf-8")
_PIN = re.compile(r"^([A-Za-z0-9._-]+)==(\S+) \\$", re.MULTILINE)
names = pytest.mark.parametrize("name", sorted(wanted()))


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _pins(name: str) -> dict[str, str]:
    return {_plain(package): version for package, version in _PIN.findall((FOLDER / f"{name}.txt").read_text())}


def test_there_is_a_file_for_each_image_and_none_beside() -> None:
    assert {each.stem for each in FOLDER.glob("*.txt")} == set(wanted())


@names
def test_what_is_asked_for_is_pinned(name: str) -> None:
    asked = {_plain(re.split(r"[><=\[;]", each)[0]) for each in wanted()[name]}
    assert asked <= set(_pins(name))


@names
def test_versions_are_those_of_the_constraints(name: str) -> None:
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    pinned = dict(line.split("==") for line in lines if "==" in line)
    constraints = {_plain(package): version for package, version in pinned.items()}
    assert _pins(name) == {package: constraints[package] for package in _pins(name)}


@names
def test_every_package_has_digests_and_no_address(name: str) -> None:
    text = (FOLDER / f"{name}.txt").read_text()
    blocks = re.split(r"\n(?=[A-Za-z0-9])", text.strip())
    assert len(blocks) == len(_pins(name))
    assert all(re.search(r"--hash=sha256:[0-9a-f]{64}", block) for block in blocks)
    assert "://" not in text and "--index" not in text


def test_an_image_copies_the_plumbing_and_the_one_service() -> None:
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE)
    sources = {source for line in copied for source in line.split() if not source.startswith("deploy/")}
    assert sources == {"shared", "services/${SERVICE}"}
    assert "ADD " not in DOCKERFILE


def test_every_package_is_installed_by_its_digest() -> None:
    code = "".join(line for line in DOCKERFILE.splitlines(keepends=True) if not line.startswith("#"))
    installs = re.findall(r"pip\b[^\n&]* install ([^\n&]*)", code)
    assert len(installs) == 5
    assert [each for each in installs if "--require-hashes" not in each and "--no-index" not in each] == []


def test_an_image_runs_as_nobody_of_the_machine() -> None:
    last = DOCKERFILE[DOCKERFILE.rindex("\nFROM ") :]
    assert re.search(r"^USER [1-9]\d*:[1-9]\d*$", last, re.MULTILINE)
    assert f"ARG PYTHON=python:{PYTHON}-slim" in DOCKERFILE


@pytest.mark.parametrize("service", SERVICES)
def test_a_services_containers_have_its_image(service: str) -> None:
    for door in ("api", "work"):
        build = services[f"{service}-{door}"]["build"]
        assert build["dockerfile"] == "deploy/service.Dockerfile"
        assert build["args"]["SERVICE"] == service
        assert services[f"{service}-{door}"]["image"].startswith(f"movewell/{service}:")
