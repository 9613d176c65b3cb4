"""Make a clinician's decision, and keep with it what was suggested and why it is otherwise."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from movewell.kernel import Invalid, StaleVersion
from movewell.keyring.sealing import seal
from movewell.projections import generation_of, rows_of
from movewell.store.unit import Unit

from referral.application.receive_referral import Secrecy
from referral.domain.decision import Choice, Decision, Made, OverrideReason, OverrideUnexplained
from referral.domain.london import london_day
from referral.domain.referral import Referral, ReferralStatus
from referral.domain.suggestion import RULES, Standing, Suggestion, departs, suggest
from referral.projections.worklist_rows import WORKLIST

NOTE, LONGEST_NOTE = "decision-note", 1_200
"""Four bytes a character stay within what one ciphertext holds."""

_NEEDS = {
    Choice.ACCEPT: ("format", "sessions_planned"),
    Choice.SIGNPOST: ("activity",),
    Choice.DECLINE: ("rejection",),
    Choice.DISCHARGE: ("end_code",),
}


def suggestion_for(unit: Unit, referral: Referral) -> Suggestion | None:
    """What the rules suggest now, None once the referral has ended."""
    if not referral.is_open:
        return None
    screening, until = referral.screening, referral.cleared_until
    row = unit.tx.get(rows_of(WORKLIST.collection, generation_of(unit.tx)).name, referral.id) or {}
    standing = Standing(
        accepted=referral.status is ReferralStatus.ACCEPTED,
        outcome=screening.outcome if screening else None,
        in_force=until is not None and until >= london_day(unit.now),
        rules=screening.rules if screening else (),
        delivered="delivered_at" in row,
    )
    return suggest(standing)


def make_decision(
    unit: Unit, secrecy: Secrecy, referral_id: str, made: Made, *, by: str, seen: int | None = None, name: str = ""
) -> Referral:
    """Decide; `by` is the subject of who does, `name` their name, `seen` the version that they saw, if it is known.

    What was decided so before changes nothing. Raises NotFound; StaleVersion if the referral has changed since;
    Invalid for what the decision lacks; what the decision itself raises (ReferralEnded, AlreadyDecided,
    ClearanceMissing, EndCodeNotFitting); OverrideUnexplained.
    """
    referral = unit.get(Referral, referral_id)
    if seen not in (None, referral.version):
        raise StaleVersion("Somebody has changed this referral since you opened the page.")
    _require_complete(made)
    suggestion, was = suggestion_for(unit, referral), referral.status
    _ACTS[made.choice](referral, made, unit.now)
    if referral.status is was and made.choice is not Choice.ASK_GP:
        return referral
    is_override = suggestion is not None and departs(made, suggestion)
    if is_override:
        _require_explained(made)
    decision = Decision(
        made.choice,
        by,
        unit.now,
        suggestion.rule if suggestion else None,
        RULES["version"],
        made.override if is_override else None,
        _sealed_note(unit, secrecy, referral, made.note),
        name,
    )
    referral.decisions.append(decision)
    unit.save(referral)
    return referral


def _require_complete(made: Made) -> None:
    missing = [(f"/{each}", "This is required.") for each in _NEEDS.get(made.choice, ()) if getattr(made, each) is None]
    if missing:
        raise Invalid("The decision is not complete.", missing)
    if made.note is not None and len(made.note) > LONGEST_NOTE:
        raise Invalid("The note is too long.", [("/note", f"Write {LONGEST_NOTE} characters or fewer.")])


def _require_explained(made: Made) -> None:
    if made.override is None:
        raise OverrideUnexplained(
            "This is not what is suggested. Say why.", [("/override", "Select why you decide otherwise.")]
        )
    if made.override is OverrideReason.OTHER and not made.note:
        raise OverrideUnexplained("Say what the other reason is.", [("/note", "Write what the reason is.")])


def _sealed_note(unit: Unit, secrecy: Secrecy, referral: Referral, note: str | None) -> str | None:
    if not note:
        return None
    return seal(secrecy.keyring, unit.tenant, referral.person_id, NOTE, {"text": note})


def _asked(referral: Referral, made: Made, now: datetime) -> None:
    """The letter is asked for outside of Movewell; that it was asked for is kept with the decision."""
    referral.require_undecided()


_Act = Callable[[Referral, Any, datetime], None]
_ACTS: dict[Choice, _Act] = {
    Choice.ACCEPT: lambda referral, made, now: referral.accept(made.format, made.sessions_planned, now),
    Choice.SIGNPOST: lambda referral, made, now: referral.signpost(made.activity, now),
    Choice.DECLINE: lambda referral, made, now: referral.decline(made.rejection, now),
    Choice.ASK_GP: _asked,
    Choice.WITHDRAW: lambda referral, made, now: referral.withdraw(now),
    Choice.DISCHARGE: lambda referral, made, now: referral.discharge(made.end_code, now),
}
