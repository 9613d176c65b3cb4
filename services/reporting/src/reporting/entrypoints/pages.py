"""The report: a page with charts and tables, and the same figures as JSON."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from flask import Blueprint, Response, jsonify, redirect, render_template, request
from movewell.contracts.declare import topics
from movewell.kernel import NotFound
from movewell.projections import current_generation, rows_of
from movewell.service import Running
from movewell.store.burned_links import burn
from movewell.store.port import Between, Document, Transaction
from movewell.web.body import read_query
from movewell.web.declared import declared
from movewell.web.links import LinkReader
from movewell.web.patients import PatientSessions, link_routes
from movewell.web.policy import principal
from werkzeug.wrappers import Response as Redirect

from reporting.entrypoints.answers import REPORT, PeriodQuerySchema
from reporting.entrypoints.period import exact_period, published_period
from reporting.figures.page import laid_out
from reporting.figures.report import Report, build_report
from reporting.projections.booking_rows import BOOKINGS
from reporting.projections.referral_rows import REFERRALS

LONDON = ZoneInfo("Europe/London")
_PAGE = 2000


def routes(running: Running, tenant: str, reader: LinkReader, patients: PatientSessions) -> Blueprint:
    """The blueprint. `tenant` is whose figures are published to anyone."""
    pages = Blueprint("pages", __name__)
    link_routes(
        pages,
        thing="report/exact",
        purpose="report",
        reader=reader,
        sessions=patients,
        burn=lambda link: burn(running.units, link.tenant, link.jti),
        clock=running.units.clock,
    )

    def report(of: str, published: bool) -> Report:
        today = running.units.clock.now().astimezone(LONDON).date()
        period = (published_period if published else exact_period)(request.args, today)
        generation = current_generation(running.store)

        def work(tx: Transaction) -> Report:
            return build_report(
                _rows(tx, rows_of(REFERRALS.collection, generation).name, "received_at"),
                _rows(tx, rows_of(BOOKINGS.collection, generation).name, "starts_at"),
                period=period,
                published=published,
            )

        return running.store.read(of, work)

    def page(of: str, published: bool) -> str:
        ends = running.log.committed(f"{running.service.name}-projections", sorted(topics()))
        positions = {topic: sum(at for (t, _), at in ends.items() if t == topic) for topic in sorted(topics())}
        return render_template(
            "report.jinja", page=laid_out(report(of, published)), scope=f"Service {of}", positions=positions
        )

    @pages.get("/")
    def home() -> Redirect:
        return redirect("/report", 303)

    @pages.get("/report")
    def published() -> str:
        return page(tenant, published=True)

    @pages.get("/report/exact")
    def exact() -> str:
        who = principal()
        if "manager" not in who.roles and who.purpose != "report":
            raise NotFound("There is no such page.")
        return page(who.tenant, published=False)

    @pages.get("/api/report")
    @declared("Every figure of a period, exact", gives=REPORT, query=PeriodQuerySchema)
    def as_json() -> Response:
        read_query(PeriodQuerySchema())
        return jsonify(report(principal().tenant, published=False).as_dict())

    return pages


def _rows(tx: Transaction, name: str, order: str) -> list[Document]:
    """Every row of the tenant, a page at a time."""
    found: list[Document] = []
    after: tuple[str, str] | None = None
    while True:
        where = {order: Between(at_least="")}
        some = tx.find(name, where, order=(order,), limit=_PAGE, after=after)
        found += some
        if len(some) < _PAGE:
            return found
        after = (some[-1][order], some[-1]["id"])
