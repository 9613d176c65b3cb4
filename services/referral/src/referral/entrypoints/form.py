"""What all forms of the pages have in common: sent once however often pressed, faults beside their fields."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any

from flask import request
from movewell.kernel import Invalid
from movewell.store.idempotency import once
from movewell.store.unit import Unit, Units, new_id
from movewell.web.body import cause
from movewell.web.policy import principal

_NOT_SAID = ("csrf_token", "key")


def form_key() -> str:
    """What makes one showing of a form one command."""
    return new_id()


def send_once(units: Units, scope: str, work: Callable[[Unit], Any]) -> None:
    """Run `work` once for this form as it is filled in; pressed again, it has been done.

    Who goes back and sends something else has sent another command.
    """
    who = principal()
    said = json.dumps(sorted(each for each in request.form.items(multi=True) if each[0] not in _NOT_SAID)).encode()
    key = f"{request.form.get('key', '')[:64]}:{hashlib.sha256(said).hexdigest()}"

    def act(unit: Unit) -> tuple[int, None]:
        work(unit)
        return 303, None

    once(units, who.tenant, cause(), scope=f"{who.subject}|{scope}", key=key, body=said, work=act)


def faults_of(invalid: Invalid, words: Mapping[str, str]) -> dict[str, str]:
    """Field → what is wrong with it, in the words of the form where it has some."""
    found: dict[str, str] = {}
    for pointer, said in invalid.faults:
        field = pointer.strip("/")
        found.setdefault(field, words.get(field) or said)
    return found
