"""Tokens: client credentials with a signed assertion (RFC 6749 and RFC 7523)."""

from __future__ import annotations

import uuid

import httpx
from joserfc.jwk import OKPKey, RSAKey

from movewell_conformance.checking import broken, check, expect, member
from movewell_conformance.target import Target

JSON = "application/json"


@check("token.given", "A signed assertion gets a bearer token")
def gives_tokens(target: Target) -> None:
    answer = target.ask_token(target.known_client.assertion(target.named))
    document = expect(answer, 200, JSON)
    if member(document, "token_type") != "Bearer" or not isinstance(member(document, "expires_in"), int):
        broken("token_type is not Bearer, or expires_in is no number")
    if not member(document, "access_token") or not member(document, "scope"):
        broken("access_token or scope is empty")
    if "no-store" not in answer.headers.get("cache-control", ""):
        broken("a token may be cached: there is no Cache-Control: no-store")


@check("token.once", "An assertion is good once")
def refuses_repetitions(target: Target) -> None:
    assertion = target.known_client.assertion(target.named)
    expect(target.ask_token(assertion), 200, JSON)
    _is_refused(target.ask_token(assertion))


@check("token.audience", "An assertion for another endpoint gets none")
def refuses_other_audiences(target: Target) -> None:
    _is_refused(target.ask_token(target.known_client.assertion("https://elsewhere.example/oauth2/token")))


@check("token.signature", "An assertion that another key signed gets none")
def refuses_other_keys(target: Target) -> None:
    client = target.known_client
    is_rsa = isinstance(client.key, RSAKey)
    other = RSAKey.generate_key(2048) if is_rsa else OKPKey.generate_key("Ed25519")
    _is_refused(target.ask_token(client.assertion(target.named, str(uuid.uuid4()), other)))


def _is_refused(answer: httpx.Response) -> None:
    if (said := member(expect(answer, 401, JSON), "error")) != "invalid_client":
        broken(f"error is {said!r}, not 'invalid_client'")
