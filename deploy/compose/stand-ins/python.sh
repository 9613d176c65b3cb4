#!/bin/bash
# python.sh TAG DEBIAN: this machine's CPython 3.12 of pyenv on that image, laid out as in python:3.12-slim.
set -euo pipefail
source=$(find "$(pyenv root)/versions" -maxdepth 1 -name '3.12.*' | sort -V | tail -1)
[ -n "$source" ] || { echo "pyenv has no Python 3.12" >&2; exit 1; }
context=$(mktemp -d); trap 'rm -rf "$context"' EXIT
mkdir -p "$context"/usr/local/{bin,lib,include}
cp -a "$source"/lib/libpython3.12.so* "$context/usr/local/lib/"
tar -C "$source/lib" --exclude=__pycache__ --exclude=python3.12/{test,idlelib,turtledemo} --exclude='python3.12/config-*' \
  --exclude='python3.12/lib-dynload/_tkinter*' --exclude='python3.12/site-packages/*' -c python3.12 \
  | tar -C "$context/usr/local/lib" -x
mkdir -p "$context/usr/local/lib/python3.12/site-packages"
cp -a "$source/bin/python3.12" "$context/usr/local/bin/"
ln -s python3.12 "$context/usr/local/bin/python3"; ln -s python3.12 "$context/usr/local/bin/python"
cat > "$context/Dockerfile" <<D
FROM $2
RUN apt-get update && apt-get install -y --no-install-recommends libbz2-1.0 libexpat1 libffi8 liblzma5 libncursesw6 \
  libnsl2 libreadline8 libsqlite3-0 libssl3 libtirpc3 libuuid1 zlib1g && rm -rf /var/lib/apt/lists/*
COPY usr /usr
RUN ldconfig && python -m ensurepip && ln -sf pip3 /usr/local/bin/pip && pip install --no-cache-dir -U pip \
  && python -c "import ssl, sqlite3, bz2, lzma, ctypes, zlib"
ENV LANG=C.UTF-8
D
docker build -q -t "$1" "$context" > /dev/null
