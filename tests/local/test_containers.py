"""What a container is asked before its URL is handed out. No Docker: the servers answer from this process."""

from __future__ import annotations

import socketserver
import struct
import threading
from collections.abc import Iterator
from typing import Any, ClassVar

import bson
import pytest

from tests.containers import _has_a_broker, _is_primary

_QUERY, _REPLY, _MESSAGE = 2004, 1, 2013


class _Member(socketserver.StreamRequestHandler):
    """A mongod that was started with `--replSet` and belongs to no set, until it is told so.

    MongoDB's wire protocol, as far as `hello` (the first of a connection is an OP_QUERY) and one command need it.
    """

    told: ClassVar[list[dict[str, Any]]]

    def handle(self) -> None:
        while head := self.rfile.read(16):
            length, number, _, kind = struct.unpack("<iiii", head)
            body = self.rfile.read(length - 16)
            # of an OP_QUERY, what follows flags, the collection's name, skip and limit
            asked = bson.decode(body[body.index(b"\0", 4) + 9 :] if kind == _QUERY else body[5:])
            answer = bson.encode(self.answered(asked))
            before = struct.pack("<iqii", 8, 0, 0, 1) if kind == _QUERY else struct.pack("<iB", 0, 0)
            size = 16 + len(before) + len(answer)
            opcode = _REPLY if kind == _QUERY else _MESSAGE
            self.wfile.write(struct.pack("<iiii", size, 0, number, opcode) + before + answer)

    def answered(self, asked: dict[str, Any]) -> dict[str, Any]:
        if "replSetInitiate" in asked:
            self.told.append(asked["replSetInitiate"])
        wire = {"minWireVersion": 0, "maxWireVersion": 25, "maxBsonObjectSize": 1 << 24, "ok": 1.0}
        if not self.told:
            return {"isWritablePrimary": False, "secondary": False, "isreplicaset": True, **wire}
        name = self.told[0]["_id"]
        return {"isWritablePrimary": True, "setName": name, "hosts": ["localhost:27017"], **wire}


class _Silent(socketserver.BaseRequestHandler):
    """What a published port is while nothing listens behind it: connections are accepted, and end."""


@pytest.fixture
def address(request: pytest.FixtureRequest) -> Iterator[str]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), request.param) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@pytest.mark.parametrize("address", [_Member], indirect=True)
def test_a_member_of_no_set_is_made_one_and_then_takes_writes(address: str) -> None:
    _Member.told = []
    url = f"mongodb://{address}/DATABASE?directConnection=true"
    assert not _is_primary(url)
    assert _Member.told == [{"_id": "rs0", "members": [{"_id": 0, "host": "localhost:27017"}]}]
    assert _is_primary(url)
    assert len(_Member.told) == 1


@pytest.mark.parametrize("address", [_Silent], indirect=True)
def test_a_port_that_is_open_is_no_answer_yet(address: str) -> None:
    assert not _has_a_broker(f"kafka://{address}")
    assert not _is_primary(f"mongodb://{address}/DATABASE?directConnection=true")
