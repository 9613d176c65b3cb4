"""Every event of the platform, declared once, one module an owner's topic. Standard library only."""

from movewell.contracts import notifications, outcomes, people, referral, scheduling
from movewell.contracts.declare import (
    Declaration,
    declaration_named,
    declaration_of,
    declarations,
    event,
    topics,
)

__all__ = [
    "Declaration",
    "declaration_named",
    "declaration_of",
    "declarations",
    "event",
    "notifications",
    "outcomes",
    "people",
    "referral",
    "scheduling",
    "topics",
]
