// The stores that the link feeds: hands them events, and has them fetch anew after every gap.
import { backoffMs } from "./backoff.ts"
import type { Clock } from "./clock.ts"
import type { Follower, ServerEvent } from "./connection.ts"

export type Followers = {
  /** Returns the way to leave. A follower that comes while the stream stands is resynced at once. */
  add: (follower: Follower) => () => void
  apply: (events: readonly ServerEvent[]) => void
  /** Every follower fetches anew; tries again until it worked or the signal (the connection's) aborts. */
  resync: (signal: AbortSignal) => void
}

export function makeFollowers(clock: Clock, random: () => number): Followers {
  const followers = new Map<Follower, AbortController>()
  let connection: AbortSignal | undefined

  const start = (follower: Follower) => {
    followers.get(follower)?.abort()
    const mine = new AbortController()
    followers.set(follower, mine)
    if (!connection || connection.aborted) return
    const signal = AbortSignal.any([connection, mine.signal])
    const attempt = (failures: number) => {
      follower.resync(signal).then(
        (merge) => {
          if (!signal.aborted) merge()
        },
        () => {
          // The follower shows its own failure; here it only gets another chance.
          if (signal.aborted) return
          const cancel = clock.after(backoffMs(failures, random), () => attempt(failures + 1))
          signal.addEventListener("abort", cancel)
        },
      )
    }
    attempt(0)
  }

  return {
    add(follower) {
      start(follower)
      return () => {
        followers.get(follower)?.abort()
        followers.delete(follower)
      }
    },
    apply(events) {
      for (const follower of followers.keys()) follower.apply(events)
    },
    resync(signal) {
      connection = signal
      for (const follower of [...followers.keys()]) start(follower)
    },
  }
}
