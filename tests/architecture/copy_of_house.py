"""A temporary copy of the repository that can be changed and tested: nothing is installed, PYTHONPATH leads to it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_WANTED = ("CONTRIBUTING.md", "Makefile", "README.md", "conftest.py", "constraints.txt", "pyproject.toml")
_FOLDERS = (".ci", "contracts", "deploy", "docs", "services", "shared/src", "tests")
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINTER = "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"


class CopyOfHouse:
    """The copy at `root`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for each in _WANTED:
            if (ROOT / each).exists():
                shutil.copy2(ROOT / each, root)
        for each in _FOLDERS:
            passed_over = shutil.ignore_patterns("__pycache__", "node_modules", "*.egg-info")
            shutil.copytree(ROOT / each, root / each, ignore=passed_over)

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run Python with these arguments in the copy."""
        return self._run(sys.executable, *command)

    def make(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run make in the copy, with this Python in the place of an installation."""
        return self._run("make", "-o", ".venv/installed", f"PYTHON={sys.executable}", *arguments)

    def tests(self, *paths: str) -> None:
        """Run these tests and expect them to pass."""
        self._green(self.run("-m", "pytest", "-q", "-p", "no:cacheprovider", *paths))

    def rules(self) -> None:
        """Run the architecture's tests, the rules of imports, and ruff over what was changed, and expect nothing."""
        self.tests("tests/architecture/test_house.py")
        self.imports()
        self._green(self.run("-m", "ruff", "check", *self._changed()))

    def imports(self) -> None:
        """Who may import whom."""
        self._green(self.run("-c", _LINTER))

    def _changed(self) -> list[str]:
        """Modules that are not as in the repository."""
        modules = [each.relative_to(self.root) for each in self.root.rglob("*.py")]
        kept = {each for each in modules if (ROOT / each).exists()}
        changed = {each for each in kept if (ROOT / each).read_bytes() != (self.root / each).read_bytes()}
        return [str(each) for each in modules if each not in kept or each in changed]

    def apply(self, markdown: str) -> list[str]:
        """Follow the blocks of a recipe, in order; the tests that it names.

        `diff`: lines to find, once, and what to put there. `python`: a whole file or, of a file that exists,
        its end; the first line names it. `sh`: make and pytest are run.
        """
        tests = []
        for language, text in _BLOCK.findall(markdown):
            if language == "diff":
                self._change(text)
            elif language == "python":
                self._write(text)
            elif language == "sh":
                tests += [path for line in text.splitlines() if (path := self._follow(line))]
        return tests

    def _follow(self, line: str) -> str | None:
        """Run a line of make; of a line of pytest, the path."""
        line = line.split("#")[0].strip()
        if line.startswith("make "):
            self._green(self.make(*line.split()[1:]))
            return None
        found = re.fullmatch(r"\.venv/bin/python -m pytest (\S+) -q", line)
        assert found, f"a recipe says what its test cannot follow: {line}"
        return found[1]

    def _write(self, text: str) -> None:
        first, content = text.split("\n", 1)
        path = self.root / first.removeprefix("# ").split(",")[0]
        before = path.read_text(encoding="utf-8").rstrip("\n") + "\n\n\n" if path.exists() else ""
        path.write_text(before + content.lstrip("\n"), encoding="utf-8")

    def _change(self, text: str) -> None:
        first, content = text.split("\n", 1)
        path = self.root / first.removeprefix("+++ ")
        file = path.read_text(encoding="utf-8")
        for hunk in re.split(r"^@@.*\n", content, flags=re.MULTILINE):
            lines = [(each[:1], each[1:] + "\n") for each in hunk.splitlines()]
            old = "".join(line for mark, line in lines if mark != "+")
            if lines:
                assert file.count(old) == 1, f"{path.name} has this {file.count(old)} times:\n{old}"
                file = file.replace(old, "".join(line for mark, line in lines if mark != "-"))
        path.write_text(file, encoding="utf-8")

    def _run(self, *command: str) -> subprocess.CompletedProcess[str]:
        sources = [self.root, self.root / "shared/src", *sorted(self.root.glob("services/*/src"))]
        environ = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, sources)), "PYTHONDONTWRITEBYTECODE": "1"}
        for each in [name for name in environ if name.startswith(("PYTEST_", "MAKE", "MFLAGS"))]:
            del environ[each]
        return subprocess.run(command, cwd=self.root, env=environ, capture_output=True, text=True, check=False)

    @staticmethod
    def _green(done: subprocess.CompletedProcess[str]) -> None:
        assert done.returncode == 0, f"{' '.join(map(str, done.args[:6]))}\n{done.stdout[-4000:]}{done.stderr[-2000:]}"
