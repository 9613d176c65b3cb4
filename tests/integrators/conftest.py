"""One platform for the tests of this folder that call it."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Iterator

import pytest

from deploy.local.processes import free_port
from tests.integrators.standing import CLIENT, Standing, standing
from tests.integrators.webhook_page import receiving


@pytest.fixture(scope="session")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standing]:
    """What comes of referrals is told to the receiver of the page on webhooks."""
    folder, port, secret = tmp_path_factory.mktemp("platform"), free_port(18_590), secrets.token_bytes(32)
    receiver = {
        "url": f"http://127.0.0.1:{port}/",
        "secrets": ["whsec_" + base64.b64encode(secret).decode()],
    }
    environ = {"WEBHOOKS": json.dumps({CLIENT: receiver}), "WEBHOOKS_TO_THIS_MACHINE": "1"}
    with receiving(folder, port, secret) as printed, standing(folder / "data", environ, printed) as made:
        yield made
