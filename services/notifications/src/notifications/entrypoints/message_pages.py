"""Messages for staff: what could not be sent and needs a person, and what was sent about a referral."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, redirect, render_template, request
from movewell.kernel import NotFound
from movewell.keyring.port import Keyring
from movewell.store.unit import Unit, Units
from movewell.web.accesses import note_seen
from movewell.web.body import cause
from movewell.web.policy import principal
from movewell.wire.schema import time_text
from werkzeug.wrappers import Response

from notifications.application.follow_up import finish_task
from notifications.application.list_messages import done_tasks, messages_about, open_tasks
from notifications.application.open_addressee import Known, addressees, known
from notifications.domain.correspondence import Addressee
from notifications.domain.message import Message
from notifications.domain.task import Task
from notifications.domain.wording import subject_of
from notifications.entrypoints.words import KINDS, MEND, PROBLEMS, REASONS, STATUSES, TELL

_PAGE = 25


def add_message_pages(blueprint: Blueprint, units: Units, keyring: Keyring) -> None:
    """Add the pages to the service's blueprint. Names and numbers are opened for the page that shows them."""

    @blueprint.get("/messages")
    def tasks() -> str:
        is_done = request.args.get("show") == "done"
        after = _after(request.args.get("after", ""))

        def read(unit: Unit) -> tuple[list[Task], list[Addressee]]:
            found = (done_tasks if is_done else open_tasks)(unit, _PAGE + 1, after)
            return found, addressees(unit, [each.person_id for each in found])

        found, kept = units.read(principal().tenant, read)
        page, who = found[:_PAGE], known(keyring, kept)
        note_seen(each.referral_id for each in page)
        return render_template(
            "tasks.jinja",
            is_done=is_done,
            rows=[_row(each, who.get(each.person_id)) for each in page],
            is_later=after is not None,
            next_after=_cursor(page[-1]) if len(found) > _PAGE else None,
            has_finished=request.args.get("done") == "yes",
        )

    @blueprint.post("/messages/tasks/<task_id>/done")
    def done(task_id: str) -> Response:
        who = principal()
        task = units.run(who.tenant, cause(), lambda unit: finish_task(unit, task_id, who.signature))
        note_seen([task.referral_id])
        return redirect("/messages?done=yes", 303)

    @blueprint.get("/messages/<referral_id>")
    def messages(referral_id: str) -> str:
        def read(unit: Unit) -> tuple[list[Message], list[Addressee]]:
            found = messages_about(unit, referral_id)
            return found, addressees(unit, [each.person_id for each in found])

        found, kept = units.read(principal().tenant, read)
        if not found:
            raise NotFound("There are no messages about such a referral.")
        who = known(keyring, kept)
        return render_template(
            "messages.jinja",
            referral_id=referral_id,
            who=who.get(found[0].person_id),
            rows=[_told(each) for each in found],
        )


def _row(task: Task, who: Known | None) -> dict[str, Any]:
    return {
        "task": task,
        "who": who,
        "kind": KINDS[task.kind.value],
        "problem": PROBLEMS[task.problem],
        "to_do": [TELL.get(task.kind.value, ""), MEND[task.problem]],
    }


def _told(message: Message) -> dict[str, Any]:
    reason = REASONS[message.stopped_for] if message.stopped_for else None
    return {
        "message": message,
        "kind": KINDS[message.kind.value],
        "subject": subject_of(message),
        "status": STATUSES[message.status],
        "reason": reason,
    }


def _cursor(task: Task) -> str:
    return f"{time_text(task.done_at or task.since)}~{task.id}"


def _after(text: str) -> list[str] | None:
    """Where the page before ended: a time and an id, nothing else."""
    moment, _, id = text.partition("~")
    try:
        return [time_text(datetime.fromisoformat(moment)), id] if id else None
    except ValueError:
        return None
