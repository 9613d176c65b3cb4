"""A patient's link acts once, by a press of a button, for one person and purpose, until its time is over."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from http.cookies import SimpleCookie

import pytest
from flask import Response
from movewell.web.links import Link, LinkInvalid, LinkReader
from movewell.web.patients import PatientSessions
from movewell.web.tokens import TokenRefused, Verifier, new_key, public, sign

HTML = {"Accept": "text/html"}


def cookie_of(response) -> SimpleCookie:
    return SimpleCookie(response.headers["Set-Cookie"])


def test_the_same_link_is_minted_again(link) -> None:
    assert link() == link() != link(jti="m2")


def test_reading_a_link_gives_what_was_minted(keys, clock, link) -> None:
    read = LinkReader(public(keys.links), "here").read(link(), clock.now())
    assert (read.purpose, read.subject, read.tenant, read.jti) == ("thing", "subject-1", "ZT001", "m1")
    assert read.expires_at == clock.now() + timedelta(hours=1)


def test_a_get_never_uses_a_link_up(client, link, burned) -> None:
    for ask in (client.get, client.get, client.head):
        page = ask(f"/thing/link/{link()}")
        assert page.status_code == 200 and "Set-Cookie" not in page.headers
    assert burned == []
    assert client.get("/thing").status_code == 401


def test_the_page_of_a_link_has_a_button_that_works_without_javascript(client, link) -> None:
    page = client.get(f"/thing/link/{link()}").text
    assert f'<form method="post" action="/thing/link/{link()}">' in page and "Continue" in page


def test_the_button_swaps_the_link_for_a_cookie(client, link, burned) -> None:
    used = client.post(f"/thing/link/{link()}")
    assert (used.status_code, used.headers["Location"], burned) == (303, "/thing", ["m1"])
    assert client.get("/thing").get_json()["subject"] == "subject-1"


@pytest.mark.parametrize("secure", [False, True])
def test_the_cookie_keeps_to_its_path_and_away_from_scripts(make_app, link, secure: bool) -> None:
    [cookie] = cookie_of(make_app(secure=secure).test_client().post(f"/thing/link/{link()}")).values()
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == ("/thing", True, "Lax")
    assert bool(cookie["secure"]) == secure


def test_a_browser_keeps_the_cookie_until_the_link_ends(client, clock, link) -> None:
    ends = clock.now() + timedelta(hours=1)
    clock.move(minutes=20)
    [cookie] = cookie_of(client.post(f"/thing/link/{link(expires_at=ends)}")).values()
    assert cookie["max-age"] == "2400"


def test_the_form_of_another_site_uses_no_link_up(client, link, burned) -> None:
    refused = client.post(f"/thing/link/{link()}", headers={**HTML, "Sec-Fetch-Site": "cross-site"})
    assert (refused.status_code, burned) == (400, []) and "press Continue" in refused.text
    assert client.post(f"/thing/link/{link()}", headers={"Sec-Fetch-Site": "same-origin"}).status_code == 303


def test_who_is_in_goes_straight_to_the_page(client, link, burned) -> None:
    client.post(f"/thing/link/{link()}")
    again = client.get(f"/thing/link/{link()}")
    assert (again.status_code, again.headers["Location"]) == (303, "/thing")


def test_a_button_pressed_twice_is_no_error(client, link, burned) -> None:
    for _ in range(2):
        assert client.post(f"/thing/link/{link()}").status_code == 303
    assert burned == ["m1"]


def test_a_link_works_on_one_device(client, make_app, link) -> None:
    client.post(f"/thing/link/{link()}")
    elsewhere = make_app().test_client().post(f"/thing/link/{link()}", headers=HTML)
    assert elsewhere.status_code == 410 and "works once" in elsewhere.text and "116 123" in elsewhere.text
    assert "Set-Cookie" not in elsewhere.headers


def test_who_is_in_for_another_subject_is_asked_first(client, link) -> None:
    client.post(f"/thing/link/{link()}")
    other = link(subject="subject-2", jti="m2")
    assert client.get(f"/thing/link/{other}").status_code == 200
    client.post(f"/thing/link/{other}")
    assert client.get("/thing").get_json()["subject"] == "subject-2"


def test_the_same_subject_of_another_tenant_is_another(client, link) -> None:
    client.post(f"/thing/link/{link()}")
    assert client.get(f"/thing/link/{link(tenant='ZT002', jti='m2')}").status_code == 200


WRONG = {
    "for another service": {"audience": "elsewhere"},
    "for another purpose": {"purpose": "other"},
    "for no subject": {"subject": None},
    "for no tenant": {"tenant": None},
    "without an id": {"jti": None},
}


@pytest.mark.parametrize("changes", WRONG.values(), ids=WRONG)
def test_a_link_for_something_else_does_not_work(client, link, burned, changes: dict) -> None:
    for ask in (client.get, client.post):
        got = ask(f"/thing/link/{link(**changes)}", headers=HTML)
        assert got.status_code == 404 and "This link does not work" in got.text and "116 123" in got.text
    assert burned == []


def test_a_link_that_is_not_ours_does_not_work(client, keys, link, burned) -> None:
    whole = link()
    forged = [whole[:-3], whole[:-1] + "!", "x", "a.b.c", sign(new_key(), {}), sign(keys.links, {"aud": "here"})]
    for token in forged:
        for ask in (client.get, client.post):
            assert ask(f"/thing/link/{token}").status_code == 404
    assert burned == []


def test_a_link_without_an_end_does_not_work(keys, clock) -> None:
    endless = {"aud": "here", "purpose": "thing", "sub": "s", "tenant": "ZT001", "jti": "m1"}
    for exp in ({}, {"exp": "9999999999"}, {"exp": None}, {"exp": True}):
        with pytest.raises(LinkInvalid):
            LinkReader(public(keys.links), "here").read(sign(keys.links, {**endless, **exp}), clock.now())


def test_a_link_ends_by_the_clock_of_the_platform(client, clock, link) -> None:
    token = link()
    clock.move(minutes=59, seconds=59)
    assert client.get(f"/thing/link/{token}").status_code == 200
    clock.move(seconds=1)
    for ask in (client.get, client.post):
        late = ask(f"/thing/link/{token}", headers=HTML)
        assert late.status_code == 410 and "This link is too old" in late.text and "116 123" in late.text


def test_a_cookie_ends_with_its_link(client, clock, link) -> None:
    client.post(f"/thing/link/{link()}")
    clock.move(minutes=59, seconds=59)
    assert client.get("/thing").status_code == 200
    clock.move(seconds=1)
    late = client.get("/thing", headers=HTML)
    assert late.status_code == 401 and "Use the link that we sent you" in late.text


def test_a_cookie_copied_to_another_path_is_nobody(client, link) -> None:
    [cookie] = cookie_of(client.post(f"/thing/link/{link()}")).values()
    client.set_cookie(cookie.key, cookie.value, path="/other")
    assert client.get("/other").status_code == 401


def test_a_forged_cookie_is_nobody(client, clock, link) -> None:
    [cookie] = cookie_of(client.post(f"/thing/link/{link()}")).values()
    by_another_secret = Response()
    session = Link("thing", "subject-1", "ZT001", "m1", clock.now() + timedelta(hours=1))
    PatientSessions(bytes(32), secure=False, now=clock.now).start(by_another_secret, session, "/thing")
    [stranger] = cookie_of(by_another_secret).values()
    for value in ("forged", "", cookie.value[:-1], cookie.value + "x", "x" + cookie.value, stranger.value):
        client.set_cookie(cookie.key, value, path="/thing")
        assert client.get("/thing").status_code == 401


def test_a_short_secret_for_cookies_does_not_start(clock) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        PatientSessions(b"short", secure=True, now=clock.now)


def test_a_form_without_its_token_changes_nothing(client, link) -> None:
    client.post(f"/thing/link/{link()}")
    csrf = client.get("/thing").get_json()["csrf"]
    for form in ({}, {"csrf_token": ""}, {"csrf_token": csrf[:-1]}, {"csrf_token": "é"}):
        refused = client.post("/thing", data=form, headers=HTML)
        assert (refused.status_code, refused.mimetype) == (400, "text/html")
    assert client.post("/thing", data={"csrf_token": csrf}).text == "changed"


def test_the_form_token_of_another_patient_changes_nothing(client, link) -> None:
    client.post(f"/thing/link/{link(subject='subject-2', jti='m2')}")
    theirs = client.get("/thing").get_json()["csrf"]
    client.post(f"/thing/link/{link()}")
    assert client.post("/thing", data={"csrf_token": theirs}).status_code == 400


def test_a_link_is_no_bearer_token_even_with_one_key(keys, link) -> None:
    with pytest.raises(TokenRefused):
        Verifier(public(keys.links), now=lambda: 0.0).principal(link())


def test_a_bearer_token_is_no_link_even_with_one_key(keys, bearer) -> None:
    token = bearer()["Authorization"].removeprefix("Bearer ")
    with pytest.raises(LinkInvalid):
        LinkReader(public(keys.tokens), "here").read(token, datetime(1970, 1, 1, tzinfo=UTC))
