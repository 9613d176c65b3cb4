"""Every command that a document shows is run by a test, or is at the least one that works."""

from __future__ import annotations

import ast
import subprocess

import pytest

from tests.architecture.copy_of_house import ROOT
from tests.docs.commands import Command, blocks, commands_of, documents
from tests.docs.known import Unknown, judge

RUN_BY = {
    "CONTRIBUTING.md": "tests/architecture/test_recipes.py::test_a_recipe_works_to_the_letter",
    "docs/analysts/index.md": "tests/analysts/test_guide.py::test_every_block_prints_what_the_guide_shows",
    "docs/integrators/index.md": "tests/integrators/test_integrators.py::test_every_block_prints_what_the_guide_shows",
    "docs/integrators/webhooks.md": (
        "tests/integrators/test_webhooks.py::test_the_receiver_of_the_page_hears_what_came_of_a_referral"
    ),
    "docs/leaving-the-embedded-set.md": "shared/tests/operating/test_runbooks.py::test_leaving_the_embedded_set",
    "docs/upgrading.md": "shared/tests/operating/test_runbooks.py::test_upgrading",
    "docs/runbooks/backup-and-restore.md": "shared/tests/operating/test_runbooks.py::test_backup_and_restore",
    "docs/runbooks/doctor.md": "shared/tests/operating/test_runbooks.py::test_the_pages_that_only_look",
    "docs/runbooks/kafka.md": "shared/tests/operating/test_runbooks.py::test_the_pages_that_only_look",
    "docs/runbooks/mongodb.md": "shared/tests/operating/test_runbooks.py::test_the_pages_that_only_look",
    "docs/runbooks/rebuild.md": "shared/tests/operating/test_runbooks.py::test_rebuild",
    "docs/runbooks/recover.md": "shared/tests/operating/test_runbooks.py::test_recover",
    "docs/runbooks/republish.md": "shared/tests/operating/test_runbooks.py::test_republish",
}
"""Pages whose blocks of commands a test runs. Those of every other page, and of these, are judged below."""
JUDGED_ONLY = {
    "README.md",
    "docs/analysts/consuming.md",
    "docs/integrators/conformance.md",
    "docs/runbooks/compose.md",
    "docs/runbooks/kubernetes.md",
    "docs/runbooks/waiting-records.md",
}
"""Pages with blocks that no test runs: they need containers, a cluster, a record that waits, or minutes.
`tests/integrators/test_conformance.py` runs the kit at a platform of its own, and
`tests/analysts/test_other_clients.py` does with kcat what consuming.md shows, at a broker of its own."""
TEXTS = {each.relative_to(ROOT).as_posix(): each.read_text(encoding="utf-8") for each in documents()}
COMMANDS = [each for page, text in TEXTS.items() for each in commands_of(page, text)]


def test_every_page_with_commands_is_run_or_is_named_as_one_that_is_not() -> None:
    with_commands = {page for page, text in TEXTS.items() if list(blocks(text))}
    assert with_commands == set(RUN_BY) | JUDGED_ONLY


@pytest.mark.parametrize("page", sorted(RUN_BY))
def test_the_test_that_runs_a_page_exists(page: str) -> None:
    path, _, name = RUN_BY[page].partition("::")
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    assert name in {each.name for each in ast.walk(tree) if isinstance(each, ast.FunctionDef)}


@pytest.mark.parametrize("page", sorted(set(RUN_BY) | JUDGED_ONLY))
def test_a_shell_can_read_the_blocks(page: str) -> None:
    for block in blocks(TEXTS[page]):
        read = subprocess.run(["bash", "-n"], input=block, capture_output=True, text=True)
        assert (read.returncode, read.stderr) == (0, ""), block


def test_there_are_commands_of_each_kind() -> None:
    counted = {
        kind: sum(each.words[0] == kind for each in COMMANDS) for kind in ("make", "python", "docker", "kubectl")
    }
    assert min(counted.values()) >= 4, counted


@pytest.mark.parametrize("command", COMMANDS, ids=str)
def test_a_command_is_one_that_works(command: Command) -> None:
    judge(command)


@pytest.mark.parametrize(
    "line",
    [
        "make damo",
        "make",
        "make faults KILS=20",
        "make demo ONCE=1 POTR=80",
        "python -m scheduling docter",
        "python -m scheduling backup",
        "python -m scheduling republish --topics x",
        "python -m outcomes seed x.toml",
        "python -m tests.lawz",
        "python gone.py",
        ".venv/bin/python -m pytest services/gone -q",
        "docker compose exec scheduling-ap movewell doctor",
        "docker compose exec scheduling-api movewell docter",
        "docker compose fly",
        "docker run x",
        "kubectl apply -k deploy/kubernetes/cite",
        "kubectl exec deploy/scheduling-works -- python -m scheduling doctor",
        "kubectl exec deploy/scheduling-work -- python -m scheduling docter",
        "cp .env.sample .env",
        "movewell stream tale",
        "movewell stream mirror --tenant ZT001",
        "frobnicate",
    ],
)
def test_a_command_that_does_not_work_is_noticed(line: str) -> None:
    (command,) = commands_of("README.md", f"```sh\n{line}\n```\n")
    with pytest.raises(Unknown):
        judge(command)
