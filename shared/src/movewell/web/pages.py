"""Pages: the NHS layout, and the stylesheet, script and images it uses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import Flask, g, request, send_from_directory
from jinja2 import ChainableUndefined, ChoiceLoader, PackageLoader
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from movewell.web.navigation import items_for
from movewell.web.policy import Principal
from movewell.web.times import clock_time, duration, in_london, london_date, long_date

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

    for filter in (in_london, long_date, london_date, clock_time, duration):
        app.jinja_env.filters[filter.__name__] = filter

    @app.context_processor
    def every_page() -> dict[str, Any]:
        asking: Principal | None = g.get("principal")
        signed_in = asking if asking is not None and asking.name else None
        return {
            "brand": brand,
            "cspNonce": g.get("nonce", ""),
            "assetPath": "/assets",
            "csrf_token": asking.csrf if asking is not None else None,
            "signed_in": signed_in,
            "navigation": items_for(signed_in.roles) if signed_in else [],
            "path": request.path,
        }


def add_assets(app: Flask, folder: Path | None) -> None:
    """Serve the folder's files, and our own, which are named movewell…. Without a folder pages are plain, and work."""

    @app.get(ASSETS[1])
    def asset(name: str) -> Response:
        place = _OURS if name.startswith("movewell") else folder
        if place is None:
            raise NotFound
        return send_from_directory(place, name, max_age=_A_DAY)
