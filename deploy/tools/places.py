"""Where the audit's tools, tables and answers are."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ROOT / "deploy" / "tools"
BUILD = ROOT / "build"
BIN = BUILD / "audit-venv" / "bin"
REQUIREMENTS = ROOT / "deploy" / "requirements"
_PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]+\])?==([^\s;\\]+)", re.MULTILINE)


def sources() -> list[str]:
    """What is audited, relative to the root: what is installed or deploys it, not its tests."""
    packages = sorted(str(each.relative_to(ROOT)) for each in ROOT.glob("services/*/src"))
    return ["shared/src", *packages, "deploy"]


def plain(name: str) -> str:
    """As registries compare names."""
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(requirements: Path) -> dict[str, str]:
    """Each pinned package → its version."""
    return {plain(name): version for name, version in _PIN.findall(requirements.read_text(encoding="utf-8"))}


def run(tool: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """What a tool of the audit's own environment says, in the root of the repository."""
    environment = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", "SEMGREP_ENABLE_VERSION_CHECK": "0"}
    command = [str(BIN / tool), *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
