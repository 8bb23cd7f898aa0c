// The live event connection to one server: keeps one stream open, says in words how it is doing, and feeds
// the stores. After every gap the subscription stands first, then the stores fetch what they missed.
import { batch, createSignal, onCleanup } from "solid-js"
import { makeFrameQueue, type Schedule } from "../base/frame-queue.ts"
import { backoffMs } from "./backoff.ts"
import { browserClock, type Clock } from "./clock.ts"
import type { Link, LinkState, ServerEvent } from "./connection.ts"
import { Failure } from "./failure.ts"
import { makeFollowers } from "./followers.ts"
import { makePause } from "./pause.ts"
import { type Attempt, startAttempt } from "./stream-attempt.ts"
import { type WakeSources, watchWake } from "./wake.ts"

export type LinkOptions = {
  /** Opens the event stream; rejects with a Failure. */
  open: (signal: AbortSignal) => Promise<Response>
  /** The directory that the server works in: events of other directories are not ours. */
  locate: (signal: AbortSignal) => Promise<string>
  clock?: Clock
  random?: () => number
  schedule?: Schedule
  wakeSources?: WakeSources
  isOnline?: () => boolean
}

/** A live stream that has missed a heartbeat (one every 10 s) is doubted when somebody looks at it. */
const doubtMs = 13_000
/** An attempt younger than this is not replaced: waking up causes several calls at once. */
const patienceMs = 1_000
/** A stream that lived this long counts as a success: its loss is retried without a long wait. */
const settledMs = 10_000
/** How soon a server that is just being started is asked again. */
const startingMs = 1_000

export function createLink(options: LinkOptions): Link {
  const { clock = browserClock, random = Math.random, isOnline = () => navigator.onLine } = options
  const [status, setStatus] = createSignal<{ state: LinkState; reason?: string }>({ state: "connecting" })
  const followers = makeFollowers(clock, random)
  const queue = makeFrameQueue<ServerEvent>(
    (events) => batch(() => followers.apply(events)),
    options.schedule,
  )
  const pause = makePause(clock)
  let attempt: Attempt | undefined
  let failures = 0
  let ended = false
  /** The running attempt was ended in favour of a new one. */
  let hurry = false

  const connect = async (): Promise<Failure> => {
    attempt = startAttempt({
      ...options,
      clock,
      queue,
      resync: followers.resync,
      live: () => setStatus({ state: "live" }),
    })
    const failure = await attempt.failure
    if (status().state === "live" && attempt.age() >= settledMs) failures = 0
    attempt = undefined
    return failure
  }

  const run = async () => {
    while (!ended) {
      const failure = await connect()
      if (ended) return
      if (failure.final) {
        setStatus({ state: "refused", reason: failure.message })
        await pause.untilResumed()
        if (!ended) setStatus({ state: "connecting" })
      } else if (failure.code === "local.starting") {
        // Not a failure of anything: the proxy is starting the server, and it takes a few seconds.
        setStatus({ state: "connecting", reason: failure.message })
        if (!hurry) await pause.forAtMost(startingMs)
      } else {
        setStatus({ state: isOnline() ? "retrying" : "offline", reason: failure.message })
        if (!hurry) await pause.forAtMost(backoffMs(failures++, random))
      }
      hurry = false
    }
  }

  const retryNow = () => {
    failures = 0
    if (attempt && attempt.age() >= patienceMs) {
      hurry = true
      attempt.end(new Failure("Connecting anew."))
    }
    pause.resume()
  }
  const wake = () => {
    // Nobody changed a password or a policy by looking at the tab.
    if (status().state === "refused") return
    if (status().state !== "live" || (attempt?.silence() ?? 0) >= doubtMs) retryNow()
  }
  const stopWatching = watchWake(wake, clock, options.wakeSources)

  onCleanup(() => {
    ended = true
    stopWatching()
    attempt?.end(new Failure("The server was closed."))
    pause.resume()
    queue.stop()
  })
  void run()

  return {
    state: () => status().state,
    reason: () => status().reason,
    retryNow,
    follow: (follower) => void onCleanup(followers.add(follower)),
  }
}
