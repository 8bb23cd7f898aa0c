// Moments in which a lost server is likely back: the network returns, the tab is looked at again, the
// machine woke up.
import type { Clock } from "./clock.ts"

export type WakeSources = { window: EventTarget; document: EventTarget & { readonly hidden: boolean } }

const tickMs = 5_000
/** Timers of a hidden tab are late by up to a minute; only more than that is a sleep. */
const jumpMs = 70_000

/** Calls back on each of these moments. Returns the way to stop. */
export function watchWake(
  wake: () => void,
  clock: Clock,
  sources: WakeSources = { window, document },
): () => void {
  const onVisible = () => {
    if (!sources.document.hidden) wake()
  }
  sources.window.addEventListener("online", wake)
  sources.window.addEventListener("focus", wake)
  // Back out of the browser's page cache, where connections were cut.
  sources.window.addEventListener("pageshow", wake)
  sources.document.addEventListener("visibilitychange", onVisible)

  let last = clock.now()
  const tick = () => {
    const now = clock.now()
    if (now - last > tickMs + jumpMs) wake()
    last = now
    cancel = clock.after(tickMs, tick)
  }
  let cancel = clock.after(tickMs, tick)

  return () => {
    cancel()
    sources.window.removeEventListener("online", wake)
    sources.window.removeEventListener("focus", wake)
    sources.window.removeEventListener("pageshow", wake)
    sources.document.removeEventListener("visibilitychange", onVisible)
  }
}
