"""`make new-service` makes a service that keeps every rule of the house, or says why it made none."""

from __future__ import annotations

from pathlib import Path

import pytest

from deploy.scaffold.new_service import HouseChanged, enter, enter_site
from tests.architecture.copy_of_house import CopyOfHouse


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> CopyOfHouse:
    return CopyOfHouse(tmp_path_factory.mktemp("house"))


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("", "is no name"),
        ("Physio", "is no name"),
        ("physio-team", "is no name"),
        ("class", "is no name"),
        ("../escape", "is no name"),
        ("scheduling", "services/scheduling exists"),
        ("json", "another Python package"),
        ("flask", "another Python package"),
        ("risks", "a path of the service outcomes"),
    ],
)
def test_a_bad_or_taken_name_is_refused_and_nothing_is_made(copy: CopyOfHouse, name: str, why: str) -> None:
    before = _files(copy.root)
    done = copy.make("new-service", f"NAME={name}")
    assert done.returncode != 0
    assert why in done.stderr
    assert _files(copy.root) == before


def test_new_services_pass_their_tests_and_keep_the_rules(tmp_path: Path) -> None:
    """One comes before all others by its name, one after them."""
    copy, names = CopyOfHouse(tmp_path), ("art", "yoga2")
    for name in names:
        done = copy.make("new-service", f"NAME={name}")
        assert done.returncode == 0, done.stderr
        files = [each for each in (tmp_path / "services" / name).rglob("*") if each.is_file()]
        assert "{{" not in "".join(each.read_text() for each in files)
        assert "exists" in copy.make("new-service", f"NAME={name}").stderr
    copy.tests(*(f"services/{name}" for name in names), "tests/architecture/test_kubernetes.py")
    copy.rules()
    use_case = tmp_path / "services/art/src/art/application/follow_referral.py"
    use_case.write_text(use_case.read_text() + "\nimport scheduling.domain.offer  # noqa\n")
    with pytest.raises(AssertionError, match="Services never import one another"):
        copy.imports()


def test_a_list_of_services_that_was_moved_is_missed() -> None:
    with pytest.raises(HouseChanged):
        enter("[tool.importlinter]\n", "physio")
    with pytest.raises(HouseChanged):
        enter_site("resources: []\n", "physio")


def _files(root: Path) -> dict[str, bytes]:
    return {
        each.relative_to(root).as_posix(): each.read_bytes()
        for each in root.rglob("*")
        if each.is_file() and not {"__pycache__", ".ruff_cache", ".import_linter_cache"} & set(each.parts)
    }
