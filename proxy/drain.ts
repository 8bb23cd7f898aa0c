// Stopping politely: what has no end of its own (event streams, sockets) is ended when we are asked to stop.
import { Problem } from "../shared/problems.ts"

export type Drain = {
  isDraining: () => boolean
  /** `end` is called once when we stop, at once when we do already; the answer takes it off the list. */
  onStop: (end: () => void) => () => void
  /** Throws `proxy.draining`: what would be ended at once is not begun. */
  requireRunning: () => void
  /** Calls every `end`, whatever the others do; throws what they threw. */
  begin: () => void
}

export function makeDrain(): Drain {
  const endings = new Set<() => void>()
  let draining = false
  return {
    isDraining: () => draining,
    onStop(end) {
      if (draining) end()
      else endings.add(end)
      return () => endings.delete(end)
    },
    requireRunning() {
      if (!draining) return
      throw new Problem("proxy.draining", "Sandbar is stopping here. Try again in a moment.", {
        retryAfter: 1,
      })
    },
    begin() {
      draining = true
      const faults: unknown[] = []
      for (const end of endings) {
        endings.delete(end)
        try {
          end()
        } catch (error) {
          faults.push(error)
        }
      }
      if (faults.length > 0) throw new AggregateError(faults, "Not everything ended cleanly.")
    },
  }
}
