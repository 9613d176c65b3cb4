"""Staff's session: begun as a persona in local mode only, one for all applications, ended by idleness and by time."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from movewell.settings import SettingsIncomplete
from movewell.web.personas import PERSONAS, SERVICES
from movewell.web.signin import local_path
from movewell.web.staff import StaffSessions

from .staff_app import HTML, make, settings

CLINICIAN = "ZT001-clinician-1"


def signed_in(key: str = CLINICIAN, **changes: Any) -> FlaskClient:
    client = make(settings(**changes)).test_client()
    assert client.post("/signin/as", data={"persona": key}).status_code == 303
    return client


def test_a_persona_of_local_mode_is_who_asks() -> None:
    got = signed_in().get("/notes").get_json()
    assert (got["subject"], got["name"], got["roles"], got["tenant"]) == (
        "clinician-1", "Amina Yusuf", ["clinician"], "ZT001",
    )  # fmt: skip


def test_the_personas_are_four_roles_in_each_of_two_services() -> None:
    assert {(each.role, each.tenant) for each in PERSONAS} == {
        (role, tenant) for role in ("clinician", "instructor", "coordinator", "manager") for tenant in SERVICES
    }
    page = make(settings()).test_client().get("/signin", headers=HTML).text
    assert "Demonstration only" in page
    assert all(each.name in page for each in PERSONAS)


@pytest.mark.parametrize("path", ["/signin", "/signin/callback"])
def test_outside_of_local_mode_there_are_no_personas(path: str) -> None:
    client = make(settings(local_mode=False, clock_file=None)).test_client()
    assert client.get(path, headers=HTML).status_code == 404
    refused = client.post("/signin/as", data={"persona": CLINICIAN})
    assert refused.status_code == 404
    assert "Set-Cookie" not in refused.headers


def test_a_provider_that_is_set_takes_the_place_of_personas() -> None:
    given = settings(oidc_issuer="http://127.0.0.1:9", oidc_client_id="movewell")
    assert make(given).test_client().post("/signin/as", data={"persona": CLINICIAN}).status_code == 404


@pytest.mark.parametrize("sent", [{}, {"persona": "ZT001-nobody"}, {"persona": "clinician"}])
def test_nobody_else_can_be_chosen(sent: dict[str, str]) -> None:
    assert make(settings()).test_client().post("/signin/as", data=sent).status_code == 400


def test_another_site_can_sign_nobody_in() -> None:
    client = make(settings()).test_client()
    headers = {"Sec-Fetch-Site": "cross-site"}
    assert client.post("/signin/as", data={"persona": CLINICIAN}, headers=headers).status_code == 400


def test_one_session_holds_in_every_application_of_the_site() -> None:
    first, second = signed_in(), make(settings()).test_client()
    cookie = first.get_cookie("movewell-staff")
    assert cookie is not None
    second.set_cookie("movewell-staff", cookie.value)
    assert second.get("/notes").get_json()["subject"] == "clinician-1"


def test_the_cookie_is_kept_from_scripts_and_from_other_sites() -> None:
    client = make(settings()).test_client()
    said = client.post("/signin/as", data={"persona": CLINICIAN}).headers["Set-Cookie"]
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(said.split("; "))
    assert "Amina" not in said


def test_outside_of_local_mode_the_cookie_is_for_this_host_over_https_alone() -> None:
    sessions = StaffSessions(b"c" * 32, secure=True)
    app = make(settings())
    with app.test_request_context():
        response = app.make_response("")
        sessions.start(response, subject="s", name="n", roles=["clinician"], tenant="ZT001")
    said = response.headers["Set-Cookie"]
    assert said.startswith("__Host-movewell-staff=")
    assert {"Secure", "HttpOnly", "Path=/"} <= set(said.split("; "))
    assert "Domain" not in said


def test_every_sign_in_is_a_new_session() -> None:
    assert signed_in().get("/notes").get_json()["csrf"] != signed_in().get("/notes").get_json()["csrf"]


@pytest.mark.parametrize("changed", ["", "x", "eyJhIjoxfQ.x", None])
def test_a_cookie_that_we_did_not_sign_is_nobody_s(changed: str | None) -> None:
    client = signed_in()
    cookie = client.get_cookie("movewell-staff")
    assert cookie is not None
    client.set_cookie("movewell-staff", cookie.value[:-2] + "AA" if changed is None else changed)
    assert client.get("/notes").status_code == 401


def test_a_cookie_of_another_secret_is_nobody_s() -> None:
    cookie = signed_in(cookie_secret=b"d" * 32).get_cookie("movewell-staff")
    client = make(settings()).test_client()
    assert cookie is not None
    client.set_cookie("movewell-staff", cookie.value)
    assert client.get("/notes").status_code == 401


class Times:
    """Real time, moved by hand."""

    def __init__(self) -> None:
        self.now = 1_000_000.0


def at_times(times: Times) -> FlaskClient:
    client = make(settings(), now=lambda: times.now).test_client()
    client.post("/signin/as", data={"persona": CLINICIAN})
    return client


def test_half_an_hour_without_a_request_ends_the_session() -> None:
    times = Times()
    client = at_times(times)
    times.now += 1799
    assert client.get("/notes").status_code == 200
    times.now += 1799  # from the last request, not from the first
    assert client.get("/notes").status_code == 200
    times.now += 1800
    assert client.get("/notes").status_code == 401


def test_ten_hours_end_it_whatever_is_done() -> None:
    times = Times()
    client = at_times(times)
    for _ in range(35_999 // 1_500):
        times.now += 1_500
        assert client.get("/notes").status_code == 200
    times.now = 1_000_000 + 36_000
    assert client.get("/notes").status_code == 401


def test_staying_tells_a_script_how_long_it_has_now() -> None:
    times = Times()
    client = at_times(times)
    token = client.get("/notes").get_json()["csrf"]
    times.now += 1700
    stay = client.post("/signin/stay", data={"csrf_token": token}, headers={"Accept": "application/json"})
    assert stay.get_json() == {"seconds": 1800}
    times.now += 1700
    assert client.get("/notes").status_code == 200


def test_a_form_of_another_site_changes_nothing() -> None:
    client = signed_in()
    token = client.get("/notes").get_json()["csrf"]
    for sent in ({}, {"csrf_token": ""}, {"csrf_token": token[:-1]}, {"csrf_token": "é"}):
        assert client.post("/notes", data=sent).status_code == 400
    assert client.post("/notes", data={"csrf_token": token}).text == "written"
    assert client.post("/notes", headers={"X-CSRF-Token": token}).text == "written"


def test_the_token_of_another_session_is_none() -> None:
    token = signed_in().get("/notes").get_json()["csrf"]
    assert signed_in().post("/notes", data={"csrf_token": token}).status_code == 400


def test_a_page_for_staff_leads_to_the_sign_in_and_back() -> None:
    client = make(settings()).test_client()
    led = client.get("/people?after=2", headers=HTML)
    assert (led.status_code, led.headers["Location"]) == (303, "/signin?next=%2Fpeople%3Fafter%3D2")
    page = client.get(led.headers["Location"], headers=HTML).text
    assert 'name="next" value="/people?after=2"' in page
    back = client.post("/signin/as", data={"persona": CLINICIAN, "next": "/people?after=2"})
    assert back.headers["Location"] == "/people?after=2"


def test_a_program_is_told_that_nobody_is_signed_in() -> None:
    refused = make(settings()).test_client().get("/notes")
    assert (refused.status_code, refused.mimetype) == (401, "application/problem+json")


def test_a_form_that_is_sent_too_late_says_so() -> None:
    refused = make(settings()).test_client().post("/notes", data={"text": "x"}, headers=HTML)
    assert refused.status_code == 401
    assert "You were signed out" in refused.text
    assert "text=x" not in refused.text


def test_another_role_is_refused() -> None:
    assert signed_in("ZT001-manager-1").get("/notes", headers=HTML).status_code == 403


def test_signing_out_forgets_the_session_and_needs_the_token() -> None:
    client = signed_in()
    token = client.get("/notes").get_json()["csrf"]
    assert client.post("/signin/out").status_code == 400
    out = client.post("/signin/out", data={"csrf_token": token})
    assert (out.status_code, out.headers["Location"]) == (303, "/signin/ended")
    assert client.get("/notes").status_code == 401
    assert "You are signed out" in client.get("/signin/ended", headers=HTML).text
    assert client.post("/signin/out").status_code == 303  # again, it does nothing


@pytest.mark.parametrize(
    "wanted",
    ["https://evil.example", "//evil.example", "/\\evil.example", "evil", "", "/a\nb", "/a b", "javascript:x",
     "/" + "a" * 600, "\\/evil.example", "/\t/evil.example"],
)  # fmt: skip
def test_nobody_is_sent_to_another_site(wanted: str) -> None:
    assert local_path(wanted) == ""
    back = make(settings()).test_client().post("/signin/as", data={"persona": CLINICIAN, "next": wanted})
    assert re.fullmatch(r"/[a-z/-]*", back.headers["Location"])


@pytest.mark.parametrize(
    "wrong",
    [
        {"oidc_issuer": "https://id.example"},
        {"oidc_client_id": "movewell"},
        {"oidc_issuer": "http://id.example", "oidc_client_id": "movewell", "local_mode": False},
        {"staff_idle_minutes": 2},
        {"staff_session_hours": 0},
    ],
)
def test_settings_that_would_not_do_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(SettingsIncomplete):
        settings(**wrong)


def test_a_short_secret_signs_nothing() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        StaffSessions(b"c" * 31, secure=True)


def test_who_is_signed_in_is_not_told_that_they_are_not() -> None:
    ended = signed_in("ZT001-manager-1").get("/signin/ended", headers=HTML)
    assert (ended.status_code, ended.headers["Location"]) == (303, "/report")
