#!/bin/sh
# What a sandbox runs: the OpenCode server, in the checkout.
set -eu

# Everybody in the cluster can reach this port, and whoever is let in has a shell.
if [ -z "${OPENCODE_SERVER_PASSWORD:-}" ]; then
	echo "OPENCODE_SERVER_PASSWORD is not set, and without a password this server would be open to the whole cluster." >&2
	exit 64
fi

directory=${SANDBAR_DIRECTORY:-$HOME}
mkdir -p "$directory"
cd "$directory"
exec opencode serve --hostname 0.0.0.0 --port 4096
