// A program and what it started, as the kernel groups them.

/** False when nobody is left in the group. */
export function signalGroup(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-pid, signal)
  } catch {
    // ESRCH: nobody is left in the group.
    return false
  }
}

/** For groups under a watchdog: it is the last of them to end. */
export async function groupIsGone(pid: number): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if (!signalGroup(pid, 0)) return
    await Bun.sleep(50)
  }
  signalGroup(pid, "SIGKILL")
}
