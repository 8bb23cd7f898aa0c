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
  /** Tickets, and servers looked up, for one client in ten seconds. */
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
  /** Rejects with `limit.rate`. */
  spend: (client: string) => Promise<void>
  counts: () => { requests: number; streams: number; sockets: number }
}

type Cap = { key: string; most: number; code: "limit.client" | "limit.busy"; detail: string }

const rateSeconds = 10

/** `held` counts by cap, and has only what is held right now: its keys come from outside. */
export function makeLimits(limits: Limits, held = new Map<string, number>()): Gate {
  const rate = new RateLimiterMemory({ points: limits.rate, duration: rateSeconds })
  const all = (kind: "requests" | "streams" | "sockets", most: number): Cap => {
    const detail = "Sandbar has as many connections open as it may. Try again in a moment."
    return { key: kind, most, code: "limit.busy", detail }
  }
  const ofClient = (kind: string, client: string, most: number): Cap => {
    const detail = "Too many connections are open from one place. Close a tab, then try again."
    return { key: `${kind} of ${client}`, most, code: "limit.client", detail }
  }
  const atTarget = (target: string): Cap => {
    const detail = `${target} has as many requests open as it may. Try again in a moment.`
    return { key: `at ${target}`, most: limits.target, code: "limit.busy", detail }
  }

  return {
    enter(target, client) {
      const releases = [
        take(held, [
          all("requests", Number.POSITIVE_INFINITY),
          atTarget(target),
          ofClient("requests", client, limits.client),
        ]),
      ]
      const stream = () => [
        all("streams", limits.streams),
        ofClient("streams", client, limits["client-streams"]),
      ]
      return {
        toStream: () => void releases.push(take(held, stream())),
        release: () => {
          for (const release of releases.splice(0)) release()
        },
      }
    },
    enterSocket: (client) =>
      take(held, [all("sockets", limits.sockets), ofClient("sockets", client, limits["client-sockets"])]),
    async spend(client) {
      await rate.consume(client).catch((refusal: unknown) => {
        if (!(refusal instanceof RateLimiterRes)) throw refusal
        const retryAfter = Math.max(1, Math.ceil(refusal.msBeforeNext / 1_000))
        const detail = `Too many requests in a short time. Try again in ${retryAfter} seconds.`
        throw new Problem("limit.rate", detail, { retryAfter })
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
  const full = caps.find(({ key, most }) => (held.get(key) ?? 0) >= most)
  if (full) throw new Problem(full.code, full.detail, { retryAfter: 1 })
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
