#!/bin/sh
# Installs what the tests of the page need: Debian's chromium with fonts. Where it is there, nothing happens.
set -eu
if command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1; then exit 0; fi
if [ "$(id -u)" -ne 0 ]; then
    echo "chromium is missing; as root: apt-get install chromium fonts-liberation" >&2
    exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -q
apt-get install -y -q --no-install-recommends chromium fonts-liberation
