"""The worklist: open referrals, flags and long waits first; filtered, sorted, searched."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from flask import Blueprint, render_template, request
from movewell.kernel import Invalid
from movewell.store.unit import Unit, Units
from movewell.web.accesses import note_seen
from movewell.web.policy import principal

from referral.adapters.nhs_numbers import read_nhs_number
from referral.application.find_referrals import Sought, find_referrals
from referral.application.read_worklist import Line, Show, Sort, WorklistPage, lines_of, read_worklist
from referral.application.receive_referral import Secrecy
from referral.domain.incoming import MAX_NAME, MAX_REFERENCE, Unreadable
from referral.domain.reference import read_reference
from referral.entrypoints.standing import ShownWait, Tag, flags, missing, shown_wait, stage_words
from referral.entrypoints.who import Who, who

C = TypeVar("C", Show, Sort)
SHOWN: Mapping[Show, str] = {
    Show.ALL: "All open referrals",
    Show.FLAGGED: "With a flag",
    Show.NO_SCREENING: "Missing a screening (received)",
    Show.NO_DECISION: "Missing a decision (screened)",
    Show.NO_CONTACT: "Missing contact details",
    Show.CLEARANCE: "Clearance ended, or ends within 4 weeks",
    Show.ACCEPTED: "Accepted, no place offered yet",
    Show.WAITING: "On the waiting list for a place",
    Show.OFFERED: "Place offered, no answer yet",
    Show.BOOKED: "Sessions booked",
    Show.DELIVERED: "Sessions over, not discharged",
}
SORTED: Mapping[Sort, str] = {Sort.FLAGS: "Flags first, then longest wait", Sort.WAIT: "Longest wait first"}


@dataclass(frozen=True)
class ShownLine:
    """One row of the table."""

    id: str
    who: Who
    stage: str
    wait: ShownWait
    missing: list[str]
    flags: list[Tag]


def add_worklist_pages(pages: Blueprint, units: Units, secrecy: Secrecy) -> None:
    """Add the list and the search."""

    def shown(lines: list[Line], now: datetime) -> list[ShownLine]:
        """Only who is on the page is opened, and it is written down that they were seen."""
        note_seen(each.referral.id for each in lines)
        return [_shown(each, secrecy, now) for each in lines]

    def show(status: int = 200, error: str | None = None) -> tuple[str, int]:
        asked, order = _one_of(Show, "show"), _one_of(Sort, "sort")
        places = {name: _place(name) for name in ("after", "before")}

        def read(unit: Unit) -> tuple[WorklistPage, datetime]:
            return read_worklist(unit, asked, order, **places), unit.now

        found, now = units.read(principal().tenant, read)
        page = render_template(
            "worklist.jinja",
            lines=shown(found.lines, now),
            found=found,
            show=asked.value,
            sort=order.value,
            choices=[(each.value, words) for each, words in SHOWN.items()],
            sorts=[(each.value, words) for each, words in SORTED.items()],
            error=error,
            is_first=not any(places.values()),
        )
        return page, status

    @pages.get("/worklist")
    def worklist() -> tuple[str, int]:
        return show()

    @pages.post("/worklist/search")
    def search() -> tuple[str, int]:
        term = request.form.get("term", "").strip()
        if not any(each.isalnum() for each in term) or len(term) > MAX_REFERENCE:
            return show(400, "Enter an NHS number, a reference or a family name")

        def read(unit: Unit) -> tuple[list[Line], bool, datetime]:
            found = find_referrals(unit, secrecy, _sought(term))
            return lines_of(unit, found.ids), found.more, unit.now

        lines, more, now = units.read(principal().tenant, read)
        return render_template("worklist_search.jinja", lines=shown(lines, now), more=more, term=term), 200


def _shown(line: Line, secrecy: Secrecy, now: datetime) -> ShownLine:
    return ShownLine(
        line.referral.id,
        who(secrecy.keyring, line.person),
        stage_words(line.referral, line.row),
        shown_wait(line.referral, line.row, now),
        missing(line.referral, line.row, now),
        flags(line.row) if line.referral.is_open else [],
    )


def _one_of(of: type[C], name: str) -> C:
    """What the address asks for, or the first. Raises Invalid."""
    asked = request.args.get(name)
    if asked is None:
        return next(iter(of))
    try:
        return of(asked)
    except ValueError:
        raise Invalid("The worklist cannot be shown like this.") from None


def _place(name: str) -> list[str] | None:
    """Value of the order and id of a line, as `~` joins them in a link."""
    value, _, id = request.args.get(name, "").rpartition("~")
    return [value, id] if value and id else None


def _sought(term: str) -> Sought:
    """A number that could be an NHS number, a name, a reference: whichever finds somebody."""
    try:
        number = read_nhs_number(term)
    except Unreadable:
        number = None
    ours = read_reference(term)
    references = tuple(dict.fromkeys(each for each in (term, ours) if each))
    return Sought(number, references, term if len(term) <= MAX_NAME else None)
