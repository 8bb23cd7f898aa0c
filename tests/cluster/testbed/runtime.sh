#!/usr/bin/env bash
# Fetches what a real node needs besides the kubelet from the distribution's own packages (whatever apt is set up
# with), without installing anything: containerd, its shim, ctr, runc, CNI plugins, nft.
#   runtime.sh DIR
set -euo pipefail
out=${1:?usage: runtime.sh DIR}
[ ! -x "$out/nft" ] || exit 0
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
chmod 755 "$tmp"
echo "fetching containerd, runc and nft …" >&2
(cd "$tmp" && apt-get download -q containerd runc containernetworking-plugins \
	nftables libnftables1 libnftnl11 libxtables12 libmnl0 libjansson4 libedit2 libbsd0 libmd0 >apt.log 2>&1) || {
	tail -n 3 "$tmp/apt.log" >&2
	echo "runtime.sh: apt-get download failed (is apt-get update needed first?)" >&2
	exit 1
}
for package in "$tmp"/*.deb; do dpkg-deb -x "$package" "$tmp/x"; done
rm -rf "$out.new"
mkdir -p "$out.new/cni" "$out.new/lib"
cp "$tmp"/x/usr/bin/{containerd,containerd-shim-runc-v2,ctr} "$tmp/x/usr/sbin/runc" "$out.new/"
cp "$tmp"/x/usr/lib/cni/{bridge,host-local,loopback,portmap} "$out.new/cni/"
cp "$tmp/x/usr/sbin/nft" "$out.new/lib/nft"
find "$tmp/x" -path '*/lib/*' -name 'lib*.so.*' -exec cp -P {} "$out.new/lib/" \;
# nft with its libraries beside it, so that nothing has to be installed
cat >"$out.new/nft" <<'SH'
#!/bin/sh
d=$(dirname "$(readlink -f "$0")")/lib
LD_LIBRARY_PATH=$d exec "$d/nft" "$@"
SH
chmod 755 "$out.new/nft"
rm -rf "$out"
mv "$out.new" "$out"
