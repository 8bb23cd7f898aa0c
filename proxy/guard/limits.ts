// How much one client, one target and everybody together may hold. Reaching a cap is an answer with a reason,
// never a queue: a few hundred hung requests must not stop everybody else's.
import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible"
import { Problem } from "../../shared/problems.ts"

export const defaultLimits = {
  /** Requests in flight, open event streams included: at one target, of one client. */
  target: 1_000,
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

type Cap = { key: string; most: number; code: "limit.client" | "limit.busy"; what: string }

const rateSeconds = 10

export function makeLimits(limits: Limits): Gate {
  const held = new Map<string, number>()
  const rate = new RateLimiterMemory({ points: limits.rate, duration: rateSeconds })
  const all = (kind: "requests" | "streams" | "sockets", most: number): Cap => {
    return { key: kind, most, code: "limit.busy", what: "Sandbar has as many connections as it may" }
  }
  const ofClient = (kind: string, client: string, most: number): Cap => {
    const what = "Too many connections are open from one place; close a tab"
    return { key: `${kind} of ${client}`, most, code: "limit.client", what }
  }
  const atTarget = (target: string): Cap => {
    const what = `${target} has as many requests as it may`
    return { key: `at ${target}`, most: limits.target, code: "limit.busy", what }
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
        throw refused("limit.rate", "Too many requests in a short time; wait", refusal.msBeforeNext / 1_000)
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
  if (full) throw refused(full.code, full.what, 1)
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

function refused(code: "limit.client" | "limit.busy" | "limit.rate", what: string, seconds: number): Problem {
  const retryAfter = Math.max(1, Math.ceil(seconds))
  return new Problem(code, `${what}, then try again.`, { retryAfter })
}
