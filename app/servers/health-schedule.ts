// When to look at a server again. Pure: the poller brings the time.
import type { ServerHealth } from "./server-health.ts"

export const roundMs = 10_000
const waits = [roundMs, 20_000, 40_000, 60_000] as const
/** Servers that went down together need not be asked together for ever. */
const jitter = 0.1

/** `before`: how many looks in a row had found it down. */
export function downAfter(health: ServerHealth, before: number): number {
  return isDown(health) ? before + 1 : 0
}

/** `down`: how many looks in a row found it down, the last one included. `random` answers in [0, 1). */
export function waitMs(down: number, random: () => number): number {
  const wait = waits[Math.min(Math.max(down - 1, 0), waits.length - 1)] ?? roundMs
  return down > 1 ? Math.round(wait * (1 - jitter * random())) : wait
}

/** One that is starting will be there soon; the others stay as they are until somebody does something. */
function isDown({ kind }: ServerHealth): boolean {
  return kind !== "healthy" && kind !== "starting" && kind !== "checking"
}
