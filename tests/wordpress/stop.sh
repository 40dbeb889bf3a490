#!/usr/bin/env bash
# Ends what start.sh started, by its pid files: stop.sh [DIR]. What it wrote stays; remove DIR for a fresh start.
set -euo pipefail
dir=${1:-build/wordpress}

for file in "$dir"/php-*.pid "$dir"/mysql.pid; do
  [ -s "$file" ] || continue
  pid=$(cat "$file")
  # A pid may have been given to another process since: only the programs that start.sh starts are ended.
  case $(cat "/proc/$pid/comm" 2>/dev/null || true) in
    php* | mariadbd | mysqld)
      kill "$pid"
      for _ in $(seq 100); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
      ;;
  esac
  rm -f "$file"
done
