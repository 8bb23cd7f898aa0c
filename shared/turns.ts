// Only so many at a time; whoever comes later waits, in order.

export type Turns = <T>(signal: AbortSignal, run: () => Promise<T>) => Promise<T>

/** `most` runs at a time, in the order of the calls. Who is aborted while waiting leaves the queue. */
export function makeTurns(most: number): Turns {
  const waiting: (() => void)[] = []
  let running = 0

  /** The place goes from hand to hand, so that nobody who comes now slips in between. */
  function passOn(): void {
    const next = waiting.shift()
    if (next) next()
    else running--
  }

  return async (signal, run) => {
    signal.throwIfAborted()
    if (running < most) running++
    else await turnOf(signal, waiting)
    try {
      signal.throwIfAborted()
      return await run()
    } finally {
      passOn()
    }
  }
}

function turnOf(signal: AbortSignal, waiting: (() => void)[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const leave = () => {
      waiting.splice(waiting.indexOf(begin), 1)
      reject(signal.reason)
    }
    const begin = () => {
      signal.removeEventListener("abort", leave)
      resolve()
    }
    signal.addEventListener("abort", leave, { once: true })
    waiting.push(begin)
  })
}
