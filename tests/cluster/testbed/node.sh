#!/usr/bin/env bash
# Adds a real node to a running testbed: containerd, a kubelet and kube-proxy on this machine, as root.
#   node.sh STATE_DIR [IMAGE.tar...]      (the archives are imported; see programs/mkimage)
#
# Environment: KT_BIN (what build.sh built) and KT_BUN, as for start.sh.
#
# kube-proxy makes Services work, from here and from pods, and pods reach the API server at 10.96.0.1:443. That
# takes nftables tables "kube-proxy" and "kube-testbed" in this machine's own network namespace, so only one
# testbed at a time may have a node (keep-node.sh sees to it); node-stop.sh removes them.
#
# The node is called 127.0.0.1: the kubelet takes an address as name for its own address too,
# and this is the one place where it accepts a loopback one. stop.sh ends these processes as well,
# but not the containers: node-stop.sh comes first.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
bin=${KT_BIN:?}
rt=$bin/runtime
dir=$(cd "${1:?usage: node.sh STATE_DIR [IMAGE.tar...]}" && pwd)
shift
pki=$dir/pki
node=127.0.0.1
export PATH=$rt:$PATH
umask 077
mkdir -p "$dir/node/cni" "$dir/node/run" "$dir/node/logs"
n=$dir/node
# CNI turns it on for its bridge; node-stop.sh puts it back.
cat /proc/sys/net/ipv4/ip_forward >"$n/ip_forward"

port() {
	local p
	while :; do
		p=$((20000 + (RANDOM * 32768 + RANDOM) % 12000))
		(exec 3<>"/dev/tcp/127.0.0.1/$p") 2>/dev/null || { echo "$p"; return; }
	done
}
spawn() {
	local name=$1
	shift
	printf '%q ' "$@" >"$dir/$name.cmd"
	# not our 077: a container's root directory would be closed to its own user
	(umask 022; exec setsid "$@" >"$dir/$name.log" 2>&1 </dev/null) &
	echo "$name $!" >>"$dir/pids"
	pid=$!
}
until_ok() { # NAME COMMAND...
	local name=$1 end=$((SECONDS + 60))
	shift
	until "$@" >/dev/null 2>&1; do
		kill -0 "$pid" 2>/dev/null || { tail -n 25 "$dir/$name.log" >&2; echo "node.sh: $name ended" >&2; exit 1; }
		[ $SECONDS -lt $end ] || { tail -n 25 "$dir/$name.log" >&2; echo "node.sh: $name not ready" >&2; exit 1; }
		sleep 0.2
	done
}

# ---- containerd
cat >"$n/containerd.toml" <<TOML
version = 2
root = "$n/containerd"
state = "$n/run/containerd"
disabled_plugins = ["io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.zfs", "io.containerd.internal.v1.opt", "io.containerd.tracing.processor.v1.otlp", "io.containerd.internal.v1.tracing"]
[grpc]
  address = "$n/containerd.sock"
[ttrpc]
  address = "$n/containerd.sock.ttrpc"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "localhost/pause:1"
  # without CAP_SYS_RESOURCE a process may not lower its oom_score_adj
  restrict_oom_score_adj = true
  disable_apparmor = true
  stream_server_address = "127.0.0.1"
  stream_server_port = "0"
  max_concurrent_downloads = 1
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "$rt/cni"
    conf_dir = "$n/cni"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        BinaryName = "$rt/runc"
        Root = "$n/run/runc"
        SystemdCgroup = false
TOML
# A bridge of the node's own; no masquerading: pods reach this machine and each other, nothing else.
cat >"$n/cni/10-testbed.conflist" <<JSON
{"cniVersion": "0.4.0", "name": "testbed", "plugins": [
 {"type": "bridge", "bridge": "kt-cni0", "isGateway": true, "ipMasq": false, "hairpinMode": true,
  "ipam": {"type": "host-local", "dataDir": "$n/ipam", "ranges": [[{"subnet": "10.244.1.0/24"}]], "routes": [{"dst": "0.0.0.0/0"}]}}]}
JSON
spawn containerd "$rt/containerd" --config "$n/containerd.toml" --log-level info
until_ok containerd "$rt/ctr" --address "$n/containerd.sock" version
for image in "$bin/pause.tar" "$@"; do
	"$rt/ctr" --address "$n/containerd.sock" -n k8s.io images import --snapshotter "overlayfs" "$image" >/dev/null
done

# ---- kubelet
for use in client server; do
	openssl ecparam -name prime256v1 -genkey -noout -out "$pki/kubelet-$use.key.pem" 2>/dev/null
	if [ $use = client ]; then
		subject="/O=system:nodes/CN=system:node:$node" ext=extendedKeyUsage=clientAuth
	else
		subject=/CN=kubelet ext=$(printf 'extendedKeyUsage=serverAuth\nsubjectAltName=IP:127.0.0.1')
	fi
	openssl req -new -key "$pki/kubelet-$use.key.pem" -subj "$subject" 2>/dev/null |
		openssl x509 -req -CA "$pki/ca.crt" -CAkey "$pki/ca.key" -set_serial "0x$(openssl rand -hex 15)" -days 30 -sha256 \
			-extfile <(echo "$ext") -out "$pki/kubelet-$use.crt.pem" 2>/dev/null
done
server=$(sed -n 's/^KT_SERVER=//p' "$dir/env")
cat >"$dir/kubelet.kubeconfig" <<YAML
apiVersion: v1
kind: Config
clusters: [{name: testbed, cluster: {server: "$server", certificate-authority: $pki/ca.crt}}]
users: [{name: kubelet, user: {client-certificate: $pki/kubelet-client.crt.pem, client-key: $pki/kubelet-client.key.pem}}]
contexts: [{name: testbed, context: {cluster: testbed, user: kubelet}}]
current-context: testbed
YAML
cat >"$n/kubelet.yaml" <<YAML
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
address: 127.0.0.1
port: $(port)
readOnlyPort: 0
healthzBindAddress: 127.0.0.1
healthzPort: 0
tlsCertFile: $pki/kubelet-server.crt.pem
tlsPrivateKeyFile: $pki/kubelet-server.key.pem
authentication: {anonymous: {enabled: false}, webhook: {enabled: true}, x509: {clientCAFile: $pki/ca.crt}}
authorization: {mode: Webhook}
containerRuntimeEndpoint: unix://$n/containerd.sock
podLogsDir: $n/logs
cgroupDriver: cgroupfs
cgroupRoot: /
cgroupsPerQOS: false
enforceNodeAllocatable: []
failCgroupV1: false
failSwapOn: false
oomScoreAdj: 0
resolvConf: ""
clusterDomain: cluster.local
localStorageCapacityIsolation: false
evictionHard: {nodefs.available: 1%, memory.available: 50Mi}
imageGCHighThresholdPercent: 100
makeIPTablesUtilChains: false
protectKernelDefaults: false
syncFrequency: 10s
nodeStatusUpdateFrequency: 10s
shutdownGracePeriod: 0s
maxPods: 50
YAML
spawn kubelet "$bin/kubelet" --config "$n/kubelet.yaml" --kubeconfig "$dir/kubelet.kubeconfig" \
	--root-dir "$n/kubelet" --cert-dir "$n/kubelet-pki" --hostname-override "$node" --node-labels testbed/real=true --v=2
until_ok kubelet "${KT_BUN:?}" "$here/ask-api.ts" "$dir" ready-node "$node"

# ---- kube-proxy, and the API server's own Service
cat >"$n/kube-proxy.yaml" <<YAML
apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
bindAddress: 127.0.0.1
healthzBindAddress: 127.0.0.1:$(port)
metricsBindAddress: 127.0.0.1:$(port)
clientConnection: {kubeconfig: $dir/admin.kubeconfig}
mode: nftables
hostnameOverride: $node
clusterCIDR: 10.244.1.0/24
nftables: {minSyncPeriod: 100ms}
conntrack: {maxPerCore: 0, min: 0, tcpEstablishedTimeout: 0s, tcpCloseWaitTimeout: 0s}
YAML
spawn kube-proxy "$bin/kube-proxy" --config "$n/kube-proxy.yaml"
until_ok kube-proxy "$rt/nft" list table ip kube-proxy
# The API server listens on 127.0.0.1 only, and an EndpointSlice may not name that: so by
# hand. The second chain keeps pods from everything else on 127.0.0.0/8.
api_port=${server##*:}
"$rt/nft" -f - <<NFT
table ip kube-testbed {
	chain prerouting { type nat hook prerouting priority -110; iifname "kt-cni0" ip daddr 10.96.0.1 tcp dport 443 dnat to 127.0.0.1:$api_port; }
	chain input { type filter hook input priority 0; iifname "kt-cni0" ip daddr 127.0.0.0/8 ct status dnat accept; iifname "kt-cni0" ip daddr 127.0.0.0/8 drop; }
}
NFT
# the bridge comes with the first pod: the setting its interface will start with
ip link show kt-cni0 >/dev/null 2>&1 || { ip link add kt-cni0 type bridge; ip link set kt-cni0 up; }
echo 1 >/proc/sys/net/ipv4/conf/kt-cni0/route_localnet
echo "$node"
