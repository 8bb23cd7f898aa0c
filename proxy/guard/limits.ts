// How much one client, one target and everybody together may hold. Reaching a cap is an answer with a reason,
// never a queue: a few hundred hung requests must not stop everybody else's.
import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible"
import { Problem } from "../../shared/problems.ts"

export const defaultLimits = {
  /** Requests in flight, open event streams included: at one target, of one client. The first is the larger
   * one, so that no client alone keeps the others from a target; likewise `client` leaves room beside its streams. */
  target: 2_000,
  client: 1_000,
  /** Open event streams: all together, of one client. */
  streams: 10_000,
  "client-streams": 500,
  /** Open WebSockets: all together, of one client. */
  sockets: 2_000,
  "client-sockets": 200,
  /** Probes at once of one client. */
  "client-probes": 8,
  /** Tickets, and servers looked up, for one client in ten seconds; and as many look-ups again for probes. */
  rate: 100,
  /** The largest request body, in MiB. */
  "body-mb": 1_024,
}
export type Limits = typeof defaultLimits

export type Slot = { toStream: () => void; release: () => void }
export type Gate = {
  /** Throws `limit.client` or `limit.busy`. */
  enter: (target: string, client: string) => Slot
  enterSocket: (client: string) => () => void
  enterProbe: (client: string) => () => void
  /** Rejects with `limit.rate`. A client has several purses, and one that is empty leaves the others full. */
  spend: (client: string, purse?: "requests" | "probes") => Promise<void>
  counts: () => { requests: number; streams: number; sockets: number }
}

type Cap = { key: string; most: number; refuse: () => Problem }

const rateSeconds = 10
const retryAfter = 1
const busy = () =>
  new Problem("limit.busy", "Sandbar has as many connections open as it may. Try again in a moment.", {
    retryAfter,
  })
const full = (target: string) =>
  new Problem("limit.busy", `${target} has as many requests open as it may. Try again in a moment.`, {
    retryAfter,
  })
const crowded = () =>
  new Problem("limit.client", "Too much is open from one place. Close a tab, or try again.", { retryAfter })

/** `held` counts by cap, and has only what is held right now: its keys come from outside. */
export function makeLimits(limits: Limits, held = new Map<string, number>()): Gate {
  const rate = new RateLimiterMemory({ points: limits.rate, duration: rateSeconds })
  const ofAll = (kind: string, most: number): Cap => ({ key: kind, most, refuse: busy })
  const ofClient = (key: string, most: number): Cap => ({ key, most, refuse: crowded })
  const requests = ofAll("requests", Number.POSITIVE_INFINITY)
  const streams = ofAll("streams", limits.streams)
  const sockets = ofAll("sockets", limits.sockets)

  return {
    enter(target, client) {
      const atTarget = { key: `at ${target}`, most: limits.target, refuse: () => full(target) }
      const releases = [take(held, [requests, atTarget, ofClient(`requests of ${client}`, limits.client)])]
      return {
        toStream() {
          releases.push(take(held, [streams, ofClient(`streams of ${client}`, limits["client-streams"])]))
        },
        release() {
          for (const release of releases.splice(0)) release()
        },
      }
    },
    enterSocket: (client) =>
      take(held, [sockets, ofClient(`sockets of ${client}`, limits["client-sockets"])]),
    enterProbe: (client) => take(held, [ofClient(`probes of ${client}`, limits["client-probes"])]),
    async spend(client, purse = "requests") {
      await rate.consume(`${purse} of ${client}`).catch((refusal: unknown) => {
        if (!(refusal instanceof RateLimiterRes)) throw refusal
        const seconds = Math.max(1, Math.ceil(refusal.msBeforeNext / 1_000))
        const detail = `Too many requests in a short time. Try again in ${seconds} seconds.`
        throw new Problem("limit.rate", detail, { retryAfter: seconds })
      })
    },
    counts: () => ({
      requests: held.get("requests") ?? 0,
      streams: held.get("streams") ?? 0,
      sockets: held.get("sockets") ?? 0,
    }),
  }
}

/** All or none. */
function take(held: Map<string, number>, caps: readonly Cap[]): () => void {
  for (const { key, most, refuse } of caps) if ((held.get(key) ?? 0) >= most) throw refuse()
  for (const { key } of caps) held.set(key, (held.get(key) ?? 0) + 1)
  let released = false
  return () => {
    if (released) return
    released = true
    for (const { key } of caps) {
      const left = (held.get(key) ?? 1) - 1
      if (left > 0) held.set(key, left)
      else held.delete(key)
    }
  }
}
