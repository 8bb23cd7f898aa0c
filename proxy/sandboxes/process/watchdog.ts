// A few lines of shell between us and a program that we start, so that nothing of it outlives us however we
// end: even after SIGKILL the kernel closes our end of the pipe, and the watchdog reads the end of it.

/** In the environment of the program and of everything that it starts, unless that clears it. */
export const markVariable = "SANDBAR_PROCESS_MARK"

/**
 * `exec` makes the program the leader of the group: its pid is the one that we know, its exit status ours to
 * read. OpenCode starts terminals and tools in sessions of their own, so ending the group is not enough:
 * where there is a /proc, whoever carries our mark is ended too. A zombie counts as alive here, hence the cap.
 */
const script = `
exec 3<&0
(
  trap '' TERM INT HUP
  while read -r _ <&3; do :; done
  kill -TERM $$
  tries=0
  while kill -0 $$ && [ "$tries" -lt 50 ]; do sleep 0.1; tries=$((tries + 1)); done
  kill -KILL $$
  self=
  [ -r /proc/self/stat ] && read -r self _ </proc/self/stat
  for directory in /proc/[0-9]*; do
    pid=\${directory#/proc/}
    [ "$pid" = "$self" ] && continue
    grep -q "${markVariable}=$${markVariable}" "$directory/environ" && kill -KILL "$pid"
  done
) >/dev/null 2>&1 &
exec "$@" 3<&- </dev/null
`

/** The command line that runs `command` under the watchdog; its standard input has to be a pipe. */
export function underWatchdog(command: readonly string[]): string[] {
  return ["/bin/sh", "-c", script, "sandbar-watchdog", ...command]
}
