# Sourced by the start.sh of every real system: `dir` is where everything it writes goes, `here` the system's own folder.
here=$(cd "$(dirname "${BASH_SOURCE[1]}")" && pwd)
real=$(dirname "$here")
mkdir -p "${1:-build/real/$(basename "$here")}"
dir=$(cd "${1:-build/real/$(basename "$here")}" && pwd)
python=${PYTHON:-python3}

fail() { echo "$(basename "$here")/start.sh: $*" >&2; exit 1; }
say() { printf '%4ds  %s: %s\n' "$SECONDS" "$(basename "$here")" "$*"; }
alive() { [ -s "$dir/$1.pid" ] && kill -0 "$(cat "$dir/$1.pid")" 2>/dev/null; }

# port NAME: a free port, the same one as long as DIR lives.
port() {
  [ -s "$dir/$1.port" ] || "$python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])' >"$dir/$1.port"
  cat "$dir/$1.port"
}

# start NAME COMMAND...: runs in the background until stop.sh; what it says goes to NAME.log.
start() {
  local name=$1
  shift
  alive "$name" && return
  setsid "$@" >"$dir/$name.log" 2>&1 </dev/null &
  echo "$!" >"$dir/$name.pid"
}

# answers NAME URL [SECONDS]: waits until a server answers, half a minute where nothing else is said.
answers() {
  "$python" - "$2" "${3:-30}" "$(cat "$dir/$1.pid")" <<'PY' || fail "$1 does not answer at $2: see $dir/$1.log"
import os, sys, time, urllib.error, urllib.request
url, seconds, pid = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
while seconds > 0:
    try:
        urllib.request.urlopen(url, timeout=10)
        sys.exit()
    except urllib.error.HTTPError as error:
        if error.code < 500:
            sys.exit()
    except OSError:
        os.kill(pid, 0)
    time.sleep(0.2)
    seconds -= 0.2
sys.exit(1)
PY
}

# pages: serves DIR/site, the pages that embed the threads, as http://127.0.0.1:$(port pages)/
pages() {
  start pages "$python" -m http.server --bind 127.0.0.1 --directory "$dir/site" "$(port pages)"
  answers pages "http://127.0.0.1:$(port pages)/"
}

# need_node: Node.js and npm, from Debian's packages where they are missing.
need_node() {
  command -v npm >/dev/null && return
  local as_root=()
  [ "$(id -u)" -eq 0 ] || as_root=(sudo -n)
  "${as_root[@]}" apt-get install -y -qq --no-install-recommends nodejs npm >"$dir/apt.log" 2>&1 ||
    fail "needs Node.js 20 or newer with npm (apt-get install nodejs npm: see $dir/apt.log)"
}
