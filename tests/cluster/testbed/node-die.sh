#!/usr/bin/env bash
# Ends the node's kubelet, its containers and its containerd at once and without a word, as a machine whose power fails.
#   node-die.sh STATE_DIR        node-return.sh brings it back
set -uo pipefail
dir=$(cd "${1:?usage: node-die.sh STATE_DIR}" && pwd)
rt=${KT_BIN:?}/runtime
pid_of() { awk -v n="$1" '$1 == n { print $2 }' "$dir/pids"; }
c() { "$rt/ctr" --address "$dir/node/containerd.sock" -n k8s.io "$@"; }
# The kubelet first: it would start again what ends, and tell of it.
kill -9 "$(pid_of kubelet)" || exit 1
for t in $(c tasks ls -q); do c tasks kill -s SIGKILL -a "$t" >/dev/null 2>&1; done
kill -9 "$(pid_of containerd)"
awk '$1 != "kubelet" && $1 != "containerd"' "$dir/pids" >"$dir/pids.new" && mv "$dir/pids.new" "$dir/pids"
