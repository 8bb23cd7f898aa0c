#!/usr/bin/env bash
# Ends what start.sh started in STATE_DIR, by the process ids noted there, and removes STATE_DIR.
set -euo pipefail
dir=${1:?usage: stop.sh STATE_DIR}
[ -f "$dir/pids" ] || { rm -rf "$dir"; exit 0; }
# Nothing of this outlives the directory, so there is nothing to finish properly.
for p in $(awk '{ print $2 }' "$dir/pids"); do kill -9 "$p" 2>/dev/null || true; done
for p in $(awk '{ print $2 }' "$dir/pids"); do
	for _ in $(seq 100); do kill -0 "$p" 2>/dev/null || break; sleep 0.02; done
done
rm -rf "$dir"
