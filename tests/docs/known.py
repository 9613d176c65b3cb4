"""Whether a command of the documents is one that works: its target, door, options, files and services exist."""

from __future__ import annotations

import argparse
import contextlib
import importlib
import importlib.util
import io
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import yaml
from movewell.doors import parser_of
from movewell.stream.command import command_line as analysts_parser
from movewell_conformance.command import command_line as conformance_parser

from deploy.local.site import SERVICES
from tests.architecture.copy_of_house import ROOT
from tests.docs.commands import Command

MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
_TARGET = re.compile(r"^([a-z-]+|\$\(INSTALLED\)):.*?(?=^\S|\Z)", re.MULTILINE | re.DOTALL)
TARGETS = {found[1].replace("$(INSTALLED)", ".venv/installed"): found[0] for found in _TARGET.finditer(MAKEFILE)}
_MADE_LATER = {"physio"}
"""What a recipe of CONTRIBUTING makes before it is named; `tests/architecture/test_recipes.py` follows it."""
_ANY_SERVICE = {"SERVICE", "<service>"}
_OF_OTHERS = {"cat", "cd", "cp", "curl", "echo", "export", "git", "jq", "kcat", "mkdir", "openssl", "sudo", "tee"}
_COMPOSE = {"build", "down", "exec", "logs", "ps", "run", "up"}
_KUBECTL = {"apply", "exec", "kustomize", "wait"}


class Unknown(Exception):
    """The command names something that is not there. The message says what."""


def judge(command: Command) -> None:
    """Raises Unknown."""
    program, *rest = command.words
    judges: dict[str, Callable[[Command, list[str]], None]] = {
        "make": _make,
        "python": _python,
        ".venv/bin/python": _python,
        "docker": _docker,
        "kubectl": _kubectl,
        "movewell": _movewell,
        "movewell-conformance": lambda _, words: _read(conformance_parser(), words),
        "pip": _pip,
    }
    if program in judges:
        judges[program](command, rest)
    elif program in _OF_OTHERS:
        _files(program, rest)
    else:
        raise Unknown(f"nobody judges {program}")


def _make(command: Command, words: list[str]) -> None:
    targets = [each for each in words if "=" not in each]
    given = {each.partition("=")[0] for each in words if "=" in each}
    if not targets:
        raise Unknown("make without a target")
    for target in targets:
        if target not in TARGETS:
            raise Unknown(f"there is no target {target}")
        if unheard := given - _variables(TARGETS[target]):
            raise Unknown(f"{target} does not listen to {', '.join(sorted(unheard))}")


def _variables(recipe: str) -> set[str]:
    """What a recipe takes: as make's variables, or as what its program reads of the environment."""
    found = set(re.findall(r"\$\((?:if |or )?\$?\(?([A-Z_]+)\)?", recipe))
    for module in re.findall(r"-m ((?:deploy|tests|bench)[\w.]*)", recipe):
        spec = importlib.util.find_spec(module)
        if spec is not None and spec.submodule_search_locations:
            spec = importlib.util.find_spec(f"{module}.__main__")
        if spec is None or spec.origin is None:
            raise Unknown(f"there is no module {module}")
        source = Path(spec.origin).read_text(encoding="utf-8")
        found |= set(re.findall(r"environ(?:\.get\(|\[)\"([A-Z_]+)\"", source))
    return found | set(re.findall(r"\b([A-Z_]+)=", recipe.partition("##")[2].partition("\n")[0]))


def _python(command: Command, words: list[str]) -> None:
    if words[:1] != ["-m"]:
        name = words[0]
        if name.endswith(".py") and f"`{name}`" not in _text(command.page) and not (ROOT / name).exists():
            raise Unknown(f"the page makes no {name}")
        return
    module, *arguments = words[1:]
    if module in SERVICES or module in _ANY_SERVICE:
        for service in SERVICES if module in _ANY_SERVICE else (module,):
            _door(service, arguments)
    elif module == "pytest":
        _paths(command, arguments)
    elif importlib.util.find_spec(module) is None:
        raise Unknown(f"there is no module {module}")


def _movewell(command: Command, words: list[str]) -> None:
    """The analysts' command."""
    _read(analysts_parser(), words)


def _pip(command: Command, words: list[str]) -> None:
    """A distribution of this repository is installed from its folder."""
    for each in words[1:]:
        if each.startswith("./") and not (ROOT / each / "pyproject.toml").exists():
            raise Unknown(f"there is no distribution in {each}")


def _door(service: str, arguments: list[str]) -> None:
    """As the service's own parser reads it."""
    _read(_parser(service), arguments)


def _read(parser: argparse.ArgumentParser, arguments: list[str]) -> None:
    said = io.StringIO()
    try:
        with contextlib.redirect_stderr(said):
            parser.parse_args(arguments)
    except SystemExit:
        raise Unknown(said.getvalue().splitlines()[-1]) from None


@cache
def _parser(service: str) -> argparse.ArgumentParser:
    main = importlib.import_module(f"{service}.__main__")
    return parser_of(service, getattr(main, "OWN", ()))


def _paths(command: Command, arguments: list[str]) -> None:
    for each in arguments:
        path = each.partition("::")[0]
        made = set(path.split("/")) & _MADE_LATER or f"# {path}\n" in _text(command.page)
        if "/" in path and not (ROOT / path).exists() and not made:
            raise Unknown(f"there is no {path}")


def _docker(command: Command, words: list[str]) -> None:
    if words[:1] != ["compose"]:
        raise Unknown("only docker compose is judged")
    rest = [each for each in words[1:] if not each.startswith("--") and not each.startswith("$PWD") and "=" not in each]
    if not rest or rest[0] not in _COMPOSE:
        raise Unknown(f"docker compose {' '.join(rest[:1])}")
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))["services"]
    if rest[1:] and rest[1] not in services:
        raise Unknown(f"there is no container {rest[1]}")
    if rest[0] in ("run", "exec"):
        after = words[words.index(rest[1]) + 1 :]
        _door(rest[1].partition("-")[0], after[1:] if after[0] == "movewell" else after)


def _kubectl(command: Command, words: list[str]) -> None:
    if words[0] not in _KUBECTL:
        raise Unknown(f"kubectl {words[0]}")
    places = [each for each in words[1:] if each.startswith("deploy/kubernetes")]
    if missing := [each for each in places if not (ROOT / each / "kustomization.yaml").exists()]:
        raise Unknown(f"there is no {missing[0]}")
    for each in words[1:]:
        if each.startswith("deploy/") and each not in places and not _is_deployment(each.removeprefix("deploy/")):
            raise Unknown(f"there is no Deployment {each}")
    if "--" in words:
        judge(Command(command.page, tuple(words[words.index("--") + 1 :])))


def _is_deployment(name: str) -> bool:
    service, _, role = name.rpartition("-")
    return service in SERVICES and (ROOT / "deploy" / "kubernetes" / "base" / f"{role}.yaml").exists()


def _files(program: str, words: list[str]) -> None:
    """What is copied is there."""
    if program == "cp" and not list(ROOT.glob(words[0])):
        raise Unknown(f"there is no {words[0]}")


def _text(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")
