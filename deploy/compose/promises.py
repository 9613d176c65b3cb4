"""What the compose file promises, held against the containers as they run and the images as they were built."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx

from deploy.compose.engine import run
from deploy.compose.stack import Stack
from deploy.local.site import SERVICES

_HIDDEN = ("/metrics", "/health/live", "/health/ready", "/local/doctor")
_ANSWERS = {"/report": 200, "/refer": 200, "/assets/nhsuk-frontend.min.css": 200, "/worklist": 401}
_LIST = "import os, sysconfig; print(*os.listdir(sysconfig.get_paths()['purelib']))"


def broken_promises(stack: Stack) -> Iterator[str]:
    """In words; none if all are kept."""
    containers = json.loads(run("docker", "inspect", *[each["ID"] for each in stack.containers()]))
    secrets = [each.read_text().strip() for each in (stack.folder / "secrets").iterdir()]
    for each in containers:
        for fault in _of_container(each, [secret for secret in secrets if secret]):
            yield f"{each['Name']} {fault}"
    for service in SERVICES:
        yield from _of_image(service, stack)
    yield from _of_gateway(stack)


def _of_container(container: dict[str, Any], secrets: list[str]) -> Iterator[str]:
    host, config = container["HostConfig"], container["Config"]
    kept = {
        "has a root file system that can be written": host["ReadonlyRootfs"],
        "has capabilities": host["CapDrop"] == ["ALL"] and not host["CapAdd"],
        "may gain privileges": "no-new-privileges:true" in host["SecurityOpt"],
        "has no limit of memory": host["Memory"] > 0,
        "runs as root": config["User"].partition(":")[0] not in ("", "0", "root"),
        "has a secret in its environment": not any(secret in text for text in config["Env"] for secret in secrets),
    }
    yield from (fault for fault, is_kept in kept.items() if not is_kept)
    published = [place for places in (host["PortBindings"] or {}).values() for place in places]
    if any(place["HostIp"] != "127.0.0.1" for place in published):
        yield "is published beyond this machine"
    if published and config["Labels"]["com.docker.compose.service"] != "gateway":
        yield "is published"


def _of_image(service: str, stack: Stack) -> Iterator[str]:
    """Its site-packages: the plumbing, the service, and nothing of another or of what builds it."""
    found = set(stack.command("exec", "-T", f"{service}-api", "python", "-c", _LIST).split())
    if not {"movewell", service} <= found:
        yield f"the image of {service} lacks {', '.join(sorted({'movewell', service} - found))}"
    if foreign := found & {*SERVICES, "pip", "hatchling", "pytest"} - {service}:
        yield f"the image of {service} holds {', '.join(sorted(foreign))}"


def _of_gateway(stack: Stack) -> Iterator[str]:
    with httpx.Client(base_url=stack.url, timeout=30) as http:
        yield from (f"the gateway answers at {path}" for path in _HIDDEN if http.get(path).status_code != 404)
        for path, wanted in _ANSWERS.items():
            if (status := http.get(path).status_code) != wanted:
                yield f"{path} is answered with {status}, not {wanted}"
    if (status := httpx.get(stack.messages_url, timeout=30).status_code) != 200:
        yield f"the list of messages is answered with {status}"
