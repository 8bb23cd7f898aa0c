#!/usr/bin/env bash
# Builds the testbed's programs from Go modules, each pinned by the go.mod and go.sum under programs/.
#   build.sh OUT control-plane|node...
# What is in OUT already is left as it is. Two builds into one OUT wait for each other.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
out=${1:?usage: build.sh OUT control-plane|node...}
shift
mkdir -p "$out"
out=$(cd "$out" && pwd)
exec 9>"$out/.lock"
flock 9

export CGO_ENABLED=0
# -s -w: no symbol table, no DWARF: about a third smaller, and a faster link.
flags=(-mod=readonly -trimpath -buildvcs=false)

# version MODULE : the version that go.mod pins
version() { go list -mod=readonly -m -f '{{with .Replace}}{{.Version}}{{else}}{{.Version}}{{end}}' "$1"; }

# build NAME PACKAGE [LDFLAGS]
build() {
	[ -x "$out/$1" ] && return 0
	echo "building $1 …" >&2
	local began=$SECONDS
	go build "${flags[@]}" -ldflags "-s -w ${3:-}" -o "$out/$1.new" "$2" 2> >(grep -v '^go: downloading' >&2)
	mv "$out/$1.new" "$out/$1"
	echo "built $1 in $((SECONDS - began)) s" >&2
}

kubernetes() {
	cd "$here/programs/kubernetes"
	local v major minor x ld c
	v=$(version k8s.io/kubernetes)
	IFS=. read -r major minor _ <<<"${v#v}"
	# Without gitVersion every server calls itself v0.0.0-master, and clients that compare versions believe it.
	x=k8s.io/component-base/version
	ld="-X $x.gitVersion=$v -X $x.gitMajor=$major -X $x.gitMinor=$minor -X $x.gitTreeState=archive"
	for c in "$@"; do build "$c" "k8s.io/kubernetes/cmd/$c" "$ld"; done
}

control_plane() {
	kubernetes kube-apiserver kube-controller-manager kube-scheduler
	cd "$here/programs/etcd"
	build etcd .
	cd "$here/programs/kwok"
	build kwok sigs.k8s.io/kwok/cmd/kwok "-X sigs.k8s.io/kwok/pkg/consts.Version=$(version sigs.k8s.io/kwok)"
	[ -s "$out/kwok-stages.yaml" ] && return 0
	# kwok does nothing without stages and looks for them in the person's home; its module carries the ordinary ones.
	go mod download sigs.k8s.io/kwok
	local stages f
	stages=$(go list -mod=readonly -m -f '{{.Dir}}' sigs.k8s.io/kwok)/kustomize/stage
	for f in node/fast/node-initialize node/heartbeat-with-lease/node-heartbeat-with-lease \
		pod/fast/pod-ready pod/fast/pod-complete pod/fast/pod-delete \
		volume/fast/pvc-provision volume/fast/pv-bind volume/fast/pvc-delete volume/fast/pv-delete; do
		echo ---
		cat "$stages/$f.yaml"
	done >"$out/kwok-stages.yaml.new"
	cat "$stages/volume/fast/storage-class.yaml" >"$out/kwok-storageclass.yaml"
	mv "$out/kwok-stages.yaml.new" "$out/kwok-stages.yaml"
}

node() {
	kubernetes kubelet kube-proxy
	cd "$here/programs/mkimage"
	build mkimage .
	cd "$here/programs/pause"
	build pause .
	if [ ! -s "$out/pause.tar" ]; then
		"$out/mkimage" -name localhost/pause:1 -entrypoint /pause "$out/pause=/pause" >"$out/pause.tar.new"
		mv "$out/pause.tar.new" "$out/pause.tar"
	fi
	"$here/runtime.sh" "$out/runtime"
}

for part in "$@"; do
	case $part in
	control-plane) control_plane ;;
	node) node ;;
	*) echo "build.sh: no such part: $part" >&2; exit 2 ;;
	esac
done
