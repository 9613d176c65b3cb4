"""A temporary copy of the tree, in which a mechanism is taken away, tests are run and the mechanism is put back."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.laws.on_a_copy import SCALED_OUT
from tests.laws.table import ROOT, Removal

SECONDS = {False: 120, True: 300}
"""How long the tests of one removal may take, fast and slow: a hanging test proves nothing."""
_PASSED_OVER = (".*", "__pycache__", "node_modules", "*.egg-info", "build", "data")
_BY_THE_CHANGE_ITSELF = re.compile(
    r"([\w.]+\.)?(ImportError|ModuleNotFoundError|NameError|UnboundLocalError|SyntaxError|IndentationError"
    r"|AttributeError|TypeError|KeyError|BadRequestKeyError)\b"
)


@dataclass(frozen=True)
class Verdict:
    """Whether every test missed the mechanism; what one of them said, or why it counts for nothing."""

    red: bool
    why: str


class CopiedTree:
    """The copy within `root`. `environ` is added to what the tests see."""

    def __init__(self, root: Path, environ: Mapping[str, str] | None = None) -> None:
        self._root = root / "tree"
        self._report = root / "report.xml"
        shutil.copytree(ROOT, self._root, ignore=shutil.ignore_patterns(*_PASSED_OVER))
        self._environ = _environ(self._root) | dict(environ or {})

    def try_without(self, removal: Removal) -> Verdict:
        """Take the mechanism away, run its tests, put it back."""
        try:
            before = removal.apply(self._root)
        except ValueError as error:
            return Verdict(False, str(error))
        try:
            report = self._run(removal.tests, removal.slow, SECONDS[removal.slow])
        finally:
            (self._root / removal.file).write_text(before, encoding="utf-8")
        if isinstance(report, str):
            return Verdict(False, report)
        verdicts = [_verdict(report, test) for test in removal.tests]
        return min(verdicts, key=lambda each: each.red)

    def not_green(self, tests: Sequence[str], slow: bool) -> list[str]:
        """Which of the tests fail although nothing was removed."""
        report = self._run(tests, slow, 900, "-n", "2", "--dist", "loadfile")
        if isinstance(report, str):
            return [report]
        faults = [(each, fault) for each in report for fault in each if fault.tag in ("failure", "error")]
        return [f"{each.get('name')}: {fault.get('message', '')[:200]}" for each, fault in faults]

    def _run(self, tests: Sequence[str], slow: bool, seconds: int, *options: str) -> list[ET.Element] | str:
        """The report's test cases, or why there is none."""
        self._report.unlink(missing_ok=True)
        asked = ("-q", "-p", "no:cacheprovider", "-p", "tests.laws.on_a_copy", f"--junit-xml={self._report}")
        command = [sys.executable, "-m", "pytest", *asked, *options, *tests]
        process = subprocess.Popen(
            command,
            cwd=self._root,
            env=self._environ | {SCALED_OUT: "yes" if slow else "no"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        try:
            said, _ = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            return f"no end within {seconds} s"
        if not self._report.exists():
            return f"no report: {said[-400:]}"
        return list(ET.parse(self._report).getroot().iter("testcase"))  # noqa: S314 - pytest's own


def _environ(root: Path) -> dict[str, str]:
    """What the copy's tests see: the copy before anything that is installed, and no backends of this run's."""
    sources = [root, root / "shared/src", *sorted(root.glob("services/*/src"))]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "MAKE", "MFLAGS"))}
    kept.pop("MOVEWELL_TEST_BACKENDS", None)
    return kept | {"PYTHONPATH": os.pathsep.join(map(str, sources)), "PYTHONDONTWRITEBYTECODE": "1"}


def _verdict(report: Sequence[ET.Element], test: str) -> Verdict:
    path, _, name = test.partition("::")
    module = path.removesuffix(".py").replace("/", ".")
    cases = [
        each for each in report if each.get("classname") == module and each.get("name", "").partition("[")[0] == name
    ]
    faults = [fault for each in cases for fault in each if fault.tag in ("failure", "error")]
    if missed := [each for each in faults if _is_about_the_law(each)]:
        return Verdict(True, missed[0].get("message", "").partition("\n")[0])
    if faults:
        return Verdict(False, f"{name} fails by the change itself: {faults[0].get('message', '')[:200]}")
    if not cases or all(each.find("skipped") is not None for each in cases):
        return Verdict(False, f"{name} did not run")
    return Verdict(False, f"survived: {name} is green")


def _is_about_the_law(fault: ET.Element) -> bool:
    """A failure of the test, or an assertion of a fixture after it; no error of collection or setting up."""
    message = fault.get("message", "")
    if fault.tag == "error":
        return message.startswith('failed on teardown with "') and "assert" in message.lower()
    return not _BY_THE_CHANGE_ITSELF.match(message)
