// Ends what a sandbox runs, also after a restart, and nobody else.
import { signalGroup } from "./process-group.ts"
import { isGroupAlive, isOfThisBoot, pidsWithMark, startOf } from "./process-table.ts"

export type EndOptions = {
  /** The leader of the group, as it was when it started. */
  leader: { pid: number; started: string } | undefined
  mark: string
  /** How long the program may take to end by itself. */
  graceMs?: number
}

/** Fulfilled when nothing of it is left. Throws when something does not go. */
export async function endProcesses({ leader, mark, graceMs = 5_000 }: EndOptions): Promise<void> {
  if (leader && isOurs(leader)) {
    signalGroup(leader.pid, "SIGTERM")
    if (!(await until(() => !isGroupAlive(leader.pid), graceMs))) signalGroup(leader.pid, "SIGKILL")
    await until(() => !isGroupAlive(leader.pid), 2_000)
  }
  // Again and again: what is being ended may start something in between.
  const gone = await until(() => killMarked(mark) === 0, 5_000)
  if (!gone) throw new Error("Some of its processes do not end, although they were killed.")
}

/**
 * A dead leader's pid is not given away while its group lives, but after a boot all of them are given anew; one that
 * lives must have started when ours did.
 */
function isOurs({ pid, started }: { pid: number; started: string }): boolean {
  const now = startOf(pid)
  return now === undefined ? isOfThisBoot(started) : now === started
}

function killMarked(mark: string): number {
  const pids = pidsWithMark(mark).filter((pid) => startOf(pid) !== undefined)
  for (const pid of pids) kill(pid)
  return pids.length
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL")
  } catch (error) {
    // It went by itself.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error
  }
}

async function until(isDone: () => boolean, ms: number): Promise<boolean> {
  for (const deadline = Date.now() + ms; ; await Bun.sleep(50)) {
    if (isDone()) return true
    if (Date.now() > deadline) return false
  }
}
