"""Write what strangers see of the wire: `python -m deploy.contracts` puts each service's OpenAPI into `contracts/`.

The files are made of the code and kept under version control, so that a change of the interface shows in a review.
"""

from __future__ import annotations

import importlib
import json
import tempfile
from pathlib import Path
from typing import Any

from flask import Flask
from movewell.settings import ServiceSettings, load
from movewell.web.openapi import describe

from deploy.local.site import SERVICES, Site

ROOT = Path(__file__).resolve().parents[1]
PUBLIC_URL = "https://movewell.example"
OPENAPI = ROOT / "contracts" / "openapi"


def assembled(service: str, folder: Path) -> Flask:
    """The application of a service, as its bootstrap puts it together in the folder."""
    environ = Site.at(folder).environment(service, "http://127.0.0.1:1", None)
    app: Flask = importlib.import_module(f"{service}.bootstrap").assemble(load(ServiceSettings, environ)).app
    return app


def text_of(document: dict[str, Any]) -> str:
    """As it stands in the file."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def main() -> None:
    OPENAPI.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        for service in SERVICES:
            path = OPENAPI / f"{service}.json"
            path.write_text(text_of(describe(assembled(service, Path(folder)), service, PUBLIC_URL)), encoding="utf-8")
            print(path.relative_to(ROOT))


if __name__ == "__main__":
    main()
