#!/bin/sh
# Clones a repository onto the volume, once. A checkout that is there is left as the person left it.
#
#   SANDBAR_REPOSITORY       https://host/path
#   SANDBAR_DIRECTORY        where the checkout goes: an absolute path
#   SANDBAR_BRANCH           a branch or a tag; without it the repository's own choice
#   SANDBAR_CLONE_DEPTH      how many commits of history; without it all of them
#   SANDBAR_GIT_HOSTS        the only hosts that may be cloned from, separated by spaces or commas; `*.example.com` means
#                            those below example.com, not itself; without it any
#   SANDBAR_GIT_CREDENTIALS  a directory with the files `username` and `password`, for the repository's own host over https
#   SANDBAR_ALLOW_HTTP       1: http:// too. For tests
#
# Repository and branch are words of whoever made a link. Git would take some of them for options, for programs to run
# or for files to read, so what does not look like an address or a branch is refused before git sees it.
set -euf
export LC_ALL=C

repository=${SANDBAR_REPOSITORY:-}
branch=${SANDBAR_BRANCH:-}
directory=${SANDBAR_DIRECTORY:-}
depth=${SANDBAR_CLONE_DEPTH:-}
said=${SANDBAR_TERMINATION_LOG:-/dev/termination-log}

# The UI shows what stands in the termination log.
refuse() {
	echo "$1" >&2
	echo "$1" >"$said"
	exit 64
}

protocols=https
[ "${SANDBAR_ALLOW_HTTP:-}" != 1 ] || protocols=https:http

check_repository() {
	case $repository in
	https://*) rest=${repository#https://} ;;
	http://*) [ "$protocols" = https:http ] || refuse "Only https:// addresses can be cloned."
		rest=${repository#http://} ;;
	*) refuse "Only https:// addresses can be cloned." ;;
	esac
	# A newline, a space or a quote has no place in an address; a query or a fragment means nothing to git.
	case $repository in *[!A-Za-z0-9._~:/%+@-]*) refuse "The repository's address has a character that does not belong there." ;; esac
	authority=${rest%%/*}
	case $authority in *@*) refuse "The repository's address must not hold a name or a password." ;; esac
	case $authority in '' | *[!A-Za-z0-9.:-]* | [!A-Za-z0-9]* | *:*[!0-9]*) refuse "The repository's address names no host." ;; esac
	case $rest in */?*) ;; *) refuse "The repository's address has no path." ;; esac
	[ -z "${SANDBAR_GIT_HOSTS:-}" ] || check_host "$(printf %s "${authority%%:*}" | tr A-Z a-z)"
}

check_host() {
	for allowed in $(printf %s "$SANDBAR_GIT_HOSTS" | tr A-Z, 'a-z '); do
		[ "$1" != "$allowed" ] || return 0
		case $allowed in '*.'?*) case $1 in ?*"${allowed#?}") return 0 ;; esac ;; esac
	done
	refuse "$1 is not on the list of hosts that this installation clones from."
}

check_the_rest() {
	case $branch in -*) refuse "A branch cannot begin with a dash." ;; esac
	[ -z "$branch" ] || git check-ref-format "refs/heads/$branch" || refuse "That is not the name of a branch."
	case $depth in *[!0-9]* | 0*) refuse "SANDBAR_CLONE_DEPTH is not a number." ;; esac
	case $directory in /?*) ;; *) refuse "SANDBAR_DIRECTORY is not an absolute path." ;; esac
	case $directory/ in */../* | */./* | *//*) refuse "SANDBAR_DIRECTORY is not a plain path." ;; esac
}

# A pod that was killed leaves git's lock files, and every later command would fail on them.
keep_checkout() {
	[ ! -d "$directory/.git" ] || find "$directory/.git" -name '*.lock' -type f -exec rm -f {} +
	echo "$directory is there already" >&2
}

# The home directory belongs to what ran in the sandbox before: its settings could send the password elsewhere. A
# redirect could do the same, or lead past the list of hosts; and so could git-lfs, where an image brings it, because the
# repository names the address that it fetches from. Its pointers stay.
run_git() {
	GIT_CONFIG_GLOBAL=/dev/null GIT_TERMINAL_PROMPT=0 GIT_ALLOW_PROTOCOL=$protocols \
		GIT_HTTP_LOW_SPEED_LIMIT=1000 GIT_HTTP_LOW_SPEED_TIME=60 \
		git -c http.followRedirects=false -c core.hooksPath=/dev/null -c credential.helper= \
		-c filter.lfs.smudge= -c filter.lfs.process= -c filter.lfs.required=false "$@"
}

# Over plain http anybody on the way would read them.
offer_credentials() {
	case ${SANDBAR_GIT_CREDENTIALS:+$repository} in
	https://*) export GIT_ASKPASS="${0%/*}/askpass.sh" SANDBAR_GIT_ASKER="$authority" ;;
	*) unset GIT_ASKPASS SSH_ASKPASS ;;
	esac
}

clone() {
	unfinished=$directory.cloning
	words=$directory.cloning.log
	rm -rf "$unfinished" "$words"
	mkdir -p "${directory%/*}/"
	offer_credentials
	if run_git clone --template= --no-recurse-submodules ${branch:+--branch="$branch"} ${depth:+--depth="$depth"} \
		-- "$repository" "$unfinished" 2>"$words"; then
		cat "$words" >&2
		rm -f "$words"
		[ ! -d "$directory" ] || rmdir "$directory"
		mv "$unfinished" "$directory"
		return
	fi
	cat "$words" >&2
	tail -n 20 "$words" | tail -c 4000 >"$said"
	rm -rf "$unfinished" "$words"
	exit 1
}

is_there() {
	[ -L "$directory" ] && return 0
	[ -e "$directory" ] || return 1
	# A container's working directory is made before anything runs in it.
	[ ! -d "$directory" ] || [ -n "$(ls -A "$directory")" ]
}

check_repository
check_the_rest
if is_there; then keep_checkout; else clone; fi
