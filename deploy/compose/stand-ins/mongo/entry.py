"""As the entry of MongoDB's image does: a superuser at the first start, then the server, with authentication.

Of mongod's options none is used: the program has no key file, no name of the set but `secantus`, and is always one.
"""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pymongo

DOCUMENTS, MADE = Path("/data/db/documents"), Path("/data/db/superuser-made")
SERVER = ["secantusd-py", "--storage-path", str(DOCUMENTS), "--log-level", "WARNING", "--sync-on-commit"]


def make_superuser(name: str, password: str) -> None:
    """On a server that nobody else reaches yet."""
    process = subprocess.Popen([*SERVER, "--host", "127.0.0.1", "--port", "27018"])  # noqa: S603
    client = pymongo.MongoClient("127.0.0.1", 27018, directConnection=True, timeoutMS=30_000)
    client.admin.command("createUser", name, pwd=password, roles=[{"role": "root", "db": "admin"}])
    client.close()
    time.sleep(1)
    process.kill()  # it does not always hear SIGTERM; committed is committed
    process.wait()
    MADE.touch()


if sys.argv[1:2] != ["mongod"]:
    sys.exit("stands in for mongod alone")
DOCUMENTS.mkdir(exist_ok=True)
if not MADE.exists():
    password = Path(os.environ["MONGO_INITDB_ROOT_PASSWORD_FILE"]).read_text().strip()
    make_superuser(os.environ["MONGO_INITDB_ROOT_USERNAME"], password)
# under its own name: the server tells clients to find it where it was told to listen
os.execvp(SERVER[0], [*SERVER, "--host", socket.gethostname(), "--port", "27017", "--auth"])  # noqa: S606
