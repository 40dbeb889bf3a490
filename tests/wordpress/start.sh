#!/usr/bin/env bash
# Brings up a real WordPress on loopback, several sites over one database, seeded with our own content.
#   start.sh [DIR]          default build/wordpress; everything it writes is below DIR
# Writes DIR/endpoints.json (the sites and where the truth is) and DIR/truth.json (read back from the database).
# Debian packages; they are installed when it may (root, or sudo without a password). A second call starts what is
# not running and does not seed again. End it with stop.sh DIR.
# WORDPRESS_FILES=DIR takes an unpacked release of WordPress in place of Debian's, with Debian's themes beside its own.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
site=$here/site
mkdir -p "${1:-build/wordpress}"
dir=$(cd "${1:-build/wordpress}" && pwd)
docroot=$dir/docroot
socket=$dir/mysql.sock
# A path of a Unix socket has 107 bytes at most.
[ "${#socket}" -le 100 ] || socket=$(mktemp -u "${TMPDIR:-/tmp}/talkback-XXXXXX.sock")

fail() { echo "start.sh: $*" >&2; exit 1; }
alive() { [ -s "$1" ] && kill -0 "$(cat "$1")" 2>/dev/null; }
say() { printf '%4ds  %s\n' "$SECONDS" "$*"; }

# --- packages: "php" by name keeps apache2 away, which wordpress would pull in ---------------------
packages=(wordpress wordpress-l10n wordpress-theme-twentytwentyone wordpress-theme-twentytwentytwo
  php php-cli php-mysql php-xml php-mbstring mariadb-server-core mariadb-client-core)
missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
if [ "${#missing[@]}" -gt 0 ]; then
  command -v apt-get >/dev/null || fail "needs a Debian or Ubuntu system with: ${missing[*]}"
  as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    sudo -n true 2>/dev/null || fail "as root: apt-get install --no-install-recommends ${missing[*]}"
    as_root=(sudo -n)
  fi
  say "installing ${missing[*]}"
  install=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends)
  "${install[@]}" "${missing[@]}" >"$dir/apt.log" 2>&1 || {
    "${as_root[@]}" apt-get update -qq >>"$dir/apt.log" 2>&1
    "${install[@]}" "${missing[@]}" >>"$dir/apt.log" 2>&1 || fail "packages: see $dir/apt.log"
  }
fi

# --- files ------------------------------------------------------------------------------------------
if [ ! -f "$dir/copied" ]; then
  mkdir -p "$docroot"
  debian=/usr/share/wordpress
  # Builds for the browser bring a database of their own (db.php) and plugins that serve it.
  tar --create --dereference --directory "${WORDPRESS_FILES:-$debian}" --exclude ./wp-config.php --exclude ./.htaccess \
    --exclude ./wp-content/languages --exclude ./wp-content/db.php --exclude ./wp-content/mu-plugins . |
    tar --extract --directory "$docroot"
  cp -rnL "$debian"/wp-content/themes/. "$docroot/wp-content/themes/"
  mkdir -p "$docroot"/wp-content/{languages,mu-plugins,uploads}
  cp -L /usr/share/wordpress/wp-content/languages/de_DE.mo "$docroot/wp-content/languages/"
  touch "$dir/copied"
fi
cp "$site/wp-config.php" "$docroot/wp-config.php"
cp "$site/variant.php" "$docroot/wp-content/mu-plugins/variant.php"
rm -rf "$docroot/wp-content/themes/talkback-legacy"
cp -r "$site/theme-legacy" "$docroot/wp-content/themes/talkback-legacy"

# --- database ---------------------------------------------------------------------------------------
if [ ! -f "$dir/mysql/created" ]; then
  rm -rf "$dir/mysql"
  mkdir "$dir/mysql"
  mariadb-install-db --no-defaults --user="$(id -un)" --datadir="$dir/mysql" --skip-test-db \
    --auth-root-authentication-method=normal --innodb-log-file-size=8M >"$dir/mysql-install.log" 2>&1 ||
    fail "mariadb-install-db: see $dir/mysql-install.log"
  touch "$dir/mysql/created"
fi
if ! alive "$dir/mysql.pid"; then
  # Nothing here has to outlive a power cut, so nothing waits for the disk.
  setsid mariadbd --no-defaults --user="$(id -un)" --datadir="$dir/mysql" --socket="$socket" --pid-file="$dir/mysql.pid" \
    --skip-networking --skip-name-resolve --skip-log-bin --character-set-server=utf8mb4 --performance-schema=OFF \
    --innodb-log-file-size=8M --innodb-buffer-pool-size=64M --innodb-flush-log-at-trx-commit=0 --innodb-doublewrite=0 \
    >"$dir/mysql.log" 2>&1 </dev/null &
  echo "$socket" >"$dir/mysql.socket"
fi
socket=$(cat "$dir/mysql.socket")
sql=(mariadb --no-defaults --socket="$socket" --user=root)
for _ in $(seq 100); do "${sql[@]}" -e 'SELECT 1' >/dev/null 2>&1 && break; sleep 0.1; done
"${sql[@]}" -e "CREATE DATABASE IF NOT EXISTS wordpress CHARACTER SET utf8mb4;
  CREATE USER IF NOT EXISTS wordpress@localhost IDENTIFIED BY 'wordpress';
  GRANT ALL ON wordpress.* TO wordpress@localhost;" || fail "the database does not answer: see $dir/mysql.log"

# --- WordPress --------------------------------------------------------------------------------------
export WP_SOCKET=$socket WP_SITE=$site
php=(php -d memory_limit=256M -d display_errors=stderr -d 'error_reporting=E_ALL & ~E_DEPRECATED')
if [ ! -f "$dir/seeded" ]; then
  "${php[@]}" "$site/install.php" "$docroot"
  "${php[@]}" "$site/seed.php" "$docroot"
  touch "$dir/seeded"
  rm -f "$dir/truth.json"
fi
[ -s "$dir/truth.json" ] || "${php[@]}" "$site/truth.php" "$docroot" "$dir/truth.json"
say "seeded"

# --- one server per site: PHP's own, so that neither a web server nor root is needed ------------------
mapfile -t variants < <("${php[@]}" -r 'require $argv[1]; echo implode("\n", array_keys(talkback_variants())), "\n";' "$site/variants.php")
mapfile -t ports < <(php -r 'for ($i = 0; $i < $argv[1]; $i++) { $s[$i] = stream_socket_server("tcp://127.0.0.1:0"); }
  foreach ($s as $one) echo preg_replace("/.*:/", "", stream_socket_get_name($one, false)), "\n";' "${#variants[@]}")
entries=()
for index in "${!variants[@]}"; do
  name=${variants[$index]}
  if alive "$dir/php-$name.pid"; then
    port=$(cat "$dir/php-$name.port")
  else
    port=${ports[$index]}
    WP_VARIANT=$name setsid "${php[@]}" -d opcache.enable_cli=1 -S "127.0.0.1:$port" -t "$docroot" "$site/router.php" \
      >"$dir/php-$name.log" 2>&1 </dev/null &
    echo "$!" >"$dir/php-$name.pid"
    echo "$port" >"$dir/php-$name.port"
  fi
  entries+=("$name" "$port")
done
php -r '$a = array_slice($argv, 2); $sites = [];
  for ($i = 0; $i < count($a); $i += 2) $sites[] = ["name" => $a[$i], "url" => "http://127.0.0.1:" . $a[$i + 1]];
  file_put_contents($argv[1] . "/endpoints.json", json_encode(["truth" => $argv[1] . "/truth.json", "sites" => $sites],
    JSON_PRETTY_PRINT | JSON_UNESCAPED_SLASHES) . "\n");' "$dir" "${entries[@]}"

for ((index = 1; index < ${#entries[@]}; index += 2)); do
  for attempt in $(seq 100); do
    php -r 'exit(@file_get_contents($argv[1]) === false ? 1 : 0);' "http://127.0.0.1:${entries[$index]}/" && break
    [ "$attempt" -lt 100 ] || fail "${entries[$index - 1]} does not answer: see $dir/php-${entries[$index - 1]}.log"
    sleep 0.1
  done
  say "http://127.0.0.1:${entries[$index]}/  ${entries[$index - 1]}"
done
