// One attempt to have a live stream: subscribe, find out where we are, then events as they come.
import type { Clock } from "./clock.ts"
import type { Envelope } from "./envelope.ts"
import { makeEventReceiver } from "./event-receiver.ts"
import { Failure, failureOf } from "./failure.ts"
import { readEventStream } from "./read-event-stream.ts"

/** The server sends a heartbeat every 10 s; this long without any byte means that it is gone. */
export const silenceMs = 25_000

/** What a stream brings. */
export type StreamEvents = {
  /** The subscription stands; `signal` aborts when it ends. Nothing fetched is merged before `located`. */
  stood: (signal: AbortSignal, located: Promise<void>) => void
  located: (directory: string) => void
  take: (envelope: Envelope, data: string) => void
}

const silent = "The server fell silent. Trying again."
/** One for all, for the reason given in gone.ts. */
const givenUp = new Failure("The connection was given up.")

export type AttemptOptions = StreamEvents & {
  open: (signal: AbortSignal) => Promise<Response>
  locate: (signal: AbortSignal) => Promise<string>
  clock: Clock
  /** For the greeting, and as long again for what we ask right after it. */
  patienceMs: number
}

export type Attempt = {
  /** Resolves when it is over, however that came. */
  failure: Promise<Failure>
  end: () => void
  /** Milliseconds since the last byte. */
  silence: () => number
  /** Ends it if it has been silent for too long: timers of a hidden tab are late. */
  check: () => void
}

export function startAttempt(options: AttemptOptions): Attempt {
  const { clock } = options
  const controller = new AbortController()
  const { signal } = controller
  let lastByte = clock.now()
  let patience = options.patienceMs
  let stopWaiting: () => void = () => undefined

  const receive = makeEventReceiver({
    locate: () => options.locate(signal),
    signal,
    fail: (error) => controller.abort(failureOf(error)),
    stood(located) {
      stopWaiting()
      stopWaiting = clock.after(options.patienceMs, () => controller.abort(new Failure(silent)))
      options.stood(signal, located)
    },
    located(directory) {
      stopWaiting()
      options.located(directory)
    },
    take: options.take,
  })
  const onBytes = () => {
    lastByte = clock.now()
    patience = silenceMs
  }
  const stream = readEventStream({
    open: options.open,
    onData: receive,
    onBytes,
    clock,
    greetingMs: options.patienceMs,
    silenceMs,
    signal,
  })
  const failure = stream
    .then(() => new Failure("The server ended the connection. Trying again."), failureOf)
    .finally(() => {
      stopWaiting()
      controller.abort()
    })
  const silence = () => clock.now() - lastByte

  return {
    failure,
    end: () => controller.abort(givenUp),
    silence,
    check() {
      if (silence() >= patience) controller.abort(new Failure(silent))
    },
  }
}
