"""Claims above any adapter: whoever works on a document leases it, and a lease ends by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from movewell.store.port import ALL, Document, Store, Transaction, Where

_PAGE = 100


def claim_within(
    store: Store,
    collection: str,
    where: Where,
    order: Sequence[str],
    owner: str,
    lease: float,
    limit: int,
    clock: Callable[[], float],
) -> list[Document]:
    """`movewell.store.port.Store.claim` by a transaction of `store`. `clock` tells seconds of real time."""

    def work(tx: Transaction) -> list[Document]:
        now, claimed = clock(), list[Document]()
        for document in _matching(tx, collection, where, order):
            if len(claimed) == limit:
                break
            if (document.get("leased_until") or 0) <= now:
                claimed.append({**document, "owner": owner, "leased_until": now + lease})
        for each in claimed:
            tx.replace(collection, each, each["version"])
        return claimed

    return store.transaction(ALL, work)


def _matching(tx: Transaction, collection: str, where: Where, order: Sequence[str]) -> Iterator[Document]:
    """All that match, a page at a time: what others hold never hides what is free."""
    after = None
    while page := tx.find(collection, where, order=order, limit=_PAGE, after=after):
        yield from page
        if len(page) < _PAGE:
            return
        after = [*(page[-1].get(each) for each in order), page[-1]["id"]]
