// One tab of this browser does what must be done once. The browser passes the lock on when that tab goes.
import { gone } from "./gone.ts"
import { tabName } from "./tab-channel.ts"

export type TabLocks = Pick<LockManager, "request">

export type TabLock = {
  /** Takes it from a tab that has it and does not answer: a frozen one, say. */
  steal: () => void
  /** Gives it up, or stops waiting for it. */
  leave: () => void
}

/**
 * Waits for the lock `name` and calls `hold` each time that this tab gets it; the signal aborts when the lock is
 * lost. A tab that lost it waits again, until it leaves. Web Locks exist only on https and on localhost; elsewhere,
 * and where the browser refuses them, every tab holds a lock of its own.
 */
export function standForLock(
  name: string,
  hold: (lost: AbortSignal) => void,
  locks: TabLocks | undefined = browserLocks(),
): TabLock {
  let current: AbortController | undefined
  let left = false

  const stand = (steal: boolean) => {
    const mine = new AbortController()
    current?.abort(gone)
    current = mine
    if (!locks) return hold(mine.signal)
    // A waiting request ends with its signal; one that steals does not wait, and takes no signal.
    const options = steal ? { steal } : { signal: mine.signal }
    const over = () => {
      if (current !== mine || left) return mine.abort()
      stand(false)
    }
    // Stolen, or given up. Anything else is a browser that grants no locks here (a page without storage, say):
    // asking again would never end.
    const refused = (error: unknown) => {
      if (error instanceof DOMException && error.name === "AbortError") return over()
      if (current === mine && !left) hold(mine.signal)
    }
    locks.request(tabName(name), options, () => untilAborted(mine.signal, hold)).then(over, refused)
  }
  stand(false)

  return {
    steal() {
      if (!left) stand(true)
    },
    leave() {
      left = true
      current?.abort(gone)
    },
  }
}

async function untilAborted(signal: AbortSignal, hold: (lost: AbortSignal) => void): Promise<void> {
  if (signal.aborted) return
  const aborted = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()))
  hold(signal)
  await aborted
}

export function browserLocks(): TabLocks | undefined {
  return "locks" in navigator ? navigator.locks : undefined
}
