// What a page has asked the browser to keep calling: listeners of window and document, channels between tabs,
// timers that repeat.
import { vi } from "vitest"

export type ListenerCount = { count: () => number; stop: () => void }

type Listening = Pick<EventTarget, "addEventListener" | "removeEventListener">

export function countListeners(): ListenerCount {
  const open = new Set<unknown>()
  const undo = [countEvents(window, open), countEvents(document, open), countIntervals(open)]
  vi.stubGlobal("BroadcastChannel", countingChannel(open))
  return {
    count: () => open.size,
    stop() {
      for (const one of undo) one()
    },
  }
}

function countEvents(target: Listening, open: Set<unknown>): () => void {
  const { addEventListener, removeEventListener } = target
  const keys = new Map<unknown, Map<string, object>>()
  target.addEventListener = function (this: EventTarget, type: string, listener: never, options: never) {
    const { signal, once } = { ...(options as AddEventListenerOptions | undefined) }
    if (!once) {
      const key = keys.get(listener)?.get(type) ?? {}
      keys.set(listener, (keys.get(listener) ?? new Map()).set(type, key))
      open.add(key)
      signal?.addEventListener("abort", () => open.delete(key))
    }
    return addEventListener.call(this, type, listener, options)
  }
  target.removeEventListener = function (this: EventTarget, type: string, listener: never, options: never) {
    open.delete(keys.get(listener)?.get(type))
    return removeEventListener.call(this, type, listener, options)
  }
  return () => Object.assign(target, { addEventListener, removeEventListener })
}

function countIntervals(open: Set<unknown>): () => void {
  const { setInterval, clearInterval } = globalThis
  const set = (run: () => void, ms?: number) => {
    const id = setInterval(run, ms)
    open.add(id)
    return id
  }
  const clear = (id?: ReturnType<typeof setInterval>) => {
    open.delete(id)
    clearInterval(id)
  }
  Object.assign(globalThis, { setInterval: set, clearInterval: clear })
  return () => Object.assign(globalThis, { setInterval, clearInterval })
}

function countingChannel(open: Set<unknown>) {
  return class extends BroadcastChannel {
    constructor(name: string) {
      super(name)
      open.add(this)
    }
    override close() {
      open.delete(this)
      super.close()
    }
  }
}
