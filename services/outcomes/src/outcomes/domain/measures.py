"""PHQ-9 and GAD-7 as declared data, and how they are scored.

Both are in the public domain: no permission is needed to reproduce, translate, display or distribute
them. The wording is the official English one. The thresholds are in `measures.toml`, with a version, a
source and a verifier.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from movewell.contracts.types import Measure
from movewell.kernel import Invalid


@dataclass(frozen=True)
class Item:
    """A question. `id` is the measure and the item's number, for instance `phq9_1`."""

    id: str
    text: str


@dataclass(frozen=True)
class Option:
    """An answer and what it scores."""

    value: int
    label: str


@dataclass(frozen=True)
class Band:
    """A range of severity, in points, both ends included."""

    least: int
    most: int
    label: str


@dataclass(frozen=True, kw_only=True)
class Instrument:
    """A measure as it is asked and read. Scores run from 0 to `highest`, in points.

    A score at or above `cut_off` is a case. `reliable_change` is the reliable change index in whole
    points: a change of that size or more is reliable. `version`, `source` and `verified_by` are of the
    thresholds; `verified_by` is empty while nobody has signed them.
    """

    title: str
    stem: str
    look_back: timedelta
    items: tuple[Item, ...]
    options: tuple[Option, ...]
    highest: int
    cut_off: int
    reliable_change: int
    bands: tuple[Band, ...]
    version: str
    source: str
    verified_by: str


_STEM = "Over the last 2 weeks, how often have you been bothered by any of the following problems?"

_OPTIONS = (
    Option(0, "Not at all"),
    Option(1, "Several days"),
    Option(2, "More than half the days"),
    Option(3, "Nearly every day"),
)

_TITLES = {Measure.PHQ9: "PHQ-9", Measure.GAD7: "GAD-7"}

_WORDING = {
    Measure.PHQ9: (
        "Little interest or pleasure in doing things",
        "Feeling down, depressed, or hopeless",
        "Trouble falling or staying asleep, or sleeping too much",
        "Feeling tired or having little energy",
        "Poor appetite or overeating",
        "Feeling bad about yourself — or that you are a failure or have let yourself or your family down",
        "Trouble concentrating on things, such as reading the newspaper or watching television",
        "Moving or speaking so slowly that other people could have noticed? Or the opposite — being so"
        " fidgety or restless that you have been moving around a lot more than usual",
        "Thoughts that you would be better off dead or of hurting yourself in some way",
    ),
    Measure.GAD7: (
        "Feeling nervous, anxious or on edge",
        "Not being able to stop or control worrying",
        "Worrying too much about different things",
        "Trouble relaxing",
        "Being so restless that it is hard to sit still",
        "Becoming easily annoyed or irritable",
        "Feeling afraid as if something awful might happen",
    ),
}


def _bands(rows: list[dict[str, Any]], highest: int) -> Iterator[Band]:
    ends = [row["least"] - 1 for row in rows[1:]] + [highest]
    for row, most in zip(rows, ends, strict=True):
        yield Band(row["least"], most, row["label"])


def _instrument(measure: Measure, version: str, thresholds: dict[str, Any]) -> Instrument:
    items = tuple(Item(f"{measure.value}_{n}", text) for n, text in enumerate(_WORDING[measure], start=1))
    highest = len(items) * max(option.value for option in _OPTIONS)
    return Instrument(
        title=_TITLES[measure],
        stem=_STEM,
        look_back=timedelta(weeks=2),
        items=items,
        options=_OPTIONS,
        highest=highest,
        cut_off=thresholds["cut_off"],
        reliable_change=thresholds["reliable_change"],
        bands=tuple(_bands(thresholds["bands"], highest)),
        version=version,
        source=thresholds["source"],
        verified_by=thresholds["verified_by"],
    )


def _instruments() -> Mapping[Measure, Instrument]:
    rows = tomllib.loads(files(__package__).joinpath("measures.toml").read_text("utf-8"))
    return MappingProxyType(
        {measure: _instrument(measure, rows["version"], rows[measure.value]) for measure in _WORDING}
    )


INSTRUMENTS: Mapping[Measure, Instrument] = _instruments()


def score(measure: Measure, answers: Mapping[str, int]) -> int:
    """The total score of `answers`, item id → value of the option chosen.

    Every item must be answered: nothing is imputed, for the IAPT Data Set takes no imputed score.
    Raises `Invalid` with all faults at once; each pointer is a JSON Pointer into `answers`, and no
    message repeats an answer.
    """
    faults = list(_faults(INSTRUMENTS[measure], answers))
    if faults:
        raise Invalid(f"Not a complete set of answers to {INSTRUMENTS[measure].title}", faults)
    return sum(answers.values())


def band(measure: Measure, score: int) -> Band:
    """The severity band of a total score. Raises `Invalid` for a score outside the measure's range."""
    _require_score(measure, score)
    return next(band for band in INSTRUMENTS[measure].bands if score <= band.most)


def at_caseness(measure: Measure, score: int) -> bool:
    """Whether a total score is at or above the measure's cut-off. Raises `Invalid` as `band` does."""
    _require_score(measure, score)
    return score >= INSTRUMENTS[measure].cut_off


def _require_score(measure: Measure, score: int) -> None:
    """Raise `Invalid` unless `score` is a whole number in the measure's range."""
    instrument = INSTRUMENTS[measure]
    if not _is_whole(score) or not 0 <= score <= instrument.highest:
        raise Invalid(f"A score of {instrument.title} is a whole number from 0 to {instrument.highest}")


def _faults(instrument: Instrument, answers: Mapping[str, int]) -> Iterator[tuple[str, str]]:
    values = {option.value for option in instrument.options}
    known = {item.id for item in instrument.items}
    for item in instrument.items:
        if item.id not in answers:
            yield _pointer(item.id), "is not answered"
        elif not _is_whole(answers[item.id]):
            yield _pointer(item.id), "is not a whole number"
        elif answers[item.id] not in values:
            yield _pointer(item.id), f"is not from {min(values)} to {max(values)}"
    for key in answers:
        if key not in known:
            yield _pointer(key), f"is not an item of {instrument.title}"


def _is_whole(value: object) -> bool:
    # True and False are integers to Python, but nobody's answer.
    return isinstance(value, int) and not isinstance(value, bool)


def _pointer(key: str) -> str:
    return "/" + key.replace("~", "~0").replace("/", "~1")
