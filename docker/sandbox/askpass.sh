#!/bin/sh
# Git asks this program for a name and a password. They lie in a mounted directory, as in a Secret of the type
# kubernetes.io/basic-auth, so that neither is ever written to the volume or seen among the arguments of a process.
#
#   Username for 'https://host': …        Password for 'https://name@host': …
#
# Only SANDBAR_GIT_ASKER, the repository's own host and port, is told, and only over https.
set -eu
asker=${1#*\'https://}
[ "$asker" != "$1" ] || exit 1
asker=${asker%%\'*}
[ "${asker##*@}" = "$SANDBAR_GIT_ASKER" ] || exit 1
case $1 in
Username*) exec cat "$SANDBAR_GIT_CREDENTIALS/username" ;;
Password*) exec cat "$SANDBAR_GIT_CREDENTIALS/password" ;;
esac
exit 1
