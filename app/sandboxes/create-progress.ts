// The progress of one start, as the proxy tells it: a snapshot first, then every change. A stream that breaks off is
// opened again, so that whoever leaves and returns finds it as it is.
import { type Accessor, createSignal, onCleanup } from "solid-js"
import * as v from "valibot"
import { type Progress, ProgressSchema } from "../../shared/sandboxes.ts"
import { gone } from "../base/gone.ts"
import { parseJson } from "../base/parse-json.ts"
import { backoffMs } from "../connection/backoff.ts"
import { browserClock, type Clock } from "../connection/clock.ts"
import { failureOf } from "../connection/failure.ts"
import { readEventStream } from "../connection/read-event-stream.ts"
import type { Sandboxes } from "./sandboxes-context.ts"

const greetingMs = 15_000
/** The proxy sends a comment every 15 s. */
const silenceMs = 40_000
const shortestPauseMs = 500

type WatchedProgress = {
  progress: Accessor<Progress | undefined>
  /** Why it may be out of date, in one sentence. */
  trouble: Accessor<string | undefined>
  /** There is no such sandbox, or it is somebody else's. */
  missing: Accessor<boolean>
}

export function createProgress(
  id: string,
  open: Sandboxes["requests"]["progress"],
  { clock = browserClock, random = Math.random }: { clock?: Clock; random?: () => number } = {},
): WatchedProgress {
  const [progress, setProgress] = createSignal<Progress>()
  const [trouble, setTrouble] = createSignal<string>()
  const [missing, setMissing] = createSignal(false)
  const left = new AbortController()
  onCleanup(() => left.abort(gone))
  let failures = 0

  const take = (data: string) => {
    const parsed = v.safeParse(ProgressSchema, parseJson(data))
    // A newer proxy may send events that we do not know.
    if (!parsed.success) return
    failures = 0
    setTrouble(undefined)
    setProgress(parsed.output)
  }
  const watch = async () => {
    while (!left.signal.aborted) {
      try {
        await readEventStream({
          open: (signal) => open(id, signal),
          onData: take,
          onBytes: () => undefined,
          clock,
          greetingMs,
          silenceMs,
          signal: left.signal,
        })
      } catch (error) {
        if (left.signal.aborted) return
        const failure = failureOf(error)
        if (failure.code === "sandbox.unknown") return void setMissing(true)
        setTrouble(failure.message)
      }
      await pause(clock, shortestPauseMs + backoffMs(failures++, random))
    }
  }
  void watch()
  return { progress, trouble, missing }
}

function pause(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => void clock.after(ms, resolve))
}
