"""Pages: the NHS layout, and the stylesheet, script and images it uses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import Flask, g, send_from_directory
from jinja2 import ChainableUndefined, ChoiceLoader, PackageLoader
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

ASSETS = ("GET", "/assets/<path:name>")
_OURS = Path(__file__).with_name("assets")
_A_DAY = 86_400


def add_pages(app: Flask, service: str, brand: str, phone: str | None = None) -> None:
    """Let templates extend `movewell/page.jinja`; a service's own come first. `brand` is the name in the header.

    `phone` is where patients call the service; without one, pages say to call and not where.
    """
    loaders = [PackageLoader("movewell.web"), PackageLoader("nhsuk_frontend_jinja")]
    if (Path(app.root_path) / "templates").is_dir():
        loaders.insert(0, PackageLoader(service))
    app.jinja_env.loader = ChoiceLoader(loaders)  # type: ignore[assignment]
    app.jinja_env.undefined = ChainableUndefined
    app.jinja_env.autoescape = True
    app.jinja_env.add_extension("jinja2.ext.do")
    app.jinja_env.globals["service_phone"] = phone  # a global, for imported macros see nothing else

    @app.context_processor
    def every_page() -> dict[str, Any]:
        return {"brand": brand, "cspNonce": g.get("nonce", ""), "assetPath": "/assets"}


def add_assets(app: Flask, folder: Path | None) -> None:
    """Serve the folder's files, and our own stylesheet. Without a folder pages are plain, and work."""

    @app.get(ASSETS[1])
    def asset(name: str) -> Response:
        place = _OURS if name == "movewell.css" else folder
        if place is None:
            raise NotFound
        return send_from_directory(place, name, max_age=_A_DAY)
