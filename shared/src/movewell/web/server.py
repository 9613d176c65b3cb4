"""How gunicorn serves: threads that wait for a caller's bytes only so long."""

from __future__ import annotations

import socket
import struct
from typing import Any

from gunicorn.workers.gthread import ThreadWorker


class TimedThreadWorker(ThreadWorker):  # type: ignore[misc]
    """gunicorn's threads, each freed from a caller who sends half a request and then nothing.

    gunicorn has no read time-out: eight such callers would hold eight threads for ever. The kernel's is set, as
    gunicorn makes the socket blocking again and so undoes Python's own.
    """

    read_seconds = 10

    def handle(self, conn: Any) -> Any:
        """Serve what the connection asks for."""
        limit = struct.pack("ll", self.read_seconds, 0)
        conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, limit)
        return super().handle(conn)
