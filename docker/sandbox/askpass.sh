#!/bin/sh
# Git asks this program for a name and a password. They lie in a mounted directory, as in a Secret of the type
# kubernetes.io/basic-auth, so that neither is ever written to the volume or seen among the arguments of a process.
case $1 in
Username*) exec cat "$SANDBAR_GIT_CREDENTIALS/username" ;;
Password*) exec cat "$SANDBAR_GIT_CREDENTIALS/password" ;;
esac
exit 1
