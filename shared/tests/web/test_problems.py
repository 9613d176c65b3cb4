"""An error comes in the caller's own format, says what to do, and shows nothing of our inside."""

from __future__ import annotations

import json
import logging

import pytest

CANARY = "canary-4711"
HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
STATUSES = [
    ("invalid", 400, "invalid"),
    ("absent", 404, "not-found"),
    ("stale", 412, "stale-version"),
    ("full", 409, "session-full"),
    ("gone", 410, "gone"),
    ("away", 503, "unavailable"),
    ("bug", 500, "unexpected"),
]


@pytest.mark.parametrize(("how", "status", "code"), STATUSES)
def test_a_program_gets_a_problem(client, how: str, status: int, code: str) -> None:
    got = client.get(f"/api/fails/{how}", headers=HTML)
    problem = got.get_json()
    assert (got.status_code, got.mimetype) == (status, "application/problem+json")
    assert (problem["status"], problem["type"]) == (status, f"urn:movewell:problem:{code}")
    assert problem["title"] and problem["detail"]


@pytest.mark.parametrize(("how", "status", "code"), STATUSES)
def test_a_browser_gets_a_page(client, how: str, status: int, code: str) -> None:
    got = client.get(f"/fails/{how}", headers=HTML)
    assert (got.status_code, got.mimetype) == (status, "text/html")
    assert '<html lang="en"' in got.text and "<h1" in got.text and "116 123" in got.text


@pytest.mark.parametrize(("how", "status", "code"), STATUSES)
def test_a_clinical_system_gets_an_operation_outcome(client, how: str, status: int, code: str) -> None:
    got = client.get(f"/FHIR/R4/fails/{how}", headers=HTML)
    assert (got.status_code, got.mimetype) == (status, "application/fhir+json")
    assert got.get_json() == {"resourceType": "OperationOutcome", "status": status}


def test_a_page_asked_for_as_json_fails_as_json(client) -> None:
    assert client.get("/fails/absent", headers={"Accept": "application/json"}).mimetype == "application/problem+json"


def test_who_takes_anything_gets_a_problem(client) -> None:
    for headers in ({}, {"Accept": "*/*"}, {"Accept": "text/css,*/*;q=0.1"}):
        assert client.get("/fails/absent", headers=headers).mimetype == "application/problem+json"


def test_each_fault_has_its_pointer(client) -> None:
    told = client.get("/api/fails/invalid").get_json()["errors"]
    assert told == [{"pointer": "/a", "detail": "one"}, {"pointer": "/b", "detail": "two"}]
    page = client.get("/fails/invalid", headers=HTML).text
    assert "<li>one</li>" in page and "<li>two</li>" in page


@pytest.mark.parametrize("path", ["/api/fails/away", "/fails/away", "/FHIR/R4/fails/away"])
def test_what_is_away_says_when_to_try_again(client, path: str) -> None:
    assert client.get(path).headers["Retry-After"] == "5"


@pytest.mark.parametrize("path", ["/api/fails/", "/fails/", "/FHIR/R4/fails/"])
@pytest.mark.parametrize("how", ["bug", "away"])
def test_a_caller_never_sees_our_inside(client, path: str, how: str) -> None:
    got = client.get(path + how, headers=HTML)
    for secret in (CANARY, "Traceback", "ZeroDivision", ".py"):
        assert secret not in got.text


def test_the_incident_that_a_caller_quotes_is_in_the_log(client, caplog) -> None:
    caplog.set_level(logging.INFO)
    correlation = "0d2b5b9e-6d0f-4c5c-9d57-0f2b51a3d1aa"
    detail = client.get("/api/fails/bug", headers={"X-Correlation-Id": correlation}).get_json()["detail"]
    line = next(each.movewell_fields for each in caplog.records if each.msg == "request.failed")
    assert line["incident"] in detail and len(line["incident"]) == 12
    assert (line["exception"], line["correlation_id"]) == ("ZeroDivisionError", correlation)


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/nowhere", 404), ("DELETE", "/thing", 405)])
def test_what_the_framework_refuses_has_the_same_formats(client, method: str, path: str, status: int) -> None:
    for accept, mimetype in (("application/json", "application/problem+json"), ("text/html", "text/html")):
        got = client.open(path, method=method, headers={"Accept": accept})
        assert (got.status_code, got.mimetype) == (status, mimetype)
    assert (got.headers.get("Allow") is not None) == (status == 405)


def test_an_unknown_path_of_fhir_is_answered_as_fhir(client) -> None:
    assert client.get("/FHIR/R4/Nothing").get_json()["resourceType"] == "OperationOutcome"


def test_without_a_renderer_fhir_paths_get_problems(make_app) -> None:
    got = make_app(fhir_renderer=None).test_client().get("/FHIR/R4/fails/absent", headers=HTML)
    assert (got.status_code, got.mimetype) == (404, "application/problem+json")


def test_a_problem_is_json_for_whoever_reads_it(client) -> None:
    assert json.loads(client.get("/api/nowhere").data)["status"] == 404
