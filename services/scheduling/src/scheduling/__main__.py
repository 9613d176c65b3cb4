"""`python -m scheduling <door>`."""

import sys

from movewell.doors import run

from scheduling.bootstrap import assemble
from scheduling.entrypoints.doors import OWN

if __name__ == "__main__":
    sys.exit(run("scheduling", assemble, own=OWN))
