"""The questions as a form: what was ticked, and what is still missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from movewell.contracts.types import Measure
from movewell.kernel import DomainError, Invalid
from werkzeug.datastructures import MultiDict

from outcomes.domain.measures import INSTRUMENTS, Instrument, Item
from outcomes.domain.questionnaire import OPTIONS, AlreadyAnswered

ITEMS: tuple[tuple[Item, Instrument], ...] = tuple(
    (item, instrument) for instrument in INSTRUMENTS.values() for item in instrument.items
)
"""Every question with its instrument, in the order of asking."""
RISK_NUMBER = list(OPTIONS).index("phq9_9") + 1
MISSING = "Select an answer"


def ticked(form: MultiDict[str, str], items: Iterable[str] = OPTIONS) -> dict[str, int]:
    """Item → value of the option. Two options of one item are no answer, nor is what is no option."""
    made = {}
    for item in items:
        values, texts = {str(value): value for value in OPTIONS[item]}, set(form.getlist(item))
        if len(texts) == 1 and (text := texts.pop()) in values:
            made[item] = values[text]
    return made


def faults_of(refused: Invalid | None) -> dict[str, str]:
    """Item → what to say beside it."""
    return {} if refused is None else {pointer.strip("/"): MISSING for pointer, _ in refused.faults}


def next_number(draft: Mapping[str, int]) -> int | None:
    """The number of the first question without an answer, the first is 1; None if every one has its answer."""
    return next((number for number, item in enumerate(OPTIONS, start=1) if item not in draft), None)


def in_words(answers: Mapping[str, int]) -> list[tuple[int, Item, int, str]]:
    """Number, question, value and words of each answer."""
    return [
        (number, item, answers[item.id], next(each.label for each in of.options if each.value == answers[item.id]))
        for number, (item, of) in enumerate(ITEMS, start=1)
        if item.id in answers
    ]


def measure_of(item: str) -> Measure:
    """The measure that an item belongs to."""
    return Measure(item.split("_")[0])


def status_of(refused: DomainError) -> int:
    """What was answered before conflicts; what was closed is gone."""
    return 409 if isinstance(refused, AlreadyAnswered) else 410
