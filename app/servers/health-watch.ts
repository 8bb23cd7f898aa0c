// Whether this tab is looked at, and whether it is the one that looks at the servers for all of them. Only a tab that
// is seen stands for that: while every tab is hidden, nobody has the lock and nobody asks.
import { standForLock, type TabLock, type TabLocks } from "../base/tab-lock.ts"

export type Page = Pick<Document, "hidden" | "addEventListener" | "removeEventListener">

export type HealthWatch = {
  start: () => void
  isSeen: () => boolean
  isLeading: () => boolean
  stop: () => void
}

export type HealthWatchOptions = {
  page: Page
  /** Absent: every tab leads itself. */
  locks?: TabLocks | undefined
  onSeen: () => void
  onLeading: () => void
}

export function watchTab({ page, locks, onSeen, onLeading }: HealthWatchOptions): HealthWatch {
  let lock: TabLock | undefined
  let leading: AbortSignal | undefined
  const lead = (lost: AbortSignal) => {
    leading = lost
    onLeading()
  }
  const leave = () => {
    lock?.leave()
    lock = undefined
    leading = undefined
  }
  const see = () => {
    leave()
    if (page.hidden) return
    onSeen()
    if (locks) lock = standForLock("health", lead, locks)
    else lead(new AbortController().signal)
  }
  page.addEventListener("visibilitychange", see)

  return {
    isSeen: () => !page.hidden,
    isLeading: () => leading !== undefined && !leading.aborted,
    start: see,
    stop() {
      page.removeEventListener("visibilitychange", see)
      leave()
    },
  }
}
