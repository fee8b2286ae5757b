#!/usr/bin/env bash
# Installs the Debian packages that the integration tests talk to. Called by `npm test`; does nothing where they are
# there already. Without root or apt-get it says so and the suites that need them are skipped aloud.
set -u
declare -A wanted=(
  [/usr/sbin/postfix]=postfix
  [/usr/sbin/haproxy]=haproxy
  [/usr/bin/swaks]=swaks
  [/usr/bin/curl]=curl
  [/usr/bin/jq]=jq
  [/usr/bin/chromium]=chromium
  [/usr/bin/miltertest]=miltertest
  [/usr/bin/openssl]=openssl
  [/usr/bin/m4]=m4
  [/usr/bin/promtool]=prometheus
  [/usr/bin/strace]=strace
  [/usr/bin/faketime]=faketime
  [/usr/bin/systemd-analyze]=systemd
  [/usr/sbin/logrotate]=logrotate
  [/usr/lib/postgresql/15/bin/postgres]=postgresql-15
  [/usr/sbin/pgbouncer]=pgbouncer
)
missing=()
for file in "${!wanted[@]}"; do [ -e "$file" ] || missing+=("${wanted[$file]}"); done
[ ${#missing[@]} -eq 0 ] && exit 0
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
  echo "integration tests: not installed and not root, so the suites that need them are skipped: ${missing[*]}" >&2
  exit 0
fi
# RUNLEVEL=1 keeps the packages' own services from being started: the tests run their own out of temporary folders.
export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1
install() { apt-get install -y --no-install-recommends "${missing[@]}"; }
if ! install >/dev/null 2>&1 && ! { apt-get update && install; } >/dev/null 2>&1; then
  echo "integration tests: apt-get could not install ${missing[*]}; the suites that need them are skipped" >&2
fi
exit 0
