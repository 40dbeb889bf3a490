#!/usr/bin/env bash
# Installs Ceph's radosgw from Debian packages where that may be done (root, or sudo without a password).
#   packages.sh [DIR]       default build/s3, for apt's log
# Exit status 0: they are installed. 1: they are not, and why stands on stderr.
set -euo pipefail

dir=${1:-build/s3}
packages=(ceph-mon ceph-osd ceph-common radosgw)
fail() { echo "real S3: $*" >&2; exit 1; }

missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
[ "${#missing[@]}" -gt 0 ] || exit 0
command -v apt-get >/dev/null || fail "needs a Debian or Ubuntu system with: ${missing[*]}"
as_root=()
if [ "$(id -u)" -ne 0 ]; then
  sudo -n true 2>/dev/null || fail "as root: apt-get install --no-install-recommends ${missing[*]}"
  as_root=(sudo -n)
fi
echo "installing ${missing[*]}"
mkdir -p "$dir"
apt() { "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive timeout 300 apt-get -qq "$@" >>"$dir/apt.log" 2>&1; }
install=(install -y --no-install-recommends "${missing[@]}")
: >"$dir/apt.log"
apt "${install[@]}" || { apt update && apt "${install[@]}"; } || fail "apt-get cannot install ${missing[*]}: $(tail -n 1 "$dir/apt.log")"
