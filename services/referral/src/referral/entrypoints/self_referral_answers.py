"""Answers of a self-referral as they are shown: in the form again, and where they are checked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from movewell.web.times import long_date

from referral.adapters.self_referral_form import DATE_PARTS
from referral.domain.self_referral import Answers, Fields, Step
from referral.entrypoints.self_referral_words import Field, question_for


def shown(step: Step, fields: Fields) -> dict[str, str]:
    """An answer as its form shows it: a date in three fields."""
    typed = dict(fields)
    if (written := typed.pop("birth_date", None)) is not None:
        born = date.fromisoformat(written)
        typed |= {f"birth_date-{part}": str(getattr(born, part)) for part in DATE_PARTS}
    return typed


@dataclass(frozen=True)
class Row:
    """One line of the answers that are checked. Without `texts`, the question was passed over."""

    name: str
    texts: tuple[str, ...]
    step: str


def rows_of(step: Step, answers: Answers) -> list[Row]:
    """The answers to one question, in words. Fields without a name of their own belong to the one before."""
    rows: list[Row] = []
    given = answers[step]
    for each in question_for(step, answers).fields:
        texts = _texts(each, given)
        if each.row:
            rows.append(Row(each.row, texts, step.value))
        else:
            rows[-1] = Row(rows[-1].name, rows[-1].texts + texts, step.value)
    return rows


def _texts(asked: Field, given: Fields) -> tuple[str, ...]:
    text = given.get(asked.name)
    if text is None:
        return ()
    if asked.kind == "date":
        return (long_date(date.fromisoformat(text)),)
    if asked.name == "nhs_number":
        return (f"{text[:3]} {text[3:6]} {text[6:]}",)
    if asked.kind == "radios":
        return tuple(each.label for each in asked.options if each.value == text)
    return tuple(text.splitlines())
