// When a sandbox has to stop: nobody has used it for long enough, or its life is over. Pure; the reaper acts on it.
import type { Observation } from "./driver.ts"

export type LifeRules = {
  /** Milliseconds; null: never. */
  readonly idleAfterMs: number | null
  readonly maximumLifeMs: number | null
}

/** What failed keeps its reason for so long, although it may hold resources: whoever made it may be away. */
export const failedMs = 24 * 60 * 60_000

/** Work that is under way at the end of a life has this long to come to its own end. */
export const graceMs = 10 * 60_000

export type Deadlines = {
  readonly lastActivityAt: number
  /** Null while it does not run, or never stops by itself. */
  readonly idleAt: number | null
  readonly endsAt: number | null
}

/** `intentAt`: what this replica knows and may not have told the driver yet. */
export function deadlinesOf(observation: Observation, rules: LifeRules, intentAt = 0): Deadlines {
  const { record, startedAt, wanted, keepAwakeUntil, failure } = observation
  const lastActivityAt = Math.max(record.createdAt, observation.intentAt, intentAt)
  const hasFailed = failure?.terminal === true
  // Nothing of it runs, so there is nothing to stop; a stop would only take its reason away.
  const isOver = hasFailed && startedAt === undefined
  if (wanted !== "running" || isOver) return { lastActivityAt, idleAt: null, endsAt: null }
  const since = Math.max(lastActivityAt, startedAt ?? 0)
  const idleAfterMs =
    rules.idleAfterMs !== null && hasFailed ? Math.max(rules.idleAfterMs, failedMs) : rules.idleAfterMs
  const idleAt = idleAfterMs === null ? null : Math.max(since + idleAfterMs, keepAwakeUntil ?? 0)
  const endsAt =
    rules.maximumLifeMs === null || startedAt === undefined ? null : startedAt + rules.maximumLifeMs
  return { lastActivityAt, idleAt, endsAt }
}

export type Due =
  | "no"
  /** Stop it unless something works in it. */
  | "when-idle"
  /** Stop it whatever it does. */
  | "now"

export function dueOf({ idleAt, endsAt }: Deadlines, now: number): Due {
  if (endsAt !== null && now >= endsAt + graceMs) return "now"
  const isOver = endsAt !== null && now >= endsAt
  return isOver || (idleAt !== null && now >= idleAt) ? "when-idle" : "no"
}
