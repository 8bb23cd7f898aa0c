#!/usr/bin/env bash
# Ends the node that node.sh added: its kubelet, its containers, its containerd, its mounts.
#   node-stop.sh STATE_DIR
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
rt=${KT_BIN:?}/runtime
dir=$(cd "${1:?usage: node-stop.sh STATE_DIR}" && pwd)
export PATH=$rt:$PATH
n=$dir/node
pid_of() { awk -v n="$1" '$1 == n { print $2 }' "$dir/pids"; }
c() { "$rt/ctr" --address "$n/containerd.sock" -n k8s.io "$@"; }
[ -z "$(pid_of kube-proxy)" ] || "$here/end.sh" "$(pid_of kube-proxy)"
for t in "ip kube-testbed" "ip kube-proxy" "ip6 kube-proxy"; do "$rt/nft" delete table $t 2>/dev/null; done
[ -z "$(pid_of kubelet)" ] || "$here/end.sh" "$(pid_of kubelet)"
if [ -n "$(pid_of containerd)" ]; then
	for t in $(c tasks ls -q); do c tasks kill -s SIGKILL -a "$t" >/dev/null 2>&1; done
	for _ in $(seq 50); do c tasks ls | grep -q RUNNING || break; sleep 0.1; done
	# a task's shim leaves with its task
	for t in $(c tasks ls -q); do c tasks rm -f "$t" >/dev/null 2>&1; done
	for x in $(c containers ls -q); do
		c containers rm "$x" >/dev/null 2>&1
		rm -f /var/lib/cni/results/*-"$x"-* 2>/dev/null
	done
	"$here/end.sh" "$(pid_of containerd)"
fi
# deepest first: sandboxes' shm and rootfs, pods' projected tokens (tmpfs), network namespaces
awk -v d="$n/" 'index($5, d) == 1 { print $5 }' /proc/self/mountinfo | sort -r | while read -r m; do umount "$m" 2>/dev/null || umount -l "$m"; done
if command -v ip >/dev/null; then
	for f in /var/run/netns/cni-*; do
		[ -e "$f" ] || continue
		ip -n "$(basename "$f")" -4 addr show 2>/dev/null | grep -q 'inet 10\.244\.1\.' && ip netns del "$(basename "$f")"
	done
	for v in $(ip -o link show master kt-cni0 2>/dev/null | sed -n 's/^[0-9]*: \([^@:]*\).*/\1/p'); do ip link del "$v" 2>/dev/null; done
	ip link del kt-cni0 2>/dev/null
fi
awk '$1 != "kubelet" && $1 != "containerd" && $1 != "kube-proxy"' "$dir/pids" >"$dir/pids.new" && mv "$dir/pids.new" "$dir/pids"
# what kubelet and runc leave at fixed places: our log links, empty directories and cgroups
for l in /var/log/containers/*.log; do
	case $(readlink "$l" 2>/dev/null) in "$n"/*) rm -f "$l" ;; esac
done
# (a kubelet of the machine's own would have its files at the same place)
pgrep -x kubelet >/dev/null || rm -f /var/lib/kubelet/device-plugins/kubelet.sock /var/lib/kubelet/device-plugins/kubelet_internal_checkpoint
[ "$(cat "$n/ip_forward" 2>/dev/null)" != 0 ] || echo 0 >/proc/sys/net/ipv4/ip_forward
rmdir /var/log/containers /var/lib/cni/results /var/lib/cni /var/lib/kubelet/device-plugins /var/lib/kubelet 2>/dev/null
find /sys/fs/cgroup -mindepth 2 -maxdepth 3 -path '*/k8s.io*' -type d -depth -exec rmdir {} \; 2>/dev/null
rm -rf "$n"
