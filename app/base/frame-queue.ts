// Collects what arrives and hands it over once per animation frame, so that a burst costs one update.

export type Schedule = (run: () => void) => () => void

export type FrameQueue<T> = {
  push: (...items: T[]) => void
  /** Hands over what waits now, without waiting for the frame. */
  flushNow: () => void
  /** Drops what waits and never flushes again. */
  stop: () => void
}

export function makeFrameQueue<T>(
  flush: (items: T[]) => void,
  schedule: Schedule = nextFrame,
): FrameQueue<T> {
  let waiting: T[] = []
  let cancel: (() => void) | undefined
  let stopped = false

  const run = () => {
    cancel?.()
    cancel = undefined
    if (waiting.length === 0) return
    const items = waiting
    waiting = []
    flush(items)
  }

  return {
    push(...items) {
      if (stopped || items.length === 0) return
      for (const item of items) waiting.push(item)
      cancel ??= schedule(run)
    },
    flushNow: run,
    stop() {
      stopped = true
      waiting = []
      cancel?.()
      cancel = undefined
    },
  }
}

/** A hidden tab gets no animation frames; it may also become hidden after one was asked for. */
const hiddenDelayMs = 100

export function nextFrame(run: () => void): () => void {
  const frame = document.hidden ? undefined : requestAnimationFrame(run)
  const timer = setTimeout(run, hiddenDelayMs)
  return () => {
    if (frame !== undefined) cancelAnimationFrame(frame)
    clearTimeout(timer)
  }
}
