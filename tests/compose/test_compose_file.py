"""docker-compose.yml keeps its promises; `make compose-check` holds them against running containers."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from movewell.settings import ServiceSettings, load

from deploy.compose.check import LATER
from deploy.compose.images import IMAGES
from deploy.compose.make_secrets import make
from deploy.local.people import PATIENTS
from deploy.local.site import SERVICES
from tests.architecture.copy_of_house import ROOT
from tests.compose.stack_file import FILE, ONE_SHOTS, document, filled_in, known_variables, required_variables, services

ENVIRON = {
    "PUBLIC_URL": "https://movewell.example.org",
    "OIDC_ISSUER": "https://login.example.org",
    "OIDC_CLIENT_ID": "movewell",
}
every_service = pytest.mark.parametrize("name", services)


def test_every_service_has_an_api_and_a_worker() -> None:
    assert {f"{each}-{door}" for each in SERVICES for door in ("api", "work")} <= set(services)
    for each in SERVICES:
        assert services[f"{each}-api"]["command"][0] == "api"
        assert services[f"{each}-work"]["command"][0] == "work"
        assert services[f"{each}-api"]["image"] == services[f"{each}-work"]["image"]


def test_nothing_is_published_but_the_gateway_and_that_on_loopback_alone() -> None:
    assert {name for name, each in services.items() if "ports" in each} == {"gateway"}
    assert all(port.startswith("127.0.0.1:") for port in services["gateway"]["ports"])
    assert not [name for name, each in services.items() if "network_mode" in each]


def test_stores_and_log_reach_no_other_network() -> None:
    assert services["kafka"]["networks"] == services["mongo"]["networks"] == ["back"]
    assert document["networks"]["back"]["internal"] is True


@every_service
def test_a_container_can_do_no_more_than_it_must(name: str) -> None:
    each = services[name]
    assert each["read_only"] is True
    assert each["cap_drop"] == ["ALL"] and "cap_add" not in each
    assert each["security_opt"] == ["no-new-privileges:true"]
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", each["user"])
    assert re.fullmatch(r"\d+[mg]", each["mem_limit"]) and each["pids_limit"] > 0
    assert "privileged" not in each and "devices" not in each


@every_service
def test_what_is_kept_lies_in_named_volumes(name: str) -> None:
    for volume in services[name].get("volumes", []):
        assert volume.partition(":")[0] in document["volumes"]


@every_service
def test_who_stays_is_asked_for_its_health_and_who_ends_is_waited_for(name: str) -> None:
    each = services[name]
    assert ("healthcheck" in each) is (name not in ONE_SHOTS)
    assert each["restart"] == ("no" if name in ONE_SHOTS else "unless-stopped")
    for other, how in each.get("depends_on", {}).items():
        wanted = "service_completed_successfully" if other in ONE_SHOTS else "service_healthy"
        assert how["condition"] == wanted


@every_service
def test_secrets_are_files_and_only_those_that_are_asked_for(name: str) -> None:
    each = services[name]
    assert set(each.get("secrets", [])) <= set(document["secrets"])
    named = {str(value) for value in each.get("environment", {}).values() if "/run/secrets/" in str(value)}
    in_files = {path.removeprefix("/run/secrets/") for path in named}
    read_otherwise = {"mongo": {"mongo_keyfile"}, "mongo-initiate": set(each.get("secrets", []))}
    assert set(each.get("secrets", [])) - read_otherwise.get(name, set()) == in_files
    assert not [key for key in each.get("environment", {}) if re.search(r"(SECRET|PASSWORD|PRIVATE_KEY)$", key)]


def test_a_service_may_read_no_secret_of_another() -> None:
    for service in SERVICES:
        others = {each for each in SERVICES if each != service}
        for door in ("api", "work"):
            given = services[f"{service}-{door}"]["secrets"]
            assert not [secret for secret in given if secret.partition("_")[0] in others]
    holders = {name for name, each in services.items() if "mongo_root_password" in each.get("secrets", [])}
    assert holders == {"mongo", "mongo-initiate"}
    assert {name for name, each in services.items() if "token_key" in each.get("secrets", [])} == {
        "referral-api",
        "referral-work",
        "prepare",
    }


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("door", ["api", "work"])
def test_the_settings_of_a_service_are_complete(service: str, door: str, tmp_path: Path) -> None:
    """With what the script makes, and with what .env must have."""
    make(tmp_path)
    given = services[f"{service}-{door}"]["environment"]
    environ = {name: filled_in(value, ENVIRON).replace("/run/secrets", str(tmp_path)) for name, value in given.items()}
    settings = load(ServiceSettings, environ)
    assert not settings.local_mode and settings.clock_file is None
    assert settings.database_url.startswith(f"mongodb://{service}:")
    assert settings.database_url.endswith(f"/movewell_{service}?replicaSet=rs0&authSource=admin")
    assert settings.oidc_client_secret is None


def test_local_mode_is_for_the_check_alone() -> None:
    assert "LOCAL_MODE" not in FILE.read_text()
    override = yaml.safe_load((ROOT / "deploy/compose/check.yml").read_text())
    assert override["x-local"]["environment"]["LOCAL_MODE"] == "1"


def test_staff_sign_in_with_a_provider_that_must_be_named() -> None:
    assert required_variables() == set(ENVIRON)


def test_the_example_of_the_environment_knows_every_variable() -> None:
    named = set(re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert known_variables() - named == {"SECRETS_DIR", "MOVEWELL_VERSION"}
    assert named <= known_variables()


def test_git_ignores_the_environment_and_the_secrets() -> None:
    ignored = (ROOT / ".gitignore").read_text().splitlines()
    assert {"/.env", "/deploy/compose/secrets/"} <= set(ignored)


def test_each_image_of_others_has_a_stand_in_by_another_name() -> None:
    text = FILE.read_text()
    for each in IMAGES:
        assert f"${{{each.variable}:-{each.usual}}}" in text
        assert each.stand_in.startswith("movewell/stand-in-")


def test_the_check_has_patients_of_its_own() -> None:
    numbers: list[Any] = [each.nhs_number for each in (*PATIENTS, *LATER)]
    assert len(set(numbers)) == len(numbers)
