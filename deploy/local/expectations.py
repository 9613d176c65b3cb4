"""What must be true after the walk; `make demo ONCE=1` fails otherwise."""

from __future__ import annotations

import email
import email.policy
from collections import Counter
from collections.abc import Callable

from deploy.local.site import Site
from deploy.local.walk import Walk

Door = Callable[[str], str]
"""Opens a door of reporting by its name; what it prints."""


def check(site: Site, door: Door, walk: Walk) -> list[str]:
    """What is not as expected, in words."""
    return [*_report(walk), *_programmes(walk), *_messages(site), *_rebuild(door)]


def _report(walk: Walk) -> list[str]:
    report = walk.manager.get("/api/report")
    flow = {each["key"]: each["count"] for each in report["flow"]["stages"]}
    expected = {"received": len(walk.stories), "finished": 3}
    return [f"the report's flow: {flow}" for name, count in expected.items() if flow.get(name) != count][:1]


def _programmes(walk: Walk) -> list[str]:
    wanted = {
        "recovers": "ended",
        "improves": "ended",
        "steady": "ended",
        "lapses": "unanswered",
        "cancelled": "ended",
        "erased": "ended",
    }
    faults = []
    for story in walk.stories:
        expected = wanted.get(story.patient.story)
        if expected is None:
            continue
        status = walk.coordinator.get(f"/api/programmes/{story.referral_id}")["status"]
        if status != expected:
            faults.append(f"{story.patient.name}'s programme is {status}, not {expected}")
    return faults


def _messages(site: Site) -> list[str]:
    """Each patient has one offer and one confirmation; nobody has the same message twice."""
    seen: Counter[tuple[str, str]] = Counter()
    for path in site.sink.glob("*.eml"):
        message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        body = message.get_body(("plain",))
        seen[str(message["To"]), body.get_content() if body else ""] += 1
    if not seen:
        return ["no message was sent"]
    return [f"a message was sent {count} times" for count in seen.values() if count > 1]


def _rebuild(door: Door) -> list[str]:
    """The report's views are rebuilt from the log to the same bytes."""
    before = door("digest").strip()
    after = door("rebuild")
    return [] if before and before in after else ["the rebuilt views differ from the live ones"]
