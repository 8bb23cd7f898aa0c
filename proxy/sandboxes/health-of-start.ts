// Whether a server that listens also answers: the driver's own checks know no password. Asked until it does, once for
// every start, and given up after a minute. Nobody gets through before it is stored that somebody did.
import type { Log } from "../log.ts"
import type { Driver, Endpoint, Observation } from "./driver.ts"

/** `unknown`: not asked yet, or not long enough. */
export type Health = "unknown" | "healthy" | "unhealthy"

export type HealthOfStart = {
  of: (id: string) => Health
  /** Looks at what the driver sees now; for every change. */
  follow: (id: string) => void
  stop: () => void
}

export type HealthDeps = {
  driver: Pick<Driver, "seen" | "endpoint" | "noteUsed">
  /** One authenticated question with a deadline of its own. Never rejects. */
  isHealthy: (observation: Observation, endpoint: Endpoint, signal: AbortSignal) => Promise<boolean>
  onChange: (id: string) => void
  /** Told how long a start took that was seen from before it listened. */
  onStarted: (observation: Observation, ms: number) => void
  log: Pick<Log, "warn">
  now: () => number
  after: (ms: number, run: () => void) => () => void
}

type Check = {
  /** A start is one of its own when it began anew. */
  readonly startedAt: number | undefined
  readonly since: number
  /** Whether we saw the time before it listened. */
  readonly seenStarting: boolean
  readonly stop: AbortController
  health: Health
  /** That it cannot be opened was logged. */
  isWarned: boolean
}

const giveUpMs = 60_000
const firstDelayMs = 200
const longestDelayMs = 2_000

export function makeHealthOfStart(deps: HealthDeps): HealthOfStart {
  const { driver, isHealthy, onChange, onStarted, log, now, after } = deps
  const checks = new Map<string, Check>()
  const starting = new Set<string>()
  const openedAt = now()
  /** When the start began that was told last: after a crash, its steps go on. */
  const told = new Map<string, number>()

  function drop(id: string): void {
    checks.get(id)?.stop.abort()
    checks.delete(id)
  }

  function follow(id: string): void {
    const observation = driver.seen.get(id)
    const endpoint = observation?.up && observation.wanted === "running" ? driver.endpoint(id) : undefined
    if (!observation || !endpoint) {
      drop(id)
      if (observation?.wanted === "running") starting.add(id)
      else starting.delete(id)
      if (!observation) told.delete(id)
      return
    }
    const known = checks.get(id)
    if (known && known.startedAt === observation.startedAt) return
    drop(id)
    const seenStarting = starting.delete(id)
    const stop = new AbortController()
    const check: Check = {
      startedAt: observation.startedAt,
      since: now(),
      seenStarting,
      stop,
      health: "unknown",
      isWarned: false,
    }
    checks.set(id, check)
    void ask(id, check, firstDelayMs)
  }

  async function ask(id: string, check: Check, delayMs: number): Promise<void> {
    const observation = driver.seen.get(id)
    const endpoint = driver.endpoint(id)
    const { signal } = check.stop
    const answers = observation && endpoint && (await isHealthy(observation, endpoint, signal))
    if (signal.aborted) return
    const healthy = answers && (await isNoted(id, check))
    if (signal.aborted) return
    if (healthy) return settle(id, check, "healthy")
    // It may still recover: a person reads what is wrong, and we go on asking.
    if (now() - check.since >= giveUpMs) settle(id, check, "unhealthy")
    const cancel = after(delayMs, () => {
      // It may be asked for days.
      signal.removeEventListener("abort", cancel)
      void ask(id, check, Math.min(2 * delayMs, longestDelayMs))
    })
    signal.addEventListener("abort", cancel, { once: true })
  }

  /** Else a cancelled start could take away what somebody has made in it meanwhile. */
  async function isNoted(id: string, check: Check): Promise<boolean> {
    try {
      await driver.noteUsed(id)
      return true
    } catch (err) {
      if (!check.isWarned)
        log.warn({ err, sandbox: id }, "a sandbox that answers cannot be opened; trying again")
      check.isWarned = true
      return false
    }
  }

  function settle(id: string, check: Check, health: Health): void {
    if (check.health === health) return
    check.health = health
    const observation = driver.seen.get(id)
    if (health === "healthy" && observation && check.seenStarting) tellStart(id, observation)
    onChange(id)
  }

  /** Not of a start that began before us: the time in which nobody looked would count as well. */
  function tellStart(id: string, observation: Observation): void {
    const began = Math.min(...Object.values(observation.entered))
    if (!Number.isFinite(began) || began < openedAt || told.get(id) === began) return
    told.set(id, began)
    onStarted(observation, now() - began)
  }

  return {
    of: (id) => checks.get(id)?.health ?? "unknown",
    follow,
    stop() {
      for (const id of [...checks.keys()]) drop(id)
    },
  }
}
