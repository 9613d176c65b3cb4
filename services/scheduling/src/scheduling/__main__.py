"""`python -m scheduling <door>`."""

import sys

from movewell.doors import run

from scheduling.bootstrap import assemble

if __name__ == "__main__":
    sys.exit(run("scheduling", assemble))
