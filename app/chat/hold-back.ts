// OpenCode 1 stores a prompt that comes right after a failed turn, but never answers it (within about 50 ms
// after the idle that follows a session.error). So the next prompt waits until the server has settled.
import type { Clock } from "../connection/clock.ts"
import type { ServerEvent } from "../connection/connection.ts"

export const settleMs = 300

export type HoldBack = {
  see: (event: ServerEvent) => void
  /** Resolves when a prompt to this session will be answered. */
  wait: (sessionID: string) => Promise<void>
}

export function makeHoldBack(clock: Clock): HoldBack {
  /** By session id: when the failed turn was last heard of. */
  const failed = new Map<string, number>()
  return {
    see(event) {
      if (event.type === "session.error" && event.properties.sessionID) {
        failed.set(event.properties.sessionID, clock.now())
      }
      if (event.type === "session.idle" && failed.has(event.properties.sessionID)) {
        failed.set(event.properties.sessionID, clock.now())
      }
    },
    async wait(sessionID) {
      for (;;) {
        const since = failed.get(sessionID)
        const left = since === undefined ? 0 : settleMs - (clock.now() - since)
        if (left <= 0) break
        // Again afterwards: an idle may have come meanwhile. A clock that jumps back costs one wait, no more.
        await new Promise<void>((resolve) => void clock.after(Math.min(left, settleMs), resolve))
      }
      failed.delete(sessionID)
    },
  }
}
