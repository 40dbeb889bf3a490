#!/usr/bin/env bash
# Brings up a real Waline (npm) with SQLite on loopback and pages that embed it: start.sh [DIR], default
# build/real/waline. Writes DIR/truth.json, read back from its database. End it with ../stop.sh DIR.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
version=1.39.3

need_node
if [ ! -d "$dir/server/node_modules/@waline/vercel" ]; then
  say "installing @waline/vercel@$version (it compiles SQLite: minutes)"
  mkdir -p "$dir/server"
  (cd "$dir/server" && echo '{"private": true}' >package.json &&
    npm install "@waline/vercel@$version" --no-audit --no-fund --loglevel=error >"$dir/npm.log" 2>&1) || {
    rm -rf "$dir/server/node_modules"
    fail "npm install: see $dir/npm.log"
  }
fi
mkdir -p "$dir/db"
[ -s "$dir/db/waline.sqlite" ] || "$python" "$here/seed.py" tables "$dir"
# It asks a service for the ways to log in before each answer: ours says that there are none.
mkdir -p "$dir/site"
echo '{"services": []}' >"$dir/site/oauth.json"
pages
# A zone of its own: the database keeps wall-clock times of the server. It answers only to pages of example.org and of
# this machine.
start server env TZ=Asia/Shanghai SQLITE_PATH="$dir/db" JWT_TOKEN=loopback AKISMET_KEY=false IPQPS=0 SECURE_DOMAINS=example.org \
  OAUTH_URL="http://127.0.0.1:$(port pages)/oauth.json" \
  node "$dir/server/node_modules/@waline/vercel/vanilla.js" "$(port server)"
answers server "http://127.0.0.1:$(port server)/api/comment?path=/&pageSize=1"
if [ ! -f "$dir/seeded" ]; then
  "$python" "$here/seed.py" seed "$dir"
  touch "$dir/seeded"
  say "seeded"
fi
"$python" "$here/seed.py" truth "$dir"
say "http://127.0.0.1:$(port pages)/"
