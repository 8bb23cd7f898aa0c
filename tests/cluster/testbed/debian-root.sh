#!/usr/bin/env bash
# A root file system out of the distribution's own packages, unpacked and not installed: what an image needs of Debian,
# without a registry and without root.
#   debian-root.sh DIR PACKAGES_FILE
set -euo pipefail
out=${1:?usage: debian-root.sh DIR PACKAGES_FILE}
list=${2:?usage: debian-root.sh DIR PACKAGES_FILE}
mkdir -p "$(dirname "$out")"
exec 9>"$out.lock"
flock 9
[ ! -d "$out" ] || exit 0
tmp=$(mktemp -d)
trap 'rm -rf "$tmp" "$out.new"' EXIT
chmod 755 "$tmp"

# What the packages need, without what they only recommend. git's Perl programs are not used, and Perl is as large as
# everything else together.
mapfile -t names < <(
	xargs apt-cache depends --recurse --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces \
		--no-enhances base-files base-passwd coreutils dash findutils grep sed libc-bin <"$list" |
		grep -E '^[a-z0-9]' | grep -vE '^(perl|perl-base|perl-modules.*|libperl.*|liberror-perl|git-man|debconf.*|cdebconf|dpkg|install-info)(:|$)' | sort -u
)
echo "fetching ${#names[@]} packages …" >&2
(cd "$tmp" && apt-get download -q "${names[@]}" >apt.log 2>&1) || {
	tail -n 3 "$tmp/apt.log" >&2
	echo "debian-root.sh: apt-get download failed (is apt-get update needed first?)" >&2
	exit 1
}
rm -rf "$out.new"
mkdir -p "$out.new"/{etc/ssl/certs,home/sandbox,proc,sys,dev,tmp,run,var/tmp}
for place in bin sbin lib lib64; do
	mkdir -p "$out.new/usr/$place"
	ln -s "usr/$place" "$out.new/$place"
done
for package in "$tmp"/*.deb; do
	dpkg-deb --fsys-tarfile "$package" | tar -x -C "$out.new" --keep-directory-symlink --no-same-owner
done
rm -rf "$out.new"/usr/share/{doc,man,locale,info,perl*,lintian} "$out.new"/var/cache
# What the packages' own scripts would have done.
find "$out.new/usr/share/ca-certificates" -name '*.crt' -exec cat {} + >"$out.new/etc/ssl/certs/ca-certificates.crt"
ln -sf dash "$out.new/usr/bin/sh"
printf 'root:x:0:0:root:/root:/bin/sh\nsandbox:x:1000:1000::/home/sandbox:/bin/sh\n' >"$out.new/etc/passwd"
printf 'root:x:0:\nsandbox:x:1000:\n' >"$out.new/etc/group"
mv "$out.new" "$out"
