#!/usr/bin/env bash
# Starts a throw-away Kubernetes control plane on 127.0.0.1, on free ports.
#   start.sh STATE_DIR        STATE_DIR gets pki/, kubeconfigs, logs, pids and env (NAME=value lines)
#
# Environment:
#   KT_BIN              where build.sh put the programs
#   KT_BUN              the Bun that runs ask-api.ts
#   KT_KWOK_CONFIG      kwok's stages: what pods do when (default: the ordinary ones in KT_BIN)
#   KT_APISERVER_FLAGS, KT_CONTROLLER_MANAGER_FLAGS  further flags of these two, separated by spaces
# stop.sh STATE_DIR ends what was started here.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
bin=${KT_BIN:?}
node=kwok-0
timeout_s=60
dir=${1:?usage: start.sh STATE_DIR}
mkdir -p "$dir"
dir=$(cd "$dir" && pwd)
[ ! -s "$dir/pids" ] || { echo "start.sh: $dir is in use; run stop.sh $dir first" >&2; exit 1; }
pki=$dir/pki
mkdir -p "$pki"
chmod 700 "$dir" "$pki"
: >"$dir/pids"

fail() { echo "start.sh: $*" >&2; "$here/stop.sh" "$dir" >/dev/null 2>&1 || true; exit 1; }

# A port nobody listens on, below the kernel's ephemeral range, so that an
# outgoing connection cannot take it between this check and the server's bind.
taken=" "
free_port() { # sets $port
	local i
	for i in $(seq 200); do
		port=$((20000 + (RANDOM * 32768 + RANDOM) % 12000))
		case $taken in *" $port "*) continue ;; esac
		if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
			taken+="$port "
			return
		fi
	done
	fail "no free port"
}

# spawn NAME COMMAND... : run in the background, in its own session, its output in NAME.log.
# The command stays in NAME.cmd, for restart.sh.
spawn() {
	local name=$1
	shift
	printf '%q ' "$@" >"$dir/$name.cmd"
	setsid "$@" >"$dir/$name.log" 2>&1 </dev/null &
	echo "$name $!" >>"$dir/pids"
}

# wait_for NAME TEST... : until TEST succeeds, or NAME died, or time is up
wait_for() {
	local name=$1 pid end
	shift
	pid=$(awk -v n="$name" '$1 == n { print $2 }' "$dir/pids")
	end=$((SECONDS + timeout_s))
	until "$@" >/dev/null 2>&1; do
		kill -0 "$pid" 2>/dev/null || { tail -n 20 "$dir/$name.log" >&2; fail "$name ended"; }
		[ $SECONDS -lt $end ] || { tail -n 20 "$dir/$name.log" >&2; fail "$name not ready after ${timeout_s}s"; }
		sleep 0.1
	done
}

# ---- keys and certificates ---------------------------------------------------
key() { openssl ecparam -name prime256v1 -genkey -noout -out "$pki/$1.key" 2>/dev/null; }
# cert NAME SUBJECT USAGE [SAN]
cert() {
	key "$1"
	openssl req -new -key "$pki/$1.key" -subj "$2" -out "$pki/$1.csr" 2>/dev/null
	{
		echo "basicConstraints=critical,CA:FALSE"
		echo "keyUsage=critical,digitalSignature,keyEncipherment"
		echo "extendedKeyUsage=$3"
		[ -z "${4:-}" ] || echo "subjectAltName=$4"
	} >"$pki/$1.ext"
	openssl x509 -req -in "$pki/$1.csr" -CA "$pki/$ca.crt" -CAkey "$pki/$ca.key" \
		-set_serial "0x$(openssl rand -hex 15)" -days 30 -sha256 -extfile "$pki/$1.ext" -out "$pki/$1.crt" 2>/dev/null
	rm "$pki/$1.csr" "$pki/$1.ext"
}
authority() {
	key "$1"
	openssl req -x509 -new -key "$pki/$1.key" -sha256 -days 30 -subj "/CN=kube-testbed-$1" \
		-addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign,digitalSignature \
		-out "$pki/$1.crt" 2>/dev/null
}
umask 077
ca=ca
authority ca
cert apiserver /CN=kube-apiserver serverAuth \
	"IP:127.0.0.1,IP:10.96.0.1,DNS:localhost,DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc,DNS:kubernetes.default.svc.cluster.local"
cert kubelet-client "/O=system:masters/CN=kube-apiserver-kubelet-client" clientAuth
cert admin "/O=system:masters/CN=kubernetes-admin" clientAuth
cert controller-manager /CN=system:kube-controller-manager clientAuth
cert scheduler /CN=system:kube-scheduler clientAuth
cert kwok "/O=system:masters/CN=kwok" clientAuth
# kube-apiserver's identity towards aggregated API servers; its own CA, as whoever
# holds one of these may claim to be anybody.
ca=front-proxy-ca
authority front-proxy-ca
cert front-proxy-client /CN=front-proxy-client clientAuth
ca=ca
cert kwok-server /CN=kwok serverAuth "IP:127.0.0.1,DNS:localhost"
openssl genrsa -out "$pki/sa.key" 2048 2>/dev/null
openssl rsa -in "$pki/sa.key" -pubout -out "$pki/sa.pub" 2>/dev/null

free_port; etcd_port=$port
free_port; etcd_peer_port=$port
free_port; api_port=$port
free_port; kcm_port=$port
free_port; sched_port=$port
free_port; kwok_port=$port
server=https://127.0.0.1:$api_port

# kubeconfig NAME : a client-certificate kubeconfig with everything inlined
kubeconfig() {
	cat >"$dir/$1.kubeconfig" <<YAML
apiVersion: v1
kind: Config
clusters:
- name: testbed
  cluster:
    server: $server
    certificate-authority-data: $(base64 -w0 <"$pki/ca.crt")
users:
- name: $1
  user:
    client-certificate-data: $(base64 -w0 <"$pki/$1.crt")
    client-key-data: $(base64 -w0 <"$pki/$1.key")
contexts:
- name: testbed
  context: {cluster: testbed, user: $1, namespace: default}
current-context: testbed
YAML
}
for u in admin controller-manager scheduler kwok; do kubeconfig $u; done

api() { "${KT_BUN:?}" "$here/ask-api.ts" "$dir" "$@"; }

cat >"$dir/env" <<ENV
KT_SERVER=$server
KT_ETCD=http://127.0.0.1:$etcd_port
ENV

# ---- etcd --------------------------------------------------------------------
# unsafe-no-fsync: a test's data need not outlive the machine, and fsync is most
# of a small cluster's latency on a slow disk.
spawn etcd "$bin/etcd" --name testbed --data-dir "$dir/etcd" \
	--listen-client-urls "http://127.0.0.1:$etcd_port" --advertise-client-urls "http://127.0.0.1:$etcd_port" \
	--listen-peer-urls "http://127.0.0.1:$etcd_peer_port" --initial-advertise-peer-urls "http://127.0.0.1:$etcd_peer_port" \
	--initial-cluster "testbed=http://127.0.0.1:$etcd_peer_port" \
	--unsafe-no-fsync --log-level warn
wait_for etcd bash -c "exec 3<>/dev/tcp/127.0.0.1/$etcd_port"

# ---- kube-apiserver ----------------------------------------------------------
# PodSecurity, ResourceQuota, LimitRanger, ServiceAccount are in the default set.
# allow-privileged: otherwise validation refuses a privileged pod everywhere and
# PodSecurity's own refusal is never seen.
# endpoint-reconciler none + a documentation address: 127.0.0.1 may not stand in an
# Endpoints object, and the default looks for the host's default route.
spawn kube-apiserver "$bin/kube-apiserver" \
	--etcd-servers "http://127.0.0.1:$etcd_port" \
	--bind-address 127.0.0.1 --secure-port "$api_port" \
	--advertise-address 192.0.2.1 --endpoint-reconciler-type none \
	--tls-cert-file "$pki/apiserver.crt" --tls-private-key-file "$pki/apiserver.key" \
	--client-ca-file "$pki/ca.crt" \
	--requestheader-client-ca-file "$pki/front-proxy-ca.crt" --requestheader-allowed-names front-proxy-client \
	--requestheader-username-headers X-Remote-User --requestheader-group-headers X-Remote-Group \
	--requestheader-extra-headers-prefix X-Remote-Extra- \
	--proxy-client-cert-file "$pki/front-proxy-client.crt" --proxy-client-key-file "$pki/front-proxy-client.key" \
	--kubelet-certificate-authority "$pki/ca.crt" \
	--kubelet-client-certificate "$pki/kubelet-client.crt" --kubelet-client-key "$pki/kubelet-client.key" \
	--kubelet-preferred-address-types InternalIP \
	--service-account-issuer https://kubernetes.default.svc.cluster.local \
	--service-account-key-file "$pki/sa.pub" --service-account-signing-key-file "$pki/sa.key" \
	--service-cluster-ip-range 10.96.0.0/16 \
	--authorization-mode Node,RBAC \
	--enable-admission-plugins NodeRestriction \
	--allow-privileged=true \
	--shutdown-delay-duration 0s --profiling=false \
	${KT_APISERVER_FLAGS:-}
wait_for kube-apiserver api GET /readyz

# ---- kube-controller-manager, kube-scheduler ---------------------------------
# kube-api-qps: at its default of 20 the manager spends 4 s fetching its controllers' tokens.
spawn kube-controller-manager "$bin/kube-controller-manager" \
	--kubeconfig "$dir/controller-manager.kubeconfig" \
	--authentication-kubeconfig "$dir/controller-manager.kubeconfig" \
	--authorization-kubeconfig "$dir/controller-manager.kubeconfig" \
	--bind-address 127.0.0.1 --secure-port "$kcm_port" --leader-elect=false \
	--service-account-private-key-file "$pki/sa.key" --root-ca-file "$pki/ca.crt" \
	--cluster-signing-cert-file "$pki/ca.crt" --cluster-signing-key-file "$pki/ca.key" \
	--use-service-account-credentials=true --kube-api-qps 500 --kube-api-burst 1000 --profiling=false \
	${KT_CONTROLLER_MANAGER_FLAGS:-}
spawn kube-scheduler "$bin/kube-scheduler" \
	--kubeconfig "$dir/scheduler.kubeconfig" \
	--authentication-kubeconfig "$dir/scheduler.kubeconfig" \
	--authorization-kubeconfig "$dir/scheduler.kubeconfig" \
	--bind-address 127.0.0.1 --secure-port "$sched_port" --leader-elect=false --profiling=false
wait_for kube-controller-manager api GET /api/v1/namespaces/default/serviceaccounts/default

# ---- kwok: a node that is not there, and pods that say they run ---------------
spawn kwok "$bin/kwok" --kubeconfig "$dir/kwok.kubeconfig" --config "${KT_KWOK_CONFIG:-$bin/kwok-stages.yaml}" \
	--manage-all-nodes=false --manage-nodes-with-label-selector type=kwok \
	--node-ip 127.0.0.1 --node-port "$kwok_port" --server-address "127.0.0.1:$kwok_port" \
	--tls-cert-file "$pki/kwok-server.crt" --tls-private-key-file "$pki/kwok-server.key" \
	--cidr 10.244.0.1/24 --node-lease-duration-seconds 40
api POST /apis/storage.k8s.io/v1/storageclasses <"$bin/kwok-storageclass.yaml" >/dev/null
api POST /api/v1/nodes >/dev/null <<YAML
apiVersion: v1
kind: Node
metadata:
  name: $node
  labels: {type: kwok, kubernetes.io/os: linux, kubernetes.io/arch: amd64, kubernetes.io/hostname: $node}
spec: {}
YAML
wait_for kwok api ready-node "$node"
wait_for kube-scheduler bash -c "exec 3<>/dev/tcp/127.0.0.1/$sched_port"
