// The stores that the link feeds: hands them events, and has them fetch anew after every gap. What all of them
// fetched after one gap is merged together, so that the view changes once.
import { gone } from "../base/gone.ts"
import { backoffMs } from "./backoff.ts"
import type { Clock } from "./clock.ts"
import type { Follower, ServerEvent } from "./connection.ts"

export type Followers = {
  /** Returns the way to leave. A follower that comes while the stream stands is resynced at once. */
  add: (follower: Follower) => () => void
  apply: (events: readonly ServerEvent[]) => void
  /**
   * Every follower fetches anew; tries again until it worked or the signal (the connection's) aborts. Nothing is
   * merged before `ready`.
   */
  resync: (signal: AbortSignal, ready: Promise<void>) => void
}

/** For this long the answers of the quick wait for those of the slow. */
const togetherMs = 1_000

/** A store whose answer takes longer asks again, and waits longer then: the network may just be slow. */
const answerMs = 30_000

type Gathering = { arrive: (merge: () => void) => void; miss: () => void }

/** `patch` runs what merges. */
export function makeFollowers(
  clock: Clock,
  random: () => number,
  patch: (merge: () => void) => void,
): Followers {
  const followers = new Map<Follower, AbortController>()
  let connection: { signal: AbortSignal; ready: Promise<void> } | undefined

  const start = (follower: Follower, gathering: Gathering) => {
    followers.get(follower)?.abort(gone)
    const mine = new AbortController()
    followers.set(follower, mine)
    if (!connection || connection.signal.aborted) return
    const { ready } = connection
    const signal = AbortSignal.any([connection.signal, mine.signal])
    const attempt = (failures: number) => {
      // A connection may be dead without knowing it, and then a request never ends.
      const late = new AbortController()
      const patience = clock.after(answerMs * 2 ** Math.min(failures, 4), () => late.abort(gone))
      signal.addEventListener("abort", patience)
      const tooLate = new Promise<never>((_, reject) => {
        late.signal.addEventListener("abort", () => reject(gone))
      })
      const answer = follower.resync(AbortSignal.any([signal, late.signal]))
      Promise.race([Promise.all([answer, ready]), tooLate]).then(
        ([merge]) => {
          patience()
          gathering.arrive(() => !signal.aborted && merge())
        },
        () => {
          patience()
          gathering.miss()
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
      start(follower, makeGathering(1, clock, patch))
      return () => {
        followers.get(follower)?.abort(gone)
        followers.delete(follower)
      }
    },
    apply(events) {
      for (const follower of followers.keys()) follower.apply(events)
    },
    resync(signal, ready) {
      connection = { signal, ready }
      const all = [...followers.keys()]
      const gathering = makeGathering(all.length, clock, patch, signal)
      for (const follower of all) start(follower, gathering)
    },
  }
}

/** Keeps what merges until all `expected` have arrived or missed; what comes later is merged when it comes. */
function makeGathering(
  expected: number,
  clock: Clock,
  patch: (merge: () => void) => void,
  over?: AbortSignal,
): Gathering {
  let merges: (() => void)[] = []
  let missing = expected
  let landed = false
  let cancel: (() => void) | undefined

  const land = () => {
    cancel?.()
    landed = true
    const all = merges
    merges = []
    if (all.length === 0) return
    patch(() => {
      for (const merge of all) merge()
    })
  }
  const settle = () => {
    missing--
    if (missing === 0 && !landed) land()
  }
  over?.addEventListener("abort", () => cancel?.())

  return {
    arrive(merge) {
      if (landed) return patch(merge)
      merges.push(merge)
      cancel ??= clock.after(togetherMs, land)
      settle()
    },
    miss: settle,
  }
}
