// Holds the one event stream that this browser has to a server: does what the link's machine decides.
import type { Clock } from "./clock.ts"
import {
  type Approach,
  type LinkEffect,
  type LinkInput,
  type LinkMachine,
  type LinkStatus,
  linkEffects,
  nextLink,
  startLink,
} from "./link-machine.ts"
import { openFirst } from "./open-first.ts"
import { type Attempt, type StreamEvents, startAttempt } from "./stream-attempt.ts"

export type StreamHolderOptions = StreamEvents & {
  /** Opens the event stream; rejects with a Failure. */
  open: (signal: AbortSignal) => Promise<Response>
  /** The directory that the server works in: events of other directories are not ours. */
  locate: (signal: AbortSignal) => Promise<string>
  clock: Clock
  random: () => number
  isOnline: () => boolean
  onStatus: (status: LinkStatus) => void
  /** Another tab was refused for this reason, and nobody asked again. */
  refused?: string | undefined
}

/** What a link can be asked for, whichever tab holds its stream. */
export type StreamSource = {
  retryNow: () => void
  wake: () => void
  /** The browser lost or found its network. */
  network: () => void
  close: () => void
}

export type StreamHolder = StreamSource & {
  /** Does what timers should have done: those of a hidden tab are late. */
  catchUp: () => void
}

export function makeStreamHolder(options: StreamHolderOptions): StreamHolder {
  const { clock, random, isOnline } = options
  let link: LinkMachine | undefined
  let attempt: Attempt | undefined
  let stopWaiting: (() => void) | undefined

  const moment = () => ({ now: clock.now(), random, online: isOnline() })
  const input = (what: LinkInput) => {
    if (link) become(nextLink(link, what, moment()))
  }
  const become = (after: LinkMachine) => {
    const before = link
    link = after
    for (const effect of linkEffects(before, after)) act(effect)
    if (before?.state !== after.state || before.reason !== after.reason)
      options.onStatus({ state: after.state, reason: after.reason })
  }
  const act = (effect: LinkEffect) => {
    switch (effect.kind) {
      case "open":
        return open(effect.attempt, effect)
      case "end":
        attempt?.end()
        attempt = undefined
        return
      case "wait":
        stopWaiting = clock.after(effect.ms, () => input({ kind: "timer" }))
        return
      case "stop-waiting":
        stopWaiting?.()
    }
  }
  const open = (number: number, { patienceMs, abreast }: Approach) => {
    const isCurrent = () => link?.doing.kind === "attempt" && link.attempts === number
    attempt = startAttempt({
      open: (signal) => openFirst(options.open, abreast, signal),
      locate: options.locate,
      clock,
      patienceMs,
      stood(signal, located) {
        if (!isCurrent()) return
        options.stood(signal, located)
        input({ kind: "stood", attempt: number })
      },
      located: (directory) => isCurrent() && options.located(directory),
      take: (envelope, data) => isCurrent() && options.take(envelope, data),
    })
    void attempt.failure.then((failure) => input({ kind: "ended", attempt: number, failure }))
  }

  become(startLink(clock.now(), options.refused))

  return {
    retryNow: () => input({ kind: "retry" }),
    wake: () => input({ kind: "wake", silenceMs: attempt?.silence() ?? 0 }),
    network: () => input({ kind: "network" }),
    catchUp() {
      attempt?.check()
      const doing = link?.doing
      if (doing?.kind === "wait" && clock.now() >= doing.from + doing.ms) input({ kind: "timer" })
    },
    close: () => input({ kind: "close" }),
  }
}
