"""The receiver of the page on webhooks is told what came of a referral, by a running platform."""

from __future__ import annotations

import base64
import json
import os
import re
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from movewell.contracts.types import RejectionReason
from referral.adapters.webhook_signature import signed_headers
from referral.domain.decision import OverrideReason
from referral.domain.delivery import Outcome

from deploy.local.processes import free_port
from tests.integrators.guide import GUIDE
from tests.integrators.standing import CLIENT, standing, wait_until

PAGE = GUIDE.with_name("webhooks.md").read_text(encoding="utf-8")
REFERRAL = json.loads((GUIDE.parent / "examples" / "referral.json").read_text(encoding="utf-8"))
KEY = secrets.token_bytes(32)


def block(kind: str) -> str:
    (found,) = re.findall(rf"^```{kind}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    return str(found)


@contextmanager
def receiving(folder: Path, port: int) -> Iterator[Path]:
    """The receiver of the page as a process; the file that it prints into."""
    (folder / "receiver.py").write_text(block("python"), encoding="utf-8")
    environ = {**os.environ, "PORT": str(port), "WEBHOOK_SECRET": "whsec_" + base64.b64encode(KEY).decode()}
    with (folder / "printed").open("wb") as printed:
        process = subprocess.Popen([sys.executable, "receiver.py"], cwd=folder, env=environ, stdout=printed)
        try:
            wait_until(lambda: _answers(port))
            yield folder / "printed"
        finally:
            process.terminate()
            process.wait(10)


def _answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/").status_code == 501
    except httpx.TransportError:
        return False


def post(port: int, secret: bytes, at: float, id: str = "forged") -> int:
    body = json.dumps({"type": "forged", "data": {"reference": None}}).encode()
    headers = signed_headers([secret], id, int(at), body)
    return httpx.post(f"http://127.0.0.1:{port}/", content=body, headers=headers).status_code


def test_the_receiver_of_the_page_hears_what_came_of_a_referral(tmp_path: Path) -> None:
    port = free_port(18_590)
    secret = "whsec_" + base64.b64encode(KEY).decode()
    told_at = {CLIENT: {"url": f"http://127.0.0.1:{port}/", "secrets": [secret]}}
    environ = {"WEBHOOKS": json.dumps(told_at), "WEBHOOKS_TO_THIS_MACHINE": "1"}
    with receiving(tmp_path, port) as printed, standing(tmp_path / "data", environ) as platform:
        client = platform.as_client()
        sent = client.post("/api/referrals", json=REFERRAL, headers={"Idempotency-Key": "practice-1"})
        reason = RejectionReason.NOT_CLINICALLY_APPROPRIATE.value
        declining = {"reason": reason, "override": OverrideReason.CLINICAL_JUDGEMENT.value}
        declined = platform.as_clinician().post(f"{sent.headers['Location']}/decline", json=declining)
        assert declined.status_code == 200, declined.text
        wait_until(lambda: client.get("/api/webhook-deliveries", params={"status": "done"}).json()["items"])
    assert printed.read_text() == block("text")


def test_the_receiver_of_the_page_takes_nothing_that_is_forged_or_old_and_a_repetition_once(tmp_path: Path) -> None:
    port = free_port(18_600)
    with receiving(tmp_path, port) as printed:
        assert post(port, b"x" * 32, time.time()) == 401
        assert post(port, KEY, time.time() - 3600) == 401
        assert [post(port, KEY, time.time(), "one") for _ in range(2)] == [204, 204]
    assert printed.read_text() == "forged None\n"


def test_the_page_names_every_outcome() -> None:
    named = re.findall(r"^\| `referral\.(\w+)` \|", PAGE, re.MULTILINE)
    assert sorted(named) == sorted(each.value for each in Outcome)
