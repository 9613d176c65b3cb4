"""The NHS frontend by npm: once, without fonts for NHS services only, and never a reason not to start. Offline."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from deploy.local import assets, demo
from deploy.local.assets import AssetsUnavailable, fetch

_DIST = "node_modules/nhsuk-frontend/dist/nhsuk"
_NPM = f"""#!/bin/sh
echo "$1" >> "$CALLS"
mkdir -p {_DIST}/assets/images
echo '<svg/>' > {_DIST}/assets/images/icon.svg
echo 'script' > {_DIST}/nhsuk-frontend.min.js
echo '@font-face{{font-family:Frutiger;src:url(https://elsewhere.example)}}.nhsuk-body{{margin:0}}' \\
  > {_DIST}/nhsuk-frontend.min.css
"""
_FAILING = "#!/bin/sh\necho 'the registry is away' >&2\nexit 7\n"


@pytest.fixture
def calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CALLS", str(tmp_path / "calls"))
    return tmp_path / "calls"


def put_npm(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "bin").mkdir()
    (folder / "bin" / "npm").write_text(script)
    (folder / "bin" / "npm").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}")


def test_npm_fills_the_folder_once(tmp_path: Path, calls: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put_npm(tmp_path, _NPM, monkeypatch)
    for _ in range(2):
        folder = fetch(tmp_path / "assets")
    assert calls.read_text().split() == ["ci"]
    assert {each.name for each in folder.iterdir()} == {
        "images", "nhsuk-frontend.min.js", "nhsuk-frontend.min.css", "version",
    }  # fmt: skip


def test_fonts_that_are_for_nhs_services_only_are_left_out(
    tmp_path: Path, calls: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_npm(tmp_path, _NPM, monkeypatch)
    style = (fetch(tmp_path / "assets") / "nhsuk-frontend.min.css").read_text()
    assert style.strip() == ".nhsuk-body{margin:0}"


def test_a_failing_npm_leaves_the_folder_as_it_was_and_says_what_it_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_npm(tmp_path, _FAILING, monkeypatch)
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "version").write_text("an older one")
    with pytest.raises(AssetsUnavailable, match="ended with 7: the registry is away"):
        fetch(tmp_path / "assets")
    assert [each.name for each in (tmp_path / "assets").iterdir()] == ["version"]


def test_without_npm_the_wheel_of_this_environment_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(assets.importlib.util, "find_spec", lambda name: None)
    asked: list[list[str]] = []

    def refuse(command: list[str], folder: Path | None = None) -> None:
        asked.append(command)
        raise AssetsUnavailable("no registry")

    monkeypatch.setattr(assets, "_run", refuse)
    with pytest.raises(AssetsUnavailable, match="no registry"):
        fetch(tmp_path / "assets")
    assert asked == [[sys.executable, "-m", "pip", "install", "--quiet", assets._NODE_WHEEL]]


def test_the_demonstration_goes_on_unstyled_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put_npm(tmp_path, _FAILING, monkeypatch)
    with demo.console.capture() as said:
        assert demo.styled(tmp_path / "assets") is None
    assert "could not be fetched" in said.get()
