#!/usr/bin/env bash
# What WeasyPrint needs to print Chinese papers, on a bare Debian. Does nothing where all is there.
set -euo pipefail

packages=()
for one in libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-cjk poppler-utils; do
    dpkg-query -W -f='${Status}' "$one" 2> /dev/null | grep -q 'ok installed' || packages+=("$one")
done
if [ ${#packages[@]} -eq 0 ]; then
    exit 0
fi
if [ "$(id -u)" -ne 0 ]; then
    echo "install-papers: needs root for: apt-get install ${packages[*]}" >&2
    exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -q
apt-get install -y -q --no-install-recommends "${packages[@]}"
