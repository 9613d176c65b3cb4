"""What a check is, and what comes of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NoReturn

import httpx

from movewell_conformance.target import NotGiven, Target, TokenRefused

Result = Literal["pass", "fail", "skip"]
Run = Callable[[Target], None]


class Broken(Exception):
    """The contract is not kept. The text says what was expected and what came; never a body."""


@dataclass(frozen=True)
class Check:
    """`writes`: it sends invented referrals."""

    name: str
    what: str
    run: Run
    writes: bool


@dataclass(frozen=True)
class Outcome:
    """Of one check. `reason` is empty if it passed."""

    name: str
    what: str
    result: Result
    reason: str = ""


CHECKS: dict[str, Check] = {}


def check(name: str, what: str, *, writes: bool = False) -> Callable[[Run], Run]:
    """Enter a function into the table of checks. It raises Broken, or NotGiven where it can't be run."""

    def enter(run: Run) -> Run:
        CHECKS[name] = Check(name, what, run, writes)
        return run

    return enter


def run_checks(target: Target, names: Iterable[str] | None = None) -> list[Outcome]:
    """All of them, or those named, in the order of the table."""
    wanted = CHECKS if names is None else {name: CHECKS[name] for name in names}
    return [_outcome(each, target) for each in wanted.values()]


def _outcome(each: Check, target: Target) -> Outcome:
    if each.writes and not target.may_write:
        return Outcome(each.name, each.what, "skip", "it sends an invented referral: allow it with --write")
    try:
        each.run(target)
    except NotGiven as missing:
        return Outcome(each.name, each.what, "skip", str(missing))
    except (Broken, TokenRefused) as error:
        return Outcome(each.name, each.what, "fail", str(error))
    except httpx.HTTPError as error:
        return Outcome(each.name, each.what, "fail", f"no answer: {type(error).__name__}")
    return Outcome(each.name, each.what, "pass")


def broken(why: str) -> NoReturn:
    """Raises Broken."""
    raise Broken(why)


def expect(answer: httpx.Response, status: int, media_type: str | None = None) -> Any:
    """The body as JSON. Raises Broken where status, media type or JSON is another."""
    asked = f"{answer.request.method} {answer.request.url.path}"
    if answer.status_code != status:
        broken(f"{asked} answers {answer.status_code}, not {status}")
    found = answer.headers.get("content-type", "").partition(";")[0].strip()
    if media_type is not None and found != media_type:
        broken(f"{asked} answers {found or 'no media type'}, not {media_type}")
    try:
        return answer.json()
    except ValueError:
        broken(f"{asked} answers no JSON")


def member(document: Any, name: str) -> Any:
    """A member of a JSON object. Raises Broken."""
    if not isinstance(document, Mapping) or name not in document:
        broken(f"the answer has no member {name}")
    return document[name]
