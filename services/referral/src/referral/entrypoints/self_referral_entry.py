"""The ways into a self-referral and out of it: start, come back, save, leave, delete."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, redirect, render_template, request
from movewell.store.unit import Unit, new_id
from movewell.web.body import cause
from werkzeug.wrappers import Response

from referral.adapters.self_referral_form import Form, read_date
from referral.application.keep_draft import end_draft, start_draft
from referral.application.limit_use import limit_use
from referral.application.return_to_draft import is_good, return_code, return_to_draft, save_for_later
from referral.domain.draft import KEPT, Draft
from referral.domain.london import london_day
from referral.domain.self_referral import Step
from referral.entrypoints.draft_cookies import refuse_other_sites
from referral.entrypoints.self_referral_session import (
    Page,
    SelfReferrals,
    onwards_from,
    opened,
    today_of,
    where_from,
)

RETURNS_AN_HOUR = 20
"""Tries with a return code from one address; there are 49 bits to guess."""


def add_way_in(pages: Blueprint, on: SelfReferrals) -> None:
    @pages.get("")
    def start() -> Page:
        return render_template("refer/start.jinja", kept=KEPT.days, has_draft=on.cookies.known() is not None)

    @pages.get("/privacy")
    def privacy() -> Page:
        return render_template("refer/privacy.jinja", kept=KEPT.days)

    @pages.get("/help-now")
    def help_now() -> Page:
        return render_template("refer/help_now.jinja")

    @pages.get("/safe")
    def safe() -> Page:
        return render_template("refer/safe.jinja", fault=None)

    @pages.post("/safe")
    def begin() -> Page:
        """Nothing is kept of who is not safe: they are told who helps, at once."""
        refuse_other_sites()
        if (said := request.form.get("safe")) == "no":
            return redirect("/refer/help-now", 303)
        if said != "yes":
            return render_template("refer/safe.jinja", fault="Select yes if you are safe now"), 400
        id, address = new_id(), where_from()

        def work(unit: Unit) -> Draft:
            limit_use(unit, on.secrecy, "start", address, on.drafts_an_hour)
            return start_draft(unit, on.secrecy, id)

        on.units.run(on.tenant, cause(), work)
        return on.cookies.give(redirect(f"/refer/{Step.DATE_OF_BIRTH.value}", 303), id)

    @pages.get("/continue")
    def carry_on() -> Page:
        return redirect(onwards_from(on, opened(on)[1]), 303)

    @pages.get("/return")
    def ask_code() -> Page:
        return render_template("refer/return.jinja", typed={}, faults={})

    @pages.post("/return")
    def come_back() -> Page:
        refuse_other_sites()
        form = Form(request.form, {}, today_of(on))
        born = read_date(form, "birth_date", "date of birth")
        code = form.text("code")
        if not code:
            form.faults.insert(0, ("code", "Enter your return code"))
        if born is not None and code and (draft := _returned(on, code, born)) is not None:
            return on.cookies.give(redirect("/refer/continue", 303), draft.id)
        if not form.faults:
            form.refuse("code", "The return code or the date of birth is not right. Check both and try again")
        return render_template("refer/return.jinja", typed=request.form, faults=dict(form.faults)), 400


def _returned(on: SelfReferrals, code: str, born: date) -> Draft | None:
    """Every try is counted, whether or not there is such a code."""
    address = where_from()
    on.units.run(on.tenant, cause(), lambda unit: limit_use(unit, on.secrecy, "return", address, RETURNS_AN_HOUR))
    return on.units.run(on.tenant, cause(), lambda unit: return_to_draft(unit, on.secrecy, code, born))


def add_ways_out(pages: Blueprint, on: SelfReferrals) -> None:
    @pages.post("/save")
    def save() -> Page:
        return saved_for_later(on, opened(on)[0].id)

    @pages.get("/saved")
    def saved() -> Page:
        draft, answers = opened(on)
        good = on.units.read(on.tenant, lambda unit: is_good(unit, on.secrecy, draft))
        if draft.return_mark is None or not good:
            return redirect(onwards_from(on, answers), 303)
        code, token = return_code(on.secrecy, draft), on.cookies.csrf(draft.id)
        return render_template("refer/saved.jinja", code=code, until=london_day(draft.expires_at), draft_token=token)

    @pages.post("/leave")
    def leave() -> Page:
        opened(on)
        return on.cookies.take(redirect("/refer/left", 303))

    @pages.get("/left")
    def left() -> Page:
        return render_template("refer/left.jinja")

    @pages.post("/delete")
    def delete() -> Page:
        draft, _ = opened(on)
        on.units.run(on.tenant, cause(), lambda unit: end_draft(unit, draft.id))
        return on.cookies.take(redirect("/refer/deleted", 303))

    @pages.get("/deleted")
    def deleted() -> Page:
        return render_template("refer/deleted.jinja")


def saved_for_later(on: SelfReferrals, draft_id: str) -> Response:
    on.units.run(on.tenant, cause(), lambda unit: save_for_later(unit, on.secrecy, draft_id))
    return on.cookies.give(redirect("/refer/saved", 303), draft_id)
