"""Give a message that could not be sent to a person to see to, and let them say that it is done."""

from __future__ import annotations

from movewell.contracts.types import StopReason
from movewell.store.unit import Unit

from notifications.application.plan_message import MOST, stop_message
from notifications.domain.message import Message
from notifications.domain.task import Problem, Task


def give_up(unit: Unit, message: Message, problem: Problem) -> None:
    """Stop the message, for nobody can be written to; somebody must call them instead."""
    stop_message(unit, message, StopReason.NO_CONTACT)
    if unit.find_one(Task, message.id) is None:
        unit.save(
            Task(
                id=message.id,
                tenant=unit.tenant,
                referral_id=message.referral_id,
                person_id=message.person_id,
                kind=message.kind,
                problem=problem,
                since=unit.now,
            )
        )


def finish_task(unit: Unit, task_id: str, by: str) -> Task:
    """Somebody has seen to it. Raises NotFound."""
    task = unit.get(Task, task_id)
    task.finish(by, unit.now)
    unit.save(task)
    return task


def drop_tasks(unit: Unit, person_id: str) -> None:
    """The person is erased: there is nobody left to call."""
    for task in unit.find(Task, {"person_id": person_id}, limit=MOST):
        unit.remove(task)
