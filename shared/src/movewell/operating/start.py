"""May the service start on this store? Asked at the start; where the log is away then, as soon as it is back.

An api starts and serves although the log is away, for a command never waits for the log. Were its store older
than the log, what it commits until then may carry sequences that the log has used. That is safe: nothing is
published before the question is answered, for the relay waits for it, and `recover` gives what was committed
in the meantime the next free sequences. So an hour without the log costs no request, and the order holds. Once
the answer is no, the api answers 503 and is not ready.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from flask import request

from movewell.errors import Unavailable
from movewell.telemetry import logger

AGAIN_SECONDS = 5.0
NOT_FIT = 3
"""The exit status of a door that refused to open."""
log = logger(__name__)


class NotFitToStart(Exception):
    """The store is not what the service may go on from. The message says what to do; it holds no personal data."""


class StartCheck:
    """The question, asked by `audit`, and its answer."""

    def __init__(self, audit: Callable[[], None]) -> None:
        self._audit = audit
        self._answered = threading.Event()
        self._refused: NotFitToStart | None = None

    def ask(self) -> bool:
        """Whether it could be answered, with yes. Raises NotFitToStart where the answer is no."""
        try:
            self._audit()
        except Unavailable:
            log.warning("start.not_compared_yet")
            return False
        except NotFitToStart as error:
            self._refused = error
            self._answered.set()
            log.exception("start.refused")
            raise
        self._answered.set()
        return True

    def ask_beside(self) -> None:
        """In the background until there is an answer."""
        threading.Thread(target=self._until_answered, daemon=True, name="start-check").start()

    def wait(self, seconds: float) -> None:
        """For the answer, at most so long. Raises NotFitToStart."""
        self._answered.wait(seconds)
        if self._refused is not None:
            raise self._refused

    def require_fit(self) -> None:
        """Raises Unavailable once the answer was no: nothing more may be committed."""
        if self._refused is not None:
            raise Unavailable("the store is older than the log")

    def require_fit_for_requests(self) -> None:
        """Likewise, before a request; probes are answered."""
        if not request.path.startswith(("/health/", "/metrics")):
            self.require_fit()

    def _until_answered(self) -> None:
        pause = threading.Event()
        try:
            while not self.ask():
                pause.wait(AGAIN_SECONDS)
        except NotFitToStart:
            return
