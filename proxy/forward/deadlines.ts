// One timer for all requests in flight. A timer for each would be set and cleared a hundred thousand times for one
// that ever rings, and the kernel is told of each.

/** Calls back once, `ms` later and up to a quarter more, unless cancelled before. */
export type Deadlines = (onLate: () => void) => () => void

export function makeDeadlines(ms: number, now: () => number = () => performance.now()): Deadlines {
  // All wait equally long, so the set is in the order in which they end.
  const waiting = new Set<{ at: number; onLate: () => void }>()
  let timer: ReturnType<typeof setInterval> | undefined
  const sweep = () => {
    for (const entry of waiting) {
      if (entry.at > now()) break
      waiting.delete(entry)
      entry.onLate()
    }
    if (waiting.size > 0) return
    clearInterval(timer)
    timer = undefined
  }
  return (onLate) => {
    const entry = { at: now() + ms, onLate }
    waiting.add(entry)
    timer ??= setInterval(sweep, ms / 4)
    return () => void waiting.delete(entry)
  }
}
