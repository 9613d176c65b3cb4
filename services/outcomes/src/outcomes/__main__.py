"""`python -m outcomes <door>`."""

import sys

from movewell.doors import run

from outcomes.bootstrap import assemble

if __name__ == "__main__":
    sys.exit(run("outcomes", assemble))
