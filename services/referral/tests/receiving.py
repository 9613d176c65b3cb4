"""A receiver of webhooks on this machine that answers as it is told."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field

Answer = Callable[[socket.socket], None]


def saying(text: bytes) -> Answer:
    return lambda connection: connection.sendall(text)


OK = saying(b"HTTP/1.1 204 No Content\r\n\r\n")


@dataclass
class Listening:
    """`heard` are the requests, whole."""

    port: int
    heard: list[bytes] = field(default_factory=list)


@contextmanager
def listening(answer: Answer, tls: ssl.SSLContext | None = None) -> Iterator[Listening]:
    """Takes connections of 127.0.0.1, one by one, until it is left."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        found = Listening(server.getsockname()[1])
        thread = threading.Thread(target=_serve, args=(server, found, answer, tls), daemon=True)
        thread.start()
        yield found
        server.shutdown(socket.SHUT_RDWR)
        thread.join()


def _serve(server: socket.socket, found: Listening, answer: Answer, tls: ssl.SSLContext | None) -> None:
    with suppress(OSError):
        while True:
            connection, _ = server.accept()
            connection.settimeout(10)
            with suppress(OSError), closing(connection):
                speaking = tls.wrap_socket(connection, server_side=True) if tls else connection
                with closing(speaking):
                    found.heard.append(_request(speaking))
                    answer(speaking)


def _request(connection: socket.socket) -> bytes:
    read = b""
    while b"\r\n\r\n" not in read:
        read += connection.recv(65_536)
    head, _, body = read.partition(b"\r\n\r\n")
    length = next(int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
    while len(body) < length:
        body += connection.recv(65_536)
    return head + b"\r\n\r\n" + body
