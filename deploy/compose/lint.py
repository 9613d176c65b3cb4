"""The compose file as Compose reads it, the Dockerfiles as hadolint does: `make compose-lint`. It needs no engine."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from deploy.compose.engine import ROOT, NotToBeHad, compose, run

DOCKERFILES = ("deploy/service.Dockerfile", "deploy/local/kafka/Dockerfile", "deploy/compose/stand-ins/*/Dockerfile")
_FILES = ("docker-compose.yml", "deploy/compose/check.yml")


def main() -> int:
    hadolint = Path(sys.executable).with_name("hadolint")
    dockerfiles = [path for pattern in DOCKERFILES for path in sorted(ROOT.glob(pattern))]
    try:
        run(hadolint, "--config", ROOT / ".hadolint.yaml", *dockerfiles)
        with tempfile.TemporaryDirectory() as folder:
            for number in range(1, len(_FILES) + 1):
                files = [part for name in _FILES[:number] for part in ("-f", ROOT / name)]
                options = ["--env-file", ROOT / ".env.example", *files, "--profile", "*"]
                run(*compose(), *options, "config", "--quiet", environ={"CHECK_FOLDER": folder})
    except NotToBeHad as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{len(dockerfiles)} Dockerfiles and {len(_FILES)} compose files are well")
    return 0


if __name__ == "__main__":
    sys.exit(main())
