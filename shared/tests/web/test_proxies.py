"""Who calls is whom our own proxies saw: limits and the list of accesses go by that."""

from __future__ import annotations

import pytest
from flask import Flask, request
from movewell.doors import stand_behind


@pytest.mark.parametrize(
    ("proxies", "said", "caller"),
    [
        (0, "203.0.113.9", "127.0.0.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        (2, "192.0.2.1, 198.51.100.1, 203.0.113.9", "198.51.100.1"),
    ],
)
def test_the_caller_is_whom_our_outermost_proxy_saw(proxies: int, said: str, caller: str) -> None:
    app = Flask("sample")
    app.add_url_rule("/", view_func=lambda: str(request.remote_addr))
    stand_behind(app, proxies)
    headers = {"X-Forwarded-For": said, "X-Forwarded-Host": "evil.example"}
    assert app.test_client().get("/", headers=headers).text == caller


def test_without_its_header_the_proxy_itself_calls() -> None:
    app = Flask("sample")
    app.add_url_rule("/", view_func=lambda: f"{request.remote_addr} {request.host}")
    stand_behind(app, 1)
    assert app.test_client().get("/", headers={"X-Forwarded-Host": "evil.example"}).text == "127.0.0.1 localhost"
