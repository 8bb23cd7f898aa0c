// A wait that somebody else can end early.
import type { Clock } from "./clock.ts"

export type Pause = {
  forAtMost: (ms: number) => Promise<void>
  untilResumed: () => Promise<void>
  resume: () => void
}

export function makePause(clock: Clock): Pause {
  let waiting: (() => void) | undefined
  const untilResumed = () =>
    new Promise<void>((resolve) => {
      waiting = resolve
    })
  return {
    async forAtMost(ms) {
      const resumed = untilResumed()
      const cancel = clock.after(ms, () => waiting?.())
      await resumed
      cancel()
    },
    untilResumed,
    resume: () => waiting?.(),
  }
}
