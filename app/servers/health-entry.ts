// What one tab knows about the health of one server, and when it is due for the next look. Times in milliseconds
// of one clock.
import { healthKey, type SharedHealth } from "./health-channel.ts"
import { downAfter, waitMs } from "./health-schedule.ts"
import type { Server } from "./server.ts"
import type { ServerHealth } from "./server-health.ts"

export type HealthEntry = {
  server: Server
  key: string | undefined
  dueAt: number
  /** The last result, whoever found it. */
  known: { health: ServerHealth; at: number } | undefined
  /** How many looks in a row found it down. */
  down: number
  /** This tab follows, and has asked for a look, or heard that somebody is looking. */
  wanted: boolean
  /** Nobody else looks at it: they do not have it, or not its password. */
  own: boolean
  asking: { abort: AbortController; since: number; again: boolean } | undefined
  askedAt: number
}

export function makeEntry(server: Server, dueAt: number): HealthEntry {
  return {
    server,
    key: healthKey(server),
    dueAt,
    known: undefined,
    down: 0,
    wanted: false,
    own: false,
    asking: undefined,
    askedAt: Number.NEGATIVE_INFINITY,
  }
}

/** Asked in the same way, it would get the same answer. */
export function isSameTarget(a: Server, b: Server): boolean {
  return (
    a.url === b.url &&
    a.username === b.username &&
    a.password === b.password &&
    a.credentialId === b.credentialId
  )
}

/** Takes in what this tab found out itself. */
export function learnOwn(entry: HealthEntry, health: ServerHealth, at: number): void {
  entry.known = { health, at }
  entry.down = downAfter(health, entry.down)
  entry.wanted = false
}

/**
 * Nobody was asked, because too much was asked: what is known stays, and is as good as new, so that all tabs wait for
 * the next round. Gives for how long nothing more should be asked; undefined for a look like any other.
 */
export function learnCrowded(entry: HealthEntry, health: ServerHealth, at: number): number | undefined {
  const retryMs = health.kind === "failed" ? health.retryMs : undefined
  if (retryMs === undefined) return undefined
  entry.known = { health: entry.known && !isUnasked(entry) ? entry.known.health : health, at }
  entry.wanted = false
  return retryMs
}

/** Takes in what another tab found out. */
export function learnShared(entry: HealthEntry, shared: SharedHealth, at: number): void {
  entry.known = { health: shared.health, at }
  entry.down = shared.down
  entry.wanted = false
  entry.own = false
}

/** Whoever looks waits one round; whoever relies on another tab waits for two before it doubts that one. */
export function schedule(entry: HealthEntry, looks: boolean, random: () => number): void {
  if (!entry.known) return
  entry.dueAt = entry.known.at + waitMs(entry.down, random) * (looks ? 1 : 2)
}

/** There is a sign of life: looks are frequent again, and the next is due. */
export function hurry(entry: HealthEntry, now: number): void {
  entry.down = 0
  entry.dueAt = Math.min(entry.dueAt, now)
}

/** Sandbar itself did not answer, or had no time. */
export function isUnasked(entry: HealthEntry): boolean {
  return entry.known?.health.kind === "failed" && entry.known.health.unasked === true
}

/** Sandbar itself is gone. One that has no time is there, and says when to come back. */
export function isCutOff(entry: HealthEntry): boolean {
  const health = entry.known?.health
  return health?.kind === "failed" && health.unasked === true && health.retryMs === undefined
}

export function sharedOf({ key, known, down }: HealthEntry, now: number): SharedHealth | undefined {
  return key === undefined || !known
    ? undefined
    : { key, health: known.health, down, ageMs: Math.max(0, now - known.at) }
}
