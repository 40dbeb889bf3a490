#!/usr/bin/env bash
# Brings up a real S3 server on loopback: Ceph's radosgw over one monitor and one object store that lives in memory.
#   start.sh [DIR]          default build/s3; everything it writes is below DIR
# Writes DIR/endpoint.json: address, region, the keys of two users (owner, stranger). Debian packages; they are
# installed when it may (root, or sudo without a password). Each start is an empty server; end it with stop.sh DIR.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
mkdir -p "${1:-build/s3}"
dir=$(cd "${1:-build/s3}" && pwd)
conf=$dir/ceph.conf

fail() { echo "start.sh: $*" >&2; exit 1; }
say() { printf '%4ds  %s\n' "$SECONDS" "$*"; }

"$here/packages.sh" "$dir"

# --- a fresh cluster --------------------------------------------------------------------------------
"$here/stop.sh" "$dir"
rm -rf "$dir"/{mon,osd,rgw,log,crash} "$dir/endpoint.json"
mkdir -p "$dir"/{mon,osd,rgw,log,crash}
read -r s3_port mon_port < <(python3 -c 'import socket
held = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
print(*(one.getsockname()[1] for one in held))')
cluster=$(cat /proc/sys/kernel/random/uuid)
disk=$(cat /proc/sys/kernel/random/uuid)

# One copy of everything, no authentication between the daemons, no admin sockets: it lives for one test run.
cat >"$conf" <<CONF
[global]
fsid = $cluster
mon_host = v1:127.0.0.1:$mon_port
public_addr = 127.0.0.1
ms_bind_msgr2 = false
auth_cluster_required = none
auth_service_required = none
auth_client_required = none
auth_allow_insecure_global_id_reclaim = true
osd_pool_default_size = 1
osd_pool_default_min_size = 1
osd_pool_default_pg_num = 4
osd_crush_chooseleaf_type = 0
mon_allow_pool_size_one = true
mon_data_avail_warn = 2
mon_data_avail_crit = 1
admin_socket =
log_file = $dir/log/\$name.log
crash_dir = $dir/crash
[mon.a]
mon_data = $dir/mon
[osd.0]
osd_data = $dir/osd
osd_objectstore = memstore
memstore_device_bytes = 2G
[client.rgw.a]
rgw_data = $dir/rgw
rgw_frontends = beast endpoint=127.0.0.1:$s3_port tcp_nodelay=1
rgw_thread_pool_size = 32
rgw_dns_name = localhost
rgw_crypt_require_ssl = false
rgw_crypt_s3_kms_backend = testing
rgw_crypt_s3_kms_encryption_keys = "talkback-key=$(head -c 32 /dev/urandom | base64)"
CONF

begin() { # NAME PROGRAM ...: in a session of its own, so that Ctrl-C in the tests does not reach it
  local name=$1
  shift
  setsid "$@" >"$dir/log/$name.out" 2>&1 </dev/null &
  echo "$!" >"$dir/$name.pid"
}
is_running() { [ -s "$dir/$1.pid" ] && kill -0 "$(cat "$dir/$1.pid")" 2>/dev/null; }
logged() { # a step that must succeed
  "$@" >>"$dir/log/setup.log" 2>&1 || fail "$1: see $dir/log/setup.log"
}

logged monmaptool --create --clobber --fsid "$cluster" --addv a "[v1:127.0.0.1:$mon_port]" "$dir/monmap"
logged ceph-mon -c "$conf" -i a --mkfs --monmap "$dir/monmap"
begin mon ceph-mon -c "$conf" -i a -f
logged timeout 60 ceph -c "$conf" osd new "$disk"
logged ceph-osd -c "$conf" -i 0 --mkfs --osd-uuid "$disk"
# A store that asks the monitor for something before it was told the cluster's id ("wrong fsid") ends: begin it again.
up=
for attempt in $(seq 60); do
  [ "$attempt" -eq 1 ] || sleep 0.25
  is_running osd || begin osd ceph-osd -c "$conf" -i 0 -f
  case $(timeout 60 ceph -c "$conf" osd stat 2>>"$dir/log/setup.log" || true) in *" 1 up"*) up=1 && break ;; esac
done
[ -n "$up" ] || fail "the object store does not come up: see $dir/log"
say "object store"

radosgw_admin() { logged timeout 120 radosgw-admin -c "$conf" -n client.rgw.a "$@"; }
user() { # NAME KEY SECRET
  radosgw_admin user create --uid="$1" --display-name="$1" --access-key="$2" --secret-key="$3"
}
user owner owner-key owner-secret
user stranger stranger-key stranger-secret
# A second storage class beside STANDARD, in the same pool. (The zone is there since its first user was made.)
radosgw_admin zonegroup placement add --rgw-zonegroup=default --placement-id=default-placement --storage-class=COLD
radosgw_admin zone placement add --rgw-zone=default --placement-id=default-placement --storage-class=COLD \
  --data-pool=default.rgw.buckets.data
begin rgw radosgw -c "$conf" -n client.rgw.a -f
for attempt in $(seq 240); do
  (: <"/dev/tcp/127.0.0.1/$s3_port") 2>/dev/null && break
  [ "$attempt" -lt 240 ] || fail "radosgw does not answer: see $dir/log"
  sleep 0.25
done
cat >"$dir/endpoint.json" <<JSON
{"url": "http://127.0.0.1:$s3_port", "region": "us-east-1", "pids": "$dir",
 "owner": ["owner-key", "owner-secret"], "stranger": ["stranger-key", "stranger-secret"]}
JSON
say "http://127.0.0.1:$s3_port/  radosgw $(radosgw --version 2>/dev/null | cut -d ' ' -f 3)"
