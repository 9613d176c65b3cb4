#!/bin/bash
# debian.sh TAG: a small Debian as a local image, where no registry has one. It is this machine's Debian, from this
# machine's mirror, with this machine's certificates: for checks on this machine only, never to be published.
# Needs mmdebstrap.
set -euo pipefail
sources=/etc/apt/sources.list.d/debian.sources
mirror=$(awk '/^URIs:/{print $2; exit}' "$sources")
suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
scratch=$(mktemp -d); trap 'rm -rf "$scratch"' EXIT
printf '[global]\ncert = /etc/ssl/certs/ca-certificates.crt\n' > "$scratch/pip.conf"
mmdebstrap --quiet --variant=minbase --include=ca-certificates,netbase,tzdata \
  --customize-hook='copy-in /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs' \
  --customize-hook='rm -f "$1"/etc/apt/sources.list "$1"/etc/apt/sources.list.d/*' \
  --customize-hook="copy-in $sources /etc/apt/sources.list.d" \
  --customize-hook="copy-in $scratch/pip.conf /etc" \
  --customize-hook='rm -rf "$1"/var/lib/apt/lists/* "$1"/usr/share/doc/* "$1"/usr/share/man/* "$1"/usr/share/locale/*' \
  "$suite" - "$mirror" 2> "$scratch/said" \
  | docker import --change 'CMD ["bash"]' \
      --change 'ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt' - "$1" > /dev/null \
  || { tail -5 "$scratch/said" >&2; exit 1; }
