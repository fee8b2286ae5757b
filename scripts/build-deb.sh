#!/usr/bin/env bash
# Builds the Debian package: scripts/build-deb.sh [FOLDER]   (default: the current one; `npm ci && npm run build` first)
#
# What is in it: the compiled project with the packages that it needs to run, namesake(1), completions, the systemd unit,
# the documents. What it makes on installation: the user namesake, /etc/namesake, /var/lib/namesake. It starts nothing:
# there is no configuration yet, and `namesake init` writes one.
set -euo pipefail
cd "$(dirname "$0")/.."
out=$(realpath "${1:-.}")
[ -f dist/cli.js ] || { echo "build-deb: dist/ is not there; run npm run build first" >&2; exit 1; }

version=$(node -p 'require("./package.json").version')
arch=$(dpkg --print-architecture)
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
chmod 755 "$stage"
app=$stage/usr/lib/namesake

install -d "$app" "$stage/usr/bin" "$stage/usr/share/man/man1" "$stage/usr/share/doc/namesake/config" \
  "$stage/usr/share/bash-completion/completions" "$stage/usr/share/zsh/vendor-completions" \
  "$stage/usr/share/fish/vendor_completions.d" "$stage/lib/systemd/system" "$stage/etc/logrotate.d" "$stage/DEBIAN"

cp -r dist package.json "$app/"
# Only what runs: the packages of `dependencies`, with theirs.
npm ls --omit=dev --all --parseable 2>/dev/null | tail -n +2 | sort -u | while read -r folder; do
  relative=${folder#"$PWD"/}
  install -d "$app/$(dirname "$relative")"
  [ -e "$app/$relative" ] || cp -r "$folder" "$app/$relative"
done
find "$app" \( -name '*.d.ts' -o -name '*.d.cts' -o -name '*.d.mts' -o -name '*.map' -o -name '*.md' -o -name 'test' -o -name 'tests' \) \
  -not -path '*/dist/test*' -prune -exec rm -rf {} +
chmod -R u+rwX,go+rX,go-w "$app"

ln -s ../lib/namesake/dist/cli.js "$stage/usr/bin/namesake"
chmod 755 "$app/dist/cli.js"
gzip -9n < deploy/man/namesake.1 > "$stage/usr/share/man/man1/namesake.1.gz"
install -m 644 deploy/completions/namesake.bash "$stage/usr/share/bash-completion/completions/namesake"
install -m 644 deploy/completions/_namesake "$stage/usr/share/zsh/vendor-completions/_namesake"
install -m 644 deploy/completions/namesake.fish "$stage/usr/share/fish/vendor_completions.d/namesake.fish"
sed -e 's,/opt/namesake/dist/cli.js,/usr/lib/namesake/dist/cli.js,' -e 's,file:///opt/namesake/docs,file:///usr/share/doc/namesake,' \
  -e '/^\[Unit\]/a # Before "namesake init" there is nothing to serve.\nConditionPathExists=/etc/namesake/namesake.yaml' \
  deploy/systemd/namesake.service > "$stage/lib/systemd/system/namesake.service"
cp docs/*.md CHANGELOG.md SECURITY.md README.md "$stage/usr/share/doc/namesake/"
cp -r deploy "$stage/usr/share/doc/namesake/deploy"
cp config/*.yaml config/*.json "$stage/usr/share/doc/namesake/config/"
install -m 644 LICENSE "$stage/usr/share/doc/namesake/copyright"
rmdir "$stage/etc/logrotate.d" "$stage/etc"

size=$(du -sk --exclude=DEBIAN "$stage" | cut -f1)
sed -e "s/@VERSION@/$version/; s/@ARCH@/$arch/; s/@SIZE@/$size/" deploy/debian/control > "$stage/DEBIAN/control"
for script in postinst prerm postrm; do install -m 755 "deploy/debian/$script" "$stage/DEBIAN/$script"; done
find "$stage" -type d -exec chmod 755 {} +

dpkg-deb --root-owner-group --build "$stage" "$out/namesake_${version}_${arch}.deb" > /dev/null
echo "$out/namesake_${version}_${arch}.deb"
