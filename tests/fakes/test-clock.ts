// Time that passes only when the test says so.
import type { Clock } from "../../app/connection/clock.ts"

export type TestClock = Clock & {
  /** Lets time pass, and what it sets off run to its end, timer by timer. */
  advance: (ms: number) => Promise<void>
  /** The clock on the wall jumps, as after a sleep; no timer fires. */
  jump: (ms: number) => void
  pending: () => number
}

/** `drain` lets what a timer set off run to its end. */
export function makeTestClock(start = 1_000_000, drain: () => Promise<void> = settle): TestClock {
  let elapsed = 0
  // Timers count on when the clock on the wall jumps.
  let offset = start
  const timers = new Set<{ at: number; run: () => void }>()
  return {
    now: () => offset + elapsed,
    after(ms, run) {
      const timer = { at: elapsed + ms, run }
      timers.add(timer)
      return () => void timers.delete(timer)
    },
    async advance(ms) {
      await drain()
      const end = elapsed + ms
      for (;;) {
        const next = [...timers].filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0]
        if (!next) break
        timers.delete(next)
        elapsed = Math.max(elapsed, next.at)
        next.run()
        await drain()
      }
      elapsed = end
    },
    jump(ms) {
      offset += ms
    },
    pending: () => timers.size,
  }
}

/** Lets promises and streams that are ready come to an end. */
export async function settle(): Promise<void> {
  for (let round = 0; round < 5; round++) await new Promise((resolve) => setTimeout(resolve, 0))
}
