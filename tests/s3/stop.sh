#!/usr/bin/env bash
# Ends what start.sh started, by its pid files: stop.sh [DIR].
set -euo pipefail
dir=${1:-build/s3}

for name in rgw osd mon; do # the store ends before the monitor that it reports to
  file=$dir/$name.pid
  [ -s "$file" ] || continue
  pid=$(cat "$file")
  # A pid may have been given to another process since: only the programs that start.sh starts are ended.
  case $(cat "/proc/$pid/comm" 2>/dev/null || true) in
    radosgw | ceph-osd | ceph-mon)
      kill "$pid"
      for _ in $(seq 100); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
      if kill -0 "$pid" 2>/dev/null; then kill -KILL "$pid"; fi
      ;;
  esac
  rm -f "$file"
done
