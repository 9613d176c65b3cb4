"""How much work an answer was: so that what takes longer for one who is known is found without a clock."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

from joserfc import jwt
from werkzeug.test import TestResponse

from movewell.keyring import sealing
from movewell.keyring.sqlite import SqliteKeyring
from movewell.store.buffered import BufferedTransaction
from movewell.store.sqlite import SqliteStore

_COUNTED: tuple[tuple[str, Any, str], ...] = (
    ("key made", SqliteKeyring, "create"),
    ("key derived", SqliteKeyring, "key"),
    ("encrypted", sealing, "encrypt"),
    ("decrypted", sealing, "decrypt"),
    ("signature checked", jwt, "decode"),
    ("transaction", SqliteStore, "transaction"),
    ("read", BufferedTransaction, "get"),
    ("read", BufferedTransaction, "get_many"),
    ("read", BufferedTransaction, "find"),
    ("written", BufferedTransaction, "add"),
    ("written", BufferedTransaction, "replace"),
    ("written", BufferedTransaction, "remove"),
)
_OF_A_REQUEST = re.compile(r'[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|nonce="[^"]*"')


@contextmanager
def counted() -> Iterator[Counter[str]]:
    """What is done within, by kind: keys, ciphers, signatures, and what the store is asked."""
    done: Counter[str] = Counter()
    with ExitStack() as stack:
        for kind, owner, name in _COUNTED:
            stack.enter_context(patch.object(owner, name, _counting(done, kind, getattr(owner, name))))
        yield done


def _counting(done: Counter[str], kind: str, call: Callable[..., Any]) -> Callable[..., Any]:
    def counting(*args: Any, **named: Any) -> Any:
        done[kind] += 1
        return call(*args, **named)

    return counting


def said(answer: TestResponse) -> tuple[int, str]:
    """Status and text of an answer, without the id and the nonce that each request has of its own."""
    return answer.status_code, _OF_A_REQUEST.sub("", answer.text)
