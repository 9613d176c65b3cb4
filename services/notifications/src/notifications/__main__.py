"""`python -m notifications <door>`."""

import sys

from movewell.doors import run

from notifications.bootstrap import assemble

if __name__ == "__main__":
    sys.exit(run("notifications", assemble))
