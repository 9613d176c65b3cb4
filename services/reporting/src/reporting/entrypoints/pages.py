"""The report: a page with charts and tables, the same figures as CSV, PDF and JSON."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, jsonify, redirect, render_template, request
from movewell.kernel import Invalid, NotFound
from movewell.service import Running
from movewell.store.burned_links import burn
from movewell.web.body import read_query
from movewell.web.declared import declared
from movewell.web.links import LinkReader
from movewell.web.listed import listed_of
from movewell.web.patients import PatientSessions, link_routes
from movewell.web.policy import NotAllowed, StaffSignInNeeded, anonymous_or_principal, principal
from werkzeug.wrappers import Response as Redirect

from reporting.entrypoints.answers import REPORT, PeriodQuerySchema
from reporting.entrypoints.asked import Asked, fault_list, read, uses_filters
from reporting.entrypoints.counting import Counting, Stand
from reporting.entrypoints.form import Form, filled_in
from reporting.figures.filters import in_words
from reporting.figures.lines import About, as_csv
from reporting.figures.page import laid_out, period_in_words
from reporting.figures.printed import as_pdf
from reporting.figures.report import Report

LONDON = ZoneInfo("Europe/London")


@dataclass(frozen=True)
class View:
    """Whose figures somebody sees, how, and whether they may choose by filters. `path` is of the page."""

    tenant: str
    path: str
    published: bool
    filters: bool

    @property
    def scope(self) -> str:
        """The service, by its name where the site lists one."""
        return listed_of(self.tenant).name or f"Service {self.tenant}"

    @property
    def scope_in_files(self) -> str:
        """The same with the code: a file goes where nobody has the directory."""
        name = listed_of(self.tenant).name
        return f"{name} ({self.tenant})" if name else self.scope

    @property
    def sites(self) -> dict[str, str]:
        """Venues by their names, as far as the site lists them."""
        return {id: venue.name for id, venue in listed_of(self.tenant).venues.items()}


def routes(running: Running, tenant: str, reader: LinkReader, patients: PatientSessions) -> Blueprint:
    """The blueprint. `tenant` is whose figures are published to anyone."""
    pages, counting = Blueprint("pages", __name__), Counting(running)
    link_routes(
        pages,
        thing="report/exact",
        purpose="report",
        reader=reader,
        sessions=patients,
        burn=lambda link: burn(running.units, link.tenant, link.jti),
        clock=running.units.clock,
    )

    def today() -> date:
        return running.units.clock.now().astimezone(LONDON).date()

    def answered(view: View, *, fresh: bool = False) -> tuple[Asked, Stand, Report]:
        asked = read(request.args, today(), exact=not view.published)
        stand = counting.of(view.tenant, asked.period, fresh=fresh)
        return asked, stand, stand.counted.report(asked.chosen, published=view.published)

    def page(view: View) -> str | tuple[str, int]:
        form = filled_in(request.args, today(), view.sites, exact=not view.published, filters=view.filters)
        try:
            asked, stand, report = answered(view)
        except Invalid as error:
            if request.accept_mimetypes.best_match(["application/problem+json", "text/html"]) != "text/html":
                raise
            return _shown(view, form, faults=fault_list(error)), 400
        return _shown(
            view,
            form.of(asked, stand.counted.sites, view.sites),
            page=laid_out(report),
            chosen=in_words(asked.chosen, view.sites),
            query=asked.query,
            filters=asked.filters,
            positions=stand.positions,
        )

    def file(view: View, kind: str) -> Response:
        asked, stand, report = answered(view)
        about = About(view.scope_in_files, tuple(in_words(asked.chosen, view.sites)), dict(stand.positions))
        made, mimetype = (as_csv, "text/csv; charset=utf-8") if kind == "csv" else (as_pdf, "application/pdf")
        first, last = (day.isoformat() for day in asked.period)
        exact = "" if view.published else "-exact"
        answer = Response(made(report, about), mimetype=mimetype)
        name = f"movewell-report{exact}-{view.tenant}-{first}-to-{last}.{kind}"
        answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        return answer

    def safe() -> View:
        """Figures fit for publication: a manager's own, with filters; for anybody else those of the one service."""
        who = anonymous_or_principal()
        if who is not None and "manager" in who.roles:
            return View(who.tenant, "/report", published=True, filters=True)
        if uses_filters(request.args):
            refusal = StaffSignInNeeded if who is None else NotAllowed
            raise refusal("Filters are for managers.")
        return View(tenant, "/report", published=True, filters=False)

    def exact() -> View:
        who = principal()
        if "manager" not in who.roles and who.purpose != "report":
            raise NotFound("There is no such page.")
        return View(who.tenant, "/report/exact", published=False, filters=True)

    @pages.get("/")
    def home() -> Redirect:
        return redirect("/report", 303)

    @pages.get("/report")
    def safe_page() -> str | tuple[str, int]:
        return page(safe())

    @pages.get("/report.csv")
    def safe_csv() -> Response:
        return file(safe(), "csv")

    @pages.get("/report.pdf")
    def safe_pdf() -> Response:
        return file(safe(), "pdf")

    @pages.get("/report/exact")
    def exact_page() -> str | tuple[str, int]:
        return page(exact())

    @pages.get("/report/exact.csv")
    def exact_csv() -> Response:
        return file(exact(), "csv")

    @pages.get("/report/exact.pdf")
    def exact_pdf() -> Response:
        return file(exact(), "pdf")

    @pages.get("/api/report")
    @declared("Every figure of a period, exact", gives=REPORT, query=PeriodQuerySchema)
    def as_json() -> Response:
        read_query(PeriodQuerySchema())
        view = View(principal().tenant, "/report/exact", published=False, filters=True)
        return jsonify(answered(view, fresh=True)[2].as_dict())

    return pages


def _shown(view: View, form: Form, **more: object) -> str:
    name = period_in_words(form.period) if form.period else ""
    return render_template("report.jinja", view=view, form=form, scope=view.scope, name=name, **more)
