"""The page of the audit: who touched a record, or what somebody touched, the newest first; for managers."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from movewell.web.accesses import Accesses
from movewell.web.contract_pages import SERVICES
from movewell.web.policy import Rule, allow, principal

_PAGE = 25


def rules(service: str) -> dict[tuple[str, str], Rule]:
    """The rows of the policy. Looking into the audit is an access too, by its own name."""
    return {("GET", f"/accesses/{service}"): allow("manager")}


def accesses_page(service: str, accesses: Accesses) -> Blueprint:
    """`record` and `who` are ids, so the address holds nothing personal."""
    pages = Blueprint("accesses", __name__)

    @pages.get(f"/accesses/{service}")
    def show() -> Response | str:
        record, who = (request.args.get(name, "").strip()[:128] for name in ("record", "who"))
        asked = {"record": record or None, "who": who or None}
        rows = accesses.find(principal().tenant, **asked, limit=_PAGE + 1, after=_after())
        return render_template(
            "movewell/accesses.jinja",
            service=service,
            services=SERVICES,
            rows=[{**each, "at": datetime.fromisoformat(each["at"])} for each in rows[:_PAGE]],
            asked=asked,
            older=_cursor(rows[_PAGE - 1]) if len(rows) > _PAGE else None,
        )

    return pages


def _after() -> list[str] | None:
    at, _, id = request.args.get("after", "").partition("~")
    return [at, id] if at and id else None


def _cursor(row: dict[str, Any]) -> str:
    return f"{row['at']}~{row['id']}"
