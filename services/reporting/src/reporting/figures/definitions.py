"""What each figure means, in plain words, and where the definition comes from. Shown beneath the figure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Definition:
    """A term, what it means, and its source."""

    term: str
    words: str
    source: str


METADATA = "NHS England, metadata of the NHS Talking Therapies statistics, 2024-25"
MOVEWELL = "Movewell's own definition"

DEFINITIONS: dict[str, tuple[Definition, ...]] = {
    "flow": (
        Definition(
            "Who is counted",
            "Referrals received in the period, each followed to where it is now in the log, even where "
            "that is after the period.",
            MOVEWELL,
        ),
        Definition(
            "Stage",
            "A referral counts at a stage once that stage, or any later one, has happened. So each stage "
            "is the next stage plus those listed as having gone no further.",
            f"{MOVEWELL}, after the CONSORT flow diagram",
        ),
        Definition(
            "Finished a course",
            "Discharged after two or more attended sessions. Discharged earlier is not finished.",
            f"{METADATA} (completed treatment)",
        ),
    ),
    "waits": (
        Definition(
            "Wait",
            "Days from the day the referral was received to the day of the first attended session, by the "
            "calendar in London. Pauses are not taken out.",
            f"{METADATA}, measures M052 to M055",
        ),
        Definition(
            "Within 6 and 18 weeks",
            "A wait of 42 days or fewer, and of 126 days or fewer. The standard is measured among "
            "referrals that finished a course in the period: 75% within 6 weeks and 95% within 18 weeks. "
            "A wait that is not known counts as longer.",
            f"{METADATA}, measures M052 to M055; 75% and 95%: NHS Talking Therapies waiting-time standard",
        ),
        Definition(
            "All who started",
            "Referrals whose first attended session was in the period, finished or not. This is not the "
            "national standard; it tells sooner how waits are going.",
            MOVEWELL,
        ),
        Definition(
            "Quartiles",
            "Of known waits: a quarter waited no longer than the lower quartile, half no longer than the "
            "median, three quarters no longer than the upper quartile. Values between two waits are "
            "interpolated.",
            "Hyndman and Fan, Sample quantiles in statistical packages, 1996, definition 7",
        ),
    ),
    "attendance": (
        Definition(
            "Attendance rate",
            "Attended (codes 5 and 6), divided by attended, did not attend (codes 3 and 7) and cancelled "
            "by the patient (code 2) together. Code 2 does not tell how late a patient cancelled, so all "
            "such cancellations count. Bookings of sessions that started in the period.",
            "Codes: NHS Data Model and Dictionary, attended or did not attend code. Rate: " + MOVEWELL,
        ),
        Definition(
            "Cancelled by the provider",
            "Code 4. Counted apart, because the patient could not have attended.",
            "NHS Data Model and Dictionary, attended or did not attend code",
        ),
    ),
    "outcomes": (
        Definition(
            "Caseness",
            "A first score of 10 or more on PHQ-9, or of 8 or more on GAD-7, or both. Not at caseness: "
            "both first scores are known and lower.",
            f"{METADATA}; cut-offs: Saunders and others, 2021 (PMC8411661), table 1",
        ),
        Definition(
            "Reliable improvement and deterioration",
            "Improvement: PHQ-9 falls by 6 or more, or GAD-7 by 4 or more, and neither rises by as much. "
            "Deterioration: the same, upwards. One up and the other down is no reliable change. Divided by"
            " all referrals in the group; where the last score is missing, the referral stays in the "
            "denominator.",
            f"{METADATA}; deterioration: the mirror of improvement",
        ),
        Definition(
            "Recovery",
            "At caseness at the start, and below both cut-offs at the last score. Divided by the group "
            "less those not at caseness at the start. A missing last score counts as not recovered.",
            METADATA,
        ),
        Definition("Reliable recovery", "Recovery together with reliable improvement.", METADATA),
        Definition(
            "Finished, and all who started and ended",
            "Finished: finished a course in the period, which is the national group. All who started and "
            "ended: the referral ended in the period, in whatever way, after at least one attended session.",
            f"{METADATA}; all who started and ended: {MOVEWELL}",
        ),
    ),
    "disclosure": (
        Definition(
            "Small numbers",
            "In the published view counts below 5 (zero too) are not shown, others are rounded to the nearest 5. "
            "Percentages are whole, and of the rounded numbers, so that they say nothing more. Numbers may not add up.",
            "NHS England, Talking Therapies dashboards; percentages of rounded numbers: " + MOVEWELL,
        ),
        Definition(
            "What sums would give away",
            "Where a number that is not shown would follow from others, so that it could no longer be anything from 0 "
            "to 4, more numbers are not shown, the smallest first. Others are the parts of the same whole, the "
            "same figure without a filter, and the same figure for every other value of a filter.",
            MOVEWELL + " (secondary suppression)",
        ),
        Definition(
            "What is left to check",
            "Periods are not compared with one another, nor services, nor pages with different filters beyond those "
            "above. Somebody must do so before figures are released.",
            MOVEWELL,
        ),
        Definition(
            "Quartiles",
            "In the published view a quartile is the band of days that it lies in, where the numbers shown say so.",
            MOVEWELL,
        ),
    ),
}
