// One connection to the event stream, from the request until it ends, breaks or falls silent.
import type { Clock } from "./clock.ts"
import { makeEventStreamParser } from "./event-stream-parser.ts"
import { Failure } from "./failure.ts"

export type EventStreamSource = {
  open: (signal: AbortSignal) => Promise<Response>
  onData: (data: string) => void
  /** The time of the last sign of life, for whoever wants to know how old it is. */
  onBytes: () => void
  clock: Clock
  /** A server greets a new stream at once. One that is starting may take the request and never answer it. */
  greetingMs: number
  /** The server sends a heartbeat every 10 s; this long without any byte means that it is gone. */
  silenceMs: number
  signal: AbortSignal
}

/** Resolves when the server ends the stream; rejects with a Failure, or with the signal's reason. */
export async function readEventStream(source: EventStreamSource): Promise<void> {
  const controller = new AbortController()
  const leave = () => controller.abort(source.signal.reason)
  if (source.signal.aborted) leave()
  source.signal.addEventListener("abort", leave)
  const watchdog = makeWatchdog(source.clock, source, () => {
    controller.abort(new Failure("The server fell silent. Trying again."))
  })
  // A connection that is dead without knowing it does not always react to an abort, so nobody waits for it.
  const aborted = new Promise<never>((_, reject) => {
    controller.signal.addEventListener("abort", () => reject(controller.signal.reason))
  })
  aborted.catch(() => undefined)
  try {
    await Promise.race([read(source, controller.signal, watchdog.feed), aborted])
  } finally {
    watchdog.stop()
    source.signal.removeEventListener("abort", leave)
    controller.abort()
  }
}

async function read(source: EventStreamSource, signal: AbortSignal, feed: () => void): Promise<void> {
  signal.throwIfAborted()
  const response = await source.open(signal)
  const type = response.headers.get("content-type") ?? ""
  if (!response.body || !type.startsWith("text/event-stream")) {
    const sentence = "This server has no event stream. Check that it is an OpenCode server of version 1."
    throw new Failure(sentence, { status: response.status, final: true })
  }
  const parser = makeEventStreamParser()
  const reader = response.body.getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done || signal.aborted) return
    feed()
    source.onBytes()
    for (const data of parser.push(value)) source.onData(data)
  }
}

function makeWatchdog(
  clock: Clock,
  patience: Pick<EventStreamSource, "greetingMs" | "silenceMs">,
  bark: () => void,
): { feed: () => void; stop: () => void } {
  let cancel = clock.after(patience.greetingMs, bark)
  return {
    feed() {
      cancel()
      cancel = clock.after(patience.silenceMs, bark)
    },
    stop: () => cancel(),
  }
}
