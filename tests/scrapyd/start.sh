#!/usr/bin/env bash
# Brings up a real scrapyd on loopback, in an environment of its own that holds the dependencies but not the project.
#   start.sh [DIR]          default build/scrapyd; everything it writes is below DIR
# Writes DIR/endpoint.json: the address, and where the client's program is. End it with stop.sh DIR.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
project=$(cd "$here/../.." && pwd)
mkdir -p "${1:-build/scrapyd}"
dir=$(cd "${1:-build/scrapyd}" && pwd)
bin=$dir/venv/bin

fail() { echo "start.sh: $*" >&2; exit 1; }
say() { printf '%4ds  %s\n' "$SECONDS" "$*"; }

# --- an environment ---------------------------------------------------------------------------------
if [ ! -f "$dir/venv/.ready" ]; then
  say "installing scrapyd (once, about a minute)"
  python=$project/.venv/bin/python
  [ -x "$python" ] || python=python3
  "$python" -m venv --clear "$dir/venv"
  grep -v '^setuptools=' "$project/constraints.txt" >"$dir/constraints.txt"
  pip() { "$bin/python" -m pip --disable-pip-version-check --quiet --quiet "$@"; }
  # The dependencies stay when the project goes: what runs must come out of the egg.
  pip install --constraint "$dir/constraints.txt" --requirement "$here/requirements.txt" "$project" ||
    fail "pip has to reach a package index this once"
  pip uninstall --yes talkback
  touch "$dir/venv/.ready"
fi

# --- the server -------------------------------------------------------------------------------------
"$here/stop.sh" "$dir"
rm -rf "$dir/server" "$dir/endpoint.json"
mkdir -p "$dir/server"
port=$(python3 -c 'import socket; print(socket.create_server(("127.0.0.1", 0)).getsockname()[1])')
sed -e "s/^http_port .*/http_port = $port/" "$project/deploy/scrapyd/scrapyd.conf" >"$dir/server/scrapyd.conf"
cd "$dir/server"
"$bin/scrapyd" --pidfile "$dir/scrapyd.pid" >"$dir/scrapyd.log" 2>&1 &
for _ in $(seq 100); do
  if python3 -c "import urllib.request; urllib.request.urlopen('http://127.0.0.1:$port/daemonstatus.json', timeout=5)" 2>/dev/null; then
    printf '{"url": "http://127.0.0.1:%s/", "bin": "%s", "log": "%s"}\n' "$port" "$bin" "$dir/scrapyd.log" >"$dir/endpoint.json"
    say "scrapyd answers at http://127.0.0.1:$port/"
    exit 0
  fi
  sleep 0.2
done
tail -20 "$dir/scrapyd.log" >&2
fail "scrapyd does not answer; see $dir/scrapyd.log"
