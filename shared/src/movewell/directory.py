"""The directory: what people call a service, its venues and its instructors, where the platform knows codes.

Data of the site, in a file that `DIRECTORY_FILE` names; see ADR 0017.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from marshmallow import RAISE, Schema, fields, validate

from movewell.kernel import Invalid
from movewell.settings import SettingsIncomplete
from movewell.toml_file import ODS_CODE, SLUG, Fault, one_line, read_toml, tables_of, twice


@dataclass(frozen=True)
class Venue:
    """Name and address, each on one line."""

    name: str
    address: str


@dataclass(frozen=True)
class Listed:
    """What is listed of one service, by id and in the order of the file. Of one that is not listed, nothing."""

    name: str | None = None
    venues: Mapping[str, Venue] = field(default_factory=dict)
    instructors: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Directory:
    """Services by their ODS code."""

    services: Mapping[str, Listed] = field(default_factory=dict)

    def of(self, tenant: str | None) -> Listed:
        """What is listed of the service; nothing where nobody knows which."""
        return self.services.get(tenant or "", Listed())


class _Instructor(Schema):
    id = fields.String(required=True, validate=SLUG)
    name = fields.String(required=True, validate=one_line(100))


class _Venue(_Instructor):
    address = fields.String(required=True, validate=one_line(300))


class _Service(Schema):
    code = fields.String(required=True, validate=ODS_CODE)
    name = fields.String(required=True, validate=one_line(100))
    venues = fields.List(fields.Nested(_Venue(unknown=RAISE)), load_default=list)
    instructors = fields.List(fields.Nested(_Instructor(unknown=RAISE)), load_default=list)


class _File(Schema):
    services = fields.List(fields.Nested(_Service(unknown=RAISE)), required=True, validate=validate.Length(1))


def open_directory(path: Path | None) -> Directory:
    """The directory in the file; without one it is empty. Raises SettingsIncomplete, which names each fault."""
    if path is None:
        return Directory()
    try:
        return read_directory(path.read_bytes())
    except OSError:
        raise SettingsIncomplete("DIRECTORY_FILE cannot be read") from None
    except Invalid as error:
        faults = "; ".join(f"{place}: {text}" if place else text for place, text in error.faults)
        raise SettingsIncomplete(f"DIRECTORY_FILE cannot be used. {error.detail} {faults}") from None


def read_directory(content: bytes) -> Directory:
    """The directory that is written so. Raises Invalid."""
    read = read_toml(content, "directory", _File(unknown=RAISE), _repeated)
    return Directory({each["code"]: _listed(each) for each in read["services"]})


def _listed(service: dict[str, Any]) -> Listed:
    return Listed(
        service["name"],
        {each["id"]: Venue(each["name"], each["address"]) for each in service["venues"]},
        {each["id"]: each["name"] for each in service["instructors"]},
    )


def _repeated(document: dict[str, Any]) -> Iterator[Fault]:
    yield from twice(document, "services", "code")
    for at, service in tables_of(document, "services"):
        for table in ("venues", "instructors"):
            yield from twice(service, table, within=("services", at))
