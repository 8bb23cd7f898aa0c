// One piece of work for everybody who asks for the same at the same time. It is given up when all of them have left.
import { orAbort } from "../or-abort.ts"

type Running<T> = { work: Promise<T>; began: number; stop: AbortController; waiting: number }

export type ShareWork<T> = (
  key: string,
  /** Whoever asks leaves with it. */
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
) => Promise<T>

export type ShareWorkOptions = {
  now: () => number
  /** What began longer ago is not joined: it may have missed what made somebody ask again. */
  freshMs: number
}

export function makeShareWork<T>({ now, freshMs }: ShareWorkOptions): ShareWork<T> {
  const running = new Map<string, Running<T>>()
  const begin = (key: string, work: (signal: AbortSignal) => Promise<T>): Running<T> => {
    const stop = new AbortController()
    const one = { work: work(stop.signal), began: now(), stop, waiting: 0 }
    running.set(key, one)
    const forget = () => {
      if (running.get(key) === one) running.delete(key)
    }
    one.work.then(forget, forget)
    return one
  }
  const fresh = (key: string) => {
    const one = running.get(key)
    return one && !one.stop.signal.aborted && now() - one.began < freshMs ? one : undefined
  }

  return async (key, signal, work) => {
    const one = fresh(key) ?? begin(key, work)
    one.waiting++
    try {
      return await orAbort(one.work, signal)
    } finally {
      one.waiting--
      if (one.waiting === 0) one.stop.abort()
    }
  }
}
