"""The figures as tables: what a chart shows, in words and numbers."""

from __future__ import annotations

from movewell.web.charts import Table

from reporting.figures.attendance import Attendance
from reporting.figures.flow import Flow
from reporting.figures.rates import Outcomes
from reporting.figures.suppression import Share
from reporting.figures.waits import Band, Waits

WITHHELD = "not shown"
UNBROKEN = "\N{NO-BREAK SPACE}"


def number(count: int | None) -> str:
    """A count in words: "1,234", or "not shown"."""
    return WITHHELD if count is None else f"{count:,}"


def percentage(share: Share) -> str:
    """A percentage in words: "51%", "not shown", or "no rate" where there is nothing to divide by."""
    if share.percent is not None:
        return f"{share.percent}%"
    return "no rate" if share.denominator == 0 else WITHHELD


def share_of(share: Share) -> str:
    """A percentage with what it was made of: "51% (20 of 39)", which breaks before the bracket only."""
    if share.percent is None and share.denominator != 0:
        return f"{WITHHELD} (of{UNBROKEN}{number(share.denominator)})" if share.denominator else WITHHELD
    made_of = UNBROKEN.join((number(share.numerator), "of", number(share.denominator)))
    return f"{percentage(share)} ({made_of})"


def quartile(days: str | None, waits: Waits) -> str:
    """A quartile in words: "28.5 days", "not shown", or "none" where no wait is known."""
    if days is not None:
        return f"{days} days"
    return "none" if waits.referrals is not None and waits.not_known == waits.referrals else WITHHELD


def band_label(band: Band) -> str:
    """The days of a band: "15 to 28 days"."""
    if band.last_day is None:
        return f"{band.first_day} days or more"
    return f"{band.first_day} to {band.last_day} days"


def flow_table(flow: Flow) -> Table:
    """The stages with their shares of the stage before and of the first."""
    return Table(
        "How far referrals came",
        ("Stage", "Referrals", "Of the stage before", "Of all received"),
        tuple(
            (
                stage.label,
                number(stage.count),
                percentage(stage.of_previous) if stage.of_previous else "first stage",
                percentage(stage.of_first),
            )
            for stage in flow.stages
        ),
    )


def leaving_table(flow: Flow) -> Table:
    """Those who went no further than each stage, by where they are; nobody is left out of the exact one."""
    rows = tuple(
        (f"{stage.label}: {leaving.label[0].lower()}{leaving.label[1:]}", number(leaving.count))
        for stage in flow.stages
        for leaving in stage.left
        if leaving.count
    )
    return Table("Where the others are", ("Last stage reached, and what happened then", "Referrals"), rows)


def bands_table(waits: Waits, group: str) -> Table:
    """The distribution of waits. `group` names who waited."""
    rows = tuple((band_label(band), number(band.count)) for band in waits.bands)
    return Table(f"Days waited: {group}", ("Wait", "Referrals"), (*rows, ("Not known", number(waits.not_known))))


def waits_table(waits_of: dict[str, Waits]) -> Table:
    """The standard and the quartiles, one column a group."""
    lines = {
        "Referrals": lambda waits: number(waits.referrals),
        "Within 6 weeks (42 days)": lambda waits: share_of(waits.within_6_weeks),
        "Within 18 weeks (126 days)": lambda waits: share_of(waits.within_18_weeks),
        "Lower quartile": lambda waits: quartile(waits.lower_quartile, waits),
        "Median": lambda waits: quartile(waits.median, waits),
        "Upper quartile": lambda waits: quartile(waits.upper_quartile, waits),
        "Wait not known": lambda waits: number(waits.not_known),
    }
    rows = tuple((label, *(cell(waits) for waits in waits_of.values())) for label, cell in lines.items())
    groups = (group[0].upper() + group[1:] for group in waits_of)
    return Table("The standard and the quartiles", ("Figure", *groups), rows)


def attendance_table(attendance: Attendance) -> Table:
    """What became of bookings."""
    shares = {
        "Attended": attendance.attended,
        "Did not attend, or came too late to be seen": attendance.did_not_attend,
        "Cancelled by the patient": attendance.cancelled_by_patient,
    }
    rows = [(label, number(share.numerator), share_of(share)) for label, share in shares.items()]
    apart = {
        "Cancelled by the provider": attendance.cancelled_by_provider,
        "No attendance recorded": attendance.not_recorded,
    }
    rows += [(label, number(count), "not in the rate") for label, count in apart.items()]
    rows.append(("All bookings", number(attendance.bookings), "all of these"))
    return Table("What became of bookings", ("Result", "Bookings", "Rate"), tuple(rows))


def outcomes_table(outcomes: Outcomes, group: str) -> Table:
    """Every rate of a group with its denominator. `group` says who."""
    rows = (
        ("Referrals", number(outcomes.referrals)),
        ("At caseness at the start", number(outcomes.at_caseness)),
        ("Not at caseness at the start", number(outcomes.not_at_caseness)),
        ("Start not known", number(outcomes.start_not_known)),
        ("Reliable improvement", share_of(outcomes.reliable_improvement)),
        ("No reliable change", share_of(outcomes.no_reliable_change)),
        ("Reliable deterioration", share_of(outcomes.reliable_deterioration)),
        ("First and last scores not complete", share_of(outcomes.not_paired)),
        ("Recovery", share_of(outcomes.recovery)),
        ("Reliable recovery", share_of(outcomes.reliable_recovery)),
    )
    return Table(f"Outcomes: {group}", ("Figure", "Referrals, or rate"), rows)
