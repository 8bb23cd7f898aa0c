// Web Locks (W3C) for the tabs of one browser: a queue for each name, `steal` and `signal`; jsdom has none.
import type { TabLocks } from "../../app/base/tab-lock.ts"

type Waiting = { run: () => void; fail: (reason: unknown) => void }

export type FakeLocks = {
  /** What one tab has as `navigator.locks`; `crash` lets go of everything that the tab holds or waits for. */
  tab: () => { locks: TabLocks; crash: () => void }
}

export function makeFakeLocks(): FakeLocks {
  const held = new Map<string, Waiting>()
  const queues = new Map<string, Waiting[]>()
  const queueOf = (name: string) => {
    const queue = queues.get(name) ?? []
    queues.set(name, queue)
    return queue
  }
  const next = (name: string) => {
    if (held.has(name)) return
    const waiting = queueOf(name).shift()
    if (!waiting) return
    held.set(name, waiting)
    waiting.run()
  }
  const letGo = (name: string, one: Waiting) => {
    if (held.get(name) === one) held.delete(name)
    const queue = queueOf(name)
    if (queue.includes(one)) queue.splice(queue.indexOf(one), 1)
    next(name)
  }

  return {
    tab() {
      const mine = new Set<{ name: string; one: Waiting }>()
      const request = (name: string, options: LockOptions, callback: (lock: Lock) => unknown) =>
        new Promise((resolve, reject) => {
          const one: Waiting = {
            // As in browsers, never within the call that made it possible.
            run: () =>
              void Promise.resolve()
                .then(() => callback({ name, mode: "exclusive" }))
                .then(resolve, reject)
                .finally(() => letGo(name, one)),
            fail: reject,
          }
          mine.add({ name, one })
          options.signal?.addEventListener("abort", () => {
            if (held.get(name) === one) return
            letGo(name, one)
            reject(options.signal?.reason)
          })
          if (options.steal) {
            held.get(name)?.fail(new DOMException("The lock was stolen.", "AbortError"))
            held.delete(name)
            queueOf(name).unshift(one)
          } else queueOf(name).push(one)
          next(name)
        })
      return {
        locks: { request } as unknown as TabLocks,
        crash() {
          for (const { name, one } of mine) letGo(name, one)
          mine.clear()
        },
      }
    },
  }
}
