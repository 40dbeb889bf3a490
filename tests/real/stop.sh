#!/usr/bin/env bash
# Ends what the start.sh of a real system started, by its pid files: stop.sh DIR... What was written stays; remove DIR
# for a fresh start.
set -euo pipefail

for dir in "$@"; do
  for file in "$dir"/*.pid; do
    [ -s "$file" ] || continue
    pid=$(cat "$file")
    # A pid may have been given to another process since: only the programs that start.sh starts are ended.
    case $(cat "/proc/$pid/comm" 2>/dev/null || true) in
      node* | MainThread | python* | isso | ghost*)
        kill "$pid"
        for _ in $(seq 100); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
        ;;
    esac
    rm -f "$file"
  done
done
