/** Gives out a few places; who comes later waits, in order. The answer gives the place back. */
export type Turns = (signal: AbortSignal) => Promise<() => void>

export function makeTurns(places: number): Turns {
  let free = places
  const waiting: (() => void)[] = []
  const giveBack = () => {
    free += 1
    waiting.shift()?.()
  }
  return async (signal) => {
    while (free === 0) {
      const { promise, resolve } = Promise.withResolvers<void>()
      waiting.push(resolve)
      signal.addEventListener("abort", () => resolve(), { once: true })
      await promise
      const at = waiting.indexOf(resolve)
      if (at >= 0) waiting.splice(at, 1)
      // Whoever is told and does not want any more passes it on.
      if (signal.aborted && free > 0) waiting.shift()?.()
      signal.throwIfAborted()
    }
    free -= 1
    let given = false
    return () => {
      if (!given) giveBack()
      given = true
    }
  }
}
