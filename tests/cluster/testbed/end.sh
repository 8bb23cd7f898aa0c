#!/usr/bin/env bash
# Ends one process: ask, ask again after a second, then make sure.
# (kube-apiserver waits up to a minute for open watches; asked twice it goes at once.)
set -uo pipefail
pid=${1:?usage: end.sh PID}
gone() { for _ in $(seq "$1"); do kill -0 "$pid" 2>/dev/null || exit 0; sleep 0.05; done; }
kill "$pid" 2>/dev/null; gone 20
kill "$pid" 2>/dev/null; gone 60
kill -9 "$pid" 2>/dev/null; gone 20
