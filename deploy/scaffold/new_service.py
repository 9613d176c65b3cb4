"""`make new-service NAME=physio`: render `service/` into `services/<name>/`, name it to import-linter and Kubernetes.

The rest finds a service by its folder: the Makefile, the local site, the tests.
"""

from __future__ import annotations

import importlib.util
import keyword
import re
import subprocess
import sys
from pathlib import Path

from jinja2 import Environment, StrictUndefined

ROOT = Path(__file__).resolve().parents[2]
_TEMPLATES = Path(__file__).with_name("service")
_OVERLAY = Path(__file__).with_name("kustomization.yaml.jinja")
_KUBERNETES = Path("deploy/kubernetes")
_NAME = re.compile(r"[a-z][a-z0-9]{1,19}")
_LISTS = (
    (r'root_packages = \["movewell"', "{}"),
    (r'modules = \["referral"', "{}"),
    (r'forbidden_modules = \["referral"', "{}"),
    (r'containers = \["referral"', "{}"),
    (r'source_modules = \["referral\.domain"', "{}.domain"),
)


class NameRefused(Exception):
    """No service can be made under this name; the message says why."""


class HouseChanged(Exception):
    """A list that a service is entered in is not where it was."""


def new_service(root: Path, name: str) -> Path:
    """The folder of the service that was made. Raises NameRefused, HouseChanged; then nothing was made."""
    _check(root, name)
    settings = root / "pyproject.toml"
    site = root / _KUBERNETES / "site" / "kustomization.yaml"
    entered = enter(settings.read_text(encoding="utf-8"), name)
    site_with_it = enter_site(site.read_text(encoding="utf-8"), name)
    folder = root / "services" / name
    for template in sorted(_TEMPLATES.rglob("*.jinja")):
        relative = template.relative_to(_TEMPLATES).as_posix().replace("__name__", name).removesuffix(".jinja")
        _render(template, folder / relative, name)
    _render(_OVERLAY, root / _KUBERNETES / "services" / name / "kustomization.yaml", name)
    settings.write_text(entered, encoding="utf-8")
    site.write_text(site_with_it, encoding="utf-8")
    return folder


def enter(settings: str, name: str) -> str:
    """The text of pyproject.toml with the service in every list of import-linter that names services."""
    for start, entry in _LISTS:
        line = re.compile(rf"^({start}[^\]\n]*)\]$", re.MULTILINE)
        settings, found = line.subn(rf'\g<1>, "{entry.format(name)}"]', settings)
        if not found:
            raise HouseChanged(f"pyproject.toml has no line that begins with {start!r}")
    return settings


def enter_site(resources: str, name: str) -> str:
    """The text of the site's kustomization.yaml with the service among the others."""
    last = re.compile(r"(?:^  - \.\./services/\w+\n)+", re.MULTILINE)
    entered, found = last.subn(lambda listed: f"{listed[0]}  - ../services/{name}\n", resources)
    if not found:
        raise HouseChanged("the site's kustomization.yaml lists no services")
    return entered


def _check(root: Path, name: str) -> None:
    if not _NAME.fullmatch(name) or keyword.iskeyword(name):
        raise NameRefused(f"{name!r} is no name for a service: 2 to 20 lower-case letters and digits, a letter first.")
    if (root / "services" / name).exists():
        raise NameRefused(f"services/{name} exists.")
    if name in sys.stdlib_module_names or importlib.util.find_spec(name) is not None:
        raise NameRefused(f"{name!r} is the name of another Python package.")
    for policy in (root / "services").glob("*/src/*/entrypoints/policy.py"):
        if re.search(rf'"/(api/)?{name}[/"]', policy.read_text(encoding="utf-8")):
            raise NameRefused(f"/{name} is a path of the service {policy.parents[1].name}.")


def _render(template: Path, target: Path, name: str) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    environment = Environment(undefined=StrictUndefined, keep_trailing_newline=True, autoescape=False)  # noqa: S701
    target.write_text(environment.from_string(template.read_text(encoding="utf-8")).render(name=name), encoding="utf-8")


def main(name: str) -> int:
    """The exit status: 0 if the service was made."""
    try:
        folder = new_service(ROOT, name)
    except (NameRefused, HouseChanged) as error:
        print(f"No service was made. {error}", file=sys.stderr)
        return 2
    for tidy in (["check", "--quiet", "--fix"], ["format", "--quiet"]):  # imports are sorted by the name
        subprocess.run([sys.executable, "-m", "ruff", *tidy, str(folder)], check=True, cwd=ROOT)
    print(f"Made services/{name}. `make test` installs it and runs its tests; its README says what it does.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) == 2 else ""))
