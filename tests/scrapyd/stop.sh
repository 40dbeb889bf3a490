#!/usr/bin/env bash
# Ends the scrapyd that start.sh DIR started; it is no error when there is none.
set -euo pipefail

dir=${1:-build/scrapyd}
[ -s "$dir/scrapyd.pid" ] || exit 0
pid=$(cat "$dir/scrapyd.pid")
if [ -r "/proc/$pid/cmdline" ] && tr '\0' ' ' <"/proc/$pid/cmdline" | grep -q scrapyd; then
  kill "$pid"
  for _ in $(seq 50); do
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.1
  done
fi
rm -f "$dir/scrapyd.pid"
