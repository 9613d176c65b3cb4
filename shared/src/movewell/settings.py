"""A service's settings: one frozen dataclass, filled from the environment, or a list of all that is wrong."""

from __future__ import annotations

import base64
import math
import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields
from pathlib import Path
from typing import Any, NamedTuple, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")
_TRUTH = dict.fromkeys(("true", "1", "yes", "on"), True) | dict.fromkeys(("false", "0", "no", "off"), False)


class Fault(NamedTuple):
    """What is wrong with a variable, and what the variable is for."""

    variable: str
    wrong: str
    help: str

    def __str__(self) -> str:
        return f"{self.variable} {self.wrong}" + (f" ({self.help})" if self.help else "")


class SettingsIncomplete(Exception):
    """The environment lacks settings, or has unusable ones. `faults` lists them all, and never a value."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("\n  ".join(["The service cannot start:", *map(str, faults)]))
        self.faults = faults


class _SecretText(str):
    """Text that does not show in a repr, its own or that of what holds it."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "<secret>"


class _SecretBytes(bytes):
    """Bytes that do not show in a repr, their own or that of what holds them."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "<secret>"


def load(cls: type[T], environ: Mapping[str, str]) -> T:
    """`cls`, a frozen dataclass, from `environ`. Raises SettingsIncomplete with all faults at once.

    Field `smtp_host` is variable SMTP_HOST, or the content of the file that SMTP_HOST_FILE names. Types are
    str, int, float, bool, Path, bytes (base64, either alphabet), `tuple[…, …]` (separated by commas), and any of
    these `| None`. A field without default is required; an empty variable counts as absent. Metadata of a
    field: `help` (what it is for), `secret` (str and bytes; not shown in any repr), `length` (bytes, exactly).
    """
    hints = get_type_hints(cls)
    values: dict[str, Any] = {}
    faults: list[Fault] = []
    for each in fields(cls):  # type: ignore[arg-type]
        value, wrong = _value(each, _plain(hints[each.name]), environ)
        if wrong:
            faults.append(Fault(each.name.upper(), wrong, each.metadata.get("help", "")))
        else:
            values[each.name] = _hidden(value) if each.metadata.get("secret") else value
    if faults:
        raise SettingsIncomplete(faults)
    return cls(**values)


def _value(each: Field[Any], kind: Any, environ: Mapping[str, str]) -> tuple[Any, str]:
    """The value of a field, and what is wrong with it ("" if nothing is)."""
    text, wrong = _text(each.name.upper(), environ)
    if wrong:
        return None, wrong
    if not text:
        return _default(each)
    parse, form = _parser(kind)
    try:
        value = parse(text)
    except (ValueError, KeyError):
        return None, f"is not {form}"
    length = each.metadata.get("length")
    if length is not None and len(value) != length:
        return None, f"has not {length} bytes"
    return value, ""


def _text(variable: str, environ: Mapping[str, str]) -> tuple[str, str]:
    text, path = environ.get(variable, ""), environ.get(f"{variable}_FILE", "")
    if text and path:
        return "", f"is given twice, also as {variable}_FILE"
    try:
        return (Path(path).read_text("utf-8").rstrip("\r\n") if path else text), ""
    except (OSError, ValueError):
        return "", f"cannot be read from the file that {variable}_FILE names"


def _default(each: Field[Any]) -> tuple[Any, str]:
    if each.default is not MISSING:
        return each.default, ""
    if each.default_factory is not MISSING:
        return each.default_factory(), ""
    return None, "is missing"


def _parser(kind: Any) -> tuple[Callable[[str], Any], str]:
    """How text becomes a `kind`, raising ValueError or KeyError, and what the text should be."""
    if get_origin(kind) is tuple:
        parse, form = _parser(get_args(kind)[0])
        return lambda text: tuple(parse(part.strip()) for part in text.split(",") if part.strip()), f"{form}, …"
    return _PARSERS[kind]


def _number(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError
    return number


def _bytes(text: str) -> bytes:
    return base64.b64decode(text.replace("-", "+").replace("_", "/"), validate=True)


_PARSERS: dict[Any, tuple[Callable[[str], Any], str]] = {
    str: (str, "text"),
    int: (int, "a whole number"),
    float: (_number, "a number"),
    bool: (lambda text: _TRUTH[text.lower()], "true or false"),
    Path: (Path, "a path"),
    bytes: (_bytes, "base64"),
}


def _plain(kind: Any) -> Any:
    """`kind` without `| None`. Raises TypeError for a type that no text can give."""
    if get_origin(kind) in (Union, types.UnionType):
        kind = next(each for each in get_args(kind) if each is not types.NoneType)
    if (get_args(kind)[0] if get_origin(kind) is tuple else kind) not in _PARSERS:
        raise TypeError("a setting is str, int, float, bool, Path, bytes or a tuple of these")
    return kind


def _hidden(value: Any) -> Any:
    if isinstance(value, str):
        return _SecretText(value)
    if isinstance(value, bytes):
        return _SecretBytes(value)
    if value is None:
        return None
    raise TypeError("a secret setting is str or bytes")
