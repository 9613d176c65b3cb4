"""Whom to write to, and whether to write at all."""

from __future__ import annotations

from dataclasses import dataclass

from movewell.kernel import Aggregate


@dataclass(kw_only=True)
class Addressee(Aggregate):
    """A person's contact and identity, sealed; None until known and after they are erased. `id` is the person's."""

    contact: str | None = None
    identity: str | None = None
    erased: bool = False


@dataclass(kw_only=True)
class Correspondence(Aggregate):
    """The messages of one referral end with it. `id` is the referral's."""

    ended: bool = False
