// One attempt to have a live stream: subscribe, find out where we are, resync, then events as they come.
import type { Clock } from "./clock.ts"
import type { ServerEvent } from "./connection.ts"
import { makeEventReceiver } from "./event-receiver.ts"
import { Failure, failureOf } from "./failure.ts"
import { readEventStream } from "./read-event-stream.ts"

/** The server sends a heartbeat every 10 s; this long without any byte means that it is gone. */
const silenceMs = 25_000
const greetingMs = 10_000

export type AttemptOptions = {
  open: (signal: AbortSignal) => Promise<Response>
  locate: (signal: AbortSignal) => Promise<string>
  clock: Clock
  queue: { push: (event: ServerEvent) => void; flushNow: () => void }
  /** The signal aborts when this stream ends. */
  resync: (signal: AbortSignal) => void
  live: () => void
}

export type Attempt = {
  /** Resolves when it is over, however that came. */
  failure: Promise<Failure>
  end: (reason: Failure) => void
  /** Milliseconds since the start, and since the last byte. */
  age: () => number
  silence: () => number
}

export function startAttempt(options: AttemptOptions): Attempt {
  const { clock } = options
  const controller = new AbortController()
  const { signal } = controller
  const since = clock.now()
  let lastByte = since

  const receive = makeEventReceiver({
    queue: options.queue,
    locate: () => options.locate(signal),
    signal,
    fail: (error) => controller.abort(failureOf(error)),
    resync: () => options.resync(signal),
    live: options.live,
  })
  const onBytes = () => {
    lastByte = clock.now()
  }
  const stream = readEventStream({
    open: options.open,
    onData: receive,
    onBytes,
    clock,
    greetingMs,
    silenceMs,
    signal,
  })
  const failure = stream
    .then(() => new Failure("The server ended the connection. Trying again."), failureOf)
    .finally(() => controller.abort())

  return {
    failure,
    end: (reason) => controller.abort(reason),
    age: () => clock.now() - since,
    silence: () => clock.now() - lastByte,
  }
}
