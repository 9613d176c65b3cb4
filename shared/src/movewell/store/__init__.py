"""The store: see `movewell.store.port`."""

from movewell.store.port import ALL, Between, Collection, Conflict, Duplicate, HasAll, In, Index, NotIndexed

__all__ = ["ALL", "Between", "Collection", "Conflict", "Duplicate", "HasAll", "In", "Index", "NotIndexed"]
