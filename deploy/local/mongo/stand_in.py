"""SecantusDB as a stand-in for MongoDB in tests: a process of its own, in a virtual environment of its own.

It is not MongoDB: docs/runbooks/mongodb.md lists what it leaves unproven. It is never used for anything but tests.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pymongo
from pymongo.errors import PyMongoError

from deploy.local.foreign_process import DidNotStart, ForeignProcess, Place

HERE = Path(__file__).parent
ENVIRONMENT = Path(os.environ.get("MOVEWELL_MONGO_STAND_IN", HERE.parents[2] / "build" / "mongo-stand-in"))


def install() -> Path:
    """The server's program, installed once. Raises DidNotStart."""
    program, made_for = ENVIRONMENT / "bin" / "secantusd-py", ENVIRONMENT / "requirements.txt"
    wanted = (HERE / "requirements.txt").read_text()
    if made_for.exists() and made_for.read_text() == wanted:
        return program
    shutil.rmtree(ENVIRONMENT, ignore_errors=True)
    for command in (
        [sys.executable, "-m", "venv", ENVIRONMENT],
        [ENVIRONMENT / "bin" / "pip", "install", "-q", "--disable-pip-version-check", "-r", HERE / "requirements.txt"],
    ):
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, stdin=subprocess.DEVNULL)
        if done.returncode:
            raise DidNotStart(f"the stand-in for MongoDB could not be installed:\n{done.stderr[-2000:]}")
    made_for.write_text(wanted)
    return program


class StandIn:
    """One server with its documents in `folder`."""

    def __init__(self, folder: Path, place: Place | None = None) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.process = ForeignProcess("SecantusDB", place or Place(), folder / "server.log", self._pings)

    def url(self, database: str) -> str:
        """The set's name is fixed in the program."""
        return f"mongodb://{self.process.place.address}/{database}?replicaSet=secantus"

    def start(self) -> StandIn:
        """Start it and wait until it answers. Raises DidNotStart.

        `--sync-on-commit`, because its default loses acknowledged transactions when it is killed.
        """
        place, path = self.process.place, self.folder / "documents"
        path.mkdir(exist_ok=True)
        options = ("--host", place.host, "--port", str(place.port), "--log-level", "WARNING", "--sync-on-commit")
        self.process.start([install(), *options, "--storage-path", path])
        return self

    def stop(self) -> None:
        # its SIGTERM is sometimes ignored; committed is committed
        self.process.end(signal.SIGKILL)

    def kill(self) -> None:
        self.process.end(signal.SIGKILL)

    def _pings(self) -> bool:
        client: pymongo.MongoClient[dict[str, object]] = pymongo.MongoClient(self.url("admin"), timeoutMS=1_000)
        try:
            client.admin.command("ping")
        except PyMongoError:
            return False
        finally:
            client.close()
        return True
