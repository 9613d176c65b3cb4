"""`python -m referral <door>`."""

import sys

from movewell.doors import run

from referral.bootstrap import assemble
from referral.entrypoints.doors import OWN

if __name__ == "__main__":
    sys.exit(run("referral", assemble, own=OWN))
