"""A member that pauses itself (SIGSTOP) once, with records in its hands, as soon as a file says so.

`python -m tests.kafka.pausing_member STORE_URL LOG_URL FILE WHERE`, where WHERE is `polled` (records polled, no
transaction begun) or `read` (within the transaction, progress read and nothing written yet). Who sends SIGCONT
sees it go on from there, its session long over.
"""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from movewell import failpoints
from movewell.doors import work
from movewell.log.consumer import Consumer
from movewell.log.port import Delivered
from movewell.telemetry import configure_logging

from tests.kafka.member import member

FAILPOINT = "consume.after_progress"


def pause_where(where: str, armed: Path) -> None:
    """Arrange for it, in this process."""

    def pause() -> None:
        if armed.exists():
            armed.unlink()
            # to this thread, which then goes no step further; sent to the process, another thread may take the
            # signal first while this one runs on, into its commit, and stops there with the file's lock in its hands
            signal.pthread_kill(threading.get_ident(), signal.SIGSTOP)

    if where == "read":
        failpoints.reach = lambda name: pause() if name == FAILPOINT else None
        return
    apply = Consumer.apply

    def late(self: Consumer, records: Sequence[Delivered]) -> None:
        pause()
        apply(self, records)

    Consumer.apply = late  # type: ignore[method-assign]


if __name__ == "__main__":
    configure_logging("scheduling")
    pause_where(sys.argv[4], Path(sys.argv[3]))
    sys.exit(work(member(*sys.argv[1:3]), ("consume",)))
