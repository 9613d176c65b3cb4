"""Who a case is about."""

from __future__ import annotations

from dataclasses import dataclass

from movewell.kernel import Aggregate


@dataclass(kw_only=True)
class Person(Aggregate):
    """A person's identity, sealed; None until it is known and after they are erased. `id` is the person's."""

    identity: str | None = None
    erased: bool = False
