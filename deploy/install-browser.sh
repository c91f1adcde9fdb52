#!/usr/bin/env bash
# Chromium and Chinese type for the browser tests, on a bare Debian. Does nothing where both are there.
set -euo pipefail

packages=()
command -v chromium > /dev/null || packages+=(chromium)
dpkg-query -W -f='${Status}' fonts-noto-cjk 2> /dev/null | grep -q 'ok installed' || packages+=(fonts-noto-cjk)
if [ ${#packages[@]} -eq 0 ]; then
    exit 0
fi
if [ "$(id -u)" -ne 0 ]; then
    echo "install-browser: needs root for: apt-get install ${packages[*]}" >&2
    exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -q
apt-get install -y -q --no-install-recommends "${packages[@]}"
