// A clock for drivers and what stands on them: timers fire when the test says so, and what they set off runs to its
// end without waiting for the event loop.
import { makeTestClock, type TestClock } from "./test-clock.ts"

export const clockStart = Date.UTC(2030, 0, 1)

export function makeDriverClock(): TestClock {
  return makeTestClock(clockStart, async () => {
    for (let turn = 0; turn < 50; turn++) await Promise.resolve()
  })
}
