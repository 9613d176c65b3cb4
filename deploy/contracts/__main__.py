"""`make contracts`: JSON Schema, examples, AsyncAPI, OpenAPI and the flow of events, made of the code.

The files are kept under version control, so that a change of the wire shows in a review.
"""

from __future__ import annotations

import sys

from deploy.contracts.compatibility import RELEASED, breaches, released_text
from deploy.contracts.files import ROOT, files


def main(arguments: list[str]) -> int:
    """Write what differs and remove what is no longer made. `--release` keeps the present as the last release."""
    made = files()
    for folder in ("json-schema", "examples", "openapi"):
        for path in (ROOT / "contracts" / folder).glob("*"):
            if path not in made:
                path.unlink()
    for path, text in made.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    print(f"{len(made)} files in contracts/ and docs/")
    if "--release" in arguments:
        RELEASED.write_text(released_text(), encoding="utf-8")
        return 0
    found = breaches()
    for each in found:
        print(f"breaks the last release: {each}", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
