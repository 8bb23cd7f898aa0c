#!/usr/bin/env bash
# Holds a real node beside a running control plane for as long as somebody holds our standard input open, and then
# removes every trace of it. A machine has room for one: the next one waits here.
#   keep-node.sh STATE_DIR [IMAGE.tar...]       prints "ready"; environment as for node.sh
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
dir=${1:?usage: keep-node.sh STATE_DIR [IMAGE.tar...]}
trap : INT TERM HUP PIPE
# keep-cluster.sh waits for this lock before it takes the control plane away.
exec 8>"$dir/node.lock"
flock 8
exec 9>/run/sandbar-cluster-node.lock
until flock -n 9; do
	read -r -t 1 _
	# Above 128 means that the second is over; anything else that nobody waits for us any more.
	[ $? -gt 128 ] || exit 0
done
if "$here/node.sh" "$@" </dev/null >&2 8>&- 9>&-; then
	status=0
	echo ready
	while read -r _; do :; done
else
	status=1
fi
"$here/node-stop.sh" "$dir" >/dev/null 2>&1 8>&- 9>&-
exit $status
