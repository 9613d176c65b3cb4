"""The commands of docs/runbooks/compose.md name services, doors, files and options that exist."""

from __future__ import annotations

import importlib
import re
import shlex

import pytest
from movewell.doors import DOORS

from tests.architecture.copy_of_house import ROOT
from tests.compose.stack_file import document, services

PAGE = (ROOT / "docs" / "runbooks" / "compose.md").read_text(encoding="utf-8")
_BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINES = [line for block in _BLOCK.findall(PAGE) for line in block.splitlines()] + re.findall(
    r"`(docker compose [^`]+)`", PAGE
)
COMPOSE = [shlex.split(line, comments=True)[2:] for line in LINES if line.startswith("docker compose ")]
_BARE = {"--detach", "--build", "--wait", "--rm", "--no-deps", "--no-recreate", "--force-recreate", "--volumes"}
_WITH_VALUE = {"--volume", "--scale"}


def split(arguments: list[str]) -> tuple[str, dict[str, str], list[str]]:
    """The command, its options with their values, and what comes after them."""
    command, *rest = arguments
    options: dict[str, str] = {}
    while rest and rest[0].startswith("--"):
        name = rest.pop(0)
        assert name in _BARE | _WITH_VALUE, name
        options[name] = rest.pop(0) if name in _WITH_VALUE else ""
    return command, options, rest


def test_the_page_has_commands() -> None:
    assert len(COMPOSE) >= 8


@pytest.mark.parametrize("arguments", COMPOSE, ids=" ".join)
def test_a_command_names_what_is_there(arguments: list[str]) -> None:
    command, options, rest = split(arguments)
    assert command in {"up", "down", "build", "run", "exec"}
    assert not rest or rest[0] in services
    if "--scale" in options:
        assert re.fullmatch(rf"{rest[0]}=\d+", options["--scale"])
    if "--volume" in options:
        source = options["--volume"].partition(":")[0].removeprefix("$PWD/")
        assert source == "backups" or (ROOT / source).exists()
    if command == "exec":
        assert rest[1] == "movewell"
    if command in ("run", "exec"):
        own = importlib.import_module(f"{rest[0].partition('-')[0]}.__main__")
        doors = {each.name for each in (*DOORS, *getattr(own, "OWN", ()))}
        assert rest[2 if command == "exec" else 1] in doors


def test_the_symptoms_are_of_services_that_exist() -> None:
    rows = re.findall(r"^\| `([a-z-]+)`", PAGE, re.MULTILINE)
    assert rows and set(rows) <= set(services)
    assert f"{document['services']['gateway']['ports'][0].split(':-')[1].split('}')[0]}" in PAGE
