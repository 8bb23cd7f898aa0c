// OpenCode 1 stores a prompt that comes right after a failed turn, but never answers it (within about 50 ms
// after the idle that follows a session.error). So the next prompt waits until the server has settled, and also
// after a gap, in which any session may have failed.
import type { Clock } from "../connection/clock.ts"
import type { ServerEvent } from "../connection/connection.ts"

export const settleMs = 300
/** For this long after it a failed turn may not be put away, on a machine that is short of time. */
export const recentMs = 5_000

export type HoldBack = {
  see: (event: ServerEvent) => void
  /** Nobody knows what happened until now. */
  seeGap: () => void
  /** Resolves when a prompt to this session should be answered. Says whether a turn of it may have failed lately. */
  wait: (sessionID: string) => Promise<{ doubtful: boolean }>
}

type Settling = { settled: Promise<void>; finish: () => void; cancelTimer: () => void }

export function makeHoldBack(clock: Clock): HoldBack {
  const failed = new Map<string, Settling>()
  /** What may have failed lately, with the way to forget it later. */
  const recent = new Map<string, () => void>()
  const everything = ""

  const settle = (sessionID: string) => {
    const one = failed.get(sessionID) ?? makeSettling()
    one.cancelTimer()
    one.cancelTimer = clock.after(settleMs, () => {
      failed.delete(sessionID)
      one.finish()
    })
    failed.set(sessionID, one)
    recent.get(sessionID)?.()
    recent.set(
      sessionID,
      clock.after(recentMs, () => void recent.delete(sessionID)),
    )
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
      return { doubtful: recent.has(everything) || recent.has(sessionID) }
    },
  }
}

function makeSettling(): Settling {
  const { promise, resolve } = Promise.withResolvers<void>()
  return { settled: promise, finish: resolve, cancelTimer: () => undefined }
}
