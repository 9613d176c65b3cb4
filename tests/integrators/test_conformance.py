"""The conformance kit: a running platform keeps the contract, and each check notices when it isn't kept."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
import threading
import tomllib
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from joserfc.jwk import OKPKey
from movewell_conformance.checking import CHECKS, run_checks
from movewell_conformance.command import MODULES, main
from movewell_conformance.target import Client, Target

from deploy.contracts.files import CONTRACTS
from deploy.local.processes import ROOT
from tests.integrators.guide import GUIDE
from tests.integrators.standing import CLIENT, KEY_ID, Standing

KIT = ROOT / "conformance"
PAGE = GUIDE.with_name("conformance.md").read_text(encoding="utf-8")
Change = Callable[[httpx.Request, httpx.Response], httpx.Response]


def target(platform: Standing, transport: httpx.BaseTransport | None = None) -> Target:
    client = Client(CLIENT, KEY_ID, OKPKey.import_key(platform.key))
    return Target(platform.url, client, may_write=True, contracts=CONTRACTS, transport=transport)


@pytest.fixture(scope="module")
def key(platform: Standing, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("key") / "key.pem"
    path.write_bytes(OKPKey.import_key(platform.key).as_pem(private=True))
    return path


@pytest.fixture(scope="module")
def conforming(platform: Standing, key: Path) -> tuple[int, list[dict[str, Any]]]:
    """Exit status and report of the command against the platform."""
    report = key.with_name("report.json")
    command = [Path(sys.executable).with_name("movewell-conformance"), platform.url, "--json", report, "--write"]
    command += ["--client", CLIENT, "--key", key, "--key-id", KEY_ID, "--contracts", CONTRACTS]
    ran = subprocess.run(command, check=False, capture_output=True, text=True)
    assert ran.stdout.splitlines()[-1] == f"{len(CHECKS)} passed, 0 failed, 0 skipped", ran.stdout
    return ran.returncode, json.loads(report.read_text())["checks"]


def test_a_running_platform_conforms(conforming: tuple[int, list[dict[str, Any]]]) -> None:
    status, checks = conforming
    assert [each for each in checks if each["result"] != "pass"] == []
    assert (status, [each["name"] for each in checks]) == (0, list(CHECKS))


def with_status(status: int) -> Change:
    return lambda request, answer: httpx.Response(status, headers=kept(answer), content=answer.content)


def with_body(change: Callable[[Any], Any]) -> Change:
    def changed(request: httpx.Request, answer: httpx.Response) -> httpx.Response:
        made = json.dumps(change(answer.json())).encode()
        return httpx.Response(answer.status_code, headers=kept(answer), content=made)

    return changed


def without_header(name: str) -> Change:
    def changed(request: httpx.Request, answer: httpx.Response) -> httpx.Response:
        headers = {each: value for each, value in kept(answer).items() if each != name}
        return httpx.Response(answer.status_code, headers=headers, content=answer.content)

    return changed


def kept(answer: httpx.Response) -> dict[str, str]:
    dropped = ("content-length", "content-encoding", "transfer-encoding")
    return {name: value for name, value in answer.headers.items() if name not in dropped}


def with_code(code: str) -> Change:
    return with_body(lambda body: {**body, "issue": [{**body["issue"][0], "code": code}]})


def of_path(part: str, change: Change) -> Change:
    return lambda request, answer: change(request, answer) if part in request.url.path else answer


def lacking(name: str) -> Change:
    return with_body(lambda body: {each: value for each, value in body.items() if each != name})


NUMBER = "9990009008"
WRONG: dict[str, list[Change]] = {
    "health.live": [with_status(503), with_body(lambda body: {"status": "asleep"})],
    "health.ready": [with_status(503), with_body(lambda body: {"status": "failing"})],
    "openapi.served": [lacking("paths"), with_body(lambda body: {**body, "openapi": "3.0.3"})],
    "contracts.openapi": [with_body(lambda body: {**body, "paths": {}}), with_status(404)],
    "contracts.json_schema": [with_body(lambda body: {**body, "title": "another"}), with_status(404)],
    "problem.signed_out": [with_status(200), lacking("title"), with_body(lambda body: {**body, "status": 400})],
    "fhir.signed_out": [with_status(200), lacking("issue"), with_code("invalid")],
    "headers.mirrored": [without_header("x-request-id"), without_header("x-correlation-id")],
    "token.given": [with_status(401), lacking("scope"), without_header("cache-control")],
    "token.once": [with_status(200)],
    "token.audience": [with_status(200), with_body(lambda body: {"error": "invalid_request"})],
    "token.signature": [with_status(200), lacking("error")],
    "json.taken": [with_status(200), of_path("/api/referrals", lacking("status"))],
    "json.read": [without_header("location"), of_path("/api/referrals/", with_status(404))],
    "json.retry": [],
    "json.reused_key": [with_status(201)],
    "json.nhs_number": [with_status(201), with_body(lambda body: {**body, "errors": [{"pointer": ""}]})],
    "json.every_fault": [with_body(lambda body: {**body, "errors": body.get("errors", [])[:1]})],
    "json.not_found": [of_path("/api/", with_status(200)), without_header("content-type")],
    "webhooks.listed": [of_path("/api/", with_status(500)), with_body(lambda body: {**body, "items": None})],
    "bars.taken": [of_path("/FHIR", with_code("success")), without_header("x-request-id")],
    "bars.retry": [of_path("/FHIR", with_status(200)), of_path("/FHIR", with_code("informational"))],
    "bars.reused_id": [of_path("/FHIR", with_status(200)), of_path("/FHIR", with_code("informational"))],
    "bars.cancelled": [of_path("/FHIR", with_status(404))],
    "bars.unknown": [of_path("/FHIR", with_status(200))],
    "bars.nhs_number": [of_path("/FHIR", with_status(200)), of_path("/FHIR", lacking("issue"))],
    "bars.headers": [of_path("/FHIR", with_status(200))],
    "bars.other_bundles": [of_path("/FHIR", with_status(400)), of_path("/FHIR", with_code("invalid"))],
}
"""Check → ways of changing what a platform answers that it has to notice."""


def repeating(request: httpx.Request, answer: httpx.Response) -> httpx.Response:
    """A number that is refused is repeated in the answer."""
    refused = answer.status_code == 400 and NUMBER.encode() in request.content
    body = {**answer.json(), "said": NUMBER} if refused else None
    return httpx.Response(400, headers=kept(answer), content=json.dumps(body).encode()) if refused else answer


class Twice:
    """Each answer of a retry is another."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, request: httpx.Request, answer: httpx.Response) -> httpx.Response:
        self.count += 1
        return with_body(lambda body: {**body, "said": self.count})(request, answer)


WRONG["json.nhs_number"].append(repeating)
WRONG["bars.nhs_number"].append(repeating)
WRONG["json.retry"].append(of_path("/api/referrals", Twice()))


@pytest.fixture(scope="module")
def through() -> Iterator[Callable[[Change], httpx.MockTransport]]:
    """A platform whose answers are changed on the way."""
    with httpx.Client(timeout=20) as client:

        def transport(change: Change) -> httpx.MockTransport:
            def forward(request: httpx.Request) -> httpx.Response:
                answer = client.request(request.method, request.url, headers=request.headers, content=request.content)
                return change(request, answer)

            return httpx.MockTransport(forward)

        yield transport


@pytest.mark.parametrize(
    ("name", "change"),
    [
        pytest.param(name, each, id=f"{name}-{number}")
        for name, changes in WRONG.items()
        for number, each in enumerate(changes)
    ],
)
def test_each_check_notices_an_answer_that_is_wrong(
    platform: Standing, through: Callable[[Change], httpx.MockTransport], name: str, change: Change
) -> None:
    (outcome,) = run_checks(target(platform, through(change)), [name])
    assert (outcome.result, bool(outcome.reason)) == ("fail", True)


def test_no_check_is_without_a_wrong_answer() -> None:
    assert set(WRONG) == set(CHECKS)
    assert all(WRONG.values())


def test_without_a_key_or_leave_to_write_checks_are_skipped_and_say_why(platform: Standing) -> None:
    outcomes = {each.name: each for each in run_checks(Target(platform.url))}
    assert {name for name, each in outcomes.items() if each.result == "pass"} == {
        "health.live", "health.ready", "openapi.served", "problem.signed_out", "fhir.signed_out", "headers.mirrored",
    }  # fmt: skip
    assert all(each.reason for each in outcomes.values() if each.result == "skip")
    assert all(outcomes[name].result == "skip" for name, each in CHECKS.items() if each.writes)


class YesMan(BaseHTTPRequestHandler):
    """Answers everything with 200 and an empty object."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.do_GET()

    def log_message(self, *args: Any) -> None:
        pass


def test_a_server_that_says_yes_to_everything_fails_every_check(key: Path, capsys: pytest.CaptureFixture[str]) -> None:
    server = HTTPServer(("127.0.0.1", 0), YesMan)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    given = ["--client", CLIENT, "--key", str(key), "--write", "--contracts", str(CONTRACTS), "--json", "-"]
    status = main([f"http://127.0.0.1:{server.server_port}", *given])
    server.shutdown()
    server.server_close()
    checks = json.loads(capsys.readouterr().out)["checks"]
    assert (status, {each["result"] for each in checks}) == (1, {"fail"})


def test_what_can_not_be_begun_ends_with_2(tmp_path: Path) -> None:
    for given in (["--client", "a"], ["--client", "a", "--key", str(tmp_path / "none")], ["--only", "nothing"]):
        with pytest.raises(SystemExit) as ended:
            main(["http://127.0.0.1:1", *given])
        assert ended.value.code == 2


def test_the_kit_knows_nothing_of_movewells_code_and_names_all_it_needs() -> None:
    wanted = {"httpx", "joserfc", "jsonschema", "yaml", "movewell_conformance"}
    imported = set()
    for path in (KIT / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [each.name for each in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            imported |= {each.partition(".")[0] for each in names}
    assert imported - set(sys.stdlib_module_names) == wanted
    project = tomllib.loads((KIT / "pyproject.toml").read_text())["project"]
    assert set(project["dependencies"]) == {"httpx", "joserfc", "jsonschema", "pyyaml"}


@pytest.mark.parametrize("name", ["bars-referral", "bars-cancellation"])
def test_the_messages_of_the_kit_are_the_examples_of_the_guide(name: str) -> None:
    own = KIT / "src" / "movewell_conformance" / f"{name}.json"
    assert own.read_text() == (GUIDE.parent / "examples" / f"{name}.json").read_text()


def test_the_page_lists_every_check_as_the_kit_describes_it() -> None:
    rows = [f"| `{each.name}` | {each.what} | {'yes' if each.writes else ''} |" for each in CHECKS.values()]
    assert [row for row in rows if row not in PAGE] == []
    assert PAGE.count("\n| `") == len(rows)
    assert len(MODULES) == len({each.run.__module__ for each in CHECKS.values()})
