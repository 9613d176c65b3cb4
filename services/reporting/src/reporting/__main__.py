"""`python -m reporting <door>`."""

import sys

from movewell.doors import run

from reporting.bootstrap import assemble

if __name__ == "__main__":
    sys.exit(run("reporting", assemble))
