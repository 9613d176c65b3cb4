"""The receiver of the page on webhooks is told what came of a referral, by a running platform."""

from __future__ import annotations

import json
import re
import secrets
import time
from pathlib import Path

import httpx
from movewell.contracts.types import RejectionReason
from referral.adapters.webhook_signature import signed_headers
from referral.domain.decision import OverrideReason
from referral.domain.delivery import Outcome

from deploy.local.processes import free_port
from tests.integrators.guide import GUIDE
from tests.integrators.standing import Standing, wait_until
from tests.integrators.webhook_page import PAGE, block, receiving

REFERRAL = json.loads((GUIDE.parent / "examples" / "referral.json").read_text(encoding="utf-8"))
KEY = secrets.token_bytes(32)


def post(port: int, secret: bytes, at: float, id: str = "forged") -> int:
    body = json.dumps({"type": "forged", "data": {"reference": None}}).encode()
    headers = signed_headers([secret], id, int(at), body)
    return httpx.post(f"http://127.0.0.1:{port}/", content=body, headers=headers).status_code


def test_the_receiver_of_the_page_hears_what_came_of_a_referral(platform: Standing) -> None:
    client = platform.as_client()
    sent = client.post("/api/referrals", json=REFERRAL, headers={"Idempotency-Key": "practice-1"})
    reason = RejectionReason.NOT_CLINICALLY_APPROPRIATE.value
    declining = {"reason": reason, "override": OverrideReason.CLINICAL_JUDGEMENT.value}
    declined = platform.as_clinician().post(f"{sent.headers['Location']}/decline", json=declining)
    assert declined.status_code == 200, declined.text
    wait_until(lambda: block("text") in platform.printed.read_text())
    id = sent.json()["referral_id"]
    wait_until(lambda: id in client.get("/api/webhook-deliveries", params={"status": "done"}).text)


def test_the_receiver_of_the_page_takes_nothing_that_is_forged_or_old_and_a_repetition_once(tmp_path: Path) -> None:
    port = free_port(18_600)
    with receiving(tmp_path, port, KEY) as printed:
        assert post(port, b"x" * 32, time.time()) == 401
        assert post(port, KEY, time.time() - 3600) == 401
        assert [post(port, KEY, time.time(), "one") for _ in range(2)] == [204, 204]
    assert printed.read_text() == "forged None\n"


def test_the_page_names_every_outcome() -> None:
    named = re.findall(r"^\| `referral\.(\w+)` \|", PAGE, re.MULTILINE)
    assert sorted(named) == sorted(each.value for each in Outcome)
