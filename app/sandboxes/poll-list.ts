// Looks again and again while somebody sees the page: after a wait, when the page comes back, and when told to.
import { gone } from "../base/gone.ts"
import type { Clock } from "../connection/clock.ts"

export type Page = Pick<Document, "hidden" | "addEventListener" | "removeEventListener">

type PollOptions = {
  /** Never rejects, except with the signal. */
  look: (signal: AbortSignal) => Promise<void>
  /** How long to wait after a look, in milliseconds. */
  waitMs: () => number
  clock: Clock
  page: Page
}

type Poll = {
  /** A look that began before this says nothing about now: it is given up. */
  lookNow: () => void
  stop: () => void
}

export function makePoll({ look, waitMs, clock, page }: PollOptions): Poll {
  let looking: AbortController | undefined
  let cancel: (() => void) | undefined
  let stopped = false

  const lookNow = async () => {
    if (stopped) return
    cancel?.()
    looking?.abort(gone)
    const mine = new AbortController()
    looking = mine
    await look(mine.signal).catch((error: unknown) => {
      if (!mine.signal.aborted) throw error
    })
    if (looking !== mine) return
    looking = undefined
    if (!stopped && !page.hidden) cancel = clock.after(waitMs(), () => void lookNow())
  }
  const onVisible = () => {
    if (page.hidden) cancel?.()
    else void lookNow()
  }
  page.addEventListener("visibilitychange", onVisible)
  void lookNow()

  return {
    lookNow: () => void lookNow(),
    stop() {
      stopped = true
      cancel?.()
      looking?.abort(gone)
      page.removeEventListener("visibilitychange", onVisible)
    },
  }
}
