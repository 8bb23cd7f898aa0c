#!/usr/bin/env bash
# Ends one server of a running testbed and starts it again as it was, on the same port:
#   restart.sh STATE_DIR NAME [stop|start]
# NAME as in STATE_DIR/pids (etcd, kube-apiserver, kube-controller-manager, kube-scheduler, kwok).
# With stop or start only that half: an outage as long as the test wants.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
dir=${1:?usage: restart.sh STATE_DIR NAME [stop|start]}
name=${2:?usage: restart.sh STATE_DIR NAME [stop|start]}
what=${3:-both}
if [ "$what" != start ]; then
	pid=$(awk -v n="$name" '$1 == n { print $2 }' "$dir/pids")
	[ -n "$pid" ] || { echo "restart.sh: no $name in $dir" >&2; exit 1; }
	"$here/end.sh" "$pid"
	awk -v n="$name" '$1 != n' "$dir/pids" >"$dir/pids.new"
	mv "$dir/pids.new" "$dir/pids"
fi
if [ "$what" != stop ]; then
	eval "set -- $(cat "$dir/$name.cmd")"
	setsid "$@" >>"$dir/$name.log" 2>&1 </dev/null &
	echo "$name $!" >>"$dir/pids"
	if [ "$name" = kube-apiserver ] || [ "$name" = etcd ]; then
		for _ in $(seq 600); do
			"${KT_BUN:?}" "$here/ask-api.ts" "$dir" GET /readyz >/dev/null 2>&1 && exit 0
			kill -0 $! 2>/dev/null || { tail -n 20 "$dir/$name.log" >&2; exit 1; }
			sleep 0.1
		done
		echo "restart.sh: $name not ready after 60 s" >&2
		exit 1
	fi
fi
