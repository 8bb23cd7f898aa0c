// How long to wait before the next try: exponential, with full jitter, so that many tabs that lost the same
// server do not come back in the same moment.

const firstMs = 500
const longestMs = 30_000

/** `attempt` counts failed tries in a row, from 0. `random` answers in [0, 1). */
export function backoffMs(attempt: number, random: () => number): number {
  const ceiling = Math.min(longestMs, firstMs * 2 ** Math.min(attempt, 16))
  return Math.round(random() * ceiling)
}
