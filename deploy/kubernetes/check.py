"""`make kubernetes-check`: every overlay renders, and what it renders is valid; with --full checkov looks too.

Kubernetes' own kinds are held against its schemas, strictly; a ScaledObject against a schema of ours.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import venv
from pathlib import Path
from typing import Any

import jsonschema
import kubernetes_validate
import yaml

FOLDER = Path(__file__).resolve().parent
BUILD = FOLDER.parents[1] / "build" / "kubernetes"
OVERLAYS = (*sorted(each.parent for each in FOLDER.glob("services/*/kustomization.yaml")), FOLDER / "site")
RELEASES = ("1.34", "1.37")
"""Of Kubernetes: the oldest that we say works, and the newest that there are schemas of."""
_CHECKOV = "checkov==3.3.30"
Manifest = dict[str, Any]


def rendered(overlay: Path) -> str:
    """What `kubectl apply -k` would send. CalledProcessError if it cannot be rendered."""
    return subprocess.run(["kubectl", "kustomize", str(overlay)], check=True, stdout=subprocess.PIPE, text=True).stdout


def faults(manifests: list[Manifest]) -> list[str]:
    """What is not valid."""
    schema = json.loads((FOLDER / "scaled-object.schema.json").read_text(encoding="utf-8"))
    found = []
    for each in manifests:
        name = f"{each['kind']} {each['metadata']['name']}"
        try:
            if each["kind"] == "ScaledObject":
                jsonschema.validate(each, schema)
            else:
                for release in RELEASES:
                    kubernetes_validate.validate(each, release, strict=True)
        except (jsonschema.ValidationError, kubernetes_validate.ValidationError) as error:
            found.append(f"{name}: {error.message}")
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", help="checkov too, which takes minutes to install")
    options = parser.parse_args()
    found = []
    BUILD.mkdir(parents=True, exist_ok=True)
    for overlay in OVERLAYS:
        text = rendered(overlay)
        (BUILD / f"{overlay.name}.yaml").write_text(text)
        manifests = list(yaml.safe_load_all(text))
        wrong = faults(manifests)
        print(f"{overlay.name}: {len(manifests)} manifests, {len(wrong)} not valid")
        found += wrong
    print(*found, sep="\n", end="\n" if found else "")
    return 1 if found or (options.full and _checkov() != 0) else 0


def _checkov() -> int:
    place = BUILD.parent / "checkov"
    if not (place / "bin" / "checkov").exists():
        venv.create(place, with_pip=True)
        install = [str(place / "bin" / "python"), "-m", "pip", "install", "--quiet", _CHECKOV]
        subprocess.run(install, check=True)
    command = [str(place / "bin" / "checkov"), "--config-file", str(FOLDER / "checkov.yaml")]
    return subprocess.run([*command, "--file", str(BUILD / "site.yaml")], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
