"""Which of the places that a backend can come from is taken, and what the test header says of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol


class Place(StrEnum):
    GIVEN = "given"
    CONTAINER = "container"
    PROCESS = "process"


@dataclass(frozen=True)
class Backend:
    """One that tests ask for.

    `url_variable` and `image_variable`: of the environment. `process`: how the local process is called.
    `start_process` gets a folder and answers with `url` and `pid`; `start_container` gets image and the run's folder,
    and answers with the URL. Both raise DidNotStart.
    """

    name: str
    url_variable: str
    image_variable: str
    usual_image: str
    process: str
    start_process: Callable[[Path], dict[str, Any]]
    start_container: Callable[[str, Path], str]

    def image(self, environ: Mapping[str, str]) -> str:
        return environ.get(self.image_variable) or self.usual_image


class Engine(Protocol):
    """Of containers."""

    def answers(self) -> bool: ...

    def lacks(self, image: str) -> str:
        """Why it can't have the image; nothing if it can."""

    def fetch(self, image: str) -> None:
        """Raises NotToBeHad."""


@dataclass(frozen=True)
class Choice:
    """`image` is empty but for containers; `told` is for the header, `aloud` where no header is printed too."""

    place: Place
    told: str
    image: str = ""
    aloud: bool = False

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def choose(backend: Backend, environ: Mapping[str, str], engine: Engine) -> Choice:
    """The first that is to be had: the URL in the environment, a container, a process of this machine."""
    if environ.get(backend.url_variable):
        return Choice(Place.GIVEN, f"{backend.name}: as {backend.url_variable} says")
    if not engine.answers():
        return Choice(Place.PROCESS, f"{backend.name}: {backend.process}")
    image = backend.image(environ)
    if why := engine.lacks(image):
        return without_image(backend, image, why)
    return Choice(Place.CONTAINER, f"{backend.name}: {image} in Docker", image)


def without_image(backend: Backend, image: str, why: str) -> Choice:
    """The local process, and aloud: who runs Docker expects the image to be used."""
    told = f"{backend.name}: {backend.process}. NOT IN DOCKER, which cannot have {image} ({why})"
    return Choice(Place.PROCESS, told, aloud=True)
