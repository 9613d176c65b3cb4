"""Find tasks by where they stand, and the messages of a referral."""

from __future__ import annotations

from movewell.store.port import Between
from movewell.store.unit import Unit

from notifications.application.plan_message import MOST
from notifications.domain.message import Message
from notifications.domain.task import Task


def open_tasks(unit: Unit, limit: int, after: list[str] | None) -> list[Task]:
    """The longest waiting first; `after` is since when the last one seen has waited, and its id."""
    return unit.find(Task, {"done_at": None}, order=("since",), limit=limit, after=after)


def done_tasks(unit: Unit, limit: int, after: list[str] | None) -> list[Task]:
    """The latest done first; `after` is when the last one seen was done, and its id."""
    where = {"done_at": Between(at_least="")}
    return unit.find(Task, where, order=("done_at",), descending=True, limit=limit, after=after)


def messages_about(unit: Unit, referral_id: str) -> list[Message]:
    """Every message about a referral, the latest first."""
    found = unit.find(Message, {"referral_id": referral_id}, limit=MOST)
    return sorted(found, key=lambda each: (each.settled_at or each.due_at, each.id), reverse=True)
