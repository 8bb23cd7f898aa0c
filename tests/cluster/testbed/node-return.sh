#!/usr/bin/env bash
# Starts again what node-die.sh has ended, with what was on the disks.
#   node-return.sh STATE_DIR
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
dir=$(cd "${1:?usage: node-return.sh STATE_DIR}" && pwd)
# not the keys' 077: a container's root directory would be closed to its own user
umask 022
"$here/restart.sh" "$dir" containerd start
# A kubelet that finds nobody there ends.
for _ in $(seq 300); do
	case $("${KT_BIN:?}/runtime/ctr" --address "$dir/node/containerd.sock" --timeout 2s plugins ls id==cri 2>/dev/null) in
		*ok*) break ;;
	esac
	sleep 0.2
done
"$here/restart.sh" "$dir" kubelet start
