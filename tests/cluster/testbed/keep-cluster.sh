#!/usr/bin/env bash
# Holds a control plane for as long as somebody holds our standard input open: however the test run ends, even by
# SIGKILL, the kernel closes its end of the pipe and everything is taken down.
#   keep-cluster.sh STATE_DIR       prints "ready"; environment as for start.sh
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
dir=${1:?usage: keep-cluster.sh STATE_DIR}
# Caught, not ignored: what is ignored here would be ignored by everything that we start. PIPE, because nobody may be
# left to hear that we are ready.
trap : INT TERM HUP PIPE
if "$here/start.sh" "$dir" </dev/null >&2; then
	status=0
	echo ready
	while read -r _; do :; done
else
	status=1
fi
# The node's own keeper comes first; it needs the control plane's pids and the directory.
[ ! -e "$dir/node.lock" ] || flock "$dir/node.lock" true
"$here/stop.sh" "$dir" >/dev/null 2>&1
exit $status
