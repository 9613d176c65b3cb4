"""Show that each distribution installs and passes its tests alone: `python -m deploy.alone [NAME ...]`.

For each a new folder with a copy of `shared` and of the one service, and a new virtual environment with these two, what
the service's `test` extra names, pytest and hypothesis. Nothing of the repository's root is there, nor another service.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
RUNNERS = ("pytest", "hypothesis")
_LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.egg-info", "build", "dist", ".*")


def names() -> list[str]:
    """`shared`, then every service."""
    return ["shared", *sorted(each.parent.name for each in ROOT.glob("services/*/pyproject.toml"))]


def part_of(name: str) -> Path:
    """The distribution's folder, relative to the repository."""
    return Path("shared") if name == "shared" else Path("services") / name


def copied(name: str, folder: Path) -> list[str]:
    """Copy what `name` may know of; what pip installs of it."""
    parts = list(dict.fromkeys((Path("shared"), part_of(name))))
    for part in parts:
        shutil.copytree(ROOT / part, folder / part, ignore=_LEFT_OUT)
    shutil.copy(ROOT / "constraints.txt", folder)
    return [f"./{part}{_extra(folder / part) if part == part_of(name) else ''}" for part in parts]


def _extra(part: Path) -> str:
    project = tomllib.loads((part / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return "[test]" if "test" in project.get("optional-dependencies", {}) else ""


def passes(name: str, folder: Path, tests: list[str]) -> bool:
    """Whether `name` installs and its tests pass in the empty folder. `tests` are more arguments of pytest."""
    wanted = copied(name, folder)
    place = folder / "venv"
    venv.create(place, with_pip=True)
    environ = {key: each for key, each in os.environ.items() if not key.startswith(("PYTHON", "PYTEST"))}
    python = str(place / "bin" / "python")
    install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-c", "constraints.txt"]
    run = [python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--import-mode=importlib", "--strict-markers"]
    run += [f"--rootdir={folder}", str(part_of(name) / "tests"), *tests]
    for command in ([*install, *wanted, *RUNNERS], [python, "-m", "pip", "check"], run):
        if subprocess.run(command, cwd=folder, env=environ, check=False).returncode != 0:
            return False
    return True


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m deploy.alone", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(names())}; all if none is given")
    chosen, tests = parser.parse_known_args(argv)
    if unknown := set(chosen.names) - set(names()):
        parser.error(f"there is no {', '.join(sorted(unknown))}")
    failed = []
    for name in chosen.names or names():
        started = time.monotonic()
        with tempfile.TemporaryDirectory(prefix=f"movewell-{name}-") as folder:
            passed = passes(name, Path(folder), tests)
        print(f"{name}: {'passes' if passed else 'FAILS'} alone, {time.monotonic() - started:.0f} s", flush=True)
        failed += [] if passed else [name]
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
