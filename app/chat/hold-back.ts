// OpenCode 1 stores a prompt that comes right after a failed turn, but never answers it (within about 50 ms
// after the idle that follows a session.error). So the next prompt waits until the server has settled, and also
// after a gap, in which any session may have failed.
import type { Clock } from "../connection/clock.ts"
import type { ServerEvent } from "../connection/connection.ts"

export const settleMs = 300

export type HoldBack = {
  see: (event: ServerEvent) => void
  /** Nobody knows what happened until now. */
  seeGap: () => void
  /** Resolves when a prompt to this session will be answered. */
  wait: (sessionID: string) => Promise<void>
}

type Settling = { settled: Promise<void>; finish: () => void; cancelTimer: () => void }

export function makeHoldBack(clock: Clock): HoldBack {
  const failed = new Map<string, Settling>()
  const everything = ""

  const settle = (sessionID: string) => {
    const one = failed.get(sessionID) ?? makeSettling()
    one.cancelTimer()
    one.cancelTimer = clock.after(settleMs, () => {
      failed.delete(sessionID)
      one.finish()
    })
    failed.set(sessionID, one)
  }

  return {
    see(event) {
      if (event.type === "session.error" && event.properties.sessionID) settle(event.properties.sessionID)
      if (event.type === "session.idle" && failed.has(event.properties.sessionID)) {
        settle(event.properties.sessionID)
      }
    },
    seeGap: () => settle(everything),
    async wait(sessionID) {
      await failed.get(everything)?.settled
      await failed.get(sessionID)?.settled
    },
  }
}

function makeSettling(): Settling {
  const { promise, resolve } = Promise.withResolvers<void>()
  return { settled: promise, finish: resolve, cancelTimer: () => undefined }
}
