"""Personal values: no way of writing them down shows them, but the one that asks."""

from __future__ import annotations

import copy
import io
import json
import logging
import pickle
import string
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date

import pytest
from jinja2 import Template
from movewell.keyring.personal import Personal
from movewell.telemetry import JsonLines, logger

CANARY = "Quillon Testperson-Zzyzx"


@dataclass(frozen=True)
class Contact:
    """Who to write to."""

    person_id: str
    name: Personal[str]


def _logged(write: Callable[[logging.Logger], None], formatter: logging.Formatter) -> str:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter)
    log = logging.getLogger("test.personal")
    log.propagate, log.handlers = False, [handler]
    log.setLevel(logging.INFO)
    write(log)
    return stream.getvalue()


RENDERINGS: dict[str, Callable[[Personal[str]], str]] = {
    "repr": repr,
    "str": str,
    "f-string": lambda name: f"{name} {name!r} {name!s} {name:>20}",
    "format": lambda name: "{} {:s}".format(name, name),  # noqa: UP032 - what is tried
    "percent": lambda name: "%s %r" % (name, name),  # noqa: UP031 - what is tried
    "string.Template": lambda name: string.Template("$name").substitute(name=name),
    "in a list": lambda name: repr([name]),
    "in a dataclass": lambda name: repr(Contact("p1", name)),
    "asdict": lambda name: repr(asdict(Contact("p1", name))),
    "json with default=str": lambda name: json.dumps(asdict(Contact("p1", name)), default=str),
    "json with default=repr": lambda name: json.dumps({"name": name}, default=repr),
    "page": lambda name: Template("{{ name }}", autoescape=False).render(name=name),  # noqa: S701
    "stdlib log": lambda name: _logged(lambda log: log.info("for %s", name), logging.Formatter()),
    "in an exception": lambda name: repr(ValueError(name)) + str(ValueError(name)),
}


@pytest.mark.parametrize("render", RENDERINGS.values(), ids=RENDERINGS)
def test_no_rendering_shows_the_value(render: Callable[[Personal[str]], str]) -> None:
    text = render(Personal(CANARY))
    assert "<personal>" in text
    assert not any(part in text for part in ("Quillon", "Testperson", "Zzyzx"))


def test_our_own_log_does_not_show_it_either() -> None:
    text = _logged(
        lambda log: logger("test.personal").info("message.sent", kind=Personal(CANARY), name=Personal(CANARY)),
        JsonLines("notifications"),
    )
    assert json.loads(text)["event"] == "message.sent"
    assert "Quillon" not in text


@pytest.mark.parametrize("encode", [json.dumps, pickle.dumps])
def test_an_encoder_that_knows_no_text_for_it_refuses_without_showing_it(
    encode: Callable[[object], object],
) -> None:
    with pytest.raises(TypeError) as refused:
        encode({"name": Personal(CANARY)})
    assert "Quillon" not in str(refused.value)


def test_it_has_no_attributes_to_list() -> None:
    assert not hasattr(Personal(CANARY), "__dict__")


@pytest.mark.parametrize("value", [CANARY, date(1980, 2, 29), None])
def test_reveal_gives_the_value(value: object) -> None:
    assert Personal(value).reveal() == value


def test_copies_hold_the_same_value() -> None:
    name = Personal(CANARY)
    assert copy.copy(name).reveal() == copy.deepcopy(name).reveal() == CANARY


def test_personal_values_are_equal_if_what_they_hold_is() -> None:
    assert Personal("a") == Personal("a")
    assert hash(Personal("a")) == hash(Personal("a"))
    assert Personal("a") != Personal("b")
    assert Personal("a") != "a"
