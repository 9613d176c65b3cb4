"""The pages by which somebody refers themselves: one question a page, without an account and without JavaScript."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, redirect, render_template, request
from movewell.kernel import Invalid
from movewell.store.unit import Unit
from movewell.web.body import cause
from movewell.web.policy import SUBJECT, Principal, allow
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response

from referral.adapters.self_referral import as_incoming
from referral.adapters.self_referral_form import read_answer
from referral.application.keep_draft import find_draft, write_answer
from referral.application.send_draft import DraftIncomplete, reference_for, send_draft
from referral.domain.allowance import AllowanceUsed
from referral.domain.draft import KEPT, Draft, DraftEnded, DraftStatus
from referral.domain.self_referral import Answers, Step, Stop, before, steps
from referral.entrypoints.self_referral_answers import rows_of, shown
from referral.entrypoints.self_referral_entry import add_way_in, add_ways_out, saved_for_later
from referral.entrypoints.self_referral_session import (
    Page,
    SelfReferrals,
    draft_id_of,
    may_ask,
    onwards_from,
    opened,
    step_at,
    today_of,
)
from referral.entrypoints.self_referral_words import question_for

HTML = "text/html; charset=utf-8"
SELF_REFERRED = allow("patient", record=SUBJECT, why="self-referral")
"""What the audit says of a referral that somebody sent of themselves, nobody having signed in."""
MOST_BYTES = 64_000
"""Of a form: several times the longest answer, so that one that is too long comes back to be shortened."""


def add_self_referral_pages(blueprint: Blueprint, on: SelfReferrals) -> None:
    """Add the pages to the service's blueprint, below `/refer`."""
    pages = Blueprint("self_referral", __name__, url_prefix="/refer")
    add_way_in(pages, on)
    add_ways_out(pages, on)
    _add_check(pages, on)
    _add_questions(pages, on)
    _add_refusals(pages, on)
    blueprint.register_blueprint(pages)


def _add_check(pages: Blueprint, on: SelfReferrals) -> None:
    @pages.get("/check")
    def check() -> Page:
        draft, answers = opened(on)
        if (onwards := onwards_from(on, answers)) != "/refer/check":
            return redirect(onwards, 303)
        rows = [row for step in steps(answers) for row in rows_of(step, answers)]
        back = f"/refer/{steps(answers)[-1].value}"
        return render_template("refer/check.jinja", rows=rows, back=back, draft_token=on.cookies.csrf(draft.id))

    @pages.post("/check")
    def send() -> Page:
        id = draft_id_of(on)

        def work(unit: Unit) -> None:
            if (referral := send_draft(unit, on.secrecy, id, as_incoming)) is not None:
                themselves = Principal("self", frozenset({"patient"}), on.tenant)
                on.accesses.note_within(unit.tx, themselves, SELF_REFERRED, referral.id)

        try:
            on.units.run(on.tenant, cause(), work)
        except DraftIncomplete:
            return redirect(onwards_from(on, opened(on)[1]), 303)
        return redirect("/refer/sent", 303)

    @pages.get("/sent")
    def sent() -> Page:
        id = draft_id_of(on)
        draft = on.units.read(on.tenant, lambda unit: find_draft(unit, id))
        if draft.status is not DraftStatus.SENT:
            return redirect("/refer/continue", 303)
        return render_template("refer/sent.jinja", reference=reference_for(on.secrecy, on.tenant, id))


def _add_questions(pages: Blueprint, on: SelfReferrals) -> None:
    def show(step: Step, draft: Draft, answers: Answers, typed: Mapping[str, str], faults: dict[str, str]) -> str:
        previous = before(step, answers)
        return render_template(
            "refer/question.jinja",
            step=step.value,
            question=question_for(step, answers),
            typed=typed,
            faults=faults,
            back=f"/refer/{previous.value}" if previous else "/refer",
            may_save=Step.DATE_OF_BIRTH in answers,
            draft_token=on.cookies.csrf(draft.id),
        )

    @pages.get("/<place>")
    def ask(place: str) -> Page:
        if place in {each.value for each in Stop}:
            return _stop_page(on, Stop(place))
        step = step_at(place)
        draft, answers = opened(on)
        if not may_ask(on, step, answers):
            return redirect(onwards_from(on, answers), 303)
        return show(step, draft, answers, shown(step, answers.get(step, {})), {})

    @pages.post("/<place>")
    def answer(place: str) -> Page:
        step = step_at(place)
        draft, answers = opened(on)
        if not may_ask(on, step, answers):
            return redirect(onwards_from(on, answers), 303)
        saves = request.form.get("then") == "save" and Step.DATE_OF_BIRTH in answers
        try:
            fields = read_answer(step, request.form, answers, today_of(on))
            answers = on.units.run(
                on.tenant, cause(), lambda unit: write_answer(unit, on.secrecy, draft.id, step, fields)
            )
        except Invalid as invalid:
            if not saves:
                return show(step, draft, answers, request.form, dict(invalid.faults)), 400
        if saves:
            return saved_for_later(on, draft.id)
        return on.cookies.give(redirect(onwards_from(on, answers), 303), draft.id)


def _stop_page(on: SelfReferrals, stop: Stop) -> str:
    token = on.cookies.csrf(id) if (id := on.cookies.known()) else None
    return render_template(f"refer/{stop.name.lower()}.jinja", draft_token=token)


def _add_refusals(pages: Blueprint, on: SelfReferrals) -> None:
    @pages.before_request
    def bound() -> None:
        request.max_content_length = MOST_BYTES
        if (request.content_length or 0) > MOST_BYTES:
            raise RequestEntityTooLarge

    @pages.errorhandler(DraftEnded)
    def gone(error: DraftEnded) -> Page:
        page = render_template("refer/gone.jinja", kept=KEPT.days)
        return on.cookies.take(Response(page, 410, content_type=HTML))

    @pages.errorhandler(AllowanceUsed)
    def too_often(error: AllowanceUsed) -> Page:
        page = render_template("refer/too_often.jinja")
        return Response(page, 429, {"Retry-After": "3600"}, content_type=HTML)
