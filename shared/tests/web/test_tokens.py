"""A bearer token is ours, whole, in time and for a known role, or it is nothing."""

from __future__ import annotations

import base64
import json
import string
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import OctKey, OKPKey
from joserfc.jws import JWSRegistry
from movewell.web.tokens import AUDIENCE, TokenRefused, Verifier, mint, new_key, public, sign

KEY, OTHER = new_key(), new_key()
NOW = 1000.0
VERIFIER = Verifier(public(KEY), now=lambda: NOW)


def claims(**changes: Any) -> dict[str, Any]:
    made = {"iss": "movewell-local", "aud": AUDIENCE, "sub": "s", "roles": ["clinician"], "tenant": "ZT001"}
    return {name: value for name, value in {**made, "exp": 2000, **changes}.items() if value is not ...}


GOOD = sign(KEY, claims())
HEAD, BODY, SIGNATURE = GOOD.split(".")


def encoded(content: Any) -> str:
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def signed_as(header: dict[str, Any], key: dict[str, Any] = KEY) -> str:
    """Really signed, whatever the header says."""
    signer = OKPKey.import_key(key).private_key
    text = f"{encoded(header)}.{encoded(claims())}"
    return f"{text}.{encoded(signer.sign(text.encode()))}"


def by_secret(name: str, secret: str) -> str:
    return jwt.encode({"alg": name}, claims(), OctKey.import_key(secret), registry=JWSRegistry(algorithms=[name]))


def on_another_curve() -> str:
    registry = JWSRegistry(algorithms=["Ed448"])
    whole = jwt.encode({"alg": "Ed448"}, claims(), OKPKey.generate_key("Ed448"), registry=registry)
    return f"{encoded({'alg': 'EdDSA'})}.{whole.split('.', 1)[1]}"


def test_a_good_token_says_who_asks() -> None:
    who = VERIFIER.principal(GOOD)
    assert (who.subject, who.roles, who.tenant) == ("s", {"clinician"}, "ZT001")


def test_a_minted_token_is_good_for_its_time() -> None:
    token = mint(KEY, subject="s", roles=["system", "manager"], tenant="ZT001", now=0.0, seconds=10)
    assert Verifier(public(KEY), now=lambda: 40.0).principal(token).roles == {"system", "manager"}
    with pytest.raises(TokenRefused):
        Verifier(public(KEY), now=lambda: 40.5).principal(token)


@pytest.mark.parametrize("key_says", [{}, {"alg": "EdDSA"}, {"alg": "Ed25519"}, {"use": "sig", "key_ops": ["verify"]}])
@pytest.mark.parametrize("token_says", ["Ed25519", "EdDSA"])
@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
def test_both_names_of_the_algorithm_are_good(token_says: str, key_says: dict[str, Any]) -> None:
    verifier = Verifier({**public(KEY), "kid": "k1", **key_says}, now=lambda: NOW)
    assert verifier.principal(signed_as({"alg": token_says})).subject == "s"


def test_we_sign_by_the_name_that_is_not_deprecated() -> None:
    assert json.loads(base64.urlsafe_b64decode(HEAD + "=="))["alg"] == "Ed25519"


FORGED = {
    "no algorithm": f"{encoded({'alg': 'none'})}.{BODY}.",
    "no algorithm, with a signature": f"{encoded({'alg': 'none'})}.{BODY}.{SIGNATURE}",
    "NONE": f"{encoded({'alg': 'NONE'})}.{BODY}.",
    "no alg at all": signed_as({"typ": "JWT"}),
    "alg is a list": signed_as({"alg": ["Ed25519"]}),
    "HS256 by the public key": by_secret("HS256", public(KEY)["x"]),
    "HS512 by the public key as JSON": by_secret("HS512", json.dumps(public(KEY))),
    "HS256 said, Ed25519 done": signed_as({"alg": "HS256"}),
    "Ed448 said": signed_as({"alg": "Ed448"}),
    "EdDSA of a key on another curve": on_another_curve(),
    "EdDSA by another key": signed_as({"alg": "EdDSA"}, OTHER),
    "the algorithm's name in small letters": signed_as({"alg": "eddsa"}),
    "another key": sign(OTHER, claims()),
    "another key, given in the header": signed_as({"alg": "Ed25519", "jwk": public(OTHER)}, OTHER),
    "another key, by address": signed_as({"alg": "Ed25519", "jku": "https://example.org/keys"}, OTHER),
    "another key, named as a file": signed_as({"alg": "Ed25519", "kid": "../../dev/null"}, OTHER),
    "another key, named as a query": signed_as({"alg": "Ed25519", "kid": "' OR 1=1 --"}, OTHER),
    "a critical extension unknown to us": signed_as({"alg": "Ed25519", "crit": ["x"], "x": 1}),
    "the body of another token": f"{HEAD}.{encoded(claims(roles=['manager']))}.{SIGNATURE}",
    "the signature of another token": f"{HEAD}.{BODY}.{sign(KEY, claims(sub='t')).split('.')[2]}",
    "no signature": f"{HEAD}.{BODY}.",
    "two parts": f"{HEAD}.{BODY}",
    "four parts": f"{GOOD}.x",
    "five parts": f"{GOOD}.x.y",
    "padded": GOOD + "=",
    "a line feed at the end": GOOD + "\n",
    "a space in front": " " + GOOD,
    "a header that nests deeply": f"{encoded(b'[' * 300)}.{BODY}.{SIGNATURE}",
    "a header that is no object": f"{encoded([])}.{BODY}.{SIGNATURE}",
    "a body that is no object": f"{HEAD}.{encoded([])}.{SIGNATURE}",
    "nothing": "",
    "letters": "a.b.c",
    "not ASCII": "é",
    "a NUL": "\0",
    "very long": "a" * 100_000,
}


@pytest.mark.parametrize("token", FORGED.values(), ids=FORGED)
@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
def test_a_forged_token_is_refused(token: str) -> None:
    with pytest.raises(TokenRefused):
        VERIFIER.principal(token)


WRONG: list[dict[str, Any]] = [
    {"iss": "other"},
    {"iss": ...},
    {"iss": ["movewell-local"]},
    {"aud": "scheduling"},
    {"aud": ...},
    {"aud": [AUDIENCE]},
    {"aud": "Movewell"},
    {"exp": 900},
    {"exp": ...},
    {"exp": "2000"},
    {"exp": True},
    {"exp": None},
    {"exp": 2000.5},
    {"nbf": 1031},
    {"nbf": "900"},
    {"sub": ""},
    {"sub": ...},
    {"sub": 7},
    {"tenant": ...},
    {"tenant": ""},
    {"tenant": "*"},
    {"tenant": "ALL TENANTS"},
    {"tenant": "zt001"},
    {"tenant": "ZT001\n"},
    {"tenant": "ÉT001"},
    {"tenant": "٣٣٣"},
    {"tenant": "Z" * 13},
    {"tenant": {"$ne": None}},
    {"tenant": ["ZT001"]},
    {"roles": ...},
    {"roles": []},
    {"roles": "clinician"},
    {"roles": ["god"]},
    {"roles": ["patient"]},
    {"roles": ["clinician", "patient"]},
    {"roles": ["clinician", "god"]},
    {"roles": ["Clinician"]},
    {"roles": [["clinician"]]},
    {"roles": {"clinician": True}},
    {"roles": [None]},
]


@pytest.mark.parametrize("changes", WRONG, ids=str)
def test_a_token_of_ours_with_a_wrong_claim_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(TokenRefused):
        VERIFIER.principal(sign(KEY, claims(**changes)))


@pytest.mark.parametrize("at", range(len(GOOD)))
def test_no_letter_of_a_token_can_be_changed(at: int) -> None:
    for other in set(string.ascii_letters + string.digits + "-_=. !") - {GOOD[at]}:
        with pytest.raises(TokenRefused):
            VERIFIER.principal(GOOD[:at] + other + GOOD[at + 1 :])


@pytest.mark.parametrize("length", range(0, len(GOOD), 5))
def test_a_token_that_was_cut_off_is_refused(length: int) -> None:
    with pytest.raises(TokenRefused):
        VERIFIER.principal(GOOD[:length])


@given(st.text())
def test_no_text_breaks_the_verifier(text: str) -> None:
    with pytest.raises(TokenRefused):
        VERIFIER.principal(text)


def test_while_keys_are_replaced_tokens_of_both_are_good() -> None:
    verifier = Verifier({"keys": [public(OTHER), public(KEY)]}, now=lambda: NOW)
    assert verifier.principal(GOOD).subject == verifier.principal(sign(OTHER, claims())).subject == "s"
    with pytest.raises(TokenRefused):
        verifier.principal(sign(new_key(), claims()))


USELESS: dict[str, Callable[[], dict[str, Any]]] = {
    "private": lambda: KEY,
    "a secret": lambda: {"kty": "oct", "k": "c2VjcmV0"},
    "X25519": lambda: OKPKey.generate_key("X25519").as_dict(private=False),
    "empty": dict,
    "no keys": lambda: {"keys": []},
    "one of them private": lambda: {"keys": [public(KEY), OTHER]},
    "cut off": lambda: {**public(KEY), "x": "AAAA"},
    "Ed448": lambda: OKPKey.generate_key("Ed448").as_dict(private=False),
    "for encryption": lambda: {**public(KEY), "use": "enc"},
    "for signing only": lambda: {**public(KEY), "key_ops": ["sign"]},
    "for another algorithm": lambda: {**public(KEY), "alg": "HS256"},
    "without its point": lambda: {"kty": "OKP", "crv": "Ed25519"},
}


@pytest.mark.parametrize("key", USELESS.values(), ids=USELESS)
def test_a_key_that_can_check_nothing_does_not_start(key: Callable[[], dict[str, Any]]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the library words some of them
        Verifier(key())
