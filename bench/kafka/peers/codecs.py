"""How hand-written code reads and checks the consumed event, and writes and checks the published one.

`msgspec` is the fastest there is in Python; `marshmallow` with `json` is what such a loop is usually written with.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Literal, NamedTuple

import msgspec

_UUID = r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
_Id = Annotated[str, msgspec.Meta(pattern=_UUID, max_length=36)]
_Format = Literal["group", "one_to_one"]
_Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class ReferralAccepted(msgspec.Struct):
    """What is consumed."""

    referral_id: _Id
    person_id: _Id
    format: _Format
    sessions_planned: Annotated[int, msgspec.Meta(ge=0, le=1000)]
    accepted_at: _Moment


class WaitingStarted(msgspec.Struct):
    """What is published."""

    referral_id: _Id
    format: _Format
    since: _Moment


class Codec(NamedTuple):
    """`read` a value to (referral_id, format), ValueError if it is invalid; `write` a value; other JSON."""

    read: Callable[[bytes], tuple[str, str]]
    write: Callable[[str, str, str], str]
    parse: Callable[[str], Any]
    text: Callable[[Any], str]


def codec_named(name: str) -> Codec:
    """`msgspec` or `marshmallow`."""
    return _marshmallow() if name == "marshmallow" else _msgspec()


def _msgspec() -> Codec:
    decode, encode = msgspec.json.Decoder(ReferralAccepted).decode, msgspec.json.Encoder().encode

    def read(value: bytes) -> tuple[str, str]:
        event = decode(value)
        return event.referral_id, event.format

    def write(referral_id: str, format_: str, now: str) -> str:
        payload = {"referral_id": referral_id, "format": format_, "since": now}
        msgspec.convert(payload, WaitingStarted)
        return encode(payload).decode()

    return Codec(read, write, msgspec.json.Decoder().decode, lambda value: encode(value).decode())


def _marshmallow() -> Codec:
    from marshmallow import RAISE, Schema, ValidationError, fields, validate  # not in every environment

    identity = [validate.Regexp(_UUID), validate.Length(max=36)]
    format_field = fields.String(required=True, validate=validate.OneOf(("group", "one_to_one")))
    accepted = Schema.from_dict(
        {
            "referral_id": fields.String(required=True, validate=identity),
            "person_id": fields.String(required=True, validate=identity),
            "format": format_field,
            "sessions_planned": fields.Integer(required=True, strict=True, validate=validate.Range(0, 1000)),
            "accepted_at": fields.AwareDateTime(required=True),
        }
    )(unknown="exclude")
    waiting = Schema.from_dict(
        {
            "referral_id": fields.String(required=True, validate=identity),
            "format": format_field,
            "since": fields.AwareDateTime(required=True),
        }
    )(unknown=RAISE)

    def read(value: bytes) -> tuple[str, str]:
        try:
            event = accepted.load(json.loads(value))
        except ValidationError:
            raise ValueError("the value is not right") from None
        return event["referral_id"], event["format"]

    def write(referral_id: str, format_: str, now: str) -> str:
        payload = {"referral_id": referral_id, "format": format_, "since": now}
        if waiting.validate(payload):
            raise ValueError("the payload is not right")
        return json.dumps(payload)

    return Codec(read, write, json.loads, json.dumps)
