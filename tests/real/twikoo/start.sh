#!/usr/bin/env bash
# Brings up Twikoo's real function (npm) over a stand-in for its cloud database, and pages that embed it:
# start.sh [DIR], default build/real/twikoo. Writes DIR/truth.json, made from the database. End it with ../stop.sh DIR.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
version=1.7.9

need_node
if [ ! -d "$dir/server/node_modules/twikoo-func" ]; then
  say "installing twikoo-func@$version"
  mkdir -p "$dir/server"
  (cd "$dir/server" && echo '{"private": true}' >package.json &&
    npm install "twikoo-func@$version" --no-audit --no-fund --loglevel=error >"$dir/npm.log" 2>&1) || {
    rm -rf "$dir/server/node_modules"
    fail "npm install: see $dir/npm.log"
  }
fi
start server env TWIKOO_THROTTLE=100000 TWIKOO_LOG_LEVEL=error node "$here/server.js" \
  "$dir/server/node_modules/twikoo-func" "$dir/database.json" "$(port server)"
answers server "http://127.0.0.1:$(port server)/"
if [ ! -f "$dir/seeded" ]; then
  "$python" "$here/seed.py" seed "$dir"
  touch "$dir/seeded"
  say "seeded"
fi
pages
"$python" "$here/seed.py" truth "$dir"
say "http://127.0.0.1:$(port pages)/"
