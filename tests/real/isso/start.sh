#!/usr/bin/env bash
# Brings up real Issos (PyPI), the newest and older ones, on loopback and pages that embed them: start.sh [DIR], default
# build/real/isso. Writes DIR/truth.json, read back from their databases. End it with ../stop.sh DIR.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
versions=(0.14.0 0.13.0 0.12.6)

mkdir -p "$dir/site"
for version in "${versions[@]}"; do
  venv=$dir/venv-$version
  if [ ! -x "$venv/bin/isso" ]; then
    say "installing isso==$version"
    # setuptools: up to 0.12 it looks for its own version with pkg_resources, which newer ones no longer bring
    "$python" -m venv "$venv" && "$venv/bin/pip" -q --disable-pip-version-check install "isso==$version" 'setuptools<80' \
      >"$dir/pip-$version.log" 2>&1 || fail "pip install: see $dir/pip-$version.log"
  fi
  cat >"$dir/$version.conf" <<CONF
[general]
dbpath = $dir/$version.db
host = http://127.0.0.1:$(port pages)/
max-age = 1h
[server]
listen = http://127.0.0.1:$(port "$version")/
trusted-proxies = 127.0.0.1
[guard]
enabled = false
CONF
  start "$version" "$venv/bin/isso" -c "$dir/$version.conf" run
  answers "$version" "http://127.0.0.1:$(port "$version")/?uri=/"
done
if [ ! -f "$dir/seeded" ]; then
  "$python" "$here/seed.py" seed "$dir" "${versions[@]}"
  touch "$dir/seeded"
  say "seeded"
fi
"$python" "$here/seed.py" truth "$dir" "${versions[@]}"
pages
say "http://127.0.0.1:$(port pages)/"
