// Moments in which a lost server is likely back (the network returns, the tab is looked at again, the machine woke
// up), and those in which the browser puts the page away.
import { gone } from "../base/gone.ts"
import type { Clock } from "./clock.ts"

export type WakeSources = { window: EventTarget; document: EventTarget & { readonly hidden: boolean } }

export type WakeListener = {
  wake: () => void
  /** The page goes: to the browser's page cache, into a deep freeze, or for good. `wake` says that it is back. */
  leave: () => void
  /** The browser says that it lost its network. */
  offline: () => void
}

const tickMs = 2_000
/** A page that is shown is not throttled: a timer this late means that the machine slept, or was much too busy. */
const jumpMs = 5_000
/** Timers of a hidden tab are late by up to a minute; only more than that is a sleep. */
const hiddenJumpMs = 70_000

/** Calls back on each of these moments. Returns the way to stop. */
export function watchWake(
  to: WakeListener,
  clock: Clock,
  sources: WakeSources = { window, document },
): () => void {
  const watching = new AbortController()
  const on = (target: EventTarget, type: string, run: () => void) =>
    target.addEventListener(type, run, { signal: watching.signal })
  on(sources.window, "online", to.wake)
  on(sources.window, "offline", to.offline)
  on(sources.window, "focus", to.wake)
  // Into the page cache, where connections and locks would keep the page from going, and back out of it.
  on(sources.window, "pagehide", to.leave)
  on(sources.window, "pageshow", to.wake)
  // Page Lifecycle: a frozen page runs nothing, so it must not hold what other tabs wait for.
  on(sources.document, "freeze", to.leave)
  on(sources.document, "resume", to.wake)
  on(sources.document, "visibilitychange", () => {
    if (!sources.document.hidden) to.wake()
  })

  let last = clock.now()
  let wasHidden = sources.document.hidden
  const tick = () => {
    const now = clock.now()
    const { hidden } = sources.document
    const late = now - last - tickMs
    last = now
    if (late > (hidden || wasHidden ? hiddenJumpMs : jumpMs)) to.wake()
    wasHidden = hidden
    cancel = clock.after(tickMs, tick)
  }
  let cancel = clock.after(tickMs, tick)

  return () => {
    cancel()
    watching.abort(gone)
  }
}
