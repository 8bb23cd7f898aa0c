// Time as a parameter, so that tests decide how fast it passes.

export type Clock = {
  /** Milliseconds; may jump, because a laptop sleeps. */
  now: () => number
  /** Calls back once after `ms`. Returns the way to cancel. */
  after: (ms: number, run: () => void) => () => void
}

export const browserClock: Clock = {
  now: () => Date.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
  },
}
