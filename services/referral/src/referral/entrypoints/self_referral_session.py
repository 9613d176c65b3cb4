"""What the pages of a self-referral have in common: the browser's draft, and where somebody goes next."""

from __future__ import annotations

import contextlib
import ipaddress
from dataclasses import dataclass
from datetime import date

from flask import abort, redirect, request
from movewell.store.unit import Unit, Units
from movewell.web.accesses import Accesses
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from referral.application.keep_draft import find_draft, read_answers
from referral.application.receive_referral import Secrecy
from referral.domain.draft import Draft, DraftEnded, DraftStatus
from referral.domain.london import london_day
from referral.domain.self_referral import Answers, Step, first_unanswered, may_be_asked, stopped_by
from referral.entrypoints.draft_cookies import DraftCookies

Page = str | tuple[str, int] | Response


@dataclass(frozen=True)
class SelfReferrals:
    """What the pages work on. `tenant` is the service that the site takes self-referrals for."""

    units: Units
    secrecy: Secrecy
    cookies: DraftCookies
    tenant: str
    drafts_an_hour: int
    accesses: Accesses


def draft_id_of(on: SelfReferrals) -> str:
    """Of the browser that asks. Raises DraftEnded when it writes none, BadRequest for a form that isn't ours."""
    if (id := on.cookies.draft_id()) is None:
        raise DraftEnded("There are no answers on this device.")
    return id


def opened(on: SelfReferrals) -> tuple[Draft, Answers]:
    """The browser's draft and its answers; who has sent theirs is shown that. Raises DraftEnded, BadRequest."""
    id = draft_id_of(on)

    def work(unit: Unit) -> tuple[Draft, Answers | None]:
        draft = find_draft(unit, id)
        is_sent = draft.status is DraftStatus.SENT
        return draft, None if is_sent else read_answers(unit, on.secrecy, draft)

    draft, answers = on.units.read(on.tenant, work)
    if answers is None:
        abort(redirect("/refer/sent", 303))
    return draft, answers


def onwards_from(on: SelfReferrals, answers: Answers) -> str:
    if stop := stopped_by(answers, today_of(on)):
        return f"/refer/{stop.value}"
    step = first_unanswered(answers)
    return "/refer/check" if step is None else f"/refer/{step.value}"


def may_ask(on: SelfReferrals, step: Step, answers: Answers) -> bool:
    return may_be_asked(step, answers) and (step in answers or stopped_by(answers, today_of(on)) is None)


def step_at(place: str) -> Step:
    with contextlib.suppress(ValueError):
        return Step(place)
    raise NotFound


def today_of(on: SelfReferrals) -> date:
    return london_day(on.units.clock.now())


def where_from() -> str:
    """Where a request comes from; of IPv6 the network of one household."""
    try:
        address = ipaddress.ip_address(request.remote_addr or "")
    except ValueError:
        return "unknown"
    return str(ipaddress.ip_network(f"{address}/64", strict=False)) if address.version == 6 else str(address)
