"""What deploy/kubernetes promises, held against what it renders, the settings and the consumer groups of the code."""

from __future__ import annotations

import importlib
import re
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from gunicorn.config import GracefulTimeout
from movewell.doors import DOORS
from movewell.log.kafka_options import site_at
from movewell.log.port import PARTITIONS
from movewell.settings import ServiceSettings, load
from movewell.tracing import ENDPOINTS
from referral.settings import ReferralSettings

from deploy.kubernetes.check import FOLDER, Manifest, faults, rendered
from deploy.local.site import SERVICES, Site

pytestmark = pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not installed")
SECRETS = Path("/run/secrets/movewell")
_KNOWN = {"HOME", *ENDPOINTS}


@cache
def manifests(overlay: str) -> list[Manifest]:
    return list(yaml.safe_load_all(rendered(FOLDER / overlay)))


def of_all(service: str) -> list[Manifest]:
    return manifests(f"services/{service}")


def of_kind(service: str, *kinds: str) -> list[Manifest]:
    return [each for each in of_all(service) if each["kind"] in kinds]


def named(service: str, kind: str, name: str) -> Manifest:
    (found,) = (each for each in of_kind(service, kind) if each["metadata"]["name"] == f"{service}-{name}")
    return found


def pods(service: str) -> Iterator[tuple[str, Manifest, dict[str, Any]]]:
    """Name, pod and its one container."""
    for each in of_kind(service, "Deployment", "Job"):
        (container,) = each["spec"]["template"]["spec"]["containers"]
        yield each["metadata"]["name"], each["spec"]["template"], container


def environment(service: str) -> dict[str, str]:
    (settings,) = of_kind(service, "ConfigMap")
    site = (FOLDER / "site" / "site.env").read_text(encoding="utf-8").splitlines()
    common = dict(line.split("=", 1) for line in site if line and not line.startswith("#"))
    return {**common, **settings["data"]}


def test_every_service_has_an_overlay_and_the_site_has_them_all() -> None:
    assert sorted(each.parent.name for each in FOLDER.glob("services/*/kustomization.yaml")) == list(SERVICES)
    of_nobody = [
        each for each in manifests("site") if "app.kubernetes.io/name" not in each["metadata"].get("labels", {})
    ]
    assert {each["kind"] for each in of_nobody} == {"Namespace", "NetworkPolicy", "ConfigMap"}
    assert faults(of_nobody) == []
    whole = {(each["kind"], each["metadata"]["name"].partition("-settings-")[0]) for each in manifests("site")}
    for service in SERVICES:
        parts = {(each["kind"], each["metadata"]["name"].partition("-settings-")[0]) for each in of_all(service)}
        assert parts <= whole


@pytest.mark.parametrize("service", SERVICES)
def test_an_overlay_is_valid_and_names_one_service_only(service: str) -> None:
    assert faults(of_all(service)) == []
    assert {each["metadata"]["labels"]["app.kubernetes.io/name"] for each in of_all(service)} == {service}
    text = rendered(FOLDER / "services" / service)
    assert [each for each in SERVICES if each != service and re.search(rf"\b{each}\b", text)] == []


def test_a_manifest_that_is_not_valid_is_found() -> None:
    scaled, api = named("referral", "ScaledObject", "work"), named("referral", "Deployment", "api")
    assert faults([{**scaled, "spec": {**scaled["spec"], "minReplicaCount": 0}}])
    assert faults([{**api, "spec": {**api["spec"], "replica": 2}}])


@pytest.mark.parametrize("service", SERVICES)
def test_the_three_doors_are_opened_as_the_code_has_them(service: str) -> None:
    doors = {each.name for each in DOORS}
    args = {name: container["args"] for name, _, container in pods(service)}
    assert args == {
        f"{service}-api": ["api", "--bind", "0.0.0.0:8080"],
        f"{service}-work": ["work", "--metrics", "0.0.0.0:9464"],
        f"{service}-prepare": ["prepare"],
    }
    assert {each[0] for each in args.values()} <= doors
    assert {container["image"] for _, _, container in pods(service)} == {f"movewell/{service}:0.1.0"}


@pytest.mark.parametrize("service", SERVICES)
def test_every_pod_is_restricted_and_limited(service: str) -> None:
    for name, template, container in pods(service):
        pod, inside = template["spec"]["securityContext"], container["securityContext"]
        assert (pod["runAsNonRoot"], pod["runAsUser"], pod["seccompProfile"]) == (
            True,
            10001,
            {"type": "RuntimeDefault"},
        ), name
        assert inside == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert template["spec"]["automountServiceAccountToken"] is False
        assert container["resources"].keys() == {"requests", "limits"}
        for each in container["resources"].values():
            assert each.keys() == {"cpu", "memory"}


@pytest.mark.parametrize("service", SERVICES)
def test_every_deployment_is_probed_at_a_port_of_its_own_and_spread(service: str) -> None:
    for each in of_kind(service, "Deployment"):
        spec = each["spec"]["template"]["spec"]
        (container,) = spec["containers"]
        (port,) = container["ports"]
        assert container["args"][-1].endswith(f":{port['containerPort']}")
        paths = {kind: container[f"{kind}Probe"]["httpGet"] for kind in ("startup", "liveness", "readiness")}
        assert {each["port"] for each in paths.values()} == {port["name"]}
        assert [each["path"] for each in paths.values()] == ["/health/live", "/health/live", "/health/ready"]
        for spread in spec["topologySpreadConstraints"]:
            assert spread["labelSelector"]["matchLabels"] == each["spec"]["selector"]["matchLabels"]


@pytest.mark.parametrize("service", SERVICES)
def test_a_pod_has_longer_to_end_than_what_it_ends_needs(service: str) -> None:
    """gunicorn gives requests 30 s, its default, which the api keeps; a worker ends after the batch that it is in."""
    api = named(service, "Deployment", "api")["spec"]["template"]["spec"]
    before = api["containers"][0]["lifecycle"]["preStop"]["sleep"]["seconds"]
    assert api["terminationGracePeriodSeconds"] >= before + GracefulTimeout.default + 10  # ten for the last spans
    work = named(service, "Deployment", "work")["spec"]["template"]["spec"]
    batch = site_at("kafka://localhost:9092").consumer("any")["max_poll_interval_ms"] / 1000
    assert work["terminationGracePeriodSeconds"] >= batch + 10


@pytest.mark.parametrize("service", SERVICES)
def test_environment_is_of_settings_that_exist_and_secrets_come_as_files(service: str) -> None:
    known = {each.upper(): field for each, field in ServiceSettings.__dataclass_fields__.items()}
    if service == "referral":
        known |= {each.upper(): field for each, field in ReferralSettings.__dataclass_fields__.items()}
    given = environment(service)
    for name, value in given.items():
        setting = name.removesuffix("_FILE")
        if name not in _KNOWN:
            assert setting in known, name
        if name.endswith("_FILE"):
            assert value == str(SECRETS / setting)
        elif name in known:
            assert known[name].repr, f"{name} is a secret"


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_starts_with_what_it_is_given(service: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = Site.at(tmp_path).environment(service, "http://127.0.0.1:1", None)
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    given = environment(service)
    for name, path in given.items():
        if name.endswith("_FILE"):
            (secrets / Path(path).name).write_text(made[name.removesuffix("_FILE")])
            given[name] = str(secrets / Path(path).name)
    given |= {name: str(tmp_path / name) for name in given if name in ("SINK_DIR", "HOME")}
    for name in made:
        monkeypatch.delenv(name, raising=False)
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    importlib.import_module(f"{service}.bootstrap").assemble(load(ServiceSettings, given))


@pytest.mark.parametrize("service", SERVICES)
def test_secrets_come_from_outside_by_the_services_name(service: str) -> None:
    assert of_kind(service, "Secret") == []
    for name, template, container in pods(service):
        volumes = {each["name"]: each for each in template["spec"]["volumes"]}
        assert volumes["secrets"]["secret"]["secretName"] == f"{service}-secrets", name
        mounts = {each["name"]: each["mountPath"] for each in container["volumeMounts"]}
        assert mounts["secrets"] == str(SECRETS)
        assert mounts["scratch"] == "/tmp"  # noqa: S108 - of the pod


@pytest.mark.parametrize("service", SERVICES)
def test_workers_are_scaled_by_the_lag_of_the_groups_of_the_code(
    service: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environ = Site.at(tmp_path).environment(service, "http://127.0.0.1:1", None)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    running = importlib.import_module(f"{service}.bootstrap").assemble(load(ServiceSettings, environ)).running
    spec = named(service, "ScaledObject", "work")["spec"]
    assert sorted(each["metadata"]["consumerGroup"] for each in spec["triggers"]) == sorted(running.groups())
    assert spec["scaleTargetRef"]["name"] == named(service, "Deployment", "work")["metadata"]["name"]
    assert 1 <= spec["minReplicaCount"] <= spec["maxReplicaCount"] <= PARTITIONS
    assert "replicas" not in named(service, "Deployment", "work")["spec"]


@pytest.mark.parametrize("service", SERVICES)
def test_who_serves_is_reached_found_and_not_taken_away_at_once(service: str) -> None:
    labels = named(service, "Deployment", "api")["spec"]["template"]["metadata"]["labels"]
    assert named(service, "Service", "api")["spec"]["selector"].items() <= labels.items()
    for component in ("api", "work"):
        deployment = named(service, "Deployment", component)
        budget = named(service, "PodDisruptionBudget", component)["spec"]
        assert budget["selector"] == deployment["spec"]["selector"]
        assert budget["maxUnavailable"] == 1
    scaler = named(service, "HorizontalPodAutoscaler", "api")["spec"]
    assert (scaler["scaleTargetRef"]["name"], scaler["minReplicas"]) == (f"{service}-api", 2)


def test_what_is_applied_before_prepare_is_all_that_it_needs() -> None:
    """By the page: first all but the two components that serve."""
    text = (FOLDER.parents[1] / "docs" / "runbooks" / "kubernetes.md").read_text(encoding="utf-8")
    assert "-l 'app.kubernetes.io/component notin (api, work)'" in text
    first = [
        each
        for each in manifests("site")
        if each["metadata"].get("labels", {}).get("app.kubernetes.io/component") not in ("api", "work")
    ]
    kinds = {each["kind"] for each in first}
    assert kinds >= {"Namespace", "NetworkPolicy", "ServiceAccount", "ConfigMap", "Job", "PersistentVolumeClaim"}
    assert not kinds & {"Deployment", "ScaledObject", "HorizontalPodAutoscaler", "Service", "PodDisruptionBudget"}


def test_nothing_is_let_in_or_out_that_no_rule_lets() -> None:
    policies = {each["metadata"]["name"]: each["spec"] for each in manifests("site") if each["kind"] == "NetworkPolicy"}
    assert policies.pop("deny-everything") == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    policies.pop("names-may-be-asked")
    assert len(policies) == 3 * len(SERVICES)
    for name, spec in policies.items():
        assert spec["podSelector"]["matchLabels"]["app.kubernetes.io/name"] == name.split("-")[0]
        for rule in (*spec.get("ingress", ()), *spec.get("egress", ())):
            assert rule["ports"], name
        for rule in spec.get("ingress", ()):
            assert rule["from"], name


def test_prometheus_asks_the_ports_that_pods_name() -> None:
    config = yaml.safe_load((FOLDER.parent / "observability" / "prometheus.yml").read_text(encoding="utf-8"))
    keeps = [each for each in config["scrape_configs"][0]["relabel_configs"] if each.get("action") == "keep"]
    labels = {f"__meta_kubernetes_pod_label_{'app.kubernetes.io/part-of'.translate(_UNDERSCORES)}": "movewell"}
    (ports,) = (each for each in keeps if each["source_labels"] == ["__meta_kubernetes_pod_container_port_name"])
    named_ports = {
        port["name"] for service in SERVICES for _, _, each in pods(service) for port in each.get("ports", ())
    }
    assert set(ports["regex"].split("|")) == named_ports
    assert {each["source_labels"][0]: each["regex"] for each in keeps if each is not ports} == labels


_UNDERSCORES = str.maketrans("./-", "___")
