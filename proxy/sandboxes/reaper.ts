// Stops what nobody uses, and what has lived long enough. Every step stays safe when two replicas do it at once: the
// last one is conditional, and a wake in between wins.
import type { Log } from "../log.ts"
import type { Driver, Observation } from "./driver.ts"
import { type Deadlines, dueOf } from "./idle.ts"

export type ReaperDeps = {
  driver: Pick<Driver, "seen" | "endpoint" | "stop" | "noteIntent" | "lead">
  deadlinesOf: (observation: Observation) => Deadlines
  /** Asks the server itself: work under way, asks that wait, open terminals. Rejects when it does not say. */
  isWorking: (id: string, signal: AbortSignal) => Promise<boolean>
  log: Pick<Log, "info" | "warn" | "debug">
  now: () => number
  after: (ms: number, run: () => void) => () => void
}

const roundMs = 30_000
const askMs = 10_000
/** A start that hangs without a failure is left alone for a while, then it is idle like any other. */
const hangingMs = 30 * 60_000

/** Begins at once, and works only while this replica leads. */
export function startReaper(deps: ReaperDeps): void {
  deps.driver.lead(async (signal) => {
    while (!signal.aborted) {
      await reapOnce(deps, signal)
      await pause(roundMs, signal, deps.after)
    }
  })
}

/** One look at everything. Never rejects: one sandbox's trouble is not the others'. */
export async function reapOnce(deps: ReaperDeps, signal: AbortSignal): Promise<void> {
  await Promise.all(
    [...deps.driver.seen.keys()].map((id) =>
      reap(id, deps, signal).catch((err: unknown) => {
        if (!signal.aborted) deps.log.warn({ err, sandbox: id }, "an idle sandbox could not be stopped")
      }),
    ),
  )
}

async function reap(id: string, deps: ReaperDeps, signal: AbortSignal): Promise<void> {
  const { driver, now, log } = deps
  const first = driver.seen.get(id)
  if (first?.wanted !== "running") return
  const due = dueOf(deps.deadlinesOf(first), now())
  if (due === "no") return
  if (due === "when-idle" && !(await isIdle(id, first, deps, signal))) return
  // Re-read: asking took its time.
  const observation = driver.seen.get(id)
  if (signal.aborted || observation?.version !== first.version) return
  if (dueOf(deps.deadlinesOf(observation), now()) === "no") return
  const result = await driver.stop(id, { ifVersion: observation.version })
  log.info({ sandbox: id, result, why: due }, "an idle sandbox is stopped")
}

async function isIdle(
  id: string,
  { up, failure }: Observation,
  deps: ReaperDeps,
  signal: AbortSignal,
): Promise<boolean> {
  const { driver, now, log, isWorking, deadlinesOf } = deps
  if (!up || driver.endpoint(id) === undefined) {
    if (failure) return true
    // A server under load may miss its checks while it works.
    const observation = driver.seen.get(id)
    const { idleAt } = observation ? deadlinesOf(observation) : { idleAt: null }
    return idleAt !== null && now() >= idleAt + hangingMs
  }
  try {
    const working = await isWorking(id, AbortSignal.any([signal, AbortSignal.timeout(askMs)]))
    if (working) await driver.noteIntent(id, now())
    return !working
  } catch (err) {
    // Nobody knows what it does: it may be the work of a night.
    log.debug({ err, sandbox: id }, "a sandbox does not say whether it works, so it is not stopped")
    return false
  }
}

function pause(ms: number, signal: AbortSignal, after: ReaperDeps["after"]): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const cancel = after(ms, end)
    signal.addEventListener("abort", end, { once: true })
    function end(): void {
      cancel()
      signal.removeEventListener("abort", end)
      resolve()
    }
  })
}
